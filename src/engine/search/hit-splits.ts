import type { JsonValue } from '../bytes/json.ts'
import { isCountOnly } from './count-only.ts'
import { planSplit, type LeafPlan } from './leaf-plan.ts'
import type { LeafSplit } from './leaf-request.ts'
import type { SortKey } from './request.ts'
import { cursorNumber } from './sort-column.ts'
import { parseDocAddress } from './top-hits.ts'

/** How many documents of a split match; undefined where only its search will tell. */
export type Counted<Split = LeafSplit> = readonly [split: Split, numHits: number | undefined]

/** Where a split's documents stand among those of all splits: ranks, the better the smaller. */
interface Stretch {
  readonly best: number
  readonly worst: number
}

/** Which ranks documents of a split can have, known without reading it. */
export interface HitOrder {
  stretchOf(split: LeafSplit): Stretch
  /** Documents of this rank may stand on either side of `search_after`; those of smaller ranks stand
   *  before it. */
  readonly after: number
}

const EVERYWHERE: Stretch = { best: -Infinity, worst: Infinity }

/**
 * The order of a search whose hits can be told apart by their splits: by document address, or by the
 * timestamp, which splits have bounds of. Undefined: any split may have the best hit, or all matches of
 * all splits are needed anyway.
 */
export function hitOrder(plan: LeafPlan): HitOrder | undefined {
  const { request, aggregations, scored, schema } = plan
  const { hitLimit, sort, searchAfter, terminateAfter, splits } = request
  if (hitLimit === 0 || scored || aggregations.length > 0) return undefined
  if (terminateAfter !== undefined) return undefined
  const [first = { by: 'doc', order: 'desc' } satisfies SortKey] = sort
  const sign = first.order === 'desc' ? -1 : 1
  switch (first.by) {
    case 'score':
      return undefined
    case 'doc':
      return addressOrder(splits, searchAfter?.[0], sign)
    case 'field': {
      if (first.field !== schema.timestampField?.path || first.missing === 'first') return undefined
      const after = searchAfter && cursorSecond(searchAfter[0] ?? null, first.dateUnit)
      // After a document without a time; or what no time can be.
      if (searchAfter !== undefined && after === undefined) return undefined
      return timeOrder(after, sign)
    }
  }
}

function addressOrder(
  splits: readonly LeafSplit[],
  after: JsonValue | undefined,
  sign: 1 | -1,
): HitOrder {
  const cursor = after === undefined ? [] : [parseDocAddress(after).splitId]
  let ranks: ReadonlyMap<string, number> | undefined
  const rankOf = (splitId: string): number => {
    if (ranks === undefined) {
      const ids = new Set([...splits.map((split) => split.splitId), ...cursor])
      ranks = new Map([...ids].toSorted().map((id, rank) => [id, sign * rank]))
    }
    return ranks.get(splitId) ?? NaN
  }
  return {
    stretchOf({ splitId }) {
      const rank = rankOf(splitId)
      return { best: rank, worst: rank }
    },
    get after() {
      return cursor[0] === undefined ? -Infinity : rankOf(cursor[0])
    },
  }
}

/** Ranks are seconds, the unit of the bounds. */
function timeOrder(after: number | undefined, sign: 1 | -1): HitOrder {
  return {
    stretchOf({ timeRange }) {
      if (timeRange === undefined) return EVERYWHERE
      const { startSeconds, endSeconds } = timeRange
      return sign > 0
        ? { best: startSeconds, worst: endSeconds }
        : { best: -endSeconds, worst: -startSeconds }
    },
    after: after === undefined ? -Infinity : sign * after,
  }
}

/** Undefined: without a value. Throws `invalid` as sorting does. */
function cursorSecond(value: JsonValue, unit: 'ms' | 'ns'): number | undefined {
  const after = cursorNumber(value)
  const perSecond = unit === 'ns' ? 1_000_000_000 : 1_000
  if (typeof after === 'number') {
    const second = Math.floor(after / perSecond)
    return Number.isFinite(second) ? second : undefined
  }
  if (after === null) return undefined
  const [whole, rest] = [after / BigInt(perSecond), after % BigInt(perSecond)]
  return Number(rest < 0n ? whole - 1n : whole)
}

/** Whether the splits of a search are counted before it is known which of them are searched for hits, and
 *  this one can be. */
export function isCountedFirst(plan: LeafPlan, split: LeafSplit): boolean {
  return hitOrder(plan) !== undefined && isCountOnly(planSplit(withoutHits(plan), split), split)
}

/** The same search, for the number of its matches. */
export function withoutHits(plan: LeafPlan): LeafPlan {
  return { ...plan, request: { ...plan.request, hitLimit: 0 } }
}

/**
 * The splits among whose documents the best `limit` are. The others cannot have any: others have so many
 * matches that are better than their best document. A bound that is met exactly counts for the split, so
 * that the keys after the first decide as they do without bounds.
 */
export function splitsWithHits(
  counted: readonly Counted[],
  order: HitOrder,
  limit: number,
): LeafSplit[] {
  const placed = counted.map(([split, numHits]) => ({
    split,
    numHits,
    ...order.stretchOf(split),
  }))
  const sure = placed
    .filter(({ numHits, best }) => numHits !== undefined && best > order.after)
    .toSorted((a, b) => a.worst - b.worst)
  let left = limit
  let bound = Infinity
  for (const { numHits = 0, worst } of sure) {
    left -= numHits
    if (left > 0) continue
    bound = worst
    break
  }
  return placed
    .filter(({ numHits, best, worst }) => numHits !== 0 && worst >= order.after && best <= bound)
    .map(({ split }) => split)
}
