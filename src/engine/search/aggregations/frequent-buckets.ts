import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import type { AggregationInput, BucketBudget, SubAggregation } from './aggregation.ts'
import { booleanOption, countOption } from './options.ts'
import { mergeBuckets, renderSubs, type SubPartials } from './sub-aggregations.ts'
import { isCountDescending, orderBuckets, parseOrder, type BucketOrders } from './term-order.ts'

/** Buckets that one split reports per parent bucket when the request names no `segment_size`: results
 *  are exact up to here. */
const TERMS_PER_SPLIT_LIMIT = 65_536

/** The options of an aggregation that keeps the first of its buckets in some order. */
export const FREQUENT_OPTIONS =
  'size order min_doc_count segment_size shard_size split_size show_term_doc_count_error collect_mode shard_min_doc_count'.split(
    ' ',
  )

export interface FrequentSettings {
  readonly size: number
  /** Buckets that one split reports. */
  readonly splitSize: number
  readonly minDocCount: number
  readonly orders: BucketOrders
  /** Whether the answer says how far off its counts may be, and each bucket for itself. */
  readonly showError: boolean
  readonly showBucketError: boolean
  readonly subs: readonly SubAggregation[]
}

export function parseFrequent(input: AggregationInput): FrequentSettings {
  const size = countOption(input, 'size') ?? 10
  const splitSize =
    countOption(input, 'segment_size') ??
    countOption(input, 'shard_size') ??
    countOption(input, 'split_size')
  const orders = parseOrder(input)
  return {
    size,
    splitSize: Math.max(splitSize ?? TERMS_PER_SPLIT_LIMIT, size),
    minDocCount: countOption(input, 'min_doc_count') ?? 1,
    orders,
    showError: booleanOption(input, 'show_term_doc_count_error', isCountDescending(orders)),
    showBucketError: booleanOption(input, 'show_term_doc_count_error', false),
    subs: input.subs,
  }
}

interface FrequentBucket<Key> {
  readonly key: Key
  readonly docCount: number
  readonly subs: SubPartials
  /** What the splits that reported it may have left out of other buckets. */
  readonly seenError?: number | undefined
}

export interface FrequentPartial<Key> {
  /** By a text that no other key has. */
  readonly buckets: ReadonlyMap<string, FrequentBucket<Key>>
  /** Documents in buckets that a split left out. */
  readonly otherCount: number
  /** No bucket misses more than this; UNKNOWN_ERROR where nobody can tell. */
  readonly errorBound: number
}

/** Buckets were left out in an order that says nothing of their counts. */
const UNKNOWN_ERROR = -1

/** What one split reports: `kept` of the buckets it found, which hold `total` documents. */
export function cutPartial<Key>(
  kept: readonly { readonly tag: string; readonly bucket: FrequentBucket<Key> }[],
  { total, isCut, orders }: { total: number; isCut: boolean; orders: BucketOrders },
): FrequentPartial<Key> {
  const shown = kept.reduce((sum, { bucket }) => sum + bucket.docCount, 0)
  const least = kept.at(-1)?.bucket.docCount ?? 0
  // In the order of keys the first ones are all there.
  const bound = isCountDescending(orders) ? least : orders[0].by === 'key' ? 0 : UNKNOWN_ERROR
  const errorBound = isCut ? bound : 0
  return {
    buckets: new Map(kept.map(({ tag, bucket }) => [tag, { ...bucket, seenError: errorBound }])),
    otherCount: total - shown,
    errorBound,
  }
}

export function mergeFrequent<Key>(
  partials: readonly FrequentPartial<Key>[],
  subs: readonly SubAggregation[],
): FrequentPartial<Key> {
  const [first] = partials
  if (partials.length === 1 && first !== undefined) return first
  const bounds = partials.map(({ errorBound }) => errorBound)
  const merged = mergeBuckets(
    partials.map(({ buckets }) => buckets),
    subs,
  )
  return {
    buckets: merged,
    otherCount: partials.reduce((sum, partial) => sum + partial.otherCount, 0),
    errorBound: sumOfErrors(bounds),
  }
}

function sumOfErrors(bounds: readonly number[]): number {
  return bounds.includes(UNKNOWN_ERROR)
    ? UNKNOWN_ERROR
    : bounds.reduce((sum, bound) => sum + bound, 0)
}

/** `compareKeys`: ascending. */
export function renderFrequent<Key>(
  partial: FrequentPartial<Key>,
  settings: FrequentSettings,
  keys: {
    readonly render: (key: Key) => JsonObject
    readonly compare: (a: Key, b: Key) => number
  },
  budget: BucketBudget,
): JsonObject {
  const { size, minDocCount, orders, showError, showBucketError, subs } = settings
  const all = [...partial.buckets.values()]
  const wanted = all.filter(({ docCount }) => docCount >= minDocCount)
  const order = { orders, subs, compareKeys: keys.compare }
  const kept = orderBuckets<Key, FrequentBucket<Key>>(wanted, order).slice(0, size)
  budget.take(kept.length)
  const out: { [name: string]: JsonValue } = {
    buckets: kept.map((bucket) => ({
      ...keys.render(bucket.key),
      doc_count: bucket.docCount,
      ...(showBucketError ? { doc_count_error_upper_bound: errorOf(bucket, partial) } : {}),
      ...renderSubs(subs, bucket.subs, budget),
    })),
    sum_other_doc_count: partial.otherCount + countOf(all) - countOf(kept),
  }
  if (showError) out['doc_count_error_upper_bound'] = partial.errorBound
  return out
}

/** What the splits that did not report the bucket may have left out of it. */
function errorOf(
  { seenError = 0 }: FrequentBucket<unknown>,
  { errorBound }: FrequentPartial<unknown>,
): number {
  return errorBound === UNKNOWN_ERROR ? UNKNOWN_ERROR : errorBound - seenError
}

function countOf(buckets: readonly { readonly docCount: number }[]): number {
  return buckets.reduce((sum, { docCount }) => sum + docCount, 0)
}
