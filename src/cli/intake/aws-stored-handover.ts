import type { SourceObject } from '../../deploy/ports.ts'
import { followedSource } from '../../deploy/source-events.ts'
import { contentHash, indexedHashes } from '../../engine/indexing/run-ledger.ts'
import {
  readHandedObjects,
  readHandedRecords,
  writeHandedPage,
  type HandedRecord,
} from '../../engine/metastore/handed-objects.ts'
import { FINISHED_FILE_MEMORY_SECONDS } from '../../engine/metastore/checkpoint.ts'
import { eventOfTask } from '../../functions/indexer-event.ts'
import type { CliContext } from '../command/context.ts'
import { outputOf, type Deployment } from '../stack/aws-deployment.ts'
import { cloudMetastore } from '../stack/aws-direct-client.ts'
import { loadIndex } from './aws-ingest-follow.ts'
import { listStored } from './aws-stored-listing.ts'
import type { StoredPlace } from './stored-place.ts'

/** What is known of a prefix before it is listed. */
interface KnownObjects {
  readonly isKnown: (object: SourceObject) => boolean
  /** A listing that was cut off; this one goes on behind it. */
  readonly unfinished: HandedRecord | undefined
  readonly isFollowed: boolean
}

const DAY_MS = 86_400_000
/** Of what came by itself the checkpoint is sure for so long, with a day to spare. */
const SURE_MS = FINISHED_FILE_MEMORY_SECONDS * 1_000 - DAY_MS
/** Handed over between two notes of how far it is; what a kill may hand over twice. */
const STEP_OBJECTS = 10_000
/** Requests to the queue under way at once. */
const SENDERS = 8
const MESSAGES_PER_REQUEST = 10
/** Work in the queue at most: a message lives for ten days, and others are waiting too. */
const BACKLOG_MS = 2 * DAY_MS
const BACKLOG_POLL_MS = 30_000

/**
 * An object counts as known when an earlier listing handed it over, or the checkpoint has it, or it came
 * by itself: where new objects were followed from an earlier listing on, those that came since are not
 * taken again, but for the last days, of which the checkpoint knows every one.
 */
export async function knownObjects(
  context: CliContext,
  deployment: Deployment,
  { place, indexId }: { readonly place: StoredPlace; readonly indexId: string },
): Promise<KnownObjects> {
  const { signal, clock } = context
  const metastore = cloudMetastore(context, deployment)
  const records = await readHandedRecords(metastore.store, indexId, signal)
  const handed = new Set<string>()
  for (const record of records) {
    for (const hash of (await readHandedObjects(metastore.store, record, signal)).keys()) {
      handed.add(hash)
    }
  }
  const file = await loadIndex(metastore, indexId, signal)
  const indexed = file === undefined ? new Set<string>() : indexedHashes(file)
  const isFollowed = coversPlace(deployment, place)
  const since = isFollowed
    ? records.find((each) => each.isListed && each.isFollowed && place.uri.startsWith(each.uri))
    : undefined
  const sureFromMs = clock.nowMs() - SURE_MS
  return {
    isKnown({ key, etag, modifiedMs }) {
      const hash = contentHash({ uri: `s3://${place.bucket}/${key}`, etag })
      if (handed.has(hash) || indexed.has(hash)) return true
      return since !== undefined && modifiedMs >= since.startedMs && modifiedMs < sureFromMs
    },
    unfinished: records.findLast(({ uri, isListed }) => uri === place.uri && !isListed),
    isFollowed,
  }
}

function coversPlace({ state }: Deployment, { uri }: StoredPlace): boolean {
  const source = followedSource(state)
  return source !== undefined && uri.startsWith(`s3://${source.bucket}/${source.prefix}`)
}

interface HandOverRequest {
  readonly place: StoredPlace
  readonly indexId: string
  readonly known: KnownObjects
  /** Of one object, by the estimate. */
  readonly msPerObject: number
  readonly total: number
}

