import { messageOf } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { deleteStray } from '../engine/indexing/stray-objects.ts'
import { indexesDue, keepUp, type UpkeepParts } from '../engine/indexing/upkeep.ts'
import { docMatcher } from '../engine/search/match-docs.ts'
import type { InvocationLog } from './invocation-log.ts'

interface KeepAllUpRequest {
  readonly parts: UpkeepParts
  /** Bytes of splits merged at once; default as in `runMerges`. */
  readonly maxMergeBytes?: number | undefined
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

interface KeptUp {
  readonly mergeCount: number
  /** Something is left, and something was done: another round would get further. */
  readonly isUnfinished: boolean
}

/** All objects of the store are listed at the round that begins in this hour of the day (UTC), which of
 *  hourly rounds is one. */
const LISTING_HOUR = 3

/**
 * The upkeep of every index, one after the other. What fails in one is logged and keeps no other from
 * its turn. Costs a conditional GET per index, and two of the manifest, where there is nothing to do;
 * once a day a LIST per 1000 objects of all indexes.
 */
export async function keepAllUp(
  components: IndexingComponents & { readonly log: InvocationLog },
  { parts, ...limits }: KeepAllUpRequest,
): Promise<KeptUp> {
  const { clock, log, metastore } = components
  const matchDocs = docMatcher(metastore.store)
  const due = await indexesDue(components, parts, limits)
  let mergeCount = 0
  let isIncomplete = false
  let hasProgressed = false
  for (const indexId of due) {
    if (clock.nowMs() >= (limits.deadlineMs ?? Infinity)) {
      isIncomplete = true
      break
    }
    try {
      const kept = await keepUp(components, { indexId, matchDocs, parts, ...limits })
      log({ event: 'kept-up', indexId, ...kept })
      mergeCount += kept.merged?.mergeCount ?? 0
      isIncomplete ||= kept.incomplete
      hasProgressed ||= kept.hasProgressed
    } catch (error) {
      log({ event: 'maintenance-failed', indexId, error: messageOf(error) })
    }
  }
  const isListing = parts.janitor && new Date(clock.nowMs()).getUTCHours() === LISTING_HOUR
  const stray = isListing && !isIncomplete ? await deleteStray(components, limits) : undefined
  log({
    event: 'upkeep',
    num_due: due.length,
    num_merges: mergeCount,
    incomplete: isIncomplete,
    stray,
  })
  return { mergeCount, isUnfinished: isIncomplete && hasProgressed }
}
