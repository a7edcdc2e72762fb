import { isJsonObject } from '../../bytes/json.ts'
import type { AggregationInput, SubAggregation } from './aggregation.ts'
import { invalidAggregation } from './options.ts'
import { subMetric, type SubPartials } from './sub-aggregations.ts'
import { compareKeys, type TermKey } from './term-key.ts'

/** What the buckets of a terms aggregation are ordered by. Ties go by key, ascending. */
export type BucketOrder =
  | { readonly by: 'count'; readonly descending: boolean }
  | { readonly by: 'key'; readonly descending: boolean }
  | {
      readonly by: 'sub'
      readonly descending: boolean
      readonly index: number
      readonly property: string | undefined
    }

export function isCountDescending(order: BucketOrder): boolean {
  return order.by === 'count' && order.descending
}

/** `{"_count": "desc"}`, or a one-element array of such; the order is tried on an empty bucket. */
export function parseOrder(input: AggregationInput): BucketOrder {
  const raw = input.options['order']
  if (raw === undefined || raw === null) return { by: 'count', descending: true }
  const single = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw
  const entries = isJsonObject(single) ? Object.entries(single) : []
  const [entry] = entries
  if (entry === undefined || entries.length !== 1) {
    throw invalidAggregation(
      input.name,
      '`order` must be one target and a direction, such as {"_key": "asc"}',
    )
  }
  const [target, direction] = entry
  if (direction !== 'asc' && direction !== 'desc') {
    throw invalidAggregation(
      input.name,
      `\`order\` direction of "${target}" must be "asc" or "desc"`,
    )
  }
  const descending = direction === 'desc'
  if (target === '_count') return { by: 'count', descending }
  if (target === '_key') return { by: 'key', descending }
  const order = subOrder(input, target, descending)
  subMetric(input.subs, undefined, order)
  return order
}

function subOrder(
  input: AggregationInput,
  target: string,
  descending: boolean,
): Extract<BucketOrder, { by: 'sub' }> {
  const whole = input.subs.findIndex(({ name }) => name === target)
  if (whole >= 0) return { by: 'sub', descending, index: whole, property: undefined }
  const dot = target.lastIndexOf('.')
  const index = input.subs.findIndex(({ name }) => name === target.slice(0, dot))
  if (dot < 0 || index < 0) {
    throw invalidAggregation(input.name, `\`order\` names no sub-aggregation: "${target}"`)
  }
  return { by: 'sub', descending, index, property: target.slice(dot + 1) }
}

interface Orderable {
  readonly key: TermKey
  readonly docCount: number
  readonly subs: SubPartials
}

export function orderBuckets<Bucket extends Orderable>(
  buckets: readonly Bucket[],
  order: BucketOrder,
  subs: readonly SubAggregation[],
): Bucket[] {
  const sign = order.descending ? -1 : 1
  switch (order.by) {
    case 'count':
      return [...buckets].sort(
        (a, b) => sign * (a.docCount - b.docCount) || compareKeys(a.key, b.key),
      )
    case 'key':
      return [...buckets].sort((a, b) => sign * compareKeys(a.key, b.key))
    case 'sub': {
      const ranked = buckets.map((bucket) => ({
        bucket,
        rank: subMetric(subs, bucket.subs, order) ?? -Number.MAX_VALUE,
      }))
      ranked.sort((a, b) => sign * (a.rank - b.rank) || compareKeys(a.bucket.key, b.bucket.key))
      return ranked.map(({ bucket }) => bucket)
    }
  }
}
