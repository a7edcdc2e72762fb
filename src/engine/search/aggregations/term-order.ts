import { elementAt } from '../../bytes/element-at.ts'
import { isJsonObject, stringifyJson, type JsonValue } from '../../bytes/json.ts'
import type { AggregationInput, SubAggregation } from './aggregation.ts'
import { invalidAggregation } from './options.ts'
import { metricAt, type SubPartials } from './sub-aggregations.ts'

/** One thing that buckets are ordered by. */
type BucketOrder =
  | { readonly by: 'count'; readonly descending: boolean }
  | { readonly by: 'key'; readonly descending: boolean }
  /** A number of a sub-aggregation: `price.avg`. */
  | { readonly by: 'sub'; readonly descending: boolean; readonly path: string }

/** First to last; what they leave equal goes by key, ascending. */
export type BucketOrders = readonly [BucketOrder, ...BucketOrder[]]

export function isCountDescending([{ by, descending }]: BucketOrders): boolean {
  return by === 'count' && descending
}

/** `{"_count": "desc"}`, or an array of such; each is tried on an empty bucket. */
export function parseOrder(input: AggregationInput): BucketOrders {
  const raw = input.options['order']
  const isNone = raw === undefined || raw === null || stringifyJson(raw) === '{}'
  const items = isNone ? [] : Array.isArray(raw) ? raw : [raw]
  const [first, ...others] = items.map((item) => parseTarget(input, item))
  return first === undefined ? [{ by: 'count', descending: true }] : [first, ...others]
}

function parseTarget(input: AggregationInput, raw: JsonValue): BucketOrder {
  const entries = isJsonObject(raw) ? Object.entries(raw) : []
  const [entry] = entries
  if (entry === undefined || entries.length !== 1) {
    throw invalidAggregation(
      input.name,
      '`order` must be one target and a direction, such as {"_key": "asc"}',
      'several targets are a list: [{"_count": "desc"}, {"_key": "asc"}]',
    )
  }
  const [path, written] = entry
  const direction = typeof written === 'string' ? written.toLowerCase() : undefined
  if (direction !== 'asc' && direction !== 'desc') {
    throw invalidAggregation(input.name, `\`order\` direction of "${path}" must be "asc" or "desc"`)
  }
  const descending = direction === 'desc'
  if (path === '_count') return { by: 'count', descending }
  if (path === '_key' || path === '_term') return { by: 'key', descending }
  if (metricAt(input.subs, undefined, path) === undefined) {
    throw invalidAggregation(
      input.name,
      `cannot order by "${path}"`,
      'order by _count, _key, or a number of a sub-aggregation such as {"avg_price": "desc"}',
    )
  }
  return { by: 'sub', descending, path }
}

interface Orderable<Key> {
  readonly key: Key
  readonly docCount: number
  readonly subs: SubPartials
}

/** `compareKeys`: ascending. */
export function orderBuckets<Key, Bucket extends Orderable<Key>>(
  buckets: readonly Bucket[],
  order: {
    readonly orders: BucketOrders
    readonly subs: readonly SubAggregation[]
    readonly compareKeys: (a: Key, b: Key) => number
  },
): Bucket[] {
  const { orders, subs, compareKeys } = order
  const ranked = buckets.map((bucket) => ({
    bucket,
    ranks: orders.map((each) => rankOf(bucket, each, subs)),
  }))
  ranked.sort((a, b) => {
    for (const [at, { by, descending }] of orders.entries()) {
      const difference =
        by === 'key'
          ? compareKeys(a.bucket.key, b.bucket.key)
          : elementAt(a.ranks, at) - elementAt(b.ranks, at)
      if (difference !== 0) return descending ? -difference : difference
    }
    return compareKeys(a.bucket.key, b.bucket.key)
  })
  return ranked.map(({ bucket }) => bucket)
}

/** A bucket without the number comes before all others, ascending. */
function rankOf(
  { docCount, subs: partials }: Omit<Orderable<unknown>, 'key'>,
  order: BucketOrder,
  subs: readonly SubAggregation[],
): number {
  if (order.by === 'count') return docCount
  if (order.by === 'key') return 0
  return metricAt(subs, partials, order.path) ?? -Number.MAX_VALUE
}
