import type { CliContext } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import type { OptionSpecs, OptionValues } from './option.ts'

export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv' | 'tsv' | 'line' | 'raw'

/** A command is a record; its body is wiring. Exit status 0 unless `run` returns another. */
interface Command<S extends OptionSpecs = OptionSpecs> {
  /** Further help text: paragraphs under the summary, which stands in program/registry.ts. */
  readonly description?: string
  /** Commander notation: `[query]`, `<src...>`. */
  readonly args?: readonly (readonly [notation: string, help: string])[]
  readonly options: S
  readonly examples?: readonly string[]
  /** What `--format` may be besides `table` and `json`. */
  readonly formats?: readonly OutputFormat[]
  /** Runs although a settings file is damaged, and sees why in `settings.problems`. */
  readonly toleratesBrokenFiles?: boolean
  /** Whether what it prints ends, and may be longer than a screen: then a pager shows it. */
  readonly pages?: (typed: RawOptions) => boolean
  /** Works on the project file of this folder alone; others take one further up as well. */
  readonly projectFile?: 'here'
  run(context: CliContext, input: CommandInput<S>): Promise<ExitCode | void>
}

interface CommandInput<S extends OptionSpecs = OptionSpecs> {
  /** Positional arguments as typed; an absent optional one is missing from the end. */
  readonly args: readonly string[]
  readonly options: OptionValues<S>
  /** The same as texts, for what keeps or changes them before they are read. */
  readonly typed: RawOptions
}

/** What the program runs: the options' types are checked where the command is defined. */
export interface AnyCommand extends Omit<Command, 'run' | 'options'> {
  readonly options: OptionSpecs
  invoke(context: CliContext, args: readonly string[], raw: RawOptions): Promise<ExitCode | void>
}

/** Option texts by camel-cased name; `true` for a flag. */
export type RawOptions = Readonly<Record<string, unknown>>

export function defineCommand<const S extends OptionSpecs>(command: Command<S>): AnyCommand {
  return {
    ...command,
    invoke(context, args, raw) {
      return command.run(context, {
        args,
        options: parseOptions(command.options, raw),
        typed: raw,
      })
    },
  }
}

/** Throws `invalid` for a value that an option does not take. */
export function parseOptions<S extends OptionSpecs>(specs: S, raw: RawOptions): OptionValues<S> {
  const values: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const given = raw[name]
    if (typeof given === 'string') values[name] = spec.parse(given)
    else if (given === true) values[name] = spec.takesValue ? spec.parse('') : true
    else values[name] = given === false ? false : undefined
  }
  // Built key by key from S itself, which the mapped type cannot express.
  return values as OptionValues<S>
}
