import { elementAt } from '../bytes/element-at.ts'
import type { IndexFile } from '../metastore/index-metadata.ts'
import { type SplitRecord, splitSizeBytes } from '../metastore/split-record.ts'
import { eligibleMerges } from './merge.ts'
import { maturityOfHeir, type MergeCandidate } from './merge-policy.ts'

export interface MergePreview {
  readonly mergeCount: number
  /** Inputs, also those that merges of merges read again. */
  readonly readSplitCount: number
  /** Bytes that are read; about as many are written. */
  readonly readBytes: number
  readonly publishedBefore: number
  readonly publishedAfter: number
}

/** Merges that a preview follows; as many as one call of `runMerges` does. */
const MAX_MERGES = 1_000

/** What `runMerges` would do on this file, where nobody else writes. A merged split is taken to have as
 *  many bytes as its inputs. No request. */
export function previewMerges(
  file: IndexFile,
  nowMs: number,
  options: { readonly targetDocs?: number } = {},
): MergePreview {
  const published = (): number => current.splits.filter((s) => s.state === 'Published').length
  let current = file
  const publishedBefore = published()
  const seen = { mergeCount: 0, readSplitCount: 0, readBytes: 0 }
  while (seen.mergeCount < MAX_MERGES) {
    const [candidate] = eligibleMerges(current, nowMs, options)
    if (candidate === undefined) break
    const merged = mergedRecord(file, candidate, { name: seen.mergeCount, nowMs })
    const replaced = new Set(candidate.map(({ splitId }) => splitId))
    const others = current.splits.filter(({ splitId }) => !replaced.has(splitId))
    current = { ...current, splits: [...others, merged] }
    seen.mergeCount++
    seen.readSplitCount += candidate.length
    seen.readBytes += splitSizeBytes(merged)
  }
  return { ...seen, publishedBefore, publishedAfter: published() }
}

/** What is known of a merge's split before it is made. */
export function mergedRecord(
  { metadata }: Pick<IndexFile, 'metadata'>,
  candidate: MergeCandidate,
  { name, nowMs }: { readonly name: number; readonly nowMs: number },
): SplitRecord {
  const sum = (of: (split: SplitRecord) => number): number =>
    candidate.reduce((total, split) => total + of(split), 0)
  const ranges = candidate.flatMap(({ timeRange }) => timeRange ?? [])
  const mergeOpCount = Math.max(...candidate.map((split) => split.mergeOpCount)) + 1
  const docCount = sum((split) => split.docCount)
  return {
    ...elementAt(candidate, 0),
    splitId: `merged-${name}`,
    docCount,
    mergeOpCount,
    createTimestamp: Math.floor(nowMs / 1000),
    footer: { start: 0, end: sum(splitSizeBytes) },
    maturity: maturityOfHeir(
      metadata.config.indexingSettings,
      { docCount, mergeOpCount },
      { replaced: candidate, nowMs },
    ),
    timeRange:
      ranges.length === 0
        ? undefined
        : {
            startSeconds: Math.min(...ranges.map((range) => range.startSeconds)),
            endSeconds: Math.max(...ranges.map((range) => range.endSeconds)),
          },
  }
}
