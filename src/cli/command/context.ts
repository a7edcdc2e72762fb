import type { Clock } from '../../engine/ports.ts'
import type { OutputFormat, RawOptions } from './command.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Prompts } from './prompts.ts'
import type { Reporter } from '../reporters/reporter.ts'
import type { Settings } from './settings.ts'
import type { Output } from '../format/streams.ts'

/** Everything a command may touch; built once, in main. */
export interface CliContext {
  readonly version: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly out: Output
  readonly report: Reporter
  readonly prompts: Prompts
  readonly settings: Settings
  readonly format: OutputFormat
  readonly verbosity: number
  readonly quiet: boolean
  /** Accept the default of every ordinary confirmation. */
  readonly yes: boolean
  /** Aborted by Ctrl-C, SIGTERM and `--timeout`. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** The command line as typed, without the program's name. */
  readonly argv: readonly string[]
  /** One command ends by running another, as if its name, arguments and options had been typed. */
  readonly runCommand: RunCommand
}

/** `context` is the caller's, or one made from it. Throws what the other command throws. */
export type RunCommand = (
  name: string,
  typed: {
    readonly context: CliContext
    readonly args?: readonly string[]
    readonly options?: RawOptions
  },
) => Promise<ExitCode>
