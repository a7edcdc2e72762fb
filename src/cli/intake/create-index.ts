import { isQwError } from '../../engine/errors.ts'
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
}

/** The index to write: the one there is, or a new one whose mapping is inferred from the data. */
export async function ensureIndex(
  context: CliContext,
  stack: DataStack,
  request: CreateRequest,
): Promise<string> {
  const { metastore } = stack.indexing
  const { index: indexId } = request
  try {
    await metastore.load(indexId, context.signal)
    return indexId
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
  }
  const source = await request.opener.lookAt(request.path)
  const { docs, format } = await sampleSource(source, {
    maxDocs: DEFAULT_SAMPLE_DOCS,
    nowMs: context.clock.nowMs(),
    signal: context.signal,
  })
  const { timestampField } = request
  const inferred = inferIndexConfig(docs, {
    indexId,
    format,
    ...(timestampField === undefined ? {} : { timestampField }),
  })
  try {
    await metastore.createIndex(inferred.config)
  } catch (error) {
    // Another command made it meanwhile: it is there, which is all that was asked for.
    if (isQwError(error) && error.code === 'INDEX-EXISTS') return indexId
    throw error
  }
  await stack.updateFile((file) => ({ ...file, defaultIndex: file.defaultIndex ?? indexId }))
  const timestamp = inferred.config.docMapping.timestampField
  context.report.note(`Created index ${indexId} from ${plural(docs.length, 'document')}:`)
  noteFields(context, { ...inferred, docs, timestamp })
  return indexId
}
