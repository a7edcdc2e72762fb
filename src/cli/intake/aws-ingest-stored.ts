import { isQwError, messageOf, QwError } from '../../engine/errors.ts'
import { isIndexed } from '../../engine/indexing/run-ledger.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { objectSource } from '../../engine/sources/source.ts'
import type { ObjectInfo } from '../../engine/ports.ts'
import type { CliContext } from '../command/context.ts'
import { plural } from '../format/number.ts'
import type { SourceOutcome } from './run-ingest.ts'
import { cloudStackOf } from '../stack/aws-data-stack.ts'
import { cloudMetastore } from '../stack/aws-direct-client.ts'
import { loadIndex } from './aws-ingest-follow.ts'
import type { StagedPiece } from './aws-ingest-stage.ts'
import { outputOf, type Deployment } from '../stack/aws-deployment.ts'

interface StoredRequest {
  /** `s3://bucket/key`, or `s3://bucket/prefix/` for all below. */
  readonly uris: readonly string[]
  readonly indexId: string
}

/** Objects of one command; more are a job for a loop over prefixes. */
const MAX_OBJECTS = 10_000
/** Objects of one event: Lambda takes 1 MB of an asynchronous one, and a key may have 1 KB. */
const OBJECTS_PER_EVENT = 400

interface StoredObject {
  readonly bucket: string
  readonly info: ObjectInfo
  readonly uri: string
}

/**
 * Has the indexer function take objects where they are. It is told asynchronously, so that no connection
 * has to last as long as the work; what it does not take itself it puts into its queue. Returns when
 * all was accepted.
 */
export async function handOverStored(
  context: CliContext,
  deployment: Deployment,
  { uris, indexId }: StoredRequest,
): Promise<StagedPiece[]> {
  const { signal } = context
  const objects = await listObjects(context, deployment, uris)
  const known = await loadIndex(cloudMetastore(context, deployment), indexId, signal)
  const pieces = objects.map(({ uri, info: { etag, sizeBytes } }) => {
    const wasIndexed = known !== undefined && isIndexed(known, { uri, etag })
    return { uri, etag, sizeBytes, lineCount: 0, wasIndexed }
  })
  const fresh = pieces.filter(({ wasIndexed }) => !wasIndexed)
  const indexer = outputOf(deployment, 'IndexerFunction')
  for (let from = 0; from < fresh.length; from += OBJECTS_PER_EVENT) {
    const some = fresh.slice(from, from + OBJECTS_PER_EVENT)
    const sources = some.map(({ uri, sizeBytes }) => ({
      source_uri: uri,
      index_id: indexId,
      size_bytes: sizeBytes,
    }))
    const payload = Buffer.from(JSON.stringify({ sources }))
    await deployment.session.ports.functions.start(indexer, payload, signal)
  }
  return pieces
}

/** Indexes objects again that the checkpoint has, by the engine of this process. What goes wrong with
 *  one is its outcome. */
export async function indexStoredAgain(
  context: CliContext,
  deployment: Deployment,
  { uris, indexId }: StoredRequest,
): Promise<SourceOutcome[]> {
  const { signal } = context
  const objects = await listObjects(context, deployment, uris)
  const phase = context.report.phase(`Indexing ${plural(objects.length, 'object')} again`)
  const outcomes: SourceOutcome[] = []
  const { indexing } = cloudStackOf(context, deployment)
  for (const { bucket, info, uri } of objects) {
    if (signal.aborted) break
    const source = objectSource(deployment.session.openBucket(bucket), info, uri)
    try {
      const result = await indexSource(indexing, { indexId, source, force: true, signal })
      outcomes.push({ path: uri, result, error: undefined })
    } catch (error) {
      outcomes.push({
        path: uri,
        result: undefined,
        error: signal.aborted ? undefined : asQwError(error, uri),
      })
    }
    phase.progress({ done: outcomes.length, total: objects.length, unit: 'objects' })
  }
  if (outcomes.some(({ error }) => error !== undefined)) phase.fail()
  else phase.succeed()
  return outcomes
}

function asQwError(error: unknown, uri: string): QwError {
  return isQwError(error) ? error : new QwError('internal', `${uri}: ${messageOf(error)}`)
}

async function listObjects(
  { signal }: CliContext,
  { session }: Deployment,
  uris: readonly string[],
): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for (const uri of uris) {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? []
    const store = session.openBucket(bucket)
    if (key !== '' && !key.endsWith('/')) {
      objects.push({ bucket, info: await store.head(key, signal), uri })
      continue
    }
    for await (const info of store.list(key, signal)) {
      if (info.key.endsWith('/')) continue
      objects.push({ bucket, info, uri: `s3://${bucket}/${info.key}` })
      if (objects.length > MAX_OBJECTS) throw tooMany(uri)
    }
  }
  if (objects.length > 0) return objects
  throw new QwError('notFound', `nothing to ingest at ${uris.join(', ')}`, {
    fix: 'end a prefix with a slash: s3://bucket/prefix/',
  })
}

function tooMany(uri: string): QwError {
  return new QwError('tooLarge', `${uri} has more than ${MAX_OBJECTS} objects`, {
    fix: 'ingest one folder after another',
  })
}
