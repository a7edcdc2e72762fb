import type { AnyCommand } from './command.ts'

/**
 * Every command by its words, with the module that runs it. Only the module of the command that was
 * typed is loaded, so that start-up stays short and no SDK is read before it is needed.
 */
export interface CommandEntry {
  readonly words: readonly string[]
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Undefined: not listed in the help. */
  readonly group: 'Start' | 'Search' | 'Data' | 'Operate' | 'Tool' | undefined
  load(): Promise<AnyCommand>
}

export const COMMANDS: readonly CommandEntry[] = [
]
