import { Command as Commander, CommanderError, Option } from 'commander'
import { QwError } from '../../engine/errors.ts'
import { attachValues } from './attached-values.ts'
import type { AnyCommand, RawOptions } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import type { ExitCode } from '../command/exit-codes.ts'
import { TOPIC_NAMES } from './help/topic-names.ts'
import { GLOBAL_OPTIONS } from './global-options.ts'
import type { OptionSpec, OptionSpecs } from '../command/option.ts'
import { shellWord } from '../command/shell-word.ts'
import { findCommand } from './find-command.ts'
import { COMMANDS, GROUP_SUMMARIES, type CommandEntry } from './registry.ts'

interface ProgramHost {
  readonly version: string
  /** Called with every option, global ones included, before the command runs. */
  contextFor(options: RawOptions, command: AnyCommand): Promise<CliContext>
  /** Of the screen that help is read on; undefined: 80. */
  readonly columns: number | undefined
  write(text: string): void
}

/** Flags that answer by themselves, without a command. */
const INFORMATIVE = new Set(['-h', '--help', '-V', '--version'])

/**
 * Parses `argv` (without node and script) and runs the command. Only the typed command's module is
 * loaded. Rejects with QwError for a usage mistake; resolves to the exit status otherwise.
 */
export async function runProgram(argv: readonly string[], host: ProgramHost): Promise<ExitCode> {
  const { words } = typedLine(argv, GLOBAL_OPTIONS)
  if (words.length === 0 && !argv.some((word) => INFORMATIVE.has(word))) {
    return await runProgram(['welcome', ...argv], host)
  }
  const helpFor = commandOfHelp(words)
  if (helpFor !== undefined) return await runProgram([...helpFor, '--help'], host)
  let exitCode: ExitCode = 0
  const root = rootCommand(host)
  const typed = findCommand(words)
  let specs: OptionSpecs = GLOBAL_OPTIONS
  for (const entry of COMMANDS) {
    const loaded = entry === typed ? await entry.load() : undefined
    const command = addEntry(root, entry)
    if (loaded === undefined) continue
    specs = { ...GLOBAL_OPTIONS, ...loaded.options }
    describe(command, entry, loaded)
    command.action(async () => {
      const options: RawOptions = command.optsWithGlobals()
      refuseEmpty(options)
      const context = await host.contextFor(options, loaded)
      try {
        exitCode = (await loaded.invoke(context, command.args, options)) ?? 0
      } catch (error) {
        // What was printed before it failed is shown; why it failed comes after it.
        await context.out.end?.().catch(() => undefined)
        throw error
      }
      await context.out.end?.()
    })
  }
  try {
    await root.parseAsync(attachValues(argv, specs), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    throw usageError(error, typedLine(argv, specs))
  }
  return exitCode
}

/** The global options reach the settings as text: a value is checked there, and that there is one here. */
function refuseEmpty(options: RawOptions): void {
  for (const [name, spec] of Object.entries(GLOBAL_OPTIONS)) {
    if (options[name] === '') spec.parse('')
  }
}

/** `help search` means `search --help`; `help query` is a topic, and stays. */
function commandOfHelp(words: readonly string[]): readonly string[] | undefined {
  const [first, ...rest] = words
  if (first !== 'help' || rest.length === 0) return undefined
  // `cost` is a topic and short for a command: the topic says how to reach the other.
  if (rest.length === 1 && TOPIC_NAMES.some((name) => name === rest[0])) return undefined
  const isCommand = findCommand(rest) !== undefined || GROUP_SUMMARIES.has(rest[0] ?? '')
  return isCommand ? rest : undefined
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
      getOutHelpWidth: () => host.columns ?? 80,
      // The error itself is printed by main, in the shape of every other error.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
    .showSuggestionAfterError(true)
    .helpCommand(false)
    .addHelpText('after', AFTER_HELP)
  for (const spec of Object.values(GLOBAL_OPTIONS)) addOption(root, spec)
  root.addOption(new Option('--no-color', 'no colour').hideHelp())
  return root
}

const AFTER_HELP = `
Start with   qw-lambda init
Read on      qw-lambda help <topic>
             ${TOPIC_NAMES.join(', ')}`

function addEntry(root: Commander, entry: CommandEntry): Commander {
  const parent = parentOf(root, entry)
  const hidden = entry.group === undefined
  const command = parent.command(entry.words.at(-1) ?? '', { hidden }).summary(entry.summary)
  command
    .description(entry.summary)
    .aliases([...(entry.aliases ?? [])])
    .helpCommand(false)
  if (parent === root && !hidden) command.helpGroup(`${entry.group}:`)
  return command
}

function parentOf(root: Commander, entry: CommandEntry): Commander {
  let parent = root
  for (const word of entry.words.slice(0, -1)) {
    const known = parent.commands.find((command) => command.name() === word)
    if (known !== undefined) {
      parent = known
      continue
    }
    const summary = GROUP_SUMMARIES.get(word) ?? word
    parent = parent.command(word).summary(summary).description(summary).helpCommand(false)
    parent.helpGroup(`${entry.group ?? 'Tool'}:`)
  }
  return parent
}

function describe(command: Commander, { summary }: CommandEntry, spec: AnyCommand): void {
  if (spec.description !== undefined) command.description(`${summary}\n\n${spec.description}`)
  for (const [notation, help] of spec.args ?? []) command.argument(notation, help)
  for (const option of Object.values(spec.options)) addOption(command, option)
  const after = []
  if (spec.formats !== undefined) {
    const formats = [...new Set(['table', 'json', ...spec.formats])]
    after.push(`\nFormats:\n  ${formats.join(' ')}`)
  }
  if (spec.examples !== undefined) {
    after.push(`\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`)
  }
  if (after.length > 0) command.addHelpText('after', after.join('\n'))
}

function addOption(command: Commander, spec: OptionSpec<unknown>): void {
  const choices = spec.choices === undefined ? '' : `: ${spec.choices.join(', ')}`
  const option = new Option(spec.flags, `${spec.help}${choices}`)
  if (spec.isRepeatable === true) {
    option.argParser((value, before?: string) =>
      before === undefined ? value : `${before},${value}`,
    )
  }
  command.addOption(option)
}

interface TypedLine {
  readonly argv: readonly string[]
  /** The arguments that are not options, nor values of options that take one. */
  readonly words: readonly string[]
  /** The others. */
  readonly options: readonly string[]
}

function typedLine(argv: readonly string[], specs: OptionSpecs): TypedLine {
  const valued = new Set(
    Object.values(specs).flatMap(({ flags, takesValue }) =>
      takesValue ? (flags.match(/(?<=^|, )--?[a-zA-Z-]+/g) ?? []) : [],
    ),
  )
  const words: string[] = []
  const options: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (!word.startsWith('-')) {
      words.push(word)
      continue
    }
    options.push(word)
    if (valued.has(word) && i + 1 < argv.length) options.push(argv[++i] ?? '')
  }
  return { argv, words, options }
}

