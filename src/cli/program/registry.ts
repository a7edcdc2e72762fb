import type { AnyCommand } from '../command/command.ts'

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
    load: async () => (await import('../init/init-command.ts')).initCommand,
  },
  {
    words: ['deploy'],
    aliases: ['update'],
    summary: 'create or update the deployment in AWS',
    group: 'Start',
    load: async () => (await import('../deploy/deploy-command.ts')).deployCommand,
  },
  {
    words: ['diff'],
    summary: 'what deploy would change, and what that costs',
    group: 'Start',
    load: async () => (await import('../deploy/deploy-command.ts')).diffCommand,
  },
  {
    words: ['status'],
    summary: 'one screen: health, data, freshness',
    group: 'Start',
    load: async () => (await import('../status/status-command.ts')).statusCommand,
  },
  {
    words: ['list'],
    summary: 'the stacks there are',
    group: 'Start',
    load: async () => (await import('../status/list-command.ts')).listCommand,
  },
  {
    words: ['use'],
    summary: 'choose the stack that commands mean',
    group: 'Start',
    load: async () => (await import('../status/use-command.ts')).useCommand,
  },
  {
    words: ['search'],
    summary: 'find documents, count them, draw them',
    group: 'Search',
    load: async () => (await import('../search/search-command.ts')).searchCommand,
  },
  {
    words: ['tail'],
    summary: 'watch new documents as they arrive (search --follow)',
    group: 'Search',
    load: async () => (await import('../search/search-command.ts')).tailCommand,
  },
  {
    words: ['fields'],
    summary: 'field names with type, and what can be done with them',
    group: 'Search',
    load: async () => (await import('../search/fields-command.ts')).fieldsCommand,
  },
  {
    words: ['ingest'],
    summary: 'index files, folders, globs or stdin',
    group: 'Data',
    load: async () => (await import('../ingest/ingest-command.ts')).ingestCommand,
  },
  {
    words: ['ingest', 'status'],
    summary: 'the latest ingest runs, or one of them',
    group: 'Data',
    load: async () => (await import('../ingest/ingest-status-command.ts')).ingestStatusCommand,
  },
  {
    words: ['ingest', 'cancel'],
    summary: 'take back what a deployment has not indexed yet',
    group: 'Data',
    load: async () => (await import('../ingest/ingest-cancel-command.ts')).ingestCancelCommand,
  },
  {
    words: ['ingest', 'failures'],
    summary: 'rejected documents and failed files, grouped by reason',
    group: 'Data',
    load: async () => (await import('../ingest/ingest-failures-command.ts')).ingestFailuresCommand,
  },
  {
    words: ['ingest', 'retry'],
    summary: 'index rejected documents and failed files after all',
    group: 'Data',
    load: async () => (await import('../ingest/ingest-retry-command.ts')).ingestRetryCommand,
  },
  {
    words: ['index', 'list'],
    summary: 'the indexes with their documents, splits and bytes',
    group: 'Data',
    load: async () => (await import('../indexes/index-command.ts')).indexListCommand,
  },
  {
    words: ['index', 'describe'],
    summary: 'one index: totals, time range, compression',
    group: 'Data',
    load: async () => (await import('../indexes/index-command.ts')).indexDescribeCommand,
  },
  {
    words: ['index', 'fields'],
    summary: 'field names with type, and what can be done with them',
    group: 'Data',
    load: async () => (await import('../search/fields-command.ts')).fieldsCommand,
  },
  {
    words: ['index', 'splits'],
    summary: 'the splits of an index',
    group: 'Data',
    load: async () => (await import('../indexes/index-command.ts')).indexSplitsCommand,
  },
  {
    words: ['index', 'split'],
    summary: 'one split: what is in it, what its parts take, what keeps it',
    group: 'Data',
    load: async () => (await import('../indexes/split-command.ts')).indexSplitCommand,
  },
  {
    words: ['index', 'checkpoints'],
    summary: 'which files and objects count as indexed',
    group: 'Data',
    load: async () => (await import('../indexes/checkpoints-command.ts')).indexCheckpointsCommand,
  },
  {
    words: ['index', 'merge'],
    summary: 'merge small splits now, as the index’s policy says or as far as you say',
    group: 'Data',
    load: async () => (await import('../indexes/merge-command.ts')).indexMergeCommand,
  },
  {
    words: ['index', 'gc'],
    summary: 'delete what no search needs: expired and replaced splits, orphans',
    group: 'Data',
    load: async () => (await import('../indexes/gc-command.ts')).indexGcCommand,
  },
  {
    words: ['index', 'infer'],
    summary: 'an index config from a sample of a file, with comments',
    group: 'Data',
    load: async () => (await import('../indexes/index-change-command.ts')).indexInferCommand,
  },
  {
    words: ['index', 'create'],
    summary: 'make an index from a config file',
    group: 'Data',
    load: async () => (await import('../indexes/index-change-command.ts')).indexCreateCommand,
  },
  {
    words: ['index', 'update'],
    summary: 'change the config of an index in place',
    group: 'Data',
    load: async () => (await import('../indexes/update-command.ts')).indexUpdateCommand,
  },
  {
    words: ['index', 'clear'],
    summary: 'remove all documents of an index, and keep the index',
    group: 'Data',
    load: async () => (await import('../indexes/index-change-command.ts')).indexClearCommand,
  },
  {
    words: ['index', 'delete'],
    summary: 'remove an index with all its documents',
    group: 'Data',
    load: async () => (await import('../indexes/index-change-command.ts')).indexDeleteCommand,
  },
  {
    words: ['index', 'reindex'],
    summary: 'read documents back and index them into another index',
    group: 'Data',
    load: async () => (await import('../indexes/reindex-command.ts')).indexReindexCommand,
  },
  {
    words: ['index', 'export'],
    summary: 'documents out, as NDJSON, CSV or Parquet',
    group: 'Data',
    load: async () => (await import('../indexes/export-command.ts')).indexExportCommand,
  },
  {
    words: ['index', 'snapshot'],
    summary: 'pin an index as it is now; list and delete what was pinned',
    group: 'Data',
    load: async () => (await import('../indexes/snapshot-command.ts')).indexSnapshotCommand,
  },
  {
    words: ['index', 'restore'],
    summary: 'bring an index back to a snapshot, or make a new one of it',
    group: 'Data',
    load: async () => (await import('../indexes/restore-command.ts')).indexRestoreCommand,
  },
  {
    words: ['index', 'copy'],
    summary: 'copy an index to another stack, here or in AWS',
    group: 'Data',
    load: async () => (await import('../indexes/copy-command.ts')).indexCopyCommand,
  },
  {
    words: ['delete-docs'],
    summary: 'erase what a query finds, for good',
    group: 'Data',
    load: async () => (await import('../indexes/delete-docs-command.ts')).deleteDocsCommand,
  },
  {
    words: ['generator', 'status'],
    summary: 'the sample stream: on or paused, how much, when next',
    group: 'Data',
    load: async () => (await import('../generator/generator-command.ts')).generatorStatusCommand,
  },
  {
    words: ['generator', 'pause'],
    summary: 'stop making sample data',
    group: 'Data',
    load: async () => (await import('../generator/generator-command.ts')).generatorPauseCommand,
  },
  {
    words: ['generator', 'resume'],
    summary: 'make sample data again',
    group: 'Data',
    load: async () => (await import('../generator/generator-command.ts')).generatorResumeCommand,
  },
  {
    words: ['generator', 'run'],
    summary: 'make sample data now and wait until it can be searched',
    group: 'Data',
    load: async () => (await import('../generator/generator-run-command.ts')).generatorRunCommand,
  },
  {
    words: ['generator', 'set'],
    summary: 'change how often and how much',
    group: 'Data',
    load: async () => (await import('../generator/generator-set-command.ts')).generatorSetCommand,
  },
  {
    words: ['api-key', 'show'],
    summary: 'the key of the HTTP API in AWS',
    group: 'Operate',
    load: async () => (await import('../api-key/api-key-show-command.ts')).apiKeyShowCommand,
  },
  {
    words: ['api-key', 'rotate'],
    summary: 'a new key; the old one works for a while',
    group: 'Operate',
    load: async () => (await import('../api-key/api-key-rotate-command.ts')).apiKeyRotateCommand,
  },
  {
    words: ['serve'],
    summary: 'serve the HTTP API of a local stack, with its schedule',
    group: 'Operate',
    load: async () => (await import('../serve/serve-command.ts')).serveCommand,
  },
  {
    words: ['logs'],
    summary: 'what the functions did, or a local stack in their place',
    group: 'Operate',
    load: async () => (await import('../logs/logs-command.ts')).logsCommand,
  },
  {
    words: ['doctor'],
    summary: 'check this machine and the stack, with a fix for each finding',
    group: 'Operate',
    load: async () => (await import('../doctor/doctor-command.ts')).doctorCommand,
  },
  {
    words: ['cost-estimate'],
    aliases: ['cost'],
    summary: 'what a month costs, row by row, and what would lower it',
    group: 'Operate',
    load: async () => (await import('../cost/cost-command.ts')).costEstimateCommand,
  },
  {
    words: ['open'],
    summary: 'open the API, the bucket or another page of the stack',
    group: 'Operate',
    load: async () => (await import('../serve/open-command.ts')).openCommand,
  },
  {
    words: ['grafana', 'provision'],
    summary: 'data sources, a dashboard and a compose file for Grafana',
    group: 'Search',
    load: async () => (await import('../grafana/grafana-command.ts')).grafanaProvisionCommand,
  },
  {
    words: ['grafana', 'check'],
    summary: 'make the calls that Grafana’s data source makes',
    group: 'Search',
    load: async () => (await import('../grafana/grafana-command.ts')).grafanaCheckCommand,
  },
  {
    words: ['mcp'],
    summary: 'let an assistant list, search and aggregate (Model Context Protocol)',
    group: 'Search',
    load: async () => (await import('../mcp/mcp-command.ts')).mcpCommand,
  },
  {
    words: ['teardown'],
    aliases: ['destroy'],
    summary: 'remove a stack with all its data, and prove it',
    group: 'Operate',
    load: async () => (await import('../teardown/teardown-command.ts')).teardownCommand,
  },
  {
    words: ['config', 'list'],
    summary: 'every setting, and where its value comes from',
    group: 'Tool',
    load: async () => (await import('../config/config-list-command.ts')).configListCommand,
  },
  {
    words: ['config', 'get'],
    summary: 'one setting',
    group: 'Tool',
    load: async () => (await import('../config/config-list-command.ts')).configGetCommand,
  },
  {
    words: ['config', 'set'],
    summary: 'keep a setting in the user or project file',
    group: 'Tool',
    load: async () => (await import('../config/config-set-command.ts')).configSetCommand,
  },
  {
    words: ['config', 'unset'],
    summary: 'forget a setting that was kept',
    group: 'Tool',
    load: async () => (await import('../config/config-set-command.ts')).configUnsetCommand,
  },
  {
    words: ['config', 'path'],
    summary: 'where the files are',
    group: 'Tool',
    load: async () => (await import('../config/config-list-command.ts')).configPathCommand,
  },
  {
    words: ['completion'],
    summary: 'the completion script of a shell',
    group: 'Tool',
    load: async () => (await import('./completion/completion-command.ts')).completionCommand,
  },
  {
    words: ['help'],
    summary: 'a topic or a command, explained',
    group: 'Tool',
    load: async () => (await import('./help/help-command.ts')).helpCommand,
  },
  {
    words: ['bug-report'],
    summary: 'a text about the last fault to send us, without secrets or data',
    group: 'Tool',
    load: async () => (await import('./bug-report/bug-report-command.ts')).bugReportCommand,
  },
  {
    words: ['version'],
    summary: 'versions of the tool, Node and the platform',
    group: 'Tool',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
  {
    words: ['complete'],
    summary: 'names for a shell’s completion',
    group: undefined,
    load: async () => (await import('./completion/complete-command.ts')).completeCommand,
  },
  {
    words: ['welcome'],
    summary: 'how to begin',
    group: undefined,
    load: async () => (await import('./welcome-command.ts')).welcomeCommand,
  },
]

/** Words that only have subcommands, with their line in the help. */
export const GROUP_SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['index', 'list, describe, make, tidy and empty indexes'],
  ['generator', 'the sample data stream: status, pause, resume, run, set'],
  ['api-key', 'the key of the HTTP API: show, rotate'],
  ['grafana', 'files for a Grafana of its own, and a check of its calls'],
  ['config', 'settings and where they come from: list, get, set, unset, path'],
])
