import { splitMayMatch, type SplitFacts } from '../query/prune.ts'
import type { Query } from '../query/query.ts'

/**
 * Why a split is left out: nothing can match at all; it lies outside the time; its tags name other
 * values; its columns hold other values; or several of these, none of which is enough alone.
 */
export type PruneReason = 'query' | 'time' | 'tags' | 'values' | 'together'

const NOTHING_KNOWN: SplitFacts = { timeRange: undefined, tags: new Set(), columnBounds: [] }

/** Undefined: the split may hold a match. */
export function pruneReason(
  query: Query,
  facts: SplitFacts,
  timestamp: Parameters<typeof splitMayMatch>[2],
): PruneReason | undefined {
  if (splitMayMatch(query, facts, timestamp)) return undefined
  const { timeRange, tags, columnBounds } = facts
  const alone: readonly (readonly [PruneReason, SplitFacts])[] = [
    ['query', NOTHING_KNOWN],
    ['time', { ...NOTHING_KNOWN, timeRange }],
    ['tags', { ...NOTHING_KNOWN, tags }],
    ['values', { ...NOTHING_KNOWN, columnBounds }],
  ]
  const found = alone.find(([, known]) => !splitMayMatch(query, known, timestamp))
  return found === undefined ? 'together' : found[0]
}

export function countReasons(reasons: readonly PruneReason[]): Record<PruneReason, number> {
  const counts = { query: 0, time: 0, tags: 0, values: 0, together: 0 }
  for (const reason of reasons) counts[reason]++
  return counts
}
