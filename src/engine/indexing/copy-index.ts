import { QwError } from '../errors.ts'
import type { MatchDocs } from '../metastore/delete-task.ts'
import { ORPHAN_GRACE_MS } from '../metastore/index-file-changes.ts'
import type { IndexFile, IndexMetadata } from '../metastore/index-metadata.ts'
import { indexPrefix, splitIdOfKey, splitKey } from '../metastore/layout.ts'
import { readSnapshot, type Snapshot } from '../metastore/snapshots.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import { checkSplit } from '../split/check-split.ts'
import type { IndexingComponents } from './components.ts'
import { ReturningSplits } from './returning-splits.ts'

export interface CopyRequest {
  readonly source: IndexingComponents
  readonly indexId: string
  /** The snapshot of the source: whatever merges there meanwhile, its splits stay. */
  readonly name: string
  readonly target: IndexingComponents
  readonly targetId: string
  /** Searches the source. */
  readonly matchDocs: MatchDocs
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CopyProgress) => void
}

export interface CopyProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly doneSplitCount: number
}

export interface CopyResult {
  readonly docCount: number
  readonly splitCount: number
  readonly copiedSplitCount: number
  readonly copiedBytes: number
  /** Splits that an earlier, interrupted copy had brought already. */
  readonly foundSplitCount: number
  readonly erasedDocCount: number
}

/** Splits in memory at once: together with this many bytes, unless a single one is larger. */
const MAX_ROUND_SPLITS = 8
const MAX_ROUND_BYTES = 64 * 1024 * 1024
/** Half of what makes an orphan: from looking at an object to naming it there is time. */
const MAX_OBJECT_AGE_MS = ORPHAN_GRACE_MS / 2
/** Erasures that are asked for while it runs: each time the splits are searched once more. */
const MAX_ATTEMPTS = 20

/**
 * Makes a new index of a snapshot, in the same store or another. Splits are copied byte for byte, each
 * checked against its own checksums; the metastore file comes last, so that the index is there whole
 * or not at all. Killed, it is an index that is being made: the same call goes on and sends nothing
 * twice within half a day, and a delete removes what there is. Costs a GET and a PUT per split, two LISTs, and three PUTs.
 * Throws `invalid` (code INDEX-EXISTS) when the target is an index.
 */
export async function copyIndex(request: CopyRequest): Promise<CopyResult> {
  const { source, indexId, target, targetId, signal } = request
  await target.metastore.reserveIndex(targetId)
  const snapshot = await readSnapshot(source.metastore, request)
  const metadata = newMetadata(snapshot, target, targetId)
  const splits = new ReturningSplits({
    snapshot,
    store: source.metastore.store,
    matchDocs: request.matchDocs,
    target,
    targetMetadata: metadata,
    signal,
  })
  const copier = new SplitCopier(request)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const now = await source.metastore.load(indexId, signal)
    if (!splits.isUpTo(now)) await splits.apply(now)
    const there = await freshObjects(target, targetId, signal)
    refuseLost(splits.rewritten, there)
    if (splits.unchanged.every((split) => isIn(there, split))) {
      if (attempt === 0) copier.found(splits.unchanged)
      const file = newFile(metadata, splits.records, target)
      await target.metastore.adoptIndex(file)
      return { ...copier.result(), ...countsOf(file), erasedDocCount: splits.erasedDocCount }
    }
    await copier.bring(splits.unchanged, there)
  }
  throw new QwError('conflict', `${indexId} could not be copied in ${MAX_ATTEMPTS} attempts`, {
    code: 'META-CONFLICT',
    why: 'erasures kept coming, or its objects went',
    fix: 'run the command again',
  })
}

/**
 * Sizes of the target's splits by id, without those that are so old that somebody may be collecting them:
 * until the index is there, nothing names them.
 */
async function freshObjects(
  { metastore, clock }: IndexingComponents,
  indexId: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const sinceMs = clock.nowMs() - MAX_OBJECT_AGE_MS
  for await (const info of metastore.store.list(indexPrefix(indexId), signal)) {
    const splitId = splitIdOfKey(indexId, info.key)
    if (splitId !== undefined && info.modifiedMs >= sinceMs) sizes.set(splitId, info.sizeBytes)
  }
  return sizes
}

/** Split ids never come twice, so an object of the right size is the split. */
function isIn(there: ReadonlyMap<string, number>, split: SplitRecord): boolean {
  return there.get(split.splitId) === splitSizeBytes(split)
}

