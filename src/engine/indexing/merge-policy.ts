import { splitSizeBytes, type SplitMaturity, type SplitRecord } from '../metastore/split-record.ts'
import type { IndexingSettings, MergePolicyConfig } from '../schema/index-config.ts'

/** Splits to be replaced by one, in the order in which their documents will follow each other. */
export type MergeCandidate = readonly SplitRecord[]

/** A forced merge reads so many splits at most: all are opened at once. */
const MAX_FORCED_SPLITS = 100

type StableLog = Extract<MergePolicyConfig, { type: 'stable_log' }>
type LimitMerge = Extract<MergePolicyConfig, { type: 'limit_merge' }>

/** Whether merges will ever look at a split, judged when it is made. */
export function maturityAtBirth(
  settings: IndexingSettings,
  split: { readonly docCount: number; readonly mergeOpCount: number },
): SplitMaturity {
  const policy = settings.mergePolicy
  if (policy.type === 'no_merge' || split.docCount >= settings.splitNumDocsTarget) {
    return { kind: 'mature' }
  }
  if (policy.type === 'limit_merge' && split.mergeOpCount >= policy.maxMergeOps) {
    return { kind: 'mature' }
  }
  return { kind: 'immature', maturationPeriodMs: policy.maturationPeriodMs }
}

/** What bounds every merge. */
interface MergeBounds {
  readonly nowMs: number
  /** Of the splits in one merge together: they are in memory at once. */
  readonly maxBytes: number
}

/**
 * The merges to do now, highest score first; no split is in two of them.
 *
 * A split of half of `maxBytes` is full, as one of `split_num_docs_target` documents is. All others are
 * smaller, so that a merge which ends with the one that fills it stays within `maxBytes`, and none is
 * too large to be done at all.
 */
export function planMerges(
  splits: readonly SplitRecord[],
  settings: IndexingSettings,
  { nowMs, maxBytes }: MergeBounds,
): MergeCandidate[] {
  const full = { docs: settings.splitNumDocsTarget, bytes: maxBytes / 2 }
  const eligible = splits.filter(
    (split) =>
      split.state === 'Published' && !isMature(split, nowMs) && splitSizeBytes(split) < full.bytes,
  )
  const candidates = groupsOf(eligible).flatMap((group) =>
    planGroup(group, settings.mergePolicy, full),
  )
  return byScore(candidates)
}

/**
 * The merges that leave as few splits as there can be, whatever the policy says and however old they
 * are: neighbours in time, up to `targetDocs` documents and `maxBytes` together. Highest score first.
 */
export function planForcedMerges(
  splits: readonly SplitRecord[],
  { targetDocs, maxBytes }: { readonly targetDocs: number; readonly maxBytes: number },
): MergeCandidate[] {
  const published = splits.filter(({ state }) => state === 'Published')
  const candidates: MergeCandidate[] = []
  for (const group of groupsOf(published)) {
    let run: SplitRecord[] = []
    let docCount = 0
    let bytes = 0
    for (const split of group.toSorted(newestFirst).toReversed()) {
      docCount += split.docCount
      bytes += splitSizeBytes(split)
      if (docCount > targetDocs || bytes > maxBytes || run.length === MAX_FORCED_SPLITS) {
        candidates.push(run)
        run = []
        docCount = split.docCount
        bytes = splitSizeBytes(split)
      }
      run.push(split)
    }
    candidates.push(run)
  }
  return byScore(candidates.filter((candidate) => candidate.length >= 2))
}

