import { advance, type CheckpointDelta, positionOf } from './checkpoint.ts'
import { countErased } from './delete-task-changes.ts'
import { latestOpstamp } from './delete-task.ts'
import { withGone } from './gone-names.ts'
import type { IndexFile, IndexMetadata } from './index-metadata.ts'
import { withMappingsOf } from './past-mappings.ts'
import { changeRejectSets, type RejectChange } from './reject-set.ts'
import { type RunSummary, withRun } from './run-summary.ts'
import { heldSplitIds, pinnedSplitIds } from './snapshot-record.ts'
import type { SplitRecord } from './split-record.ts'
import { ulidTimeMs } from './ulid.ts'

/**
 * An object that no record names is an orphan from this age on, and a split that has waited this
 * long may no longer be published. Both are judged on the file version that the put replaces, so the
 * collector and a publisher that was asleep can never both win.
 */
export const ORPHAN_GRACE_MS = 24 * 3600 * 1000

/** From marking a split to deleting it: searches that began before finish on it. */
export const DELETION_GRACE_MS = 32 * 60 * 1000

/** Of the newest file and the time at which it was read; run again after a lost race. */
export type IndexFileChange = (file: IndexFile, nowMs: number) => IndexFile

export interface PublishRequest {
  /** The index as the splits were built for it. Publishing into a recreated index is refused; a mapping
   *  that gave way to another meanwhile is known again, for these splits. */
  readonly builtFor: IndexMetadata
  readonly splits: readonly SplitRecord[]
  readonly replacedSplitIds?: readonly string[]
  readonly checkpointDelta?: CheckpointDelta
  readonly run?: RunSummary
  readonly rejects?: RejectChange
  /** What went from the one replaced split, by the opstamps of the tasks that were applied to it. */
  readonly erasedDocCounts?: ReadonlyMap<number, number>
}

const NO_REJECTS: RejectChange = { taken: [], added: [] }

/** `lost`: nothing was changed and nothing will be; the caller's split objects may be dropped. */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly file: IndexFile }
  | { readonly kind: 'lost'; readonly reason: string; readonly file: IndexFile }

/** Splits, replaced splits, checkpoint and run in one step, or nothing. The `file` of the outcome is
 *  the argument itself when there is nothing to write. */
export function applyPublish(
  file: IndexFile,
  request: PublishRequest,
  nowMs: number,
): PublishOutcome {
  const nowSeconds = Math.floor(nowMs / 1000)
  if (wasApplied(file, request)) return { kind: 'published', file }
  const obstacle = publishObstacle(file, request, nowMs)
  if (obstacle !== undefined) return { kind: 'lost', reason: obstacle, file }
  const delta = request.checkpointDelta
  const checkpoint =
    delta === undefined
      ? file.metadata.checkpoint
      : advance(file.metadata.checkpoint, delta, nowSeconds)
  if (checkpoint === undefined) {
    return { kind: 'lost', reason: 'another run published this part of the source', file }
  }
  const { rejects = NO_REJECTS } = request
  const rejectSets = changeRejectSets(file.rejectSets, rejects, nowMs)
  if (rejectSets === undefined) {
    const reason = 'somebody else retried or dropped some of these rejected documents'
    return { kind: 'lost', reason, file }
  }
  const deleteOpstamp = opstampOf(file, request)
  const marked = applyMark(file, request.replacedSplitIds ?? [], nowSeconds)
  const published = request.splits.map((split) =>
    publishedRecord({ ...split, deleteOpstamp }, nowSeconds),
  )
  return {
    kind: 'published',
    file: {
      ...file,
      metadata: { ...withMappingsOf(file.metadata, request.builtFor, request.splits), checkpoint },
      splits: [...marked.splits, ...published],
      runs: request.run === undefined ? file.runs : withRun(file.runs, request.run),
      rejectSets,
      deleteTasks: tasksAfter(file, request),
    },
  }
}