function refuseLost(rewritten: readonly SplitRecord[], there: ReadonlyMap<string, number>): void {
  if (rewritten.every((split) => isIn(there, split))) return
  throw new QwError('unavailable', 'the copy took so long that its own splits were collected', {
    fix: 'run the command again',
  })
}

class SplitCopier {
  readonly #request: CopyRequest
  #copiedSplitCount = 0
  #copiedBytes = 0
  #foundSplitCount: number | undefined

  constructor(request: CopyRequest) {
    this.#request = request
  }

  result(): Pick<CopyResult, 'copiedSplitCount' | 'copiedBytes' | 'foundSplitCount'> {
    return {
      copiedSplitCount: this.#copiedSplitCount,
      copiedBytes: this.#copiedBytes,
      foundSplitCount: this.#foundSplitCount ?? 0,
    }
  }

  /** Those that were there before this copy brought any. */
  found(splits: readonly SplitRecord[]): void {
    this.#foundSplitCount ??= splits.length
  }

  async bring(splits: readonly SplitRecord[], there: ReadonlyMap<string, number>): Promise<void> {
    const missing = splits.filter((split) => !isIn(there, split))
    this.found(splits.filter((split) => isIn(there, split)))
    const totalBytes = bytesOf(splits)
    let doneBytes = totalBytes - bytesOf(missing)
    let doneSplitCount = splits.length - missing.length
    for (const round of roundsOf(missing)) {
      this.#request.signal?.throwIfAborted()
      await Promise.all(round.map((split) => this.#copy(split)))
      doneBytes += bytesOf(round)
      doneSplitCount += round.length
      this.#request.onProgress?.({ doneBytes, totalBytes, doneSplitCount })
    }
  }

  async #copy(split: SplitRecord): Promise<void> {
    const { source, indexId, target, targetId, signal } = this.#request
    const sizeBytes = splitSizeBytes(split)
    const from = splitKey(indexId, split.splitId)
    const bytes = await source.metastore.store.read(from, { start: 0, end: sizeBytes }, signal)
    checkSplit(bytes)
    await target.metastore.store.put(splitKey(targetId, split.splitId), bytes, {
      condition: { kind: 'always' },
      signal,
    })
    this.#copiedSplitCount++
    this.#copiedBytes += sizeBytes
  }
}

function bytesOf(splits: readonly SplitRecord[]): number {
  return splits.reduce((sum, split) => sum + splitSizeBytes(split), 0)
}

function roundsOf(splits: readonly SplitRecord[]): SplitRecord[][] {
  const rounds: SplitRecord[][] = []
  let bytes = Infinity
  for (const split of splits) {
    const round = rounds.at(-1)
    bytes += splitSizeBytes(split)
    if (round === undefined || round.length >= MAX_ROUND_SPLITS || bytes > MAX_ROUND_BYTES) {
      rounds.push([split])
      bytes = splitSizeBytes(split)
    } else round.push(split)
  }
  return rounds
}

/** Another index with the same config, and the same files behind it. */
function newMetadata(
  { file: { metadata } }: Snapshot,
  { metastore, clock }: IndexingComponents,
  indexId: string,
): IndexMetadata {
  return {
    ...metadata,
    indexId,
    indexUid: `${indexId}:${metastore.newId()}`,
    // Where the other one lies says nothing about this one.
    config: { ...metadata.config, indexId, indexUri: undefined },
    createTimestamp: Math.floor(clock.nowMs() / 1000),
  }
}

/** Erasures are counted from the beginning again: those of the source have been applied. */
function newFile(
  metadata: IndexMetadata,
  records: readonly SplitRecord[],
  { clock }: IndexingComponents,
): IndexFile {
  const nowSeconds = Math.floor(clock.nowMs() / 1000)
  const splits = records.map((split): SplitRecord => ({
    ...split,
    indexUid: metadata.indexUid,
    state: 'Published',
    updateTimestamp: nowSeconds,
    publishTimestamp: split.publishTimestamp ?? nowSeconds,
    deleteOpstamp: 0,
  }))
  return {
    metadata,
    splits,
    runs: [],
    // Their objects stay with the index that rejected them.
    rejectSets: [],
    deleteTasks: [],
    orphansListedMs: undefined,
    snapshots: [],
    gone: new Map(),
  }
}

function countsOf({ splits }: IndexFile): Pick<CopyResult, 'docCount' | 'splitCount'> {
  const docCount = splits.reduce((sum, split) => sum + split.docCount, 0)
  return { docCount, splitCount: splits.length }
}
