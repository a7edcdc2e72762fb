import { QwError } from '../errors.ts'
import { furthest } from '../metastore/checkpoint.ts'
import { finishTasks } from '../metastore/delete-task-changes.ts'
import type { MatchDocs } from '../metastore/delete-task.ts'
import { forgetHandedSince } from '../metastore/handed-objects.ts'
import { applyMark, ORPHAN_GRACE_MS } from '../metastore/index-file-changes.ts'
import { encodeIndexFile } from '../metastore/index-file-codec.ts'
import { type IndexFile, publishedSplits } from '../metastore/index-metadata.ts'
import { withMappingsOf } from '../metastore/past-mappings.ts'
import { findSnapshot, readSnapshot, type Snapshot } from '../metastore/snapshots.ts'
import { restoredSets } from '../metastore/reject-set.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { ulidTimeMs } from '../metastore/ulid.ts'
import type { IndexingComponents } from './components.ts'
import { ReturningSplits } from './returning-splits.ts'

interface RestoreRequest {
  readonly indexId: string
  /** Of the snapshot. */
  readonly name: string
  /** `restored`: what was indexed since can be indexed again. `kept`: it stays marked as indexed. */
  readonly checkpoint: 'restored' | 'kept'
  readonly matchDocs: MatchDocs
  readonly signal?: AbortSignal
}

interface RestoreResult {
  /** Published by the restored index. */
  readonly docCount: number
  readonly splitCount: number
  /** Splits that were published and are not any more. */
  readonly withdrawnSplitCount: number
  /** Documents of the snapshot that were erased since, and do not come back. */
  readonly erasedDocCount: number
}

/** Erasures that are asked for while it runs: each time the splits are searched once more. */
const MAX_ATTEMPTS = 20

/**
 * Brings an index back to a snapshot by one conditional put of its metastore file: searches see the
 * index as it was or as restored, never half, and a killed restore leaves at most orphans. What is
 * published and not in the snapshot is marked, and goes after the grace. Erasures since are taken out
 * of the splits before. The snapshot stays. Costs two GETs and a PUT, and what erasures cost.
 */
export async function restoreSnapshot(
  components: IndexingComponents,
  request: RestoreRequest,
): Promise<RestoreResult> {
  const { metastore, clock } = components
  const { indexId, matchDocs, signal } = request
  const snapshot = await readSnapshot(metastore, request)
  const splits = new ReturningSplits({
    snapshot,
    store: metastore.store,
    matchDocs,
    target: components,
    targetMetadata: snapshot.file.metadata,
    signal,
  })
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    await splits.apply(await metastore.load(indexId, signal))
    signal?.throwIfAborted()
    let before: IndexFile | undefined
    const after = await metastore.update(indexId, (newest) => {
      const next = restoredFile(newest, splits, {
        snapshot,
        keepsCheckpoint: request.checkpoint === 'kept',
        nowMs: clock.nowMs(),
      })
      if (next !== newest) before = newest
      return next
    })
    if (!splits.isUpTo(after)) continue
    if (request.checkpoint === 'restored') {
      await forgetHandedSince(metastore.store, indexId, snapshot.record.createdMs)
    }
    return resultOf(splits, { before: before ?? after, after })
  }
  throw new QwError('conflict', `erasures kept coming while ${indexId} was restored`, {
    code: 'META-CONFLICT',
    fix: 'run the command again when they are done',
  })
}

interface Restoration {
  readonly snapshot: Snapshot
  readonly keepsCheckpoint: boolean
  readonly nowMs: number
}

/** The newest file itself when it is as restored already, or when an erasure has come. */
function restoredFile(
  newest: IndexFile,
  splits: ReturningSplits,
  { snapshot, keepsCheckpoint, nowMs }: Restoration,
): IndexFile {
  const { record, file } = snapshot
  // While the file that is replaced pins them, the objects are there.
  if (findSnapshot(newest, record.name).snapshotId !== record.snapshotId)
    throw replaced(record.name)
  if (!splits.isUpTo(newest)) return newest
  refuseOrphans(newest, splits.rewritten, nowMs)
  const nowSeconds = Math.floor(nowMs / 1000)
  const opstamp = newest.deleteTasks.at(-1)?.opstamp ?? 0
  const known = new Map(newest.splits.map((split) => [split.splitId, split]))
  const returning = splits.records.map((split): SplitRecord => {
    const current = known.get(split.splitId)
    return {
      ...split,
      state: 'Published',
      deleteOpstamp: opstamp,
      publishTimestamp: split.publishTimestamp ?? current?.publishTimestamp ?? nowSeconds,
      updateTimestamp: current?.state === 'Published' ? current.updateTimestamp : nowSeconds,
    }
  })
  const ids = new Set(returning.map(({ splitId }) => splitId))
  const others = newest.splits.filter(({ splitId }) => !ids.has(splitId))
  const otherIds = others.map(({ splitId }) => splitId)
  const withdrawn = applyMark({ ...newest, splits: others }, otherIds, nowSeconds)
  // Also of an index that was cleared since: what comes back has been read.
  const { checkpoint: then } = file.metadata
  const checkpoint = keepsCheckpoint ? furthest(newest.metadata.checkpoint, then) : then
  const next = finishTasks(
    {
      ...newest,
      // What is withdrawn is searched by those who hold it, by its own mapping.
      metadata: {
        ...withMappingsOf(file.metadata, newest.metadata, withdrawn.splits),
        indexUid: newest.metadata.indexUid,
        checkpoint,
      },
      splits: [...withdrawn.splits, ...returning],
      rejectSets: keepsCheckpoint
        ? newest.rejectSets
        : restoredSets(newest.rejectSets, file.rejectSets),
    },
    nowMs,
  )
  const isSame = Buffer.compare(encodeIndexFile(next), encodeIndexFile(newest)) === 0
  return isSame ? newest : next
}

/** What was written anew and waited too long may have been collected, as an upload is. */
function refuseOrphans(newest: IndexFile, rewritten: readonly SplitRecord[], nowMs: number): void {
  const published = new Set(publishedSplits(newest).map(({ splitId }) => splitId))
  const known = new Set(newest.splits.map(({ splitId }) => splitId))
  const isLost = rewritten.some(
    ({ splitId }) =>
      !published.has(splitId) &&
      (known.has(splitId) ||
        newest.gone.has(splitId) ||
        nowMs - ulidTimeMs(splitId) >= ORPHAN_GRACE_MS),
  )
  if (!isLost) return
  throw new QwError('unavailable', 'the restore took so long that its own splits were collected', {
    fix: 'run the command again',
  })
}

function replaced(name: string): QwError {
  return new QwError('notFound', `the snapshot ${name} was deleted while it was restored`, {
    code: 'SNAPSHOT-NONE',
    fix: 'qw-lambda index snapshot list',
  })
}

function resultOf(
  splits: ReturningSplits,
  { before, after }: { readonly before: IndexFile; readonly after: IndexFile },
): RestoreResult {
  const published = publishedSplits(after)
  const ids = new Set(published.map(({ splitId }) => splitId))
  const withdrawn = publishedSplits(before).filter(({ splitId }) => !ids.has(splitId))
  return {
    docCount: published.reduce((sum, { docCount }) => sum + docCount, 0),
    splitCount: published.length,
    withdrawnSplitCount: withdrawn.length,
    erasedDocCount: splits.erasedDocCount,
  }
}