function usageError(error: CommanderError, line: TypedLine): QwError {
  const { words } = line
  const [group = ''] = words
  if (error.code === 'commander.help') return subcommandMissing(group)
  const [what, suggestion] = error.message.replace(/^error: /, '').split('\n')
  const command = findCommand(words)?.words.join(' ')
  const help = `qw-lambda ${command === undefined ? '' : `${command} `}--help`
  const meant = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion ?? '')?.[1]
  const fix = meant === undefined ? quotedQuery(error, line) : `did you mean ${meant}?`
  return new QwError('invalid', what ?? error.message, {
    code: 'USAGE',
    fix: fix === undefined ? help : `${fix}\n${help}`,
  })
}

/** Commands whose argument is a query: people write one without quotes, or begin it with a dash. */
const QUERY_COMMANDS = ['search', 'tail']

function quotedQuery(error: CommanderError, line: TypedLine): string | undefined {
  const { argv, words, options } = line
  const [command = '', ...query] = words
  if (error.code === 'commander.unknownOption' && /'--index'/.test(error.message)) {
    return indexAsArgument(line)
  }
  if (!QUERY_COMMANDS.includes(command)) return undefined
  if (error.code === 'commander.excessArguments') {
    const quoted = [query.join(' '), ...options].map(shellWord).join(' ')
    return `quote the query: qw-lambda ${command} ${quoted}`
  }
  // `-price:3` is no bundle of flags.
  const dashed = argv.find((word) => /^-\w[\w.]*:/.test(word))
  if (error.code !== 'commander.unknownOption' || dashed === undefined) return undefined
  return `a query that begins with a dash: qw-lambda ${command} -Q ${shellWord(dashed)}`
}

/** `--index` of a search is the argument of the commands about one index. */
function indexAsArgument({ argv, words }: TypedLine): string | undefined {
  const named = findCommand(words)?.words.join(' ')
  const id = argv[argv.indexOf('--index') + 1]
  if (named === undefined || id === undefined || !/^(index|fields)/.test(named)) return undefined
  return `the index is its argument: qw-lambda ${named} ${shellWord(id)}`
}

/** `qw-lambda index` alone. */
function subcommandMissing(group: string): QwError {
  const names = COMMANDS.filter(({ words }) => words.length > 1 && words[0] === group).map(
    ({ words }) => words.slice(1).join(' '),
  )
  return new QwError('invalid', `${group} needs to know what to do: ${names.join(', ')}`, {
    code: 'USAGE',
    fix: `qw-lambda ${group} ${names[0] ?? '--help'}`,
  })
}
