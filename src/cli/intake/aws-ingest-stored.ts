import { isQwError, messageOf, QwError } from '../../engine/errors.ts'
import { isIndexed } from '../../engine/indexing/run-ledger.ts'
import { NOTHING_INDEXED } from '../../engine/indexing/indexing-result.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { eventOfTask } from '../../functions/indexer-event.ts'
import { DEFAULT_ASSUMPTIONS, type CostAssumptions } from '../../cost/assumptions.ts'
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
import { runError } from './aws-run-error.ts'
import { followStored, type StoredProgress } from './aws-stored-follow.ts'
import { handOverStored, knownObjects, sendToQueue } from './aws-stored-handover.ts'
import { countStored, type StoredCount } from './aws-stored-listing.ts'
import { priceOf, showPrice } from './aws-stored-price.ts'
import type { StoredPlace } from './stored-place.ts'
import type { Deployment } from '../stack/aws-deployment.ts'

interface StoredRequest {
  /** `s3://bucket/key`, or `s3://bucket/prefix/` for all below. */
  readonly uris: readonly string[]
  readonly indexId: string
}

/** Objects that one command indexes again here. */
const MAX_OBJECTS = 10_000

interface StoredObject {
  readonly bucket: string
  readonly info: ObjectInfo
  readonly uri: string
}

/** Has the deployment index single objects where they are, by its queue. */
export async function handOverSingle(
  context: CliContext,
  deployment: Deployment,
  { uris, indexId }: StoredRequest,
): Promise<StagedPiece[]> {
  const { signal } = context
  const objects = await listObjects(context, deployment, uris)
  const known = await loadIndex(cloudMetastore(context, deployment), indexId, signal)
  const bodies: string[] = []
  const pieces = objects.map(({ bucket, uri, info: { key, etag, sizeBytes } }) => {
    const wasIndexed = known !== undefined && isIndexed(known, { uri, etag })
    const event = eventOfTask({ kind: 'source', bucket, key, indexId, sizeBytes })
    if (!wasIndexed) bodies.push(JSON.stringify(event))
    return { uri, etag, sizeBytes, lineCount: 0, wasIndexed }
  })
  await sendToQueue(context, deployment, bodies)
  return pieces
}

interface PrefixRequest {
  readonly place: StoredPlace
  readonly indexId: string
  readonly wait: boolean
  /** Told and agreed to already. */
  readonly isAgreed: boolean
}

/** What became of a prefix; the id is there while it is not waited for. */
interface PrefixOutcome {
  readonly source: SourceOutcome
  readonly ingestId: string | undefined
}

/**
 * Has the deployment index everything below a prefix where it lies: counted and priced, agreed to,
 * handed over, followed. Throws `notFound` when nothing is there, CONFIRM when it is not agreed to.
 */
export async function ingestPrefix(
  context: CliContext,
  deployment: Deployment,
  request: PrefixRequest,
): Promise<PrefixOutcome> {
  const { place, indexId } = request
  const known = await knownObjects(context, deployment, request)
  const after = known.unfinished?.cursor ?? ''
  if (after !== '') context.report.note(`Going on behind ${after}, where the last run stopped.`)
  const { sourceBuckets } = deployment.session.ports
  const count = await countStored(context, sourceBuckets, place, { after, isKnown: known.isKnown })
  if (count.objectCount === 0 && count.passed.size === 0 && after === '') throw nothingAt(place.uri)
  const before = await docCountOf(context, deployment, indexId)
  if (count.objectCount > 0 && !request.isAgreed) await agree(context, deployment, place, count)
  const cost = priceOf(count, assumptionsOf(deployment))
  const record = await handOverStored(context, deployment, {
    place,
    indexId,
    known,
    msPerObject: (cost.seconds * 1_000) / Math.max(1, count.objectCount),
    total: count.objectCount,
  })
  const result = { ...NOTHING_INDEXED, indexId, sourceUri: place.uri, runId: record.ingestId }
  const outcome = (more: Partial<SourceOutcome>, ingestId?: string): PrefixOutcome => ({
    source: { path: place.uri, result: undefined, error: undefined, ...more },
    ingestId,
  })
  if (record.objectCount === 0) return outcome({ result: { ...result, state: 'alreadyIndexed' } })
  if (!request.wait) {
    const handed = { ...result, state: 'incomplete' as const, sourceBytes: record.sizeBytes }
    return outcome({ result: handed }, record.ingestId)
  }
  const progress = await followStored(context, cloudMetastore(context, deployment), record)
  const indexed = {
    ...result,
    docCount: Math.max(0, (await docCountOf(context, deployment, indexId)) - before),
    rejectedCount: progress.rejectedCount,
    sourceBytes: progress.doneBytes,
  }
  const error = failureOf(progress)
  return error === undefined ? outcome({ result: indexed }) : outcome({ result: indexed, error })
}

async function agree(
  context: CliContext,
  deployment: Deployment,
  place: StoredPlace,
  count: StoredCount,
): Promise<void> {
  showPrice(context, place, count, assumptionsOf(deployment))
  const message = `Index ${plural(count.objectCount, 'object')} now?`
  if (await context.prompts.confirm({ message, flag: '--yes', fallback: true })) return
  throw new QwError('invalid', 'not indexed. Nothing was changed.', { code: 'CONFIRM' })
}

/** What the price of an object depends on, as the stack was made. */
function assumptionsOf({ state, session: { region } }: Deployment): CostAssumptions {
  const { Architecture: arch, IndexerMemory: memory } = state.parameters
  return {
    ...DEFAULT_ASSUMPTIONS,
    region,
    arch: arch === 'x86_64' ? 'x86_64' : 'arm64',
    indexerMemoryMb: Number(memory ?? DEFAULT_ASSUMPTIONS.indexerMemoryMb),
  }
}

/** Documents of the index that can be found. */
async function docCountOf(
  context: CliContext,
  deployment: Deployment,
  indexId: string,
): Promise<number> {
  const file = await loadIndex(cloudMetastore(context, deployment), indexId, context.signal)
  if (file === undefined) return 0
  return publishedSplits(file).reduce((sum, { docCount }) => sum + docCount, 0)
}

function failureOf({ failed }: StoredProgress): QwError | undefined {
  const [first] = failed
  if (first === undefined) return undefined
  const [uri, run] = first
  const others = failed.size === 1 ? '' : ` (and ${plural(failed.size - 1, 'more object')})`
  return runError(`${uri}${others}`, run)
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
  throw nothingAt(uris.join(', '))
}

function nothingAt(place: string): QwError {
  return new QwError('notFound', `nothing to ingest at ${place}`, {
    fix: 'end a prefix with a slash: s3://bucket/prefix/',
  })
}

function tooMany(uri: string): QwError {
  return new QwError('tooLarge', `${uri} has more than ${MAX_OBJECTS} objects`, {
    fix: 'ingest one folder after another',
  })
}
