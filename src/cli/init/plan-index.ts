import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import { parseIndexConfig } from '../../engine/schema/config-text.ts'
import { shippedConfig } from '../../engine/schema/shipped-configs.ts'
import { SOURCE_TEMPLATES } from '../../engine/sources/templates/source-templates.ts'
import { readConfigFile } from '../intake/config-file.ts'
import type { CliContext } from '../command/context.ts'
import { indexIdFor } from '../intake/inferred-fields.ts'
import { SourceOpener } from '../intake/open-source.ts'
import type { StoredPlace } from '../intake/stored-place.ts'
import type { InitOptions } from './init-options.ts'
import type { InitData, PlannedIndex } from './init-plan.ts'
import { settleSchema } from './settle-schema.ts'

const SAMPLE_INDEX = 'mock-sales'

/** The index that a template makes has its name, but for the sample's own. */
function indexOfTemplate(template: string): string {
  return template === 'sales' ? SAMPLE_INDEX : template
}

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
    const indexId = indexOfTemplate(options.fromTemplate)
    const path = await newConfigPath(context, options, indexId)
    const yaml = SOURCE_TEMPLATES.get(options.fromTemplate)?.yaml(indexId) ?? ''
    return planned(path, yaml, options.fromTemplate)
  }
  switch (data.kind) {
    case 'sample': {
      const config = shippedConfig(SAMPLE_INDEX)
      return config === undefined ? undefined : { config, path: undefined, yaml: undefined }
    }
    case 'files': {
      const indexId = indexIdFor(basename(resolve(context.cwd, data.from)).replaceAll('*', ''))
      const path = await newConfigPath(context, options, indexId)
      const [first = ''] = data.paths
      const opener = new SourceOpener(context, options.inputFormat)
      const settled = await settleSchema(context, {
        indexId,
        name: first,
        samples: [() => opener.lookAt(first)],
        timestampField: options.timestampField,
      })
      return planned(path, settled.yaml, settled.template)
    }
    case 's3': {
      const { place, samples } = data.look
      const indexId = indexIdFor(nameOfPlace(place))
      const path = await newConfigPath(context, options, indexId)
      const settled = await settleSchema(context, {
        indexId,
        name: place.uri,
        samples,
        timestampField: options.timestampField,
      })
      return planned(path, settled.yaml, settled.template)
    }
    case 'empty':
      return undefined
  }
}

/** The last folder, unless it is a date, a Region or a partition of a table; else the bucket. */
function nameOfPlace({ bucket, prefix }: StoredPlace): string {
  const folder = prefix.split('/').findLast((part) => part !== '') ?? ''
  const isName = /^[a-zA-Z][\w.-]*$/.test(folder) && !/^[a-z]{2}-[a-z]+-\d$/.test(folder)
  return isName && !prefix.startsWith('AWSLogs/') ? folder : bucket
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

function planned(path: string, yaml: string, template: string | undefined): PlannedIndex {
  return { config: parseIndexConfig(yaml, 'yaml'), path, yaml, template }
}

/** Beside the project file. Throws `invalid` when another file is in its place and has to stay. */
async function newConfigPath(
  context: CliContext,
  options: InitOptions,
  indexId: string,
): Promise<string> {
  const path = join(dirname(context.settings.projectPath), `${indexId}.yaml`)
  if (!existsSync(path) || options.force === true || options.print === true) return path
  const shown = relative(context.cwd, path) || path
  const message = `there is a file ${shown} already, where the index config would go`
  if (context.prompts.interactive) {
    context.report.note(`There is a file ${shown} already, where the index config would go.`)
    const question = {
      message: `Replace it (kept as ${shown}.bak)`,
      flag: '--force',
      fallback: true,
    }
    if (await context.prompts.confirm(question)) return path
  }
  throw new QwError('invalid', message, {
    code: 'FILE-EXISTS',
    fix: `use it: --schema ${shown}\nor replace it (kept as ${shown}.bak): --force`,
  })
}
