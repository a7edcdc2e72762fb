import type { AnyCommand } from '../../command/command.ts'
import { GLOBAL_OPTIONS } from '../global-options.ts'
import type { OptionSpec } from '../../command/option.ts'
import { COMMANDS } from '../registry.ts'

/** What may follow each command, as plain values that every shell's script is written from. */
export interface WordTree {
  /** Commands and groups on the first level, aliases included. */
  readonly commands: readonly TreeCommand[]
}

export interface TreeCommand {
  /** `index list` */
  readonly path: string
  readonly summary: string
  /** Subcommands of a group. */
  readonly subcommands: readonly string[]
  readonly options: readonly TreeOption[]
  /** What its arguments name. */
  readonly argument: ArgumentKind
}

export type ArgumentKind =
  | 'files'
  | 'stacks'
  | 'indexes'
  | 'topics'
  | 'settings'
  | 'shells'
  | 'saved'
  | 'fields'
  /** Fields with a colon, to go on from. */
  | 'query'
  | 'none'

export interface TreeOption {
  readonly flag: string
  readonly help: string
  readonly takesValue: boolean
  /** The values it can have, where they are few. */
  readonly choices: readonly string[]
  readonly value: ArgumentKind
}

const ARGUMENTS: Readonly<Record<string, ArgumentKind>> = {
  ingest: 'files',
  'index infer': 'files',
  'index describe': 'indexes',
  'index fields': 'indexes',
  'index splits': 'indexes',
  'index clear': 'indexes',
  'index delete': 'indexes',
  'index copy': 'indexes',
  fields: 'indexes',
  search: 'query',
  tail: 'query',
  use: 'stacks',
  help: 'topics',
  completion: 'shells',
  'config get': 'settings',
  'config set': 'settings',
  'config unset': 'settings',
}

const OPTION_VALUES: Readonly<Record<string, ArgumentKind>> = {
  '--stack': 'stacks',
  '--confirm': 'stacks',
  '--index': 'indexes',
  '--to-local': 'stacks',
  '--to-stack': 'stacks',
  '--saved': 'saved',
  '--forget': 'saved',
  '--query': 'query',
  '--fields': 'fields',
  '--sort': 'fields',
  '--by': 'fields',
  '--terms': 'fields',
  '--stats': 'fields',
  '--percentiles': 'fields',
  '--snippet': 'fields',
  '--search-fields': 'fields',
}

/** Loads every command: for printing a script, not for completing a word. */
export async function loadWordTree(): Promise<WordTree> {
  const commands: TreeCommand[] = []
  const listed = COMMANDS.filter(({ group }) => group !== undefined)
  for (const entry of listed) {
    const loaded = await entry.load()
    for (const last of [entry.words.at(-1) ?? '', ...(entry.aliases ?? [])]) {
      const path = [...entry.words.slice(0, -1), last].join(' ')
      commands.push({
        path,
        summary: entry.summary,
        subcommands: subcommandsOf(path),
        options: optionsOf(loaded),
        argument: ARGUMENTS[entry.words.join(' ')] ?? 'none',
      })
    }
  }
  const groups = new Set(listed.flatMap(({ words }) => (words.length > 1 ? [words[0] ?? ''] : [])))
  for (const path of groups) {
    if (commands.some((command) => command.path === path)) continue
    commands.push({
      path,
      summary: '',
      subcommands: subcommandsOf(path),
      options: [],
      argument: 'none',
    })
  }
  return { commands }
}

function subcommandsOf(group: string): string[] {
  return COMMANDS.flatMap(({ words }) =>
    words.length === 2 && words[0] === group ? [words[1] ?? ''] : [],
  )
}

function optionsOf(command: AnyCommand): TreeOption[] {
  const specs = [...Object.values(command.options), ...Object.values(GLOBAL_OPTIONS)]
  return specs.flatMap((spec) => (longFlag(spec) === undefined ? [] : [treeOption(spec)]))
}

function treeOption(spec: OptionSpec<unknown>): TreeOption {
  const flag = longFlag(spec) ?? ''
  const value = OPTION_VALUES[flag] ?? (/<(file|folder)>/.test(spec.flags) ? 'files' : 'none')
  return { flag, help: spec.help, takesValue: spec.takesValue, choices: spec.choices ?? [], value }
}

function longFlag(spec: OptionSpec<unknown>): string | undefined {
  return /--[a-z-]+/.exec(spec.flags)?.[0]
}
