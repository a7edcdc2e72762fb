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

/** The same of a split that takes the place of others. It stays as old as they are: merged with new ones
 *  it would span all the time between, and the time of a query would leave out fewer splits. */
export function maturityOfHeir(
  settings: IndexingSettings,
  heir: { readonly docCount: number; readonly mergeOpCount: number },
  { replaced, nowMs }: { readonly replaced: readonly SplitRecord[]; readonly nowMs: number },
): SplitMaturity {
  const born = maturityAtBirth(settings, heir)
  if (born.kind === 'mature' || !replaced.every((split) => isMature(split, nowMs))) return born
  const isLeftAlone = replaced.every(({ maturity }) => maturity.kind === 'mature')
  return isLeftAlone ? { kind: 'mature' } : { kind: 'immature', maturationPeriodMs: 0 }
}

/** What bounds every merge. */
interface MergeBounds {
  readonly nowMs: number
  /** Of the splits in one merge together: they are in memory at once. */
  readonly maxBytes: number
}

/** Splits that have matured by age and are not full: fewer are left as they are. */
const MIN_OLD_SPLITS = 16

/** Of `maxBytes`: a split of so much is full, as one of `split_num_docs_target` documents is, and a merge
 *  that has no room for the next split is done when it is so large. */
const FULL_SHARE = 3 / 4

/**
 * The merges to do now, highest score first; no split is in two of them, and none has more than
 * `maxBytes` of inputs. The splits that have matured by age go on to be merged, apart from the others
 * and when there are `max_merge_factor` of a size: an index that lives for years would else be made of
 * all the small splits that it ever had (docs/decisions/0046).
 */
export function planMerges(
  splits: readonly SplitRecord[],
  settings: IndexingSettings,
  { nowMs, maxBytes }: MergeBounds,
): MergeCandidate[] {
  const full = { docs: settings.splitNumDocsTarget, bytes: maxBytes * FULL_SHARE, maxBytes }
  const { mergePolicy } = settings
  const open = splits.filter(
    (split) =>
      split.state === 'Published' &&
      split.maturity.kind === 'immature' &&
      split.docCount < full.docs &&
      splitSizeBytes(split) < full.bytes,
  )
  const old = open.filter((split) => isMature(split, nowMs))
  const young = open.filter((split) => !isMature(split, nowMs))
  return byScore([
    ...groupsOf(young).flatMap((group) => planGroup(group, mergePolicy, full)),
    ...groupsOf(old)
      .filter((group) => group.length >= MIN_OLD_SPLITS)
      .flatMap((group) => planGroup(group, waiting(mergePolicy), full)),
  ])
}

/** The policy that merges only as many at once as it may. */
function waiting(policy: MergePolicyConfig): MergePolicyConfig {
  return policy.type === 'no_merge' ? policy : { ...policy, mergeFactor: policy.maxMergeFactor }
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
  /** Of all inputs of a merge. */
  readonly maxBytes: number
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

/** A merged split has so many times the documents of its largest input, unless it gets full; where
 *  `merge_factor` is small, two thirds of that, which splits of about one size are sure to make. */
const LEAST_GROWTH = 3

/**
 * The first merge that is worth what it writes. Below `min_level_num_docs` all sizes count as one, and a
 * file that comes late stands between the large splits of its time: without the rule a split would be
 * written anew for every few small ones (docs/decisions/0032, 0046).
 */
function balancedMerge(
  splits: readonly SplitRecord[],
  policy: StableLog,
  full: FullSplit,
): MergeCandidate | undefined {
  const growth = Math.min(LEAST_GROWTH, (2 / 3) * policy.mergeFactor)
  let left = splits
  while (left.length >= 2) {
    const candidate = firstMerge(left, policy, full)
    const largest = largestOf(candidate ?? left.slice(0, 1))
    if (candidate !== undefined) {
      const docs = candidate.reduce((sum, split) => sum + split.docCount, 0)
      const isFull = docs >= full.docs || candidateBytes(candidate) >= full.bytes
      if (isFull || growth * largest.docCount <= docs) return candidate
    }
    left = left.filter((split) => split !== largest)
  }
  return undefined
}

function largestOf(splits: readonly SplitRecord[]): SplitRecord {
  return splits.reduce((a, b) => (b.docCount > a.docCount ? b : a))
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
  let hasRoom = true
  for (const split of splits) {
    if (candidate.length >= maxMergeFactor || docs >= full.docs) break
    hasRoom = bytes + splitSizeBytes(split) <= full.maxBytes
    if (!hasRoom) break
    candidate.push(split)
    docs += split.docCount
    bytes += splitSizeBytes(split)
  }
  const isFull = docs >= full.docs || (!hasRoom && bytes >= full.bytes)
  const isWorthIt = candidate.length >= 2 && (candidate.length >= mergeFactor || isFull)
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
    while (waiting.length >= 2) {
      const candidate = firstMerge(waiting, policy, full)
      if (candidate !== undefined) candidates.push(candidate)
      waiting = waiting.slice(candidate?.length ?? 1)
    }
  }
  return candidates
}

function compareIds(a: SplitRecord, b: SplitRecord): number {
  return a.splitId < b.splitId ? -1 : 1
}