function tasksAfter(file: IndexFile, request: PublishRequest): IndexFile['deleteTasks'] {
  const { erasedDocCounts, replacedSplitIds, splits } = request
  const old = file.splits.find(({ splitId }) => splitId === replacedSplitIds?.[0])
  if (erasedDocCounts === undefined || old === undefined) return file.deleteTasks
  return countErased(file.deleteTasks, erasedDocCounts, { old, isDropped: splits.length === 0 })
}

/** New documents are not concerned by the erasures that were asked for before; what a merge puts together
 *  is, as far as its inputs were. */
function opstampOf(file: IndexFile, { replacedSplitIds, erasedDocCounts }: PublishRequest): number {
  if (erasedDocCounts !== undefined) return Math.max(...erasedDocCounts.keys())
  if (replacedSplitIds === undefined) return latestOpstamp(file)
  const ids = new Set(replacedSplitIds)
  return file.splits
    .filter((split) => ids.has(split.splitId))
    .reduce((least, split) => Math.min(least, split.deleteOpstamp), latestOpstamp(file))
}

/** Marked splits stay for searches that already know them. Unknown and marked ids change nothing. */
export function applyMark(
  file: IndexFile,
  splitIds: readonly string[],
  nowSeconds: number,
): IndexFile {
  const ids = new Set(splitIds)
  const isMarked = (split: SplitRecord): boolean =>
    split.state !== 'MarkedForDeletion' && ids.has(split.splitId)
  if (!file.splits.some(isMarked)) return file
  const splits = file.splits.map((split): SplitRecord =>
    isMarked(split) ? { ...split, state: 'MarkedForDeletion', updateTimestamp: nowSeconds } : split,
  )
  return { ...file, splits }
}

/** All splits marked, no rejected documents, and no checkpoint unless it is kept. The records stay for a
 *  while: a publisher whose answer was lost would find neither them nor its checkpoint, and publish
 *  splits whose objects are gone. */
export function applyClear(
  file: IndexFile,
  { keepsCheckpoint, nowSeconds }: { keepsCheckpoint: boolean; nowSeconds: number },
): IndexFile {
  const ids = file.splits.map(({ splitId }) => splitId)
  const marked = applyMark(file, ids, nowSeconds)
  const checkpoint = keepsCheckpoint ? file.metadata.checkpoint : new Map()
  const isCheckpointKept = checkpoint.size === file.metadata.checkpoint.size
  if (marked === file && file.rejectSets.length === 0 && isCheckpointKept) return file
  return { ...marked, metadata: { ...file.metadata, checkpoint }, rejectSets: [] }
}

/** Drops the records of splits whose objects are gone; only marked ones. */
export function applyRemove(
  file: IndexFile,
  splitIds: readonly string[],
  nowMs: number,
): IndexFile {
  const ids = new Set(splitIds)
  return withoutRecords(file, ({ splitId }) => ids.has(splitId), nowMs)
}

/** Drops the records of marked splits whose grace is over and whose objects a snapshot keeps: nobody
 *  searches them any more, and the metastore file stays small. */
export function forgetPinned(
  file: IndexFile,
  markedUntilSeconds: number,
  nowMs: number,
): IndexFile {
  const pinned = pinnedSplitIds(file)
  return withoutRecords(
    file,
    ({ splitId, updateTimestamp }) => updateTimestamp <= markedUntilSeconds && pinned.has(splitId),
    nowMs,
  )
}

function withoutRecords(
  file: IndexFile,
  isMeant: (split: SplitRecord) => boolean,
  nowMs: number,
): IndexFile {
  const dropped = file.splits.filter(
    (split) => split.state === 'MarkedForDeletion' && isMeant(split),
  )
  if (dropped.length === 0) return file
  const splits = file.splits.filter((split) => !dropped.includes(split))
  const published = dropped.filter((split) => split.publishTimestamp !== undefined)
  const ids = published.map(({ splitId }) => splitId)
  return withGone({ ...file, splits }, ids, nowMs)
}

