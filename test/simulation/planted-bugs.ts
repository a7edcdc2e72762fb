import { isQwError } from '../../src/engine/errors.ts'
import { latestOpstamp } from '../../src/engine/metastore/delete-task.ts'
import type {
  IndexFileChange,
  PublishOutcome,
  PublishRequest,
} from '../../src/engine/metastore/index-file-changes.ts'
import type { IndexFile } from '../../src/engine/metastore/index-metadata.ts'
import { splitKey } from '../../src/engine/metastore/layout.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { SplitRecord } from '../../src/engine/metastore/split-record.ts'
import { MANIFEST_NAME } from '../../src/engine/export/export-manifest.ts'
import { bodySize, type ObjectStore } from '../../src/engine/ports.ts'

/** A mistake that somebody could make in the product, put at a seam of it: what the simulation is for
 *  is to find each of them. */
export interface PlantedBug {
  readonly name: string
  readonly store?: (inner: ObjectStore) => ObjectStore
  readonly metastore?: typeof Metastore
  readonly deletionGraceMs?: number
  readonly orphanGraceMs?: number
  /** A restore does not look for what was erased since. */
  readonly matchesNothing?: boolean
  readonly exportTarget?: (inner: ObjectStore) => ObjectStore
}

export const NO_BUG: PlantedBug = { name: 'none' }

/** The loser of a race for the object overwrites what the winner wrote. */
const droppedCondition =
  (name: string) =>
  (inner: ObjectStore): ObjectStore => ({
    ...inner,
    put: (key, body, options) =>
      inner.put(key, body, {
        ...options,
        condition: key.endsWith(name) ? { kind: 'always' } : options.condition,
      }),
  })

/** Two writes instead of one: a process that ends between them has skipped documents. */
class CheckpointFirst extends Metastore {
  override async publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    const { checkpointDelta, ...rest } = request
    if (checkpointDelta === undefined) return super.publish(indexId, request)
    const moved = await super.publish(indexId, { ...request, splits: [] })
    return moved.kind === 'lost' ? moved : super.publish(indexId, rest)
  }
}

/** The other way round: a process that ends between them indexes the same documents again. */
class SplitFirst extends Metastore {
  override async publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    const { checkpointDelta, ...rest } = request
    if (checkpointDelta === undefined) return super.publish(indexId, request)
    const published = await super.publish(indexId, rest)
    return published.kind === 'lost'
      ? published
      : super.publish(indexId, { ...request, splits: [] })
  }
}

/** What a merge put together counts as if every erasure had come to it. */
class ForgetsDeletes extends Metastore {
  override update(indexId: string, change: IndexFileChange): Promise<IndexFile> {
    return super.update(indexId, (file, nowMs) => {
      const next = change(file, nowMs)
      const known = new Set(file.splits.map(({ splitId }) => splitId))
      const splits = next.splits.map((split) =>
        known.has(split.splitId) || split.mergeOpCount === 0
          ? split
          : { ...split, deleteOpstamp: latestOpstamp(next) },
      )
      return next === file ? file : { ...next, splits }
    })
  }
}

/** A janitor in a hurry and a publisher that does not look whether it has been there. A hurry alone
 *  does no harm: the publisher sees that its upload is gone, and the file comes again. */
class IgnoresTombstones extends Metastore {
  override update(indexId: string, change: IndexFileChange): Promise<IndexFile> {
    return super.update(indexId, (file, nowMs) => {
      const isRecord = (split: SplitRecord): boolean =>
        split.state !== 'MarkedForDeletion' || split.publishTimestamp !== undefined
      const seen = { ...file, splits: file.splits.filter(isRecord) }
      const next = change(seen, nowMs)
      return next === seen ? file : next
    })
  }
}

/** Whoever sleeps with a write that was not answered finds no trace of it, and writes it again. */
class ForgetsAtOnce extends Metastore {
  override update(indexId: string, change: IndexFileChange): Promise<IndexFile> {
    return super.update(indexId, (file, nowMs) => {
      const next = change(file, nowMs)
      return next.gone.size === 0 ? next : { ...next, gone: new Map() }
    })
  }
}

/** What is published after all stays among what waits, and is published by the next retry too. */
class KeepsRetried extends Metastore {
  override publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    const { rejects } = request
    const kept = rejects === undefined ? {} : { rejects: { ...rejects, taken: [] } }
    return super.publish(indexId, { ...request, ...kept })
  }
}

/** Merged splits go at once, although searches are still on them. */
class DeletesBeforeMark extends Metastore {
  override async publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    for (const splitId of request.replacedSplitIds ?? []) {
      await this.store.delete(splitKey(indexId, splitId))
    }
    return super.publish(indexId, request)
  }
}

/** An error is taken for a failure, although it says nothing about what happened. */
class LostMeansFailed extends Metastore {
  override async publish(indexId: string, request: PublishRequest): Promise<PublishOutcome> {
    try {
      return await super.publish(indexId, request)
    } catch (error) {
      if (!isQwError(error, 'unavailable')) throw error
      for (const { splitId } of request.splits) await this.store.delete(splitKey(indexId, splitId))
      throw error
    }
  }
}

/** The split is named before its object is there. */
const putAnswersEarly = (inner: ObjectStore): ObjectStore => ({
  ...inner,
  async put(key, body, options) {
    if (!key.endsWith('.split')) return inner.put(key, body, options)
    const info = { key, sizeBytes: bodySize(body), etag: '', modifiedMs: 0 }
    return inner.put(key, body, options).catch(() => info)
  },
})

/** A part counts as written before it is: whoever goes on after a crash passes it over. */
const notesPartsFirst = (inner: ObjectStore): ObjectStore => {
  const held: (() => Promise<unknown>)[] = []
  return {
    ...inner,
    async put(key, body, options) {
      if (key !== MANIFEST_NAME) {
        held.push(() => inner.put(key, body, options))
        return { key, sizeBytes: bodySize(body), etag: '', modifiedMs: 0 }
      }
      const info = await inner.put(key, body, options)
      for (const write of held.splice(0)) await write()
      return info
    },
  }
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a metastore file that is put without its condition',
    store: droppedCondition('/metastore.json'),
  },
  { name: 'a checkpoint that is written before the split', metastore: CheckpointFirst },
  { name: 'a checkpoint that is written after the split', metastore: SplitFirst },
  { name: 'a merge that forgets an erasure', metastore: ForgetsDeletes },
  { name: 'a janitor that waits for nobody', deletionGraceMs: 0 },
  {
    name: 'an upload that is published although it was collected as an orphan',
    metastore: IgnoresTombstones,
    orphanGraceMs: 0,
  },
  { name: 'a merge that deletes its inputs before it is published', metastore: DeletesBeforeMark },
  { name: 'a lost answer that is taken for a failure', metastore: LostMeansFailed },
  { name: 'a split that is published although its upload failed', store: putAnswersEarly },
  { name: 'a restore that brings back what was erased', matchesNothing: true },
  {
    name: 'a hot cache that is put without its condition',
    store: droppedCondition('/hot-cache.bin'),
  },
  { name: 'a split that is forgotten while it may be published again', metastore: ForgetsAtOnce },
  { name: 'a retry that leaves its documents among the rejected ones', metastore: KeepsRetried },
  { name: 'an export that notes a part before it is written', exportTarget: notesPartsFirst },
]