/** Splits that may become one: of an index, a source and a mapping. */
function groupsOf(splits: readonly SplitRecord[]): SplitRecord[][] {
  const groups = new Map<string, SplitRecord[]>()
  for (const split of splits) {
    const key = `${split.indexUid}\0${split.sourceId}\0${split.docMappingUid}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [split])
    else group.push(split)
  }
  return [...groups.values()]
}

function byScore(candidates: readonly MergeCandidate[]): MergeCandidate[] {
  return candidates.toSorted((a, b) => mergeScore(b) - mergeScore(a))
}

export function isMature(split: SplitRecord, nowMs: number): boolean {
  if (split.maturity.kind === 'mature') return true
  return nowMs >= split.createTimestamp * 1000 + split.maturity.maturationPeriodMs
}

/** Many small splits before few large ones. */
export function mergeScore(candidate: MergeCandidate): number {
  return ((candidate.length - 1) * 2 ** 48) / Math.max(1, candidateBytes(candidate))
}

export function candidateBytes(candidate: MergeCandidate): number {
  return candidate.reduce((sum, split) => sum + splitSizeBytes(split), 0)
}

/** At which a split is large enough. */
interface FullSplit {
  readonly docs: number
  readonly bytes: number
}

function planGroup(
  splits: readonly SplitRecord[],
  policy: MergePolicyConfig,
  full: FullSplit,
): MergeCandidate[] {
  switch (policy.type) {
    case 'stable_log':
      return planStableLog(splits, policy, full)
    case 'limit_merge':
      return planLimitMerge(splits, policy, full)
    case 'no_merge':
      return []
  }
}

/**
 * Splits by age, newest first, fall into levels of growing size; each level merges its oldest ones:
 *
 *   newest                                             oldest
 *   | 2k  1k  2k ... | 150k 140k 160k | 600k 500k | ...
 *     level 0          level 1          level 2        one merge per level, from its right end
 */
function planStableLog(
  splits: readonly SplitRecord[],
  policy: StableLog,
  full: FullSplit,
): MergeCandidate[] {
  if (splits.length < 2) return []
  const levels = sizeLevels(splits.toSorted(newestFirst), policy.minLevelNumDocs)
  const candidates = levels
    .toReversed()
    .map((level) => balancedMerge(level.toReversed(), policy, full))
  return candidates.filter((candidate) => candidate !== undefined)
}

/**
 * The first merge in which the oldest split does not outweigh all the others, unless it gets full. Below
 * `min_level_num_docs` all sizes count as one: without this, files of some hundred documents would write
 * one split anew for every nine of them, 29 times what was indexed (docs/decisions/0032).
 */
function balancedMerge(
  splits: readonly SplitRecord[],
  policy: StableLog,
  full: FullSplit,
): MergeCandidate | undefined {
  for (let start = 0; ; start++) {
    const candidate = firstMerge(splits.slice(start), policy, full)
    if (candidate === undefined) return undefined
    const docs = candidate.reduce((sum, split) => sum + split.docCount, 0)
    const isFull = docs >= full.docs || candidateBytes(candidate) >= full.bytes
    if (isFull || 2 * (candidate[0]?.docCount ?? 0) <= docs) return candidate
  }
}

/** The first of `splits` that are worth a merge: until they are as many as allowed, or full. */
function firstMerge(
  splits: readonly SplitRecord[],
  { mergeFactor, maxMergeFactor }: StableLog | LimitMerge,
  full: FullSplit,
): MergeCandidate | undefined {
  const candidate: SplitRecord[] = []
  let docs = 0
  let bytes = 0
  const isFull = (): boolean => docs >= full.docs || bytes >= full.bytes
  for (const split of splits) {
    if (candidate.length >= maxMergeFactor || isFull()) break
    candidate.push(split)
    docs += split.docCount
    bytes += splitSizeBytes(split)
  }
  const isWorthIt = candidate.length >= 2 && (candidate.length >= mergeFactor || isFull())
  return isWorthIt ? candidate : undefined
}

function sizeLevels(sorted: readonly SplitRecord[], minLevelNumDocs: number): SplitRecord[][] {
  const levels: SplitRecord[][] = []
  let limit = Math.max(3 * (sorted[0]?.docCount ?? 0), minLevelNumDocs)
  let level: SplitRecord[] = []
  for (const split of sorted) {
    if (split.docCount >= limit) {
      levels.push(level)
      level = []
      limit = 3 * split.docCount
    }
    level.push(split)
  }
  levels.push(level)
  return levels
}

/** By end of the time range; a split without one counts as oldest. */
function newestFirst(a: SplitRecord, b: SplitRecord): number {
  const endA = a.timeRange?.endSeconds ?? Number.NEGATIVE_INFINITY
  const endB = b.timeRange?.endSeconds ?? Number.NEGATIVE_INFINITY
  if (endA !== endB) return endA < endB ? 1 : -1
  return a.docCount - b.docCount || compareIds(a, b)
}

/** Splits that went through equally many merges go together, oldest first. */
function planLimitMerge(
  splits: readonly SplitRecord[],
  policy: LimitMerge,
  full: FullSplit,
): MergeCandidate[] {
  const byOps = new Map<number, SplitRecord[]>()
  for (const split of splits) {
    if (split.mergeOpCount >= policy.maxMergeOps) continue
    byOps.set(split.mergeOpCount, [...(byOps.get(split.mergeOpCount) ?? []), split])
  }
  const candidates: MergeCandidate[] = []
  for (const group of byOps.values()) {
    let waiting = group.toSorted(
      (a, b) => a.createTimestamp - b.createTimestamp || compareIds(a, b),
    )
    for (;;) {
      const candidate = firstMerge(waiting, policy, full)
      if (candidate === undefined) break
      candidates.push(candidate)
      waiting = waiting.slice(candidate.length)
    }
  }
  return candidates
}

function compareIds(a: SplitRecord, b: SplitRecord): number {
  return a.splitId < b.splitId ? -1 : 1
}