/** Records for objects that no record and no snapshot names, already marked: from then on they cannot be published. */
export function applyTombstones(
  file: IndexFile,
  orphanIds: readonly string[],
  nowSeconds: number,
): IndexFile {
  const known = heldSplitIds(file)
  const orphans = orphanIds.filter((id) => !known.has(id))
  if (orphans.length === 0) return file
  const tombstones = orphans.map((id) => tombstone(file, id, nowSeconds))
  return { ...file, splits: [...file.splits, ...tombstones] }
}

/** Remembers that all objects of the index were looked at. */
export function applyListed(file: IndexFile, listedMs: number): IndexFile {
  const known = withGone(file, [], listedMs)
  return known.orphansListedMs === listedMs ? known : { ...known, orphansListedMs: listedMs }
}

/** Whether an earlier attempt of the same publication went through although its answer was lost. One
 *  write brings all its splits and sets, so that any of them tells; the others may be gone since. */
function wasApplied(file: IndexFile, request: PublishRequest): boolean {
  if (request.splits.length > 0) {
    const ids = new Set(request.splits.map((split) => split.splitId))
    return (
      [...ids].some((id) => file.gone.has(id)) ||
      file.splits.some((split) => ids.has(split.splitId) && split.publishTimestamp !== undefined)
    )
  }
  const { checkpointDelta: delta, run, rejects = NO_REJECTS } = request
  const known = new Set(file.rejectSets.map(({ setId }) => setId))
  if (rejects.added.some(({ setId }) => known.has(setId))) return true
  if (delta === undefined) return false
  const position = positionOf(file.metadata.checkpoint, delta.sourceId, delta.partitionId)
  if (position !== delta.to) return false
  // Several runs may have moved it there without a document; only one of them may count the rejects.
  if (run === undefined) return true
  return file.runs.some(
    ({ runId, updatedMs }) => runId === run.runId && updatedMs === run.updatedMs,
  )
}

function publishObstacle(
  file: IndexFile,
  request: PublishRequest,
  nowMs: number,
): string | undefined {
  if (file.metadata.indexUid !== request.builtFor.indexUid) {
    return 'the index was deleted and created again'
  }
  const byId = new Map(file.splits.map((split) => [split.splitId, split]))
  for (const { splitId } of request.splits) {
    if (byId.has(splitId)) return `split ${splitId} was collected as an orphan`
    if (nowMs - ulidTimeMs(splitId) >= ORPHAN_GRACE_MS) {
      return `split ${splitId} waited too long for its publication`
    }
  }
  const gone = request.replacedSplitIds?.find((id) => byId.get(id)?.state !== 'Published')
  return gone === undefined ? undefined : `split ${gone} was replaced or deleted by somebody else`
}

function publishedRecord(split: SplitRecord, nowSeconds: number): SplitRecord {
  return {
    ...split,
    state: 'Published',
    updateTimestamp: nowSeconds,
    publishTimestamp: nowSeconds,
  }
}

function tombstone(file: IndexFile, splitId: string, nowSeconds: number): SplitRecord {
  return {
    splitId,
    indexUid: file.metadata.indexUid,
    sourceId: '',
    nodeId: '',
    state: 'MarkedForDeletion',
    createTimestamp: Math.floor(ulidTimeMs(splitId) / 1000),
    updateTimestamp: nowSeconds,
    publishTimestamp: undefined,
    docCount: 0,
    sourceBytes: 0,
    timeRange: undefined,
    tags: [],
    footer: { start: 0, end: 0 },
    maturity: { kind: 'mature' },
    mergeOpCount: 0,
    deleteOpstamp: 0,
    docMappingUid: file.metadata.config.docMapping.docMappingUid ?? '',
    columnBounds: [],
  }
}
