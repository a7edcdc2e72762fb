import { messageOf } from '../errors.ts'
import { latestOpstamp } from '../metastore/delete-task.ts'
import type { PublishOutcome } from '../metastore/index-file-changes.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import { mergeSplits } from '../split/merge-splits.ts'
import type { BuiltSplit } from '../split/split-builder.ts'
import type { IndexingComponents } from './components.ts'
import { type MergeCandidate, planMerges } from './merge-policy.ts'
import { dropUpload, uploadSplit } from './split-upload.ts'
import { splitSettings } from './workbench.ts'

interface MergesRequest {
  readonly indexId: string
  /** No merge is begun after this. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
  /** Bytes of splits merged at once; default `MAX_MERGE_BYTES`. */
  readonly maxMergeBytes?: number
}

export interface MergesResult {
  readonly mergeCount: number
  readonly mergedSplitCount: number
  readonly mergedDocCount: number
  /** Merges whose inputs somebody else replaced first: their output was dropped. */
  readonly lostCount: number
  /** Merges that could not be done, with the splits to blame; the others go on without those. */
  readonly failures: readonly MergeFailure[]
  /** Whether the deadline or the signal left eligible merges undone. */
  readonly incomplete: boolean
}

interface MergeFailure {
  readonly splitIds: readonly string[]
  readonly error: string
}

/** Inputs and output of a merge are in memory together: this keeps both within a 1 GB function. */
const MAX_MERGE_BYTES = 256 * 1024 * 1024
/** Merges of one call; the next call goes on. */
const MAX_MERGES = 1_000

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
  const maxBytes = request.maxMergeBytes ?? MAX_MERGE_BYTES
  const failures: MergeFailure[] = []
  const result = { mergeCount: 0, mergedSplitCount: 0, mergedDocCount: 0, lostCount: 0 }
  let file = await metastore.load(request.indexId, request.signal)
  for (let round = 0; round < MAX_MERGES; round++) {
    const candidate = nextMerge(file, failures, { nowMs: clock.nowMs(), maxBytes })
    if (candidate === undefined) return { ...result, failures, incomplete: false }
    const isLate = request.deadlineMs !== undefined && clock.nowMs() >= request.deadlineMs
    if (isLate || isAborted(request.signal)) break
    let built: BuiltSplit
    try {
      built = await buildMerged(components, file, candidate, request.signal)
      request.signal?.throwIfAborted()
    } catch (error) {
      if (isAborted(request.signal)) break
      const splitIds = await unusableSplits(components, request.indexId, candidate)
      failures.push({ splitIds, error: messageOf(error) })
      file = await metastore.load(request.indexId)
      continue
    }
    const outcome = await publishMerged(components, file, candidate, built)
    file = outcome.file
    if (outcome.kind === 'lost') result.lostCount++
    else {
      result.mergeCount++
      result.mergedSplitCount += candidate.length
      result.mergedDocCount += candidate.reduce((sum, split) => sum + split.docCount, 0)
    }
  }
  return { ...result, failures, incomplete: true }
}

/** Asked anew each time: it changes while merges run. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

/** The best merge that has not failed in this run and whose inputs fit the memory. */
function nextMerge(
  file: IndexFile,
  failures: readonly MergeFailure[],
  limits: { readonly nowMs: number; readonly maxBytes: number },
): MergeCandidate | undefined {
  const failed = new Set(failures.flatMap(({ splitIds }) => splitIds))
  // What an erasure is still owed stays as it is until that has been done: merged with newer documents,
  // nobody could tell which of them it is about.
  const opstamp = latestOpstamp(file)
  const usable = file.splits.filter(
    (split) => !failed.has(split.splitId) && split.deleteOpstamp >= opstamp,
  )
  const { indexingSettings } = file.metadata.config
  const plans = planMerges(usable, indexingSettings, limits.nowMs)
  return plans.map((plan) => withinBytes(plan, limits.maxBytes)).find((plan) => plan.length >= 2)
}

function withinBytes(candidate: MergeCandidate, maxBytes: number): MergeCandidate {
  let bytes = 0
  return candidate.filter((split) => {
    bytes += splitSizeBytes(split)
    return bytes <= maxBytes
  })
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
  const { indexId, indexUid } = metadata
  const [first] = candidate
  const merged = await uploadSplit(components, metadata, built, {
    sourceId: first?.sourceId ?? '',
    mergeOpCount: Math.max(...candidate.map((split) => split.mergeOpCount)) + 1,
    docMappingUid: first?.docMappingUid ?? '',
  })
  const outcome = await components.metastore.publish(indexId, {
    indexUid,
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
