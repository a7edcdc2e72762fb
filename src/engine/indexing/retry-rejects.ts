import type { IndexFile } from '../metastore/index-metadata.ts'
import { rejectedKey } from '../metastore/layout.ts'
import type { RejectSet } from '../metastore/reject-set.ts'
import type { RunSummary } from '../metastore/run-summary.ts'
import type { IndexingComponents } from './components.ts'
import { readRejects } from './kept-rejects.ts'
import { KEEPS_NONE, type KeptReject, RejectLog, type RejectReason } from './rejects.ts'
import { type Chosen, linesOf, RetryBatch } from './retry-batch.ts'
import { forgetRejectSets } from './drop-failures.ts'
import { Workbench } from './workbench.ts'

export interface RetryRequest {
  readonly indexId: string
  /** A run id or its beginning; default: all runs. */
  readonly runId?: string | undefined
  /** Documents by `rejectName`, to be indexed in place of those that were rejected: no other is tried. */
  readonly mended?: ReadonlyMap<string, Uint8Array> | undefined
  readonly signal?: AbortSignal
  readonly onProgress?: (doneCount: number, totalCount: number) => void
}

export interface RetryResult {
  readonly runId: string
  /** Published; of a check, those that would be. */
  readonly docCount: number
  /** Tried, and rejected once more. */
  readonly rejectedCount: number
  readonly rejectReasons: readonly RejectReason[]
  /** Not tried: too long or no text to have been kept whole, or none of the mended ones. */
  readonly untriedCount: number
  /** Their object is gone: they were older than rejected documents are kept, or another bucket has it. */
  readonly goneCount: number
  readonly splitIds: readonly string[]
}

/** By which a rejected document is told from others of its index: where it stood, and in which run. */
export function rejectName({ runId, bytePosition }: Pick<KeptReject, 'runId' | 'bytePosition'>) {
  return `${runId}:${bytePosition}`
}

/**
 * Maps rejected documents again and publishes those that fit now, each exactly once: the write that
 * publishes them takes their set from the index, or does nothing. Retried twice, by two at once or
 * killed anywhere, none is doubled and none is lost. What is rejected again waits on, with its new
 * reason. Documents of many sets share a split.
 *
 * Costs a GET of the metastore and, per set, a GET, a DELETE and a PUT when some of it is left; per
 * split a PUT, and a PUT of the metastore per `SPLIT_MEMORY_BYTES` of documents at most.
 */
export async function retryRejects(
  components: IndexingComponents,
  request: RetryRequest,
): Promise<RetryResult> {
  const retry = new Retry(components, request)
  while (await retry.publishSome()) request.signal?.throwIfAborted()
  return retry.result()
}

/** What `retryRejects` would do; writes nothing. */
export async function checkRejects(
  components: IndexingComponents,
  request: RetryRequest,
): Promise<RetryResult> {
  const { metastore, clock } = components
  const file = await metastore.load(request.indexId, request.signal)
  const { config } = file.metadata
  const nowMs = clock.nowMs()
  const bench = new Workbench({
    config,
    nowMs,
    keepsRejects: KEEPS_NONE,
    docTarget: Infinity,
    purpose: 'check',
  })
  const counts = { untriedCount: 0, goneCount: 0 }
  for (const set of setsOf(file, request)) {
    const key = rejectedKey(request.indexId, set.setId)
    const rejects = await readRejects(metastore.store, key, request.signal)
    if (rejects === undefined) counts.goneCount += set.docCount
    const { tried, left } = chosen(rejects ?? [], request)
    counts.untriedCount += left.length
    bench.addBatch(linesOf(tried), 0)
  }
  return {
    ...counts,
    runId: '',
    docCount: bench.docCount,
    rejectedCount: bench.rejects.count,
    rejectReasons: bench.rejects.reasonsByCount(),
    splitIds: [],
  }
}

/** Those of which something was kept. */
function setsOf({ rejectSets }: IndexFile, { runId = '' }: RetryRequest): RejectSet[] {
  return rejectSets.filter((set) => set.docCount > 0 && set.setId.startsWith(runId))
}