/**
 * Puts every object that is not known into the deployment's queue, a message each, and notes how far it
 * is after every ten thousand: a run that was cut off goes on there. Requests: a LIST per thousand keys,
 * a send per ten objects, two PUTs per ten thousand.
 */
export async function handOverStored(
  context: CliContext,
  deployment: Deployment,
  request: HandOverRequest,
): Promise<HandedRecord> {
  const { place, indexId, known, total } = request
  const metastore = cloudMetastore(context, deployment)
  const phase = context.report.phase(`Handing ${place.uri} over`)
  let record = known.unfinished ?? newRecord(context, metastore.newId(), request)
  const before = record.objectCount
  let step: SourceObject[] = []
  const from = { after: record.cursor, isKnown: known.isKnown }
  const { sourceBuckets } = deployment.session.ports
  try {
    for await (const page of listStored(sourceBuckets, place, from, context.signal)) {
      step.push(...page.fresh)
      if (step.length < STEP_OBJECTS && !page.isLast) continue
      await send(context, deployment, request, step)
      const objects = new Map(
        step.map(({ key, etag, sizeBytes }) => [
          contentHash({ uri: `s3://${place.bucket}/${key}`, etag }),
          sizeBytes,
        ]),
      )
      const { cursor, isLast: isListed } = page
      record = await writeHandedPage(metastore.store, record, objects, { cursor, isListed })
      step = []
      phase.progress({ done: record.objectCount - before, total, unit: 'objects' })
    }
    phase.succeed()
    return record
  } catch (error) {
    phase.fail()
    if (context.signal.aborted) {
      context.report.note(
        `Stopped. What was handed over is indexed; the same command goes on from there: qw-lambda ingest ${place.uri} --index ${indexId}`,
      )
    }
    throw error
  }
}

function newRecord(
  { clock }: CliContext,
  ingestId: string,
  { place, indexId, known }: HandOverRequest,
): HandedRecord {
  return {
    ingestId,
    indexId,
    uri: place.uri,
    startedMs: Math.floor(clock.nowMs()),
    cursor: '',
    isListed: false,
    pageCount: 0,
    objectCount: 0,
    sizeBytes: 0,
    isFollowed: known.isFollowed,
  }
}

async function send(
  context: CliContext,
  deployment: Deployment,
  { place, indexId, msPerObject }: HandOverRequest,
  objects: readonly SourceObject[],
): Promise<void> {
  if (objects.length === 0) return
  const bodies = objects.map(({ key, sizeBytes }) =>
    JSON.stringify(eventOfTask({ kind: 'source', bucket: place.bucket, key, indexId, sizeBytes })),
  )
  await waitForRoom(context, deployment, BACKLOG_MS / msPerObject)
  await sendToQueue(context, deployment, bodies)
}

/** A message each, ten with one request. */
export async function sendToQueue(
  { signal }: Pick<CliContext, 'signal'>,
  deployment: Deployment,
  bodies: readonly string[],
): Promise<void> {
  const { queues } = deployment.session.ports
  const url = outputOf(deployment, 'QueueUrl')
  let next = 0
  const sender = async (): Promise<void> => {
    while (next < bodies.length) {
      signal.throwIfAborted()
      const from = next
      next += MESSAGES_PER_REQUEST
      await queues.send(url, bodies.slice(from, next), signal)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

/** What waits for longer than messages live would be lost. */
async function waitForRoom(
  { clock, signal, report }: CliContext,
  deployment: Deployment,
  waitingMax: number,
): Promise<void> {
  const { queues } = deployment.session.ports
  const url = outputOf(deployment, 'QueueUrl')
  for (let isTold = false; ; isTold = true) {
    const { waiting } = await queues.depth(url)
    if (waiting < waitingMax) return
    if (!isTold) report.note('The queue holds two days of work: the rest follows as it is done.')
    await clock.sleep(BACKLOG_POLL_MS, signal)
  }
}
