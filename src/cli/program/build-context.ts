import { existsSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import type { Clock } from '../../engine/ports.ts'
import { systemClock } from '../../stores/system-clock.ts'
import type { AnyCommand, OutputFormat, RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import type { Interruption } from './interruption.ts'
import { promptsFor } from '../command/prompts.ts'
import { plainReporter } from '../reporters/plain.ts'
import type { Reporter } from '../reporters/reporter.ts'
import { resolveSettings, type Settings } from '../command/settings.ts'
import { runCommand } from './find-command.ts'
import { shellWord } from '../command/shell-word.ts'
import { heldNotes, type HeldNotes } from '../format/held-notes.ts'
import { commandOutput } from './command-output.ts'
import { outputOf, writerOf } from '../format/streams.ts'
import { styleFor, type ColorChoice, type Style } from '../format/style.ts'

/** What a command line runs in: this process, or a stage that a test sets. */
export interface ProcessHost {
  readonly stdin: { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly clock: Clock
}

export function thisProcess(): ProcessHost {
  const { stdin, stdout, stderr, env } = process
  return { stdin, stdout, stderr, env, cwd: currentFolder(), clock: systemClock }
}

/** Node has none where the folder was removed under it; the root has neither stacks nor files of ours. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    process.chdir('/')
    process.stderr.write('! This folder was removed: working in / instead.\n')
    return '/'
  }
}

interface ContextInput {
  readonly host: ProcessHost
  readonly argv: readonly string[]
  readonly options: RawOptions
  readonly command: AnyCommand
  readonly version: string
  readonly interruption: Interruption
}

/** Flags, environment and files as one value. */
export async function buildContext(input: ContextInput): Promise<CliContext> {
  const { host, argv, options, command, version, interruption } = input
  const { env, cwd, clock } = host
  const settings = resolveSettings(
    { flags: options, env, cwd, projectFile: command.projectFile, userId: process.getuid?.() },
    command.toleratesBrokenFiles === true ? 'collect' : 'throw',
  )
  refuseAbsentFile(settings, command, options)
  const format = formatOf(settings, command, options)
  const quiet = options['quiet'] === true
  const verbosity = countVerbose(argv) + debugLevel(env['QWL_DEBUG'])
  const color = options['color'] === false ? 'never' : colorOf(settings.get('color'))
  const ascii = options['ascii'] === true
  const styleOf = (stream: NodeJS.WriteStream): Style =>
    styleFor({ isTerminal: stream.isTTY === true, choice: color, ascii, env })
  const errorStyle = styleOf(host.stderr)
  const yes = options['yes'] === true || env['QWL_YES'] === '1'
  const notes = heldNotes(writerOf(host.stderr, errorStyle))
  const report = await reporterFor({
    host,
    notes,
    settings,
    style: errorStyle,
    quiet,
    verbosity,
    errors: format === 'json' && !isJsonForJq(options) ? 'json' : 'text',
  })
  interruption.limitTime(settings.get('timeout'))
  const { project } = settings
  if (project !== undefined && isFurtherUp(project.path, cwd) && format !== 'json') {
    report.note(`using ${relative(cwd, project.path)}`)
  }
  const isDumb = env['TERM'] === 'dumb'
  const columns = positiveInteger(env['COLUMNS'])
  const out = outputOf(host.stdout, styleOf(host.stdout), columns, isDumb)
  const paging = { env, notes, onWritten: () => interruption.limitTime('none') }
  return {
    version,
    cwd,
    env,
    out: await commandOutput(out, { command, options, format, report, paging }),
    report,
    prompts: promptsFor({
      interactive: canAsk(options, host),
      yes,
      style: errorStyle,
      say: (text) => report.note(text),
      signal: interruption.signal,
    }),
    settings,
    format,
    verbosity,
    quiet,
    yes,
    signal: interruption.signal,
    clock,
    argv,
    runCommand,
  }
}

/** A program of jq makes JSON that nobody else reads: errors are for people still. */
function isJsonForJq({ jq, json, format }: RawOptions): boolean {
  return jq !== undefined && json !== true && format === undefined
}

/** A project file that was named and is not there: another stack would be meant. */
function refuseAbsentFile(settings: Settings, command: AnyCommand, options: RawOptions): void {
  const isMade = command.projectFile === 'here' || options['project'] === true
  if (isMade || typeof options['config'] !== 'string' || existsSync(settings.projectPath)) return
  throw new QwError('invalid', `there is no project file ${options['config']}`, {
    code: 'CONFIG-FILE',
    fix: `check --config; to make one: qw-lambda init --config ${shellWord(options['config'])}`,
  })
}

/** Found by looking upward, not named. */
function isFurtherUp(path: string, cwd: string): boolean {
  const folder = dirname(path)
  return cwd !== folder && cwd.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** For mistakes found before the options are known. */
export function fallbackReporter(
  argv: readonly string[],
  { stderr, env, clock }: ProcessHost,
): Reporter {
  const style = styleFor({
    isTerminal: stderr.isTTY === true,
    choice: argv.includes('--no-color') ? 'never' : 'auto',
    ascii: argv.includes('--ascii'),
    env,
  })
  return plainReporter({
    style,
    level: 'normal',
    errors: argv.includes('--json') || env['QWL_FORMAT'] === 'json' ? 'json' : 'text',
    phases: 'lines',
    nowMs: () => clock.nowMs(),
    write: writerOf(stderr, style),
  })
}

interface ReporterFacts {
  readonly host: ProcessHost
  readonly notes: HeldNotes
  readonly settings: Settings
  readonly style: Style
  readonly quiet: boolean
  readonly verbosity: number
  readonly errors: 'text' | 'json'
}

async function reporterFor(facts: ReporterFacts): Promise<Reporter> {
  const { host, notes, settings, style, quiet, verbosity, errors } = facts
  const progress = settings.get('progress') ?? 'auto'
  const reporterSettings = {
    style,
    level: quiet ? 'quiet' : verbosity > 0 ? 'verbose' : 'normal',
    errors,
    phases: progress === 'none' ? 'none' : 'lines',
    nowMs: () => host.clock.nowMs(),
    write: (text: string) => notes.write(text),
  } as const
  const isDrawn = host.stderr.isTTY === true && progress === 'auto' && !host.env['CI']
  if (!isDrawn || host.env['TERM'] === 'dumb') return plainReporter(reporterSettings)
  // Loaded where something is drawn: the spinner is a tenth of a command's start.
  const { ttyReporter } = await import('../reporters/tty.ts')
  return ttyReporter({ ...reporterSettings, stream: host.stderr })
}

function canAsk(options: RawOptions, { stdin, stderr, env }: ProcessHost): boolean {
  return (
    stdin.isTTY === true &&
    stderr.isTTY === true &&
    options['input'] !== false &&
    (env['CI'] ?? '') === '' &&
    (env['QWL_NO_INPUT'] ?? '') === ''
  )
}

const FORMATS: readonly OutputFormat[] = ['table', 'json', 'ndjson', 'csv', 'tsv', 'line', 'raw']

/** The format that was asked for. One that the command lacks is a mistake when it was a flag; a
 *  standing preference (variable, file) gives way to the table. */
function formatOf(settings: Settings, command: AnyCommand, options: RawOptions): OutputFormat {
  const asked = options['format']
  if (options['jq'] !== undefined) return formatForJq(settings, command, options)
  if (options['json'] === true && typeof asked === 'string' && asked !== 'json') {
    throw new QwError('invalid', `--json and --format ${asked} are two formats`, {
      code: 'USAGE',
      fix: 'leave one of them out',
    })
  }
  const { value, origin } = settings.all.format
  if (value === undefined) return 'table'
  const found = FORMATS.find((format) => format === value)
  const supported: readonly OutputFormat[] = ['table', 'json', ...(command.formats ?? [])]
  if (found !== undefined && supported.includes(found)) return found
  if (found !== undefined && origin !== 'flag') return 'table'
  throw new QwError(
    'invalid',
    found === undefined ? `unknown format \`${value}\`` : `this command does not print ${value}`,
    { code: 'USAGE', fix: `use one of ${[...new Set(supported)].join(', ')}` },
  )
}

/** JSON, or a line for each document where that was asked for or the command never ends. */
function formatForJq(settings: Settings, command: AnyCommand, options: RawOptions): OutputFormat {
  const asked = options['format']
  const lines = command.formats?.includes('ndjson') === true
  if (typeof asked === 'string' && asked !== 'json' && !(asked === 'ndjson' && lines)) {
    throw new QwError('invalid', `--jq works on JSON, not on ${asked}`, {
      code: 'USAGE',
      fix: `leave out --format ${asked}`,
    })
  }
  const isEndless = command.formats?.includes('json') === false
  const wantsLines = settings.get('format') === 'ndjson' || (isEndless && asked === undefined)
  return lines && wantsLines && options['json'] !== true ? 'ndjson' : 'json'
}

function colorOf(text: string | undefined): ColorChoice {
  return text === 'always' || text === 'never' ? text : 'auto'
}

function countVerbose(argv: readonly string[]): number {
  return argv.reduce((count, word) => {
    if (word === '--verbose') return count + 1
    return /^-[a-zA-Z]*v[a-zA-Z]*$/.test(word) ? count + word.split('v').length - 1 : count
  }, 0)
}

function debugLevel(value: string | undefined): number {
  if (value === undefined || value === '' || value === '0') return 0
  return value === 'http' ? 2 : 1
}

function positiveInteger(text: string | undefined): number | undefined {
  const number = Number(text)
  return Number.isInteger(number) && number > 0 ? number : undefined
}
