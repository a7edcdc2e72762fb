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
  {
    words: ['init'],
    summary: 'set everything up, to the first hits',
    group: 'Start',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    words: ['status'],
    summary: 'one screen: health, data, freshness',
    group: 'Start',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    words: ['search'],
    summary: 'find documents, count them, draw them',
    group: 'Search',
    load: async () => (await import('./commands/search.ts')).searchCommand,
  },
  {
    words: ['fields'],
    summary: 'field names with type, and what can be done with them',
    group: 'Search',
    load: async () => (await import('./commands/fields.ts')).fieldsCommand,
  },
  {
    words: ['ingest'],
    summary: 'index files, folders, globs or stdin',
    group: 'Data',
    load: async () => (await import('./commands/ingest.ts')).ingestCommand,
  },
  {
    words: ['ingest', 'status'],
    summary: 'the latest ingest runs, or one of them',
    group: 'Data',
    load: async () => (await import('./commands/ingest-status.ts')).ingestStatusCommand,
  },
  {
    words: ['ingest', 'failures'],
    summary: 'rejected documents and failed files, grouped by reason',
    group: 'Data',
    load: async () => (await import('./commands/ingest-failures.ts')).ingestFailuresCommand,
  },
  {
    words: ['index', 'list'],
    summary: 'the indexes with their documents, splits and bytes',
    group: 'Data',
    load: async () => (await import('./commands/index-commands.ts')).indexListCommand,
  },
  {
    words: ['index', 'describe'],
    summary: 'one index: totals, time range, compression',
    group: 'Data',
    load: async () => (await import('./commands/index-commands.ts')).indexDescribeCommand,
  },
  {
    words: ['index', 'fields'],
    summary: 'field names with type, and what can be done with them',
    group: 'Data',
    load: async () => (await import('./commands/fields.ts')).fieldsCommand,
  },
  {
    words: ['index', 'splits'],
    summary: 'the splits of an index',
    group: 'Data',
    load: async () => (await import('./commands/index-commands.ts')).indexSplitsCommand,
  },
  {
    words: ['index', 'infer'],
    summary: 'an index config from a sample of a file, with comments',
    group: 'Data',
    load: async () => (await import('./commands/index-changes.ts')).indexInferCommand,
  },
  {
    words: ['index', 'create'],
    summary: 'make an index from a config file',
    group: 'Data',
    load: async () => (await import('./commands/index-changes.ts')).indexCreateCommand,
  },
  {
    words: ['index', 'clear'],
    summary: 'remove all documents of an index, and keep the index',
    group: 'Data',
    load: async () => (await import('./commands/index-changes.ts')).indexClearCommand,
  },
  {
    words: ['index', 'delete'],
    summary: 'remove an index with all its documents',
    group: 'Data',
    load: async () => (await import('./commands/index-changes.ts')).indexDeleteCommand,
  },
  {
    words: ['generator', 'run'],
    summary: 'make sample data now and wait until it can be searched',
    group: 'Data',
    load: async () => (await import('./commands/generator-run.ts')).generatorRunCommand,
  },
  {
    words: ['serve'],
    summary: 'serve the HTTP API of a local stack, with its schedule',
    group: 'Operate',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    words: ['teardown'],
    aliases: ['destroy'],
    summary: 'remove a stack with all its data, and prove it',
    group: 'Operate',
    load: async () => (await import('./commands/teardown.ts')).teardownCommand,
  },
  {
    words: ['welcome'],
    summary: 'how to begin',
    group: undefined,
    load: async () => (await import('./commands/welcome.ts')).welcomeCommand,
  },
]
