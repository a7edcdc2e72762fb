import { isQwError } from '../errors.ts'
import { isEnd, positionOf } from '../metastore/checkpoint.ts'
import {
  type DeleteQuery,
  type DeleteTask,
  latestOpstamp,
  type MatchDocs,
} from '../metastore/delete-task.ts'
import { deleteSnapshot, type Snapshot } from '../metastore/snapshots.ts'
import { oldestFirst, type SplitRecord } from '../metastore/split-record.ts'
import type { IndexingComponents } from './components.ts'
import { findOwed } from './erase-split.ts'
import type { IndexingResult, IndexingState } from './indexing-result.ts'
import { indexSource } from './pipeline.ts'
import type { MaxRejects } from './reject-limit.ts'
import {
  type AskedReindex,
  askedHash,
  pinSource,
  readBackUri,
  REINDEX_SOURCE_ID,
} from './reindex-pin.ts'
import { type ReadBackSplit, readBackSource } from './reindex-source.ts'
import { sourcePartitionId } from './run-ledger.ts'

export interface ReindexRequest extends AskedReindex {
  /** What the words mean when the source was pinned: `now` in them is that moment. */
  readonly queryAt: (pinnedMs: number) => DeleteQuery
  /** Also when the target has these documents already, which it then has twice. */
  readonly again: boolean
  /** Searches the source. */
  readonly matchDocs: MatchDocs
  readonly maxRejects?: MaxRejects
  readonly rejects?: 'keep' | 'drop'
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReindexProgress) => void
}

interface ReindexProgress {
  /** Documents of the source that were looked at, of all that it had when it was pinned. */
  readonly doneDocCount: number
  readonly totalDocCount: number
  /** Brought by this run. */
  readonly docCount: number
  readonly rejectedCount: number
}

export interface ReindexResult {
  /** `done`: all of it is in the target, and the source is not pinned any more. */
  readonly state: Exclude<IndexingState, 'alreadyIndexed'>
  /** The documents are those that the source had then. */
  readonly pinnedMs: number
  /** Splits that it had then. */
  readonly readSplitCount: number
  /** Of this run, as those below. */
  readonly docCount: number
  readonly rejectedCount: number
  readonly splitCount: number
  /** Parts, with their splits, that earlier runs had brought. */
  readonly foundSplitCount: number
  /** Documents that were erased from the source since it was pinned, and left out. */
  readonly erasedDocCount: number
  /** Of each part; equal reasons come several times. */
  readonly rejectReasons: IndexingResult['rejectReasons']
  /** Asked of the source since it was pinned. What had been brought before they came is in the target. */
  readonly erasuresSince: readonly DeleteTask[]
}

/** Documents of splits that are read back as one source: a run that was killed reads as much again. */
const PART_BYTES = 256 * 1024 * 1024

/**
 * Reads documents back from the splits of one index and indexes them into another, by its mapping, each
 * exactly once, however often it is stopped and begun again. The source stays and may be written to and
 * merged; what it gets meanwhile is not brought. Costs about the bytes of the source's stored documents
 * in GETs of 4 MiB, the reads of a search per split when there is a query, and what indexing costs.
 */
export async function reindex(
  components: IndexingComponents,
  request: ReindexRequest,
): Promise<ReindexResult> {
  const { indexId, targetId, signal } = request
  const { metastore } = components
  // Before anything is pinned for it.
  await metastore.load(targetId, signal)
  const snapshot = await pinSource(components, { ...request, signal })
  const run = new ReindexRun(components, request, snapshot)
  const state = await run.all()
  const now = await metastore.load(indexId)
  if (state === 'done') await unpin(components, indexId, snapshot)
  const { file } = snapshot
  const erasuresSince = now.deleteTasks.filter(({ opstamp }) => opstamp > latestOpstamp(file))
  return { ...run.result(state), erasuresSince }
}

async function unpin(
  { metastore }: IndexingComponents,
  indexId: string,
  { record: { name } }: Snapshot,
): Promise<void> {
  try {
    await deleteSnapshot(metastore, { indexId, name })
  } catch (error) {
    // Another run of the same command came to the end too.
    if (!isQwError(error, 'notFound')) throw error
  }
}

/** The oldest documents first, in parts. The same for every run from the same pin. */
function partsOf({ file }: Snapshot): SplitRecord[][] {
  const parts: SplitRecord[][] = []
  let bytes = Infinity
  for (const split of file.splits.toSorted(oldestFirst)) {
    bytes += split.sourceBytes
    const part = parts.at(-1)
    if (part === undefined || bytes > PART_BYTES) {
      parts.push([split])
      bytes = split.sourceBytes
    } else part.push(split)
  }
  return parts
}

