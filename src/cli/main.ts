import { readFileSync } from 'node:fs'
import { messageOf, QwError } from '../engine/errors.ts'
import { buildContext, fallbackReporter } from './build-context.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { listenForSignals, type Interruption } from './interruption.ts'
import { runProgram } from './program.ts'
import type { Reporter } from './reporters/reporter.ts'
import { exitQuietlyOnClosedPipe } from './streams.ts'

/** Runs the command line of this process and ends it with the exit status. */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2)
  const version = packageVersion()
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`)
    return
  }
  exitQuietlyOnClosedPipe(process.stdout)
  exitQuietlyOnClosedPipe(process.stderr)
  const interruption = listenForSignals()
  let report: Reporter = fallbackReporter(argv)
  try {
    const running = runProgram(argv, {
      version,
      contextFor(options, command) {
        const context = buildContext({ argv, options, command, version, interruption })
        report = context.report
        return context
      },
      write: (text) => process.stdout.write(text),
    })
    process.exitCode = await Promise.race([running, interruption.abandoned])
  } catch (error) {
    process.exitCode = reportFailure(error, report, interruption)
  }
  // Pipes may still hold text on some systems; then whatever keeps the event loop busy (a keep-alive
  // socket, a timer) must not hold the user.
  await new Promise((done) => process.stdout.write('', done))
  process.exit()
}

function reportFailure(error: unknown, report: Reporter, interruption: Interruption): number {
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
  const known = error instanceof QwError ? error : unexpected(error)
  const exitCode = exitCodeOf(known.kind, known.code)
  report.error(known, exitCode)
  if (process.env['QWL_DEBUG'] !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`)
  }
  return exitCode
}

function unexpected(error: unknown): QwError {
  return new QwError('internal', `unexpected fault: ${messageOf(error)}`, {
    why: 'this is a mistake in qw-lambda, not in what you typed',
    fix: 'run it again with QWL_DEBUG=1 and report what it prints',
    cause: error,
  })
}

function packageVersion(): string {
  const url = new URL('../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string }
  return version
}