function chosen(rejects: readonly KeptReject[], { mended }: RetryRequest): Chosen {
  if (mended === undefined) {
    const tried = rejects.filter(({ isWhole }) => isWhole)
    return { tried, left: rejects.filter(({ isWhole }) => !isWhole) }
  }
  const tried: KeptReject[] = []
  const left: KeptReject[] = []
  for (const reject of rejects) {
    const document = mended.get(rejectName(reject))
    if (document === undefined) left.push(reject)
    else tried.push({ ...reject, text: Buffer.from(document).toString(), isWhole: true })
  }
  return { tried, left }
}

/** One run over the sets, as many at a time as a split takes. */
class Retry {
  readonly #components: IndexingComponents
  readonly #request: RetryRequest
  readonly #runId: string
  readonly #startedMs: number
  readonly #rejects = new RejectLog(KEEPS_NONE)
  /** Worked through, or left over by this run. */
  readonly #done = new Set<string>()
  readonly #splitIds: string[] = []
  #docCount = 0
  #sourceBytes = 0
  #untriedCount = 0
  #goneCount = 0
  #doneDocCount = 0

  constructor(components: IndexingComponents, request: RetryRequest) {
    this.#components = components
    this.#request = request
    this.#runId = components.metastore.newId()
    this.#startedMs = Math.floor(components.clock.nowMs())
  }

  /** Returns whether sets are left to be looked at. One that somebody else took in between is not listed
   *  any more when the file is read again. */
  async publishSome(): Promise<boolean> {
    const { metastore } = this.#components
    const { indexId, signal } = this.#request
    const file = await metastore.load(indexId, signal)
    const open = setsOf(file, this.#request).filter(({ setId }) => !this.#done.has(setId))
    if (open.length === 0) return false
    const batch = new RetryBatch(this.#components, file)
    for (const set of open) {
      if (batch.isFull) break
      signal?.throwIfAborted()
      await this.#take(batch, set)
    }
    if (batch.isEmpty) return true
    const published = await batch.publish((splitCount) => this.#summary(batch, splitCount))
    if (published === undefined) return true
    for (const setId of published.setIds) this.#done.add(setId)
    this.#docCount += batch.docCount
    this.#sourceBytes += batch.sourceBytes
    this.#rejects.absorb(batch.rejects)
    this.#splitIds.push(...published.splitIds)
    this.#untriedCount += batch.untriedCount
    this.#report(batch.docCount + batch.rejects.count + batch.untriedCount, file)
    return true
  }

  async #take(batch: RetryBatch, set: RejectSet): Promise<void> {
    const { metastore } = this.#components
    const { indexId, signal } = this.#request
    const rejects = await readRejects(metastore.store, rejectedKey(indexId, set.setId), signal)
    if (rejects === undefined) {
      this.#done.add(set.setId)
      // Somebody else's retry may have taken it meanwhile.
      const [gone] = await forgetRejectSets(metastore, indexId, ({ setId }) => setId === set.setId)
      if (gone !== undefined) this.#goneCount += set.docCount
      return
    }
    const { tried, left } = chosen(rejects, this.#request)
    if (tried.length > 0) return await batch.take(set, { tried, left })
    this.#done.add(set.setId)
    this.#untriedCount += left.length
  }

  #report(docCount: number, file: IndexFile): void {
    this.#doneDocCount += docCount
    const total = setsOf(file, this.#request).reduce((sum, set) => sum + set.docCount, 0)
    this.#request.onProgress?.(this.#doneDocCount, Math.max(total, this.#doneDocCount))
  }

  #summary(pending: RetryBatch, splitCount: number): RunSummary {
    return {
      runId: this.#runId,
      sourceUri: `retry:${this.#request.runId ?? 'all'}`,
      state: 'done',
      docCount: this.#docCount + pending.docCount,
      rejectedCount: this.#rejects.count + pending.rejects.count,
      sourceBytes: this.#sourceBytes + pending.sourceBytes,
      splitCount: this.#splitIds.length + splitCount,
      startedMs: this.#startedMs,
      updatedMs: Math.floor(this.#components.clock.nowMs()),
      error: undefined,
    }
  }

  result(): RetryResult {
    return {
      runId: this.#runId,
      docCount: this.#docCount,
      rejectedCount: this.#rejects.count,
      rejectReasons: this.#rejects.reasonsByCount(),
      untriedCount: this.#untriedCount,
      goneCount: this.#goneCount,
      splitIds: this.#splitIds,
    }
  }
}
