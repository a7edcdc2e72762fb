import { deleteKeys } from '../metastore/delete-keys.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import { rejectedKey } from '../metastore/layout.ts'
import { type RejectSet, remainingSetId, runOfSet } from '../metastore/reject-set.ts'
import type { RunSummary } from '../metastore/run-summary.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { LineBatch } from '../sources/line-batch.ts'
import type { IndexingComponents } from './components.ts'
import {
  encodeRejects,
  KEEPS_NONE,
  type KeptReject,
  type RejectedDoc,
  RejectLog,
} from './rejects.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import { Workbench } from './workbench.ts'

/** A split is cut at this much, and no further set is begun. */
const SPLIT_MEMORY_BYTES = 128 * 1024 * 1024
/** Sets taken by one publication: as many small objects are written before it. */
const MAX_SETS = 500
/** In the records of splits that rejected documents went to. */
const RETRY_SOURCE_ID = '_retry-source'
/** What is rejected again was kept before: there is room for it. */
const KEEPS_ALL = { docs: Infinity, bytes: Infinity }

export interface Chosen {
  /** With the document to be mapped as their text. */
  readonly tried: readonly KeptReject[]
  readonly left: readonly KeptReject[]
}

/** The rejected documents of some sets on their way into splits, and what is left of each set. Nothing
 *  of it counts before it is published; killed, it leaves orphans. */
export class RetryBatch {
  readonly rejects = new RejectLog(KEEPS_NONE)
  readonly #components: IndexingComponents
  readonly #file: IndexFile
  readonly #splits: SplitRecord[] = []
  readonly #taken: string[] = []
  readonly #added: RejectSet[] = []
  #bench: Workbench
  #docCount = 0
  untriedCount = 0
  sourceBytes = 0

  constructor(components: IndexingComponents, file: IndexFile) {
    this.#components = components
    this.#file = file
    this.#bench = this.#newBench()
  }

  get docCount(): number {
    return this.#docCount + this.#bench.docCount
  }

  get isEmpty(): boolean {
    return this.#taken.length === 0
  }

  get isFull(): boolean {
    return (
      this.#taken.length >= MAX_SETS ||
      this.#splits.length > 0 ||
      this.#bench.memoryBytes >= SPLIT_MEMORY_BYTES
    )
  }

  /** Maps the tried documents and writes the others, with those that are rejected again, as a new set. */
  async take(set: RejectSet, { tried, left }: Chosen): Promise<void> {
    const lines = linesOf(tried)
    const again: RejectedDoc[] = []
    for (let i = 0; i < lines.count;) {
      const before = this.#bench.rejects.kept.length
      i = this.#bench.addBatch(lines, i)
      again.push(...this.#bench.rejects.kept.slice(before))
      if (i < lines.count || this.#bench.memoryBytes >= SPLIT_MEMORY_BYTES) await this.#cut()
    }
    this.#taken.push(set.setId)
    this.untriedCount += left.length
    this.sourceBytes += lines.bytes.length
    const run = { runId: runOfSet(set.setId), sourceUri: tried[0]?.sourceUri ?? '' }
    await this.#keep(set, [...left, ...again], run)
  }

  /**
   * One conditional put of the metastore; undefined when somebody else took or dropped one of the sets
   * first: nothing was published then. Otherwise the ids of splits and of the sets that were taken or
   * made. A failure may come after the publication, and is no reason to fear for it.
   */
  async publish(
    summaryOf: (splitCount: number) => RunSummary,
  ): Promise<{ splitIds: readonly string[]; setIds: readonly string[] } | undefined> {
    await this.#cut()
    const { metadata } = this.#file
    const { indexId } = metadata
    const { metastore } = this.#components
    const outcome = await metastore.publish(indexId, {
      builtFor: metadata,
      splits: this.#splits,
      run: summaryOf(this.#splits.length),
      rejects: { taken: this.#taken, added: this.#added },
    })
    const addedIds = this.#added.map(({ setId }) => setId)
    if (outcome.kind === 'lost') {
      for (const { splitId } of this.#splits) await dropUpload(this.#components, indexId, splitId)
      await this.#deleteObjects(addedIds)
      return undefined
    }
    await this.#deleteObjects(this.#taken)
    const splitIds = this.#splits.map(({ splitId }) => splitId)
    return { splitIds, setIds: [...this.#taken, ...addedIds] }
  }

  async #cut(): Promise<void> {
    const bench = this.#bench
    this.rejects.absorb(bench.rejects)
    this.#bench = this.#newBench()
    if (bench.docCount === 0) return
    this.#docCount += bench.docCount
    const { metadata } = this.#file
    const split = await uploadSplit(this.#components, metadata, await bench.finish(), {
      sourceId: RETRY_SOURCE_ID,
      mergeOpCount: 0,
      docMappingUid: metadata.config.docMapping.docMappingUid ?? '',
    })
    this.#splits.push(split)
  }

  async #keep(
    { setId, notKeptCount }: RejectSet,
    docs: readonly RejectedDoc[],
    run: Pick<KeptReject, 'runId' | 'sourceUri'>,
  ): Promise<void> {
    if (docs.length + notKeptCount === 0) return
    const { metastore } = this.#components
    const remaining = remainingSetId(setId, metastore.newId())
    this.#added.push({ setId: remaining, docCount: docs.length, notKeptCount })
    if (docs.length === 0) return
    const key = rejectedKey(this.#file.metadata.indexId, remaining)
    const sorted = docs.toSorted((a, b) => a.bytePosition - b.bytePosition)
    await metastore.store.put(key, encodeRejects(sorted, run), { condition: { kind: 'always' } })
  }

  /** What a failure leaves is named by nobody, and the janitor's. */
  async #deleteObjects(setIds: readonly string[]): Promise<void> {
    const { indexId } = this.#file.metadata
    const keys = setIds.map((setId) => rejectedKey(indexId, setId))
    await deleteKeys(this.#components.metastore.store, keys).catch(() => undefined)
  }

  #newBench(): Workbench {
    const { config } = this.#file.metadata
    return new Workbench({
      config,
      nowMs: this.#components.clock.nowMs(),
      keepsRejects: KEEPS_ALL,
      docTarget: config.indexingSettings.splitNumDocsTarget,
      purpose: 'build',
    })
  }
}

/** Each with the line and the position that it had in its source. */
export function linesOf(docs: readonly KeptReject[]): LineBatch {
  const bytes = Buffer.from(docs.map(({ text }) => `${text}\n`).join(''))
  return new LineBatch(bytes, 1, 0, {
    positions: docs.map(({ bytePosition }) => bytePosition),
    lines: docs.map(({ line }) => line),
    endPosition: docs.at(-1)?.bytePosition ?? 0,
  })
}
