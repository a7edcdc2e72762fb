import { isIndexed } from '../../engine/indexing/run-ledger.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { Metastore } from '../../engine/metastore/metastore.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import { apiGetJson, type ApiClient } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'

const POLL_MS = 1_500
/** When nothing moves in the index for so long something is wrong: longer than an indexer's longest run. */
const SILENCE_LIMIT_MS = 920_000

/** An object as it was handed over; its ETag tells it from what was there before under its name. */
interface FollowedObject {
  readonly uri: string
  readonly etag: string
}

/** How far one staged or stored object has come. */
export interface ObjectProgress {
  readonly state: 'unknown' | 'running' | 'done' | 'failed'
  readonly run: RunSummary | undefined
}

/** The index file, or undefined while the index does not exist: its first file makes it. */
export async function loadIndex(
  metastore: Metastore,
  indexId: string,
  signal: AbortSignal,
): Promise<IndexFile | undefined> {
  try {
    return await metastore.load(indexId, signal)
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

/** What the metastore knows of an object: its latest run and whether it was published to its end. */
export function progressOf(file: IndexFile | undefined, object: FollowedObject): ObjectProgress {
  const run = file?.runs.find((each) => each.sourceUri === object.uri)
  if (file !== undefined && isIndexed(file, object)) return { state: 'done', run }
  if (run === undefined) return { state: 'unknown', run }
  const isOver = run.state === 'failed' || run.state === 'tooManyRejects'
  return { state: isOver ? 'failed' : 'running', run }
}

interface FollowRequest {
  readonly indexId: string
  readonly objects: readonly FollowedObject[]
  readonly onProgress: (doneCount: number, docCount: number) => void
  /** Asked while nothing moves. */
  readonly isCancelled?: () => Promise<boolean>
}

/** Waits until every object is published or has failed, for as long as anything moves in the index: a
 *  backlog of others' files may be before ours. Throws `unavailable` INGEST-TIMEOUT, and `conflict` when
 *  somebody cancelled it. */
export async function followObjects(
  context: Pick<CliContext, 'clock' | 'signal'>,
  metastore: Metastore,
  { indexId, objects, onProgress, isCancelled }: FollowRequest,
): Promise<ReadonlyMap<string, ObjectProgress>> {
  const { clock, signal } = context
  const found = new Map<string, ObjectProgress>()
  let seen: IndexFile | undefined
  let movedMs = clock.nowMs()
  for (;;) {
    const file = await loadIndex(metastore, indexId, signal)
    for (const object of objects) {
      found.set(object.uri, later(found.get(object.uri), progressOf(file, object)))
    }
    const states = [...found.values()]
    const over = states.filter(({ state }) => state === 'done' || state === 'failed')
    onProgress(
      over.length,
      states.reduce((sum, { run }) => sum + (run?.docCount ?? 0), 0),
    )
    if (over.length === found.size) return found
    const nowMs = clock.nowMs()
    if (file !== seen) movedMs = nowMs
    else if ((await isCancelled?.()) === true) throw cancelled(found.size - over.length)
    seen = file
    if (nowMs - movedMs > SILENCE_LIMIT_MS) throw timedOut(found.size - over.length)
    await clock.sleep(POLL_MS, signal)
  }
}

/** Only the latest runs and checkpoints are kept in the file: what was seen is not forgotten here. */
function later(before: ObjectProgress | undefined, now: ObjectProgress): ObjectProgress {
  const run = now.run ?? before?.run
  return { state: before?.state === 'done' ? 'done' : now.state, run }
}

function cancelled(count: number): QwError {
  return new QwError(
    'conflict',
    `the ingest was cancelled: ${count} of its files were taken back`,
    {
      fix: 'the same ingest brings what is not indexed',
    },
  )
}

function timedOut(count: number): QwError {
  return new QwError(
    'unavailable',
    `${count} objects are not indexed, and nothing has moved in the index for 15 minutes`,
    {
      code: 'INGEST-TIMEOUT',
      fix: 'qw-lambda ingest status\nqw-lambda logs indexer --errors',
    },
  )
}

/** Waits until a searcher that may hold an older view has seen the index as it is now. Gives up
 *  quietly after the time: what is published is found some time later in any case. */
export async function awaitSearchable(
  context: CliContext,
  clients: { readonly direct: ApiClient; readonly searcher: ApiClient },
  request: { readonly indexId: string; readonly limitMs: number },
): Promise<boolean> {
  const { clock, signal } = context
  const path = `/indexes/${encodeURIComponent(request.indexId)}/describe?format=json`
  const seen = async (client: ApiClient): Promise<number> => {
    const answer = await apiGetJson(client, path, signal)
    return isJsonObject(answer) ? Number(answer['num_published_docs'] ?? 0) : 0
  }
  const wanted = await seen(clients.direct)
  const startMs = clock.nowMs()
  while ((await seen(clients.searcher)) < wanted) {
    if (clock.nowMs() - startMs > request.limitMs) return false
    await clock.sleep(POLL_MS, signal)
  }
  return true
}
