import { elementAt } from '../bytes/element-at.ts'
import {
  DELETION_GRACE_MS,
  ORPHAN_GRACE_MS,
  applyListed,
  applyMark,
  applyRemove,
  applyTombstones,
  forgetPinned,
  type IndexFileChange,
} from '../metastore/index-file-changes.ts'
import { publishedSplits, type IndexFile } from '../metastore/index-metadata.ts'
import {
  hotCacheKey,
  indexPrefix,
  ingestsPrefix,
  rejectedPrefix,
  snapshotKey,
  snapshotsPrefix,
  splitIdOfKey,
  splitKey,
} from '../metastore/layout.ts'
import { CLOCK_MARGIN_MS } from '../metastore/margins.ts'
import { pinnedSplitIds } from '../metastore/snapshot-record.ts'
import { REJECTED_KEPT_MS } from '../metastore/reject-set.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import { ulidTimeMs } from '../metastore/ulid.ts'
import type { ObjectInfo } from '../ports.ts'
import type { IndexingComponents } from './components.ts'
import { isHotSplit, replaceHotCache } from './refresh-hot-cache.ts'

interface JanitorRequest {
  readonly indexId: string
  /** No task is begun after this. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** From marking to deleting; default `DELETION_GRACE_MS`. */
  readonly deletionGraceMs?: number
  /** Age at which an object that no record names is an orphan; default `ORPHAN_GRACE_MS`. */
  readonly orphanGraceMs?: number
  /** Objects are not listed when they were less than this ago; default: they are. */
  readonly listEveryMs?: number
  /** Counts what would go; marks and deletes nothing. */
  readonly dryRun?: boolean
}

export interface JanitorResult {
  /** Published splits marked because the retention period is over. Their bytes go after the grace. */
  readonly retiredSplitCount: number
  readonly retiredBytes: number
  readonly deletedSplitCount: number
  readonly deletedOrphanCount: number
  /** Lists of rejected documents, and records of ingests. */
  readonly deletedRejectedCount: number
  readonly deletedBytes: number
  /** Objects that could not be deleted: they keep their record and are tried again next time. */
  readonly failedDeleteCount: number
  /** Whether the deadline or the signal left tasks undone. */
  readonly incomplete: boolean
}

/** The object of a snapshot that was never taken. Twice the age at which it could still be named. */
const UNNAMED_SNAPSHOT_KEPT_MS = 2 * ORPHAN_GRACE_MS
/** For those who call it after every file: nothing that the listing finds is urgent. */
export const LIST_EVERY_MS = 24 * 3600 * 1000
const DELETE_CONCURRENCY = 16

/**
 * Retention, deletion of marked splits after the grace, orphans, old rejected documents. Retention
 * takes effect whenever this is called, whatever the config's schedule says.
 *
 * Costs one conditional GET of the metastore. For each of retention and marked splits that found
 * something a PUT of it, and a DELETE per object. Unless listed lately, a LIST per 1000 objects and a
 * PUT of the metastore that says so; two more PUTs when there are orphans.
 */
export async function runJanitor(
  components: IndexingComponents,
  request: JanitorRequest,
): Promise<JanitorResult> {
  const file = await components.metastore.load(request.indexId, request.signal)
  const sweep = new Sweep(components, request, file)
  const tasks = [() => sweep.retire(), () => sweep.deleteMarked(), () => sweep.deleteUnnamed()]
  for (const task of tasks) {
    if (sweep.mustStop()) return sweep.result(true)
    await task()
  }
  return sweep.result(false)
}

