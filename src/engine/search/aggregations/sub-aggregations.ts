import { setKey, type JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  AggregationSplit,
  BucketBudget,
  Collector,
  DocBlock,
  SubAggregation,
} from './aggregation.ts'

/** Partials of the sub-aggregations of one bucket, in their order; undefined: nothing was collected. */
export type SubPartials = readonly unknown[] | undefined

/** The sub-aggregations of one bucket aggregation in one split. */
export class SubCollectors {
  /** Each of them once. */
  readonly #collectors: readonly Collector[]
  /** Parallel to the sub-aggregations. */
  readonly #ofSubs: readonly Collector[]

  constructor(subs: readonly SubAggregation[], split: AggregationSplit, bucketLimit: number) {
    const shared = new Map<string, Collector>()
    this.#ofSubs = subs.map(({ aggregation }) => {
      const { sharesBy } = aggregation
      const known = sharesBy === undefined ? undefined : shared.get(sharesBy)
      const collector = known ?? aggregation.collector(split, bucketLimit)
      if (sharesBy !== undefined) shared.set(sharesBy, collector)
      return collector
    })
    this.#collectors = [...new Set(this.#ofSubs)]
  }

  collect(block: DocBlock): void {
    for (const collector of this.#collectors) collector.collect(block)
  }

  result(bucket: number): SubPartials {
    if (this.#collectors.length === 0) return undefined
    return this.#ofSubs.map((collector) => collector.result(bucket))
  }
}

export function mergeSubs(
  subs: readonly SubAggregation[],
  partials: readonly SubPartials[],
): SubPartials {
  if (subs.length === 0) return undefined
  const present = partials.filter((list) => list !== undefined)
  if (present.length === 1) return present[0]
  return subs.map((sub, index) => sub.aggregation.merge(present.map((list) => list[index])))
}

/** What every bucket has, whatever it is a bucket of. */
interface Bucket {
  readonly docCount: number
  readonly subs: SubPartials
  /** Adds up as counts do, where there is one. */
  readonly seenError?: number | undefined
}

/** Buckets with the same key as one; what more a bucket says is taken from the first. */
export function mergeBuckets<Key, Kind extends Bucket>(
  maps: readonly ReadonlyMap<Key, Kind>[],
  subs: readonly SubAggregation[],
): Map<Key, Kind> {
  const lists = new Map<Key, [Kind, ...Kind[]]>()
  for (const buckets of maps) {
    for (const [key, bucket] of buckets) {
      const list = lists.get(key)
      if (list === undefined) lists.set(key, [bucket])
      else list.push(bucket)
    }
  }
  const merged = new Map<Key, Kind>()
  for (const [key, list] of lists) {
    const [first] = list
    const docCount = list.reduce((sum, bucket) => sum + bucket.docCount, 0)
    const parts = list.map((bucket) => bucket.subs)
    const errors =
      first.seenError === undefined
        ? {}
        : { seenError: list.reduce((sum, bucket) => sum + (bucket.seenError ?? 0), 0) }
    merged.set(
      key,
      list.length === 1 ? first : { ...first, ...errors, docCount, subs: mergeSubs(subs, parts) },
    )
  }
  return merged
}

/** Adds each sub-aggregation's result to a bucket under its name. */
export function renderSubs(
  subs: readonly SubAggregation[],
  partials: SubPartials,
  budget: BucketBudget,
): JsonObject {
  const out: JsonObject = {}
  subs.forEach(({ name, aggregation }, index) => {
    const partial = partials === undefined ? aggregation.merge([]) : partials[index]
    setKey(out, name, aggregation.render(partial, budget))
  })
  return out
}

export function pathsIn(subs: readonly SubAggregation[]): string[] {
  return subs.flatMap(({ aggregation }) => aggregation.paths)
}

export function queriesIn(subs: readonly SubAggregation[]): Query[] {
  return subs.flatMap(({ aggregation }) => aggregation.queries ?? [])
}

/**
 * The number that `price`, `price.avg`, `price[avg]` or, through a single bucket, `paid>price.avg` names. Undefined
 * when it names none.
 */
export function metricAt(
  subs: readonly SubAggregation[],
  partials: SubPartials,
  path: string,
): number | null | undefined {
  const whole = subs.findIndex(({ name }) => name === path)
  const open = (path.split('>', 1)[0] ?? '').lastIndexOf('[')
  if (whole < 0 && open >= 0 && path.endsWith(']')) {
    return metricAt(subs, partials, `${path.slice(0, open)}.${path.slice(open + 1, -1)}`)
  }
  const cut = whole < 0 ? cutOf(subs, path) : path.length
  const name = path.slice(0, cut)
  const index = subs.findIndex((sub) => sub.name === name)
  const aggregation = subs[index]?.aggregation
  if (aggregation === undefined) return undefined
  const partial = partials === undefined ? aggregation.merge([]) : partials[index]
  return aggregation.metric(partial, whole < 0 ? path.slice(cut + 1) : undefined)
}

/** Names may hold dots, and so may properties, as `99.9` does: the longest name that there is. */
function cutOf(subs: readonly SubAggregation[], path: string): number {
  const into = path.indexOf('>')
  if (into >= 0) return into
  let dot = path.lastIndexOf('.')
  while (dot > 0 && !subs.some(({ name }) => name === path.slice(0, dot))) {
    dot = path.lastIndexOf('.', dot - 1)
  }
  return Math.max(dot, 0)
}
