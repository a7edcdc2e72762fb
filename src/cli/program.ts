import { Command as Commander, CommanderError, Option } from 'commander'
import { QwError } from '../engine/errors.ts'
import type { AnyCommand, RawOptions } from './command.ts'
import type { CliContext } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { GLOBAL_OPTIONS } from './global-options.ts'
import type { OptionSpec } from './option.ts'
import { COMMANDS, type CommandEntry } from './registry.ts'

export interface ProgramHost {
  readonly version: string
  /** Called with every option, global ones included, before the command runs. */
  contextFor(options: RawOptions): CliContext
  write(text: string): void
  writeError(text: string): void
}

/** Flags that answer by themselves, without a command. */
const INFORMATIVE = new Set(['-h', '--help', '-V', '--version'])

/**
 * Parses `argv` (without node and script) and runs the command. Only the typed command's module is
 * loaded. Rejects with QwError for a usage mistake; resolves to the exit status otherwise.
 */
export async function runProgram(argv: readonly string[], host: ProgramHost): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const root = rootCommand(host)
  const typed = findEntry(argv)
  if (positionals(argv).length === 0 && !argv.some((word) => INFORMATIVE.has(word))) {
    return await runProgram(['welcome', ...argv], host)
  }
  for (const entry of COMMANDS) {
    const loaded = entry === typed ? await entry.load() : undefined
    const parent = parentOf(root, entry)
    const hidden = entry.group === undefined
    const command = parent.command(entry.words.at(-1) ?? '', { hidden }).summary(entry.summary)
    command.description(entry.summary).aliases([...(entry.aliases ?? [])])
    if (parent === root && !hidden) command.helpGroup(`${entry.group}:`)
    if (loaded === undefined) continue
    describe(command, loaded)
    command.action(async () => {
      const options: RawOptions = command.optsWithGlobals()
      const context = host.contextFor(options)
      exitCode = (await loaded.invoke(context, command.args, options)) ?? 0
    })
  }
  try {
    await root.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    throw usageError(error)
  }
  return exitCode
}

function rootCommand(host: ProgramHost): Commander {
  const root = new Commander('qw-lambda')
    .description('Serverless search on your own S3 bucket, or on this laptop.')
    .usage('<command> [options]')
    .version(host.version, '-V, --version', 'print the version')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => host.write(text),
      // The error itself is printed by main, in the shape of every other error.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .showSuggestionAfterError(true)
    .helpCommand(false)
    .addHelpText('after', `\nStart with   qw-lambda init\nTopics       qw-lambda help query|formats|environment|exit-codes|cost`)
  for (const spec of Object.values(GLOBAL_OPTIONS)) addOption(root, spec)
  root.addOption(new Option('--no-color', 'no colour').hideHelp())
  return root
}

function describe(command: Commander, spec: AnyCommand): void {
  if (spec.description !== undefined) command.description(`${spec.summary}\n\n${spec.description}`)
  for (const [notation, help] of spec.args ?? []) command.argument(notation, help)
  for (const option of Object.values(spec.options)) addOption(command, option)
  if (spec.examples !== undefined) {
    const lines = spec.examples.map((example) => `  ${example}`).join('\n')
    command.addHelpText('after', `\nExamples:\n${lines}`)
  }
}

function addOption(command: Commander, spec: OptionSpec<unknown>): void {
  command.addOption(new Option(spec.flags, spec.help))
}

function parentOf(root: Commander, entry: CommandEntry): Commander {
  let parent = root
  for (const word of entry.words.slice(0, -1)) {
    parent =
      parent.commands.find((command) => command.name() === word) ??
      parent.command(word).helpGroup(`${entry.group ?? 'Tool'}:`)
  }
  return parent
}

/** The entry whose words the command line starts with, global options apart. */
function findEntry(argv: readonly string[]): CommandEntry | undefined {
  const words = positionals(argv)
  const matches = (entry: CommandEntry): boolean =>
    entry.words.every((word, i) => {
      const isLast = i === entry.words.length - 1
      return words[i] === word || (isLast && (entry.aliases ?? []).includes(words[i] ?? ''))
    })
  return [...COMMANDS].toSorted((a, b) => b.words.length - a.words.length).find(matches)
}

/** The arguments that are not options, nor values of global options that take one. */
function positionals(argv: readonly string[]): string[] {
  const valued = new Set(
    Object.values(GLOBAL_OPTIONS).flatMap((spec) =>
      spec.takesValue ? [/--[a-z-]+/.exec(spec.flags)?.[0] ?? ''] : [],
    ),
  )
  const words: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (valued.has(word)) i++
    else if (!word.startsWith('-')) words.push(word)
  }
  return words
}

function usageError(error: CommanderError): QwError {
  const message = error.message.replace(/^error: /, '')
  const [what, suggestion] = message.split('\n')
  return new QwError('invalid', what ?? message, {
    code: 'USAGE',
    fix: suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?') ?? 'qw-lambda --help',
  })
}
