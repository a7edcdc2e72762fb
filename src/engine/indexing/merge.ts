import { messageOf } from '../errors.ts'
import { latestOpstamp } from '../metastore/delete-task.ts'
import type { PublishOutcome } from '../metastore/index-file-changes.ts'
import { publishedSplits, type IndexFile } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { mergeSplits } from '../split/merge-splits.ts'
import type { BuiltSplit } from '../split/split-builder.ts'
import type { IndexingComponents } from './components.ts'
import { MergePace } from './merge-pace.ts'
import {
  candidateBytes,
  type MergeCandidate,
  planForcedMerges,
  planMerges,
} from './merge-policy.ts'
import { isHotSplit, refreshHotCache } from './refresh-hot-cache.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import { splitSettings } from './workbench.ts'

interface MergesRequest {
  readonly indexId: string
  /** No merge is begun that would not be done by then (`merge-pace.ts`). */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Bytes of splits merged at once; default `MAX_MERGE_BYTES`. */
  readonly maxMergeBytes?: number | undefined
  /** Merge neighbours in time up to so many documents, whatever the policy and their age say. */
  readonly targetDocs?: number
  /** Called before each merge. */
  readonly onProgress?: (progress: MergesProgress) => void
}

interface MergesProgress {
  readonly mergeCount: number
  /** Of the merge that begins. */
  readonly splitCount: number
  readonly sizeBytes: number
  /** Merges that are eligible after it, as far as they are known now. */
  readonly waitingCount: number
}

export interface MergesResult {
  readonly mergeCount: number
  readonly mergedSplitCount: number
  readonly mergedDocCount: number
  /** Merges whose inputs somebody else replaced first: their output was dropped. */
  readonly lostCount: number
  /** Eligible merges that the time left was too short for: for a run with more of it. */
  readonly deferredCount: number
  /** Merges that could not be done, with the splits to blame; the others go on without those. */
  readonly failures: readonly MergeFailure[]
  /** Whether the deadline, the signal or another merger left eligible merges undone. */
  readonly incomplete: boolean
}

interface MergeFailure {
  readonly splitIds: readonly string[]
  readonly error: string
}

/** The inputs of a merge are in memory together, with what is new in its output and the numbers of two
 *  fields: up to three times as much in all. */
const MAX_MERGE_BYTES = 256 * 1024 * 1024
/** Where nothing is merged the hot cache is brought up to date after so many splits. */
const SPLITS_UNTIL_HOT = 8
/** Merges of one call; the next call goes on. */
const MAX_MERGES = 1_000

/** The merges that `runMerges` would begin with, the first one first; each makes others eligible. */
export function eligibleMerges(
  file: IndexFile,
  nowMs: number,
  {
    targetDocs,
    maxMergeBytes: maxBytes = MAX_MERGE_BYTES,
  }: Pick<MergesRequest, 'targetDocs' | 'maxMergeBytes'> = {},
): MergeCandidate[] {
  // What an erasure is still owed stays as it is until that has been done: merged with newer documents,
  // nobody could tell which of them it is about.
  const opstamp = latestOpstamp(file)
  const usable = file.splits.filter((split) => split.deleteOpstamp >= opstamp)
  if (targetDocs !== undefined) return planForcedMerges(usable, { targetDocs, maxBytes })
  return planMerges(usable, file.metadata.config.indexingSettings, { nowMs, maxBytes })
}

/**
 * Runs every eligible merge of the index's policy, highest score first, until none is left. Costs per
 * merge: a GET per input, PUT split, PUT metastore. Killed or overtaken, it leaves an orphan and the
 * inputs as they were. A damaged input is a failure of that merge; a store that takes no write ends
 * the run with the store's error.
 */
