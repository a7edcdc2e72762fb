import { splitSizeBytes, type SplitMaturity, type SplitRecord } from '../metastore/split-record.ts'
import type { IndexingSettings, MergePolicyConfig } from '../schema/index-config.ts'

/** Splits to be replaced by one, in the order in which their documents will follow each other. */
export type MergeCandidate = readonly SplitRecord[]

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

/** The merges to do now, highest score first; no split is in two of them. */
export function planMerges(
  splits: readonly SplitRecord[],
  settings: IndexingSettings,
  nowMs: number,
): MergeCandidate[] {
  const groups = new Map<string, SplitRecord[]>()
  for (const split of splits) {
    if (split.state !== 'Published' || isMature(split, nowMs)) continue
    const key = `${split.indexUid}\0${split.sourceId}\0${split.docMappingUid}`
    groups.set(key, [...(groups.get(key) ?? []), split])
  }
  const candidates = [...groups.values()].flatMap((group) => planGroup(group, settings))
  return candidates.toSorted((a, b) => mergeScore(b) - mergeScore(a))
}

export function isMature(split: SplitRecord, nowMs: number): boolean {
  if (split.maturity.kind === 'mature') return true
  return nowMs >= split.createTimestamp * 1000 + split.maturity.maturationPeriodMs
}

/** Many small splits before few large ones. */
export function mergeScore(candidate: MergeCandidate): number {
  const bytes = candidate.reduce((sum, split) => sum + splitSizeBytes(split), 0)
  return ((candidate.length - 1) * 2 ** 48) / Math.max(1, bytes)
}

function planGroup(splits: readonly SplitRecord[], settings: IndexingSettings): MergeCandidate[] {
  const policy = settings.mergePolicy
  switch (policy.type) {
    case 'stable_log':
      return planStableLog(splits, policy, settings.splitNumDocsTarget)
    case 'limit_merge':
      return planLimitMerge(splits, policy, settings.splitNumDocsTarget)
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
  docTarget: number,
): MergeCandidate[] {
  if (splits.length < 2) return []
  const sorted = splits.toSorted(newestFirst)
  const levels = sizeLevels(sorted, policy.minLevelNumDocs)
  const candidates: MergeCandidate[] = []
  for (const level of levels.toReversed()) {
    const candidate: SplitRecord[] = []
    let docCount = 0
    for (const split of level.toReversed()) {
      if (candidate.length >= policy.maxMergeFactor || docCount >= docTarget) break
      candidate.push(split)
      docCount += split.docCount
    }
    if (isWorthMerging(candidate, docCount, { mergeFactor: policy.mergeFactor, docTarget })) {
      candidates.push(candidate)
    }
  }
  return candidates
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
  docTarget: number,
): MergeCandidate[] {
  const byOps = new Map<number, SplitRecord[]>()
  for (const split of splits) {
    if (split.mergeOpCount >= policy.maxMergeOps) continue
    byOps.set(split.mergeOpCount, [...(byOps.get(split.mergeOpCount) ?? []), split])
  }
  const candidates: MergeCandidate[] = []
  for (const group of byOps.values()) {
    const waiting = group.toSorted(
      (a, b) => a.createTimestamp - b.createTimestamp || compareIds(a, b),
    )
    for (;;) {
      const candidate: SplitRecord[] = []
      let docCount = 0
      for (const split of waiting) {
        if (candidate.length >= policy.maxMergeFactor || docCount >= docTarget) break
        candidate.push(split)
        docCount += split.docCount
      }
      if (!isWorthMerging(candidate, docCount, { mergeFactor: policy.mergeFactor, docTarget }))
        break
      candidates.push(candidate)
      waiting.splice(0, candidate.length)
    }
  }
  return candidates
}

function isWorthMerging(
  candidate: MergeCandidate,
  docCount: number,
  limits: { readonly mergeFactor: number; readonly docTarget: number },
): boolean {
  if (candidate.length < 2) return false
  return candidate.length >= limits.mergeFactor || docCount >= limits.docTarget
}

function compareIds(a: SplitRecord, b: SplitRecord): number {
  return a.splitId < b.splitId ? -1 : 1
}