class Sweep {
  readonly #components: IndexingComponents
  readonly #request: JanitorRequest
  readonly #nowMs: number
  /** As loaded or last written. What is decided on it stays right, and every write looks at the newest:
   *  splits that no snapshot pins are never unmarked (docs/decisions/0037), and objects old enough to be
   *  orphans are not published any more. */
  #file: IndexFile
  readonly #counts = {
    retiredSplitCount: 0,
    retiredBytes: 0,
    deletedSplitCount: 0,
    deletedOrphanCount: 0,
    deletedRejectedCount: 0,
    deletedBytes: 0,
    failedDeleteCount: 0,
  }

  constructor(components: IndexingComponents, request: JanitorRequest, file: IndexFile) {
    this.#components = components
    this.#request = request
    this.#file = file
    this.#nowMs = components.clock.nowMs()
  }

  mustStop(): boolean {
    const { deadlineMs, signal } = this.#request
    if (signal?.aborted === true) return true
    return deadlineMs !== undefined && this.#components.clock.nowMs() >= deadlineMs
  }

  result(incomplete: boolean): JanitorResult {
    return { ...this.#counts, incomplete }
  }

  /** A split goes when its newest document is too old; one without a time range stays for ever. */
  async retire(): Promise<void> {
    const expired = expiredSplits(this.#file, this.#nowMs)
    this.#counts.retiredSplitCount = expired.length
    this.#counts.retiredBytes = expired.reduce((sum, split) => sum + splitSizeBytes(split), 0)
    if (expired.length === 0 || this.#request.dryRun === true) return
    const ids = expired.map((split) => split.splitId)
    await this.#update((newest) => applyMark(newest, ids, Math.floor(this.#nowMs / 1000)))
  }

  async deleteMarked(): Promise<void> {
    const graceMs = this.#request.deletionGraceMs ?? DELETION_GRACE_MS
    const overdue = overdueSplits(this.#file, this.#nowMs, graceMs)
    const pinned = pinnedSplitIds(this.#file)
    const due = overdue.filter(({ splitId }) => !pinned.has(splitId))
    const deleted = await this.#deleteSplits(due.map((split) => split.splitId))
    for (const split of due) {
      if (!deleted.has(split.splitId)) continue
      this.#counts.deletedSplitCount++
      this.#counts.deletedBytes += split.footer.end
    }
    if (this.#request.dryRun === true || deleted.size + overdue.length - due.length === 0) return
    // What its footers and dictionaries say of documents must not outlive the splits.
    if (overdue.some((split) => isHotSplit(split, this.#components))) {
      await replaceHotCache(this.#components, this.#request.indexId)
    }
    const markedUntilSeconds = (this.#nowMs - graceMs) / 1000
    await this.#update((newest, nowMs) =>
      forgetPinned(applyRemove(newest, [...deleted], nowMs), markedUntilSeconds, nowMs),
    )
  }

  /** Objects that no record names: uploads that were never published, and old rejected documents. */
  async deleteUnnamed(): Promise<void> {
    if (wasListed(this.#file, this.#nowMs, this.#request.listEveryMs ?? 0)) return
    const orphans = new Map<string, ObjectInfo>()
    const oldNotes: ObjectInfo[] = []
    const { indexId, signal } = this.#request
    const orphanGraceMs = this.#request.orphanGraceMs ?? ORPHAN_GRACE_MS
    const notes = [rejectedPrefix(indexId), ingestsPrefix(indexId)]
    const named = this.#file.snapshots.map(({ snapshotId }) => snapshotKey(indexId, snapshotId))
    const snapshots = new Set(named)
    const isHot = publishedSplits(this.#file).some((split) => isHotSplit(split, this.#components))
    for await (const info of this.#components.metastore.store.list(indexPrefix(indexId), signal)) {
      const splitId = splitIdOfKey(indexId, info.key)
      const ageMs = this.#nowMs - info.modifiedMs
      if (splitId !== undefined && ageMs >= orphanGraceMs) orphans.set(splitId, info)
      if (info.key === hotCacheKey(indexId) && !isHot && ageMs >= orphanGraceMs) oldNotes.push(info)
      const isNote = notes.some((note) => info.key.startsWith(note))
      if (isNote && ageMs >= REJECTED_KEPT_MS) oldNotes.push(info)
      if (info.key.startsWith(snapshotsPrefix(indexId)) && !snapshots.has(info.key)) {
        if (ageMs >= UNNAMED_SNAPSHOT_KEPT_MS) oldNotes.push(info)
      }
    }
    await this.#deleteOrphans(orphans)
    await this.#deleteRejected(oldNotes)
    if (this.#request.dryRun === true || this.mustStop()) return
    await this.#update((newest) => applyListed(newest, Math.floor(this.#nowMs)))
  }

  /** A record first, which bars the orphan from being published; then the object; then the record. */
  async #deleteOrphans(candidates: ReadonlyMap<string, ObjectInfo>): Promise<void> {
    const pinned = pinnedSplitIds(this.#file)
    const named = new Map(this.#file.splits.map((split) => [split.splitId, split]))
    const barred = (split: SplitRecord | undefined): boolean =>
      split === undefined || isTombstone(split)
    let ids = [...candidates.keys()].filter((id) => !pinned.has(id) && barred(named.get(id)))
    if (this.#request.dryRun !== true) {
      const nowSeconds = Math.floor(this.#nowMs / 1000)
      if (ids.some((id) => !named.has(id))) {
        await this.#update((newest) => applyTombstones(newest, ids, nowSeconds))
      }
      // One that was published in between is no orphan any more.
      const barredNow = this.#file.splits.filter(isTombstone)
      const tombstones = new Set(barredNow.map((split) => split.splitId))
      ids = ids.filter((id) => tombstones.has(id))
    }
    const deleted = await this.#deleteSplits(ids)
    for (const id of deleted) this.#counts.deletedBytes += candidates.get(id)?.sizeBytes ?? 0
    this.#counts.deletedOrphanCount = deleted.size
    const left = new Set([...candidates.keys()].filter((id) => !deleted.has(id)))
    if (this.#request.dryRun !== true) await this.#removeTombstones(left)
  }

  /** From `ORPHAN_GRACE_MS` on no publisher would take the split any more, with or without a record; by
   *  its own clock. */
  async #removeTombstones(withObject: ReadonlySet<string>): Promise<void> {
    const done = this.#file.splits.filter((split) => {
      if (!isTombstone(split) || withObject.has(split.splitId)) return false
      return this.#nowMs - ulidTimeMs(split.splitId) >= ORPHAN_GRACE_MS + CLOCK_MARGIN_MS
    })
    if (done.length === 0) return
    const ids = done.map(({ splitId }) => splitId)
    await this.#update((newest, nowMs) => applyRemove(newest, ids, nowMs))
  }

  async #deleteRejected(infos: readonly ObjectInfo[]): Promise<void> {
    const deleted = await this.#deleteObjects(infos.map((info) => info.key))
    this.#counts.deletedRejectedCount = deleted.size
    for (const info of infos) if (deleted.has(info.key)) this.#counts.deletedBytes += info.sizeBytes
  }

  async #deleteSplits(splitIds: readonly string[]): Promise<Set<string>> {
    const { indexId } = this.#request
    const deleted = await this.#deleteObjects(splitIds.map((id) => splitKey(indexId, id)))
    return new Set(splitIds.filter((id) => deleted.has(splitKey(indexId, id))))
  }

  /** The keys that are gone; a dry run counts them all. */
  async #deleteObjects(keys: readonly string[]): Promise<Set<string>> {
    if (this.#request.dryRun === true) return new Set(keys)
    const gone = new Set<string>()
    for (let start = 0; start < keys.length && !this.mustStop(); start += DELETE_CONCURRENCY) {
      const some = keys.slice(start, start + DELETE_CONCURRENCY)
      const { store } = this.#components.metastore
      const ends = await Promise.allSettled(some.map((key) => store.delete(key)))
      ends.forEach((end, i) => {
        if (end.status === 'fulfilled') gone.add(elementAt(some, i))
        else this.#counts.failedDeleteCount++
      })
    }
    return gone
  }

  async #update(change: IndexFileChange): Promise<void> {
    this.#file = await this.#components.metastore.update(this.#request.indexId, change)
  }
}

/** Whether a run on this file would find anything to do, which costs no request to know. */
export function isCleanUpDue(file: IndexFile, nowMs: number, listEveryMs: number): boolean {
  return (
    expiredSplits(file, nowMs).length > 0 ||
    overdueSplits(file, nowMs, DELETION_GRACE_MS).length > 0 ||
    !wasListed(file, nowMs, listEveryMs)
  )
}

/** Published splits whose newest document is too old; one without a time range is kept for ever. */
function expiredSplits({ splits, metadata }: IndexFile, nowMs: number): SplitRecord[] {
  const { retention } = metadata.config
  if (retention === undefined) return []
  const limitSeconds = (nowMs - retention.periodMs) / 1000
  return splits.filter(
    ({ state, timeRange }) =>
      state === 'Published' && timeRange !== undefined && timeRange.endSeconds <= limitSeconds,
  )
}

function overdueSplits({ splits }: IndexFile, nowMs: number, graceMs: number): SplitRecord[] {
  return splits.filter(
    (split) =>
      split.state === 'MarkedForDeletion' &&
      !isTombstone(split) &&
      split.updateTimestamp * 1000 + graceMs <= nowMs,
  )
}

/** A new index has no objects that are old enough. */
function wasListed(
  { orphansListedMs, metadata }: IndexFile,
  nowMs: number,
  listEveryMs: number,
): boolean {
  const listedMs = orphansListedMs ?? metadata.createTimestamp * 1000
  // A time to come, of a clock that was set back, counts as long ago.
  return Math.abs(nowMs - listedMs) < listEveryMs
}

/** A record that only bars an orphan from being published. */
function isTombstone(split: SplitRecord): boolean {
  return split.state === 'MarkedForDeletion' && split.publishTimestamp === undefined
}