export async function runMerges(
  components: IndexingComponents,
  request: MergesRequest,
): Promise<MergesResult> {
  const { metastore, clock } = components
  const pace = new MergePace()
  const failures: MergeFailure[] = []
  const result = { mergeCount: 0, mergedSplitCount: 0, mergedDocCount: 0, lostCount: 0 }
  const failed = new Set<string>()
  let hasJustLost = false
  let file = await metastore.load(request.indexId, request.signal)
  for (let round = 0; ; round++) {
    const nowMs = clock.nowMs()
    const eligible = eligibleMerges(without(file, failed), nowMs, request)
    const leftMs = (request.deadlineMs ?? Infinity) - nowMs
    const inTime = eligible.filter((each) => pace.estimateMs(candidateBytes(each)) <= leftMs)
    const [best] = result.lostCount === 0 ? inTime : besidesOthers(inTime, components.random)
    // The last one is left to the other, who was quicker just now.
    const candidate = hasJustLost && inTime.length < 2 ? undefined : best
    if (candidate === undefined || round === MAX_MERGES || isAborted(request.signal)) {
      const deferredCount = eligible.length - inTime.length
      const isHotDue = !isAborted(request.signal) && hasHotNews(components, file, result.mergeCount)
      if (isHotDue) await refreshHotCache(components, request.indexId)
      return { ...result, deferredCount, failures, incomplete: eligible.length > 0 }
    }
    request.onProgress?.(progressOf(result.mergeCount, candidate, inTime))
    let built: BuiltSplit
    try {
      built = await buildMerged(components, file, candidate, request.signal)
      request.signal?.throwIfAborted()
    } catch (error) {
      if (isAborted(request.signal)) continue
      const splitIds = await unusableSplits(components, request.indexId, candidate)
      failures.push({ splitIds, error: messageOf(error) })
      for (const splitId of splitIds) failed.add(splitId)
      file = await metastore.load(request.indexId)
      continue
    }
    const outcome = await publishMerged(components, file, candidate, built)
    pace.learn(candidateBytes(candidate), clock.nowMs() - nowMs)
    file = outcome.file
    hasJustLost = outcome.kind === 'lost'
    if (hasJustLost) result.lostCount++
    else {
      result.mergeCount++
      result.mergedSplitCount += candidate.length
      result.mergedDocCount += candidate.reduce((sum, split) => sum + split.docCount, 0)
    }
  }
}

function hasHotNews(components: IndexingComponents, file: IndexFile, mergeCount: number): boolean {
  const hot = publishedSplits(file).filter((split) => isHotSplit(split, components))
  return hot.length > 0 && (mergeCount > 0 || hot.length % SPLITS_UNTIL_HOT === 0)
}

/**
 * The merges for one who lost one to another merger. Both see the same list: worked off in the same
 * order, each merge of it would be made twice. So this one begins anywhere in the later half.
 */
function besidesOthers(
  candidates: readonly MergeCandidate[],
  random: IndexingComponents['random'],
): readonly MergeCandidate[] {
  const half = Math.floor(candidates.length / 2)
  const [high = 0, low = 0] = random.bytes(2)
  return candidates.slice(half + ((high * 256 + low) % Math.max(1, candidates.length - half)))
}

function without(file: IndexFile, splitIds: ReadonlySet<string>): IndexFile {
  if (splitIds.size === 0) return file
  return { ...file, splits: file.splits.filter(({ splitId }) => !splitIds.has(splitId)) }
}

function progressOf(
  mergeCount: number,
  candidate: MergeCandidate,
  eligible: readonly MergeCandidate[],
): MergesProgress {
  const sizeBytes = candidateBytes(candidate)
  return { mergeCount, splitCount: candidate.length, sizeBytes, waitingCount: eligible.length - 1 }
}

/** Asked anew each time: it changes while merges run. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

async function buildMerged(
  components: IndexingComponents,
  { metadata }: IndexFile,
  candidate: MergeCandidate,
  signal: AbortSignal | undefined,
): Promise<BuiltSplit> {
  const inputs = await readSplits(components, metadata.indexId, candidate, signal)
  return await mergeSplits(inputs, splitSettings(metadata.config))
}

async function publishMerged(
  components: IndexingComponents,
  { metadata }: IndexFile,
  candidate: MergeCandidate,
  built: BuiltSplit,
): Promise<PublishOutcome> {
  const { indexId } = metadata
  const [first] = candidate
  const merged = await uploadSplit(components, metadata, built, {
    sourceId: first?.sourceId ?? '',
    mergeOpCount: Math.max(...candidate.map((split) => split.mergeOpCount)) + 1,
    docMappingUid: first?.docMappingUid ?? '',
    replaced: candidate,
  })
  const outcome = await components.metastore.publish(indexId, {
    builtFor: metadata,
    splits: [merged],
    replacedSplitIds: candidate.map((split) => split.splitId),
  })
  if (outcome.kind === 'lost') await dropUpload(components, indexId, merged.splitId)
  return outcome
}

/** The inputs that cannot even be merged alone; all of them when that does not tell. The others may
 *  merge without them. */
async function unusableSplits(
  components: IndexingComponents,
  indexId: string,
  candidate: MergeCandidate,
): Promise<string[]> {
  const { config } = (await components.metastore.load(indexId)).metadata
  const unusable: string[] = []
  for (const split of candidate) {
    try {
      await mergeSplits(
        await readSplits(components, indexId, [split], undefined),
        splitSettings(config),
      )
    } catch {
      unusable.push(split.splitId)
    }
  }
  return unusable.length > 0 ? unusable : candidate.map((split) => split.splitId)
}

async function readSplits(
  components: IndexingComponents,
  indexId: string,
  splits: readonly SplitRecord[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const { store } = components.metastore
  const reads = splits.map((split) => {
    const range = { start: 0, end: split.footer.end }
    return store.read(splitKey(indexId, split.splitId), range, signal)
  })
  return Promise.all(reads)
}
