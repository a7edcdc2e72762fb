import { isQwError, QwError } from '../../engine/errors.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import { inferIndexConfig } from '../../engine/sources/infer/infer.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { plural } from '../format/number.ts'
import { noteFields } from './inferred-fields.ts'
import type { SourceOpener } from './open-source.ts'
import { DEFAULT_SAMPLE_DOCS, sampleSource } from '../../engine/sources/sample-source.ts'

interface CreateRequest {
  readonly index: string
  readonly path: string
  readonly opener: SourceOpener
  readonly timestampField: string | undefined
  /** Where nobody has said what the index is: make a mapping from the data. */
  readonly mayInfer: boolean
}

/** The index to write: the one there is, or a new one, as a deployment says or else with a mapping inferred from
 *  the data. One that may not be made is missed by whoever opens it. */
export async function ensureIndex(
  context: CliContext,
  stack: DataStack,
  request: CreateRequest,
): Promise<string> {
  const { metastore } = stack.indexing
  const { index: indexId, mayInfer } = request
  // Only a deployment has said anything of an index that is not there.
  if (!mayInfer && stack.saidConfig === undefined) return indexId
  try {
    await metastore.load(indexId, context.signal)
    return indexId
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
  }
  const said = await stack.saidConfig?.(indexId)
  if (said !== undefined) {
    refuseOtherTime(said, request)
    if (await create(stack, said)) {
      context.report.note(`Created index ${indexId} as ${stack.name} has it.`)
    }
    return indexId
  }
  if (mayInfer) await createInferred(context, stack, request)
  return indexId
}

async function createInferred(
  context: CliContext,
  stack: DataStack,
  { index: indexId, path, opener, timestampField }: CreateRequest,
): Promise<void> {
  const source = await opener.lookAt(path)
  const { docs, format } = await sampleSource(source, {
    maxDocs: DEFAULT_SAMPLE_DOCS,
    nowMs: context.clock.nowMs(),
    signal: context.signal,
  })
  const inferred = inferIndexConfig(docs, {
    indexId,
    format,
    ...(timestampField === undefined ? {} : { timestampField }),
  })
  if (!(await create(stack, inferred.config))) return
  await stack.updateFile((file) => ({ ...file, defaultIndex: file.defaultIndex ?? indexId }))
  const timestamp = inferred.config.docMapping.timestampField
  context.report.note(`Created index ${indexId} from ${plural(docs.length, 'document')}:`)
  noteFields(context, { ...inferred, docs, timestamp, name: path, format })
}

/** False when another command made it meanwhile: it is there, which is all that was asked for. */
async function create({ indexing }: DataStack, config: IndexConfig): Promise<boolean> {
  try {
    await indexing.metastore.createIndex(config)
    return true
  } catch (error) {
    if (isQwError(error) && error.code === 'INDEX-EXISTS') return false
    throw error
  }
}

function refuseOtherTime(
  { indexId, docMapping }: IndexConfig,
  { timestampField }: CreateRequest,
): void {
  if (timestampField === undefined || timestampField === docMapping.timestampField) return
  throw new QwError(
    'invalid',
    `the time of ${indexId} is ${docMapping.timestampField ?? 'none'} by the deployment’s config, not ${timestampField}`,
    { fix: 'leave out --timestamp-field, or name another index' },
  )
}
