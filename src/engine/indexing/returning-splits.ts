import { isQwError, QwError } from '../errors.ts'
import { latestOpstamp, type MatchDocs } from '../metastore/delete-task.ts'
import type { IndexFile, IndexMetadata } from '../metastore/index-metadata.ts'
import { withMappingsOf } from '../metastore/past-mappings.ts'
import type { Snapshot } from '../metastore/snapshots.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import type { ObjectStore } from '../ports.ts'
import type { IndexingComponents } from './components.ts'
import { buildWithout, findOwed } from './erase-split.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'

interface ReturningSplit {
  /** As the snapshot has it. */
  readonly split: SplitRecord
  /** What comes back in its place: itself, one written anew, or nothing. */
  readonly record: SplitRecord | undefined
  readonly erasedDocCount: number
}

interface Way {
  readonly snapshot: Snapshot
  /** Where the snapshot's splits are read. */
  readonly store: ObjectStore
  readonly matchDocs: MatchDocs
  /** Where what is written anew goes, and under which index id. */
  readonly target: IndexingComponents
  readonly targetMetadata: IndexMetadata
  readonly signal?: AbortSignal | undefined
}

/**
 * The splits of a snapshot on their way into an index. What was erased since it was taken is taken out
 * of them before anybody can search them: nothing erased comes back.
 */
export class ReturningSplits {
  readonly #way: Way
  #splits: readonly ReturningSplit[]
  #opstamp = -1

  constructor(way: Way) {
    this.#way = way
    this.#splits = way.snapshot.file.splits.map((split) => ({
      split,
      record: split,
      erasedDocCount: 0,
    }))
  }

  /** What is to be published. */
  get records(): SplitRecord[] {
    return this.#splits.flatMap(({ record }) => record ?? [])
  }

  /** Splits that come back as they were. */
  get unchanged(): SplitRecord[] {
    return this.#splits.flatMap(({ split, record }) => (record === split ? [split] : []))
  }

  /** Splits that were written anew, and have an object that no metastore file names yet. */
  get rewritten(): SplitRecord[] {
    return this.records.filter((record) => !this.#splits.some(({ split }) => split === record))
  }

  get erasedDocCount(): number {
    return this.#splits.reduce((sum, { erasedDocCount }) => sum + erasedDocCount, 0)
  }

  /** Whether every erasure that the file knows has been taken out. */
  isUpTo(file: IndexFile): boolean {
    return this.#opstamp >= latestOpstamp(file)
  }

  /** Costs the reads of a search per split and erasure since; of each with a match a GET and a PUT. */
  async apply(now: IndexFile): Promise<void> {
    const { signal } = this.#way
    const next: ReturningSplit[] = []
    for (const each of this.#splits) {
      signal?.throwIfAborted()
      next.push(await this.#applyTo(each, now))
    }
    this.#splits = next
    this.#opstamp = latestOpstamp(now)
  }

  /** From the snapshot's own split each time: that erasures come while this runs is rare. */
  async #applyTo(each: ReturningSplit, now: IndexFile): Promise<ReturningSplit> {
    const { split, record } = each
    const { store, snapshot, target, targetMetadata, signal } = this.#way
    if (
      !now.deleteTasks.some(({ opstamp }) => opstamp > Math.max(this.#opstamp, split.deleteOpstamp))
    )
      return each
    const { docs } = await this.#find(split, now)
    if (docs.length === each.erasedDocCount) return each
    const built = await buildWithout(store, snapshot.file.metadata, split, { docs, signal })
    if (record !== undefined && record !== split) {
      await dropUpload(target, targetMetadata.indexId, record.splitId)
    }
    const origin = { ...split, replaced: [split] }
    const anew = built && (await uploadSplit(target, targetMetadata, built, origin))
    return { split, record: anew, erasedDocCount: docs.length }
  }

  async #find(split: SplitRecord, now: IndexFile) {
    const { matchDocs, signal, snapshot } = this.#way
    const metadata = withMappingsOf(now.metadata, snapshot.file.metadata, [split])
    const { deleteTasks: tasks } = now
    try {
      return await findOwed({ metadata, split, tasks, matchDocs, signal })
    } catch (cause) {
      if (!isQwError(cause, 'invalid')) throw cause
      const { name } = snapshot.record
      throw new QwError('invalid', `what was erased since ${name} cannot be erased from it`, {
        why: `its documents cannot be searched for it: ${cause.message}`,
        fix: `delete the snapshot: qw-lambda index snapshot delete ${name}`,
        cause,
      })
    }
  }
}