class ReindexRun {
  readonly #components: IndexingComponents
  readonly #request: ReindexRequest
  readonly #snapshot: Snapshot
  readonly #query: DeleteQuery
  readonly #results: IndexingResult[] = []
  #doneDocCount = 0
  #foundSplitCount = 0
  #erasedDocCount = 0

  constructor(components: IndexingComponents, request: ReindexRequest, snapshot: Snapshot) {
    this.#components = components
    this.#request = request
    this.#snapshot = snapshot
    this.#query = request.queryAt(snapshot.record.createdMs)
  }

  async all(): Promise<ReindexResult['state']> {
    for (const [number, part] of partsOf(this.#snapshot).entries()) {
      if (this.#request.signal?.aborted === true) return 'incomplete'
      const state = await this.#part(number, part)
      if (state !== 'done' && state !== 'alreadyIndexed') return state
      this.#doneDocCount += part.reduce((sum, { docCount }) => sum + docCount, 0)
      this.#report()
    }
    return 'done'
  }

  result(state: ReindexResult['state']): Omit<ReindexResult, 'erasuresSince'> {
    return {
      state,
      pinnedMs: this.#snapshot.record.createdMs,
      readSplitCount: this.#snapshot.file.splits.length,
      docCount: this.#sum(({ docCount }) => docCount),
      rejectedCount: this.#sum(({ rejectedCount }) => rejectedCount),
      splitCount: this.#sum(({ splitIds }) => splitIds.length),
      foundSplitCount: this.#foundSplitCount,
      erasedDocCount: this.#erasedDocCount,
      rejectReasons: this.#results.flatMap(({ rejectReasons }) => rejectReasons),
    }
  }

  async #part(number: number, splits: readonly SplitRecord[]): Promise<IndexingState> {
    const { indexId, targetId, maxRejects, rejects = 'keep', signal } = this.#request
    const { store } = this.#components.metastore
    const name = {
      uri: readBackUri(indexId, this.#snapshot.record.snapshotId, String(number)),
      etag: askedHash(this.#request),
    }
    if (await this.#isDone(sourcePartitionId(name))) {
      this.#foundSplitCount += splits.length
      return 'alreadyIndexed'
    }
    const found = await this.#find(splits)
    if (found.every(({ docs }) => docs.length === 0)) return 'done'
    const result = await indexSource(this.#components, {
      indexId: targetId,
      sourceId: REINDEX_SOURCE_ID,
      source: readBackSource(store, indexId, name, found),
      rejects,
      ...(maxRejects && { maxRejects: this.#left(maxRejects) }),
      ...(signal && { signal }),
      onProgress: ({ docCount, rejectedCount }) => this.#report({ docCount, rejectedCount }),
    })
    this.#results.push(result)
    return result.state
  }

  async #isDone(partitionId: string): Promise<boolean> {
    const { targetId, signal } = this.#request
    const { metadata } = await this.#components.metastore.load(targetId, signal)
    return isEnd(positionOf(metadata.checkpoint, REINDEX_SOURCE_ID, partitionId))
  }

  /** By the mapping that each split was written with, as the pin has it. */
  async #find(splits: readonly SplitRecord[]): Promise<ReadBackSplit[]> {
    const { indexId, matchDocs, signal } = this.#request
    const { file, record } = this.#snapshot
    const { metadata } = file
    const { deleteTasks: tasks } = await this.#components.metastore.load(indexId, signal)
    const found: ReadBackSplit[] = []
    for (const split of splits) {
      const task = { query: this.#query, createdMs: record.createdMs }
      const docs = await matchDocs(metadata, split, task, signal)
      const owed = await findOwed({ metadata, split, tasks, matchDocs, signal })
      const wanted = new Set(docs)
      const erased = owed.docs.filter((doc) => wanted.has(doc))
      this.#erasedDocCount += erased.length
      found.push({ split, docs, erased })
    }
    return found
  }

  /** A number of rejects holds for all parts together. */
  #left(limit: MaxRejects): MaxRejects {
    if (limit.kind === 'fraction') return limit
    return { ...limit, count: limit.count - this.#sum(({ rejectedCount }) => rejectedCount) }
  }

  #sum(pick: (result: IndexingResult) => number): number {
    return this.#results.reduce((sum, result) => sum + pick(result), 0)
  }

  #report(under = { docCount: 0, rejectedCount: 0 }): void {
    const { docCount, rejectedCount } = under
    this.#request.onProgress?.({
      doneDocCount: this.#doneDocCount + docCount + rejectedCount,
      totalDocCount: this.#snapshot.record.docCount,
      docCount: this.#sum((result) => result.docCount) + docCount,
      rejectedCount: this.#sum((result) => result.rejectedCount) + rejectedCount,
    })
  }
}
