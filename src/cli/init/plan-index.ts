import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import { parseIndexConfig } from '../../engine/schema/index-config.ts'
import { shippedConfig, shippedConfigText } from '../../engine/schema/shipped-configs.ts'
import { readConfigFile } from '../commands/index-changes.ts'
import type { CliContext } from '../context.ts'
import { indexIdFor } from '../ingest/inferred-fields.ts'
import { SourceOpener } from '../ingest/open-source.ts'
import type { InitOptions } from './init-options.ts'
import type { InitData, PlannedIndex } from './init-plan.ts'
import { settleSchema } from './settle-schema.ts'

const SAMPLE_INDEX = 'mock-sales'

/** The indexes that templates make. */
const TEMPLATES = { sales: SAMPLE_INDEX, 'hdfs-logs': 'hdfs-logs' } as const

/**
 * The index that the answers mean: the user's config, a template's, the sample's, or one inferred from
 * the user's files. Undefined: none yet.
 */
export async function planIndex(
  context: CliContext,
  options: InitOptions,
  data: InitData,
): Promise<PlannedIndex | undefined> {
  if (options.schema !== undefined) return await ownIndex(context, options.schema, data)
  if (options.fromTemplate !== undefined) {
    const indexId = TEMPLATES[options.fromTemplate]
    return newFile(context, options, shippedConfigText(indexId) ?? '')
  }
  switch (data.kind) {
    case 'sample': {
      const config = shippedConfig(SAMPLE_INDEX)
      return config === undefined ? undefined : { config, path: undefined, yaml: undefined }
    }
    case 'files': {
      const yaml = await settleSchema(context, {
        indexId: indexIdFor(basename(resolve(context.cwd, data.from)).replaceAll('*', '')),
        path: data.paths[0] ?? '',
        opener: new SourceOpener(context),
        timestampField: options.timestampField,
      })
      return newFile(context, options, yaml)
    }
    case 's3':
    case 'empty':
      return undefined
  }
}

async function ownIndex(context: CliContext, path: string, data: InitData): Promise<PlannedIndex> {
  const { config, notes } = await readConfigFile(path)
  for (const note of notes) context.report.note(note)
  if (data.kind === 'sample' && config.indexId !== SAMPLE_INDEX) {
    throw new QwError(
      'invalid',
      `the sample data goes into the index ${SAMPLE_INDEX}, and ${path} is for ${config.indexId}`,
      {
        code: 'USAGE',
        fix: 'add --data empty, or --data files --from <src>',
      },
    )
  }
  return { config, path: resolve(context.cwd, path), yaml: undefined }
}

/** A config file beside the project file. Throws `invalid` when another one is in its place. */
function newFile(context: CliContext, options: InitOptions, yaml: string): PlannedIndex {
  const config = parseIndexConfig(yaml, 'yaml')
  const path = join(dirname(context.settings.projectPath), `${config.indexId}.yaml`)
  if (existsSync(path) && options.force !== true && options.print !== true) {
    const shown = relative(context.cwd, path) || path
    throw new QwError(
      'invalid',
      `there is a file ${shown} already, where the index config would go`,
      {
        code: 'FILE-EXISTS',
        fix: `use it: --schema ${shown}\nor replace it (kept as ${shown}.bak): --force`,
      },
    )
  }
  return { config, path, yaml }
}
