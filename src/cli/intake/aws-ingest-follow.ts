import { isEnd } from '../../engine/metastore/checkpoint.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { Metastore } from '../../engine/metastore/metastore.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import { apiGetJson, type ApiClient } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'

const POLL_MS = 1_500
/** Without any progress for so long something is wrong: longer than an indexer's longest run. */
const SILENCE_LIMIT_MS = 920_000

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
export function progressOf(file: IndexFile | undefined, uri: string): ObjectProgress {
  const run = file?.runs.find((each) => each.sourceUri === uri)
  if (isFinished(file, uri)) return { state: 'done', run }
  if (run === undefined) return { state: 'unknown', run }
  const isOver = run.state === 'failed' || run.state === 'tooManyRejects'
  return { state: isOver ? 'failed' : 'running', run }
}

/** A partition of the checkpoint is an object with its ETag. */
function isFinished(file: IndexFile | undefined, uri: string): boolean {
  for (const partitions of file?.metadata.checkpoint.values() ?? []) {
    for (const [id, { position }] of partitions) {
      if (id.startsWith(uri) && isEnd(position)) return true
    }
  }
  return false
}

interface FollowRequest {
  readonly indexId: string
  readonly uris: readonly string[]
  readonly onProgress: (doneCount: number, docCount: number) => void
}

/** Waits until every object is published or has failed. Throws `unavailable` INGEST-TIMEOUT. */
export async function followObjects(
  context: CliContext,
  metastore: Metastore,
  { indexId, uris, onProgress }: FollowRequest,
): Promise<ReadonlyMap<string, ObjectProgress>> {
  const { clock, signal } = context
  const found = new Map<string, ObjectProgress>()
  let movedMs = clock.nowMs()
  for (;;) {
    const file = await loadIndex(metastore, indexId, signal)
    const before = JSON.stringify([...found])
    for (const uri of uris) found.set(uri, keepRun(found.get(uri), progressOf(file, uri)))
    const states = [...found.values()]
    const over = states.filter(({ state }) => state === 'done' || state === 'failed')
    onProgress(
      over.length,
      states.reduce((sum, { run }) => sum + (run?.docCount ?? 0), 0),
    )
    if (over.length === uris.length) return found
    const nowMs = clock.nowMs()
    if (JSON.stringify([...found]) !== before) movedMs = nowMs
    if (nowMs - movedMs > SILENCE_LIMIT_MS) throw timedOut(uris.length - over.length)
    await clock.sleep(POLL_MS, signal)
  }
}

/** Only the latest runs are kept in the file: one that was seen is not forgotten here. */
function keepRun(before: ObjectProgress | undefined, now: ObjectProgress): ObjectProgress {
  return now.run === undefined && before?.run !== undefined ? { ...now, run: before.run } : now
}

function timedOut(count: number): QwError {
  return new QwError('unavailable', `${count} staged files are not indexed after 15 minutes`, {
    code: 'INGEST-TIMEOUT',
    fix: 'qw-lambda ingest status\nqw-lambda logs indexer --errors',
  })
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
