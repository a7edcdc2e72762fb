import { messageOf, QwError } from '../../engine/errors.ts'
import { buildContext, fallbackReporter, type ProcessHost } from './build-context.ts'
import { EXIT, exitCodeOf } from '../command/exit-codes.ts'
import { writeFaultReport } from './fault-report.ts'
import type { Interruption } from './interruption.ts'
import { fittingSigns } from '../format/ascii.ts'
import { heldNotes } from '../format/held-notes.ts'
import { outputOf } from '../format/streams.ts'
import { pagedOnTerminal } from './command-output.ts'
import { runProgram } from './program.ts'
import type { Reporter } from '../reporters/reporter.ts'
import { styleFor } from '../format/style.ts'
import { diskRefusal } from '../../stores/folder-errors.ts'

interface CommandLine {
  readonly host: ProcessHost
  /** Without node and script. */
  readonly argv: readonly string[]
  readonly version: string
  readonly interruption: Interruption
}

/** Runs one command line from its words to its exit status; failures are reported, never thrown. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const { host, argv, version, interruption } = line
  const ascii = argv.includes('--ascii')
  const helpStyle = styleFor({ isTerminal: false, choice: 'never', ascii, env: host.env })
  let report: Reporter = fallbackReporter(argv, host)
  let help = ''
  try {
    const running = runProgram(argv, {
      version,
      async contextFor(options, command) {
        const context = await buildContext({ host, argv, options, command, version, interruption })
        report = context.report
        return context
      },
      columns: host.stdout.columns,
      write(text) {
        help += fittingSigns(text, helpStyle)
      },
    })
    const exitCode = await Promise.race([running, interruption.abandoned])
    if (help !== '') await showHelp(help, line)
    return exitCode
  } catch (error) {
    return reportFailure(error, report, line)
  }
}

/** Longer than most screens. */
async function showHelp(text: string, { host, argv }: CommandLine): Promise<void> {
  const style = styleFor({ isTerminal: false, choice: 'never', ascii: false, env: host.env })
  const plain = outputOf(host.stdout, style, undefined)
  const paging = {
    env: host.env,
    notes: heldNotes(() => undefined),
    onWritten: () => undefined,
  }
  const out = argv.includes('--no-pager') ? plain : await pagedOnTerminal(plain, paging)
  await out.write(text)
  await out.end?.()
}

function reportFailure(error: unknown, report: Reporter, line: CommandLine): number {
  const { host, interruption } = line
  const isPromptExit = error instanceof Error && /^(ExitPrompt|AbortPrompt)Error$/.test(error.name)
  const { signal } = interruption
  const timedOut = signal.aborted && signal.reason instanceof QwError ? signal.reason : undefined
  if (
    timedOut !== undefined &&
    (isPromptExit || error === timedOut || !(error instanceof QwError))
  ) {
    report.error(timedOut, EXIT.limit)
    return EXIT.limit
  }
  if (isPromptExit) {
    report.note('Cancelled. Nothing was changed.')
    return interruption.exitCode()
  }
  if (signal.aborted && (error === signal.reason || !(error instanceof QwError))) {
    report.note('Interrupted.')
    return interruption.exitCode()
  }
  const known = error instanceof QwError ? error : (diskRefusal(error) ?? unexpected(error, line))
  const exitCode = exitCodeOf(known)
  report.error(known, exitCode)
  if (host.env['QWL_DEBUG'] !== undefined && error instanceof Error) {
    host.stderr.write(`${error.stack ?? ''}\n`)
  }
  return exitCode
}

function unexpected(error: unknown, { host, argv, version }: CommandLine): QwError {
  const { env, clock } = host
  const report = writeFaultReport({ error, argv, version, env, nowMs: clock.nowMs() })
  const again = 'run it again with QWL_DEBUG=1 and report what it prints'
  return new QwError('internal', `unexpected fault: ${messageOf(error)}`, {
    why: 'this is a mistake in qw-lambda, not in what you typed',
    fix:
      report === undefined
        ? again
        : `qw-lambda bug-report ${report.id}\nprints what to send us; nothing of your data is in it (${report.path})`,
    cause: error,
  })
}
