import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, QwError } from '../engine/errors.ts'
import type { OutputFormat, RawOptions } from './command.ts'
import type { CliContext } from './context.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { parseDurationMs } from './format/duration.ts'
import { runProgram } from './program.ts'
import { promptsFor } from './prompts.ts'
import { plainReporter } from './reporters/plain.ts'
import type { Reporter } from './reporters/reporter.ts'
import { ttyReporter } from './reporters/tty.ts'
import { resolveSettings } from './settings.ts'
import { exitQuietlyOnClosedPipe, outputOf } from './streams.ts'
import { styleFor, type ColorChoice } from './style.ts'

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
  let report: Reporter = fallbackReporter()
  try {
    process.exitCode = await runProgram(argv, {
      version,
      contextFor(options) {
        const context = buildContext({ argv, options, version, interruption })
        report = context.report
        return context
      },
      write: (text) => process.stdout.write(text),
      writeError: (text) => process.stderr.write(text),
    })
  } catch (error) {
    process.exitCode = reportFailure(error, report, interruption)
  }
  // Pipes may still hold text on some systems; then whatever keeps the event loop busy (a keep-alive
  // socket, a timer) must not hold the user.
  await new Promise((done) => process.stdout.write('', done))
  process.exit()
}

interface Interruption {
  readonly controller: AbortController
  exitCode: 130 | 143
}

function listenForSignals(): Interruption {
  const interruption: Interruption = { controller: new AbortController(), exitCode: 130 }
  const on = (signal: 'SIGINT' | 'SIGTERM', exitCode: 130 | 143): void => {
    process.on(signal, () => {
      if (interruption.controller.signal.aborted) process.exit(exitCode)
      interruption.exitCode = exitCode
      interruption.controller.abort(new Interrupted())
    })
  }
  on('SIGINT', EXIT.interrupted)
  on('SIGTERM', EXIT.terminated)
  return interruption
}

/** The reason of the abort signal after Ctrl-C or SIGTERM. */
class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}

function reportFailure(error: unknown, report: Reporter, interruption: Interruption): number {
  const isPromptExit = error instanceof Error && /^(ExitPrompt|AbortPrompt)Error$/.test(error.name)
  if (isPromptExit) {
    report.note('Cancelled. Nothing was changed.')
    return interruption.exitCode
  }
  const { signal } = interruption.controller
  if (signal.aborted && (error === signal.reason || !(error instanceof QwError))) {
    if (signal.reason instanceof QwError) {
      report.error(signal.reason, EXIT.limit)
      return EXIT.limit
    }
    report.note('Interrupted.')
    return interruption.exitCode
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

interface ContextInput {
  readonly argv: readonly string[]
  readonly options: RawOptions
  readonly version: string
  readonly interruption: Interruption
}

function buildContext({ argv, options, version, interruption }: ContextInput): CliContext {
  const { env } = process
  const settings = resolveSettings({ flags: options, env, cwd: process.cwd() })
  // The choices were checked by the option's parser; files and variables are checked here.
  const format = formatOf(settings.get('format'))
  const quiet = options['quiet'] === true
  const verbosity = countVerbose(argv) + (env['QWL_DEBUG'] === undefined ? 0 : 1)
  const color = options['color'] === false ? 'never' : colorOf(settings.get('color'))
  const ascii = options['ascii'] === true
  const columns = positiveInteger(env['COLUMNS'])
  const styleOf = (stream: NodeJS.WriteStream) =>
    styleFor({ isTerminal: stream.isTTY === true, choice: color, ascii, env })
  const errorStyle = styleOf(process.stderr)
  const canAsk =
    process.stdin.isTTY === true &&
    process.stderr.isTTY === true &&
    options['input'] !== false &&
    (env['CI'] ?? '') === '' &&
    (env['QWL_NO_INPUT'] ?? '') === ''
  const yes = options['yes'] === true || env['QWL_YES'] === '1'
  const reporterSettings = {
    style: errorStyle,
    level: quiet ? 'quiet' : verbosity > 0 ? 'verbose' : 'normal',
    errors: format === 'json' ? 'json' : 'text',
    nowMs: () => Date.now(),
    write: (text: string) => process.stderr.write(text),
  } as const
  const drawn =
    process.stderr.isTTY === true && (settings.get('progress') ?? 'auto') === 'auto' && !env['CI']
  const report = drawn
    ? ttyReporter({ ...reporterSettings, stream: process.stderr })
    : plainReporter(reporterSettings)
  limitTime(settings.get('timeout'), interruption)
  return {
    version,
    cwd: process.cwd(),
    env,
    out: outputOf(process.stdout, styleOf(process.stdout), columns),
    report,
    prompts: promptsFor({
      interactive: canAsk,
      yes,
      ascii,
      dim: (text) => errorStyle.paint.dim(text),
      say: (text) => report.note(text),
      signal: interruption.controller.signal,
    }),
    settings,
    format,
    verbosity,
    quiet,
    yes,
    signal: interruption.controller.signal,
    clock: { nowMs: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    argv,
  }
}

const FORMATS: readonly OutputFormat[] = ['table', 'json', 'ndjson', 'csv', 'tsv', 'line', 'raw']

function formatOf(text: string | undefined): OutputFormat {
  if (text === undefined) return 'table'
  const found = FORMATS.find((format) => format === text)
  if (found !== undefined) return found
  throw new QwError('invalid', `unknown format \`${text}\`: use one of ${FORMATS.join(', ')}`)
}

function colorOf(text: string | undefined): ColorChoice {
  return text === 'always' || text === 'never' ? text : 'auto'
}

function limitTime(text: string | undefined, interruption: Interruption): void {
  if (text === undefined || text === 'none') return
  const ms = parseDurationMs(text)
  if (ms === undefined) {
    throw new QwError('invalid', `--timeout takes a duration such as 30s or 5m, not \`${text}\``)
  }
  const timer = setTimeout(() => {
    interruption.controller.abort(
      new QwError('tooLarge', `the command took longer than --timeout ${text}`, {
        code: 'REQ-TIMEOUT',
        fix: 'raise --timeout, or narrow what is asked',
      }),
    )
  }, ms)
  timer.unref()
}

function countVerbose(argv: readonly string[]): number {
  return argv.reduce((count, word) => {
    if (word === '--verbose') return count + 1
    return /^-[a-zA-Z]*v[a-zA-Z]*$/.test(word) ? count + word.split('v').length - 1 : count
  }, 0)
}

function positiveInteger(text: string | undefined): number | undefined {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 ? number : undefined
}

/** For mistakes found before the options are known. */
function fallbackReporter(): Reporter {
  return plainReporter({
    style: styleFor({
      isTerminal: process.stderr.isTTY === true,
      choice: process.argv.includes('--no-color') ? 'never' : 'auto',
      ascii: process.argv.includes('--ascii'),
      env: process.env,
    }),
    level: 'normal',
    errors: process.argv.includes('--json') ? 'json' : 'text',
    nowMs: () => Date.now(),
    write: (text) => process.stderr.write(text),
  })
}

function packageVersion(): string {
  const url = new URL('../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string }
  return version
}
