import { withoutUsualPlace } from '../../api/metadata.ts'
import { stringifyJson } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { type ConfigChange, configChanges } from '../../engine/schema/config-changes.ts'
import {
  CONFIG_CHANGE_COLUMNS,
  configChangeJson,
  configChangeRow,
} from '../command/config-change-rows.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { flag, text } from '../command/option.ts'
import { missingFlags } from '../command/prompts.ts'
import { printRows } from '../command/rows.ts'
import { shellWord } from '../command/shell-word.ts'
import { plural } from '../format/number.ts'
import { readConfigFile } from '../intake/config-file.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'

export const indexUpdateCommand = defineCommand({
  description:
    'The config file is the whole config: what it leaves out goes back to its default. Search settings and retention change at once. Fields and how they are indexed change for what comes from now on, and older documents keep answering as they were indexed.',
  args: [['[id]', 'index id (the one in the config)']],
  options: {
    file: text('-f, --file <config>', 'index config, YAML or JSON; - for stdin'),
    dryRun: flag('--dry-run', 'tell what would change'),
  },
  examples: [
    'qw-lambda index describe orders --mapping',
    'qw-lambda index update -f orders.yaml --dry-run',
    'qw-lambda index update -f orders.yaml',
  ],
  async run(context, { args, options }) {
    if (options.file === undefined)
      throw missingFlags(['--file'], 'qw-lambda index update -f orders.yaml')
    const stack = await currentDataStack(context)
    const { config: written, notes } = await readConfigFile(options.file)
    const config = withoutUsualPlace(written, stack.indexRoot)
    for (const note of notes) context.report.note(note)
    const [id = config.indexId] = args
    const { metadata } = await loadIndex(stack, id, options.file)
    const changes = configChanges(metadata.config, config)
    const refused = changes.find(({ effect }) => effect === 'refused')
    const isDry = options.dryRun === true
    if (refused !== undefined && !isDry) throw cannotChange(id, refused)
    const isUpdated = !isDry && changes.length > 0
    if (isUpdated) await stack.indexing.metastore.updateConfig(config)
    await show(context, { id, changes, isDry, isUpdated })
  },
})

async function loadIndex(stack: DataStack, id: string, file: string): Promise<IndexFile> {
  try {
    return await stack.indexing.metastore.load(id)
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
    throw new QwError('notFound', `there is no index \`${id}\``, {
      code: 'INDEX-NONE',
      fix: `make it: qw-lambda index create -f ${shellWord(file)}\nor look at those there are: qw-lambda index list`,
      cause: error,
    })
  }
}

function cannotChange(id: string, { path, reason }: ConfigChange): QwError {
  return new QwError('invalid', `\`${path}\` of ${id}: ${reason ?? 'it cannot be changed'}`, {
    code: 'INDEX-CONFIG',
    why: 'the splits that there are were written with it',
    fix: `leave it as it is, or give this config another index_id and read the documents into that: qw-lambda index reindex ${id} --into ${id}-2 -f FILE`,
  })
}

interface Update {
  readonly id: string
  readonly changes: readonly ConfigChange[]
  readonly isDry: boolean
  readonly isUpdated: boolean
}

async function show(context: CliContext, update: Update): Promise<void> {
  const { id, changes, isDry, isUpdated } = update
  if (context.format === 'json') {
    const document = {
      schema: 'qw-lambda/index-update/1',
      id,
      dry_run: isDry,
      updated: isUpdated,
      changes: changes.map(configChangeJson),
    }
    return await context.out.write(`${stringifyJson(document)}\n`)
  }
  if (changes.length === 0) return context.report.note(`The config of ${id} says this already`)
  await printRows(context, CONFIG_CHANGE_COLUMNS, changes.map(configChangeRow))
  if (isUpdated) context.report.note(`Changed ${plural(changes.length, 'setting')} of ${id}`)
}
