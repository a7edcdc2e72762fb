import { elementAt } from '../../bytes/element-at.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationInput,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
} from './aggregation.ts'
import { inQuery, withBit } from './filter.ts'
import { booleanOption, invalidAggregation } from './options.ts'
import { SingleBucketAggregation } from './single-bucket.ts'

const DEFAULT_OTHER_KEY = '_other_'

/** A bucket for each of several clauses, under their names or in their order; one for the rest. */
export const FILTERS: AggregationKind = {
  buckets: 'many',
  options: ['filters', 'other_bucket', 'other_bucket_key', 'keyed'],
  parse(input) {
    const raw = input.options['filters']
    const isNamed = isJsonObject(raw)
    const entries = isNamed ? Object.entries(raw) : Array.isArray(raw) ? raw.entries() : []
    const filters = [...entries].map(([key, json]): [string, Query] => [
      String(key),
      input.query(json, `filters.${key}`),
    ])
    if (filters.length === 0) {
      throw invalidAggregation(
        input.name,
        '`filters` must be clauses under names, or a list of them',
      )
    }
    const otherKey = otherKeyOf(input)
    const queries = filters.map(([, query]) => query)
    const bucketOf = (select: ConstructorParameters<typeof SingleBucketAggregation>[2]) =>
      new SingleBucketAggregation(input.subs, { queries }, select)
    const buckets = filters.map(([, query]) => bucketOf((split) => inQuery(split, query)))
    if (otherKey !== undefined) buckets.push(bucketOf((split) => inNone(split, queries)))
    const keys = [...filters.map(([key]) => key), ...(otherKey === undefined ? [] : [otherKey])]
    return new FiltersAggregation(buckets, isNamed ? keys : undefined)
  },
}

function otherKeyOf(input: AggregationInput): string | undefined {
  const key = input.options['other_bucket_key'] ?? undefined
  if (key !== undefined && typeof key !== 'string') {
    throw invalidAggregation(input.name, '`other_bucket_key` must be a string')
  }
  return booleanOption(input, 'other_bucket', key !== undefined)
    ? (key ?? DEFAULT_OTHER_KEY)
    : undefined
}

function inNone(split: AggregationSplit, queries: readonly Query[]): ReturnType<typeof inQuery> {
  let any: Uint32Array | undefined
  return (block) => withBit(block, (any ??= inAny(split, queries)), 0)
}

function inAny(split: AggregationSplit, queries: readonly Query[]): Uint32Array {
  const [first, ...others] = queries.map((query) => split.matching(query))
  const any = Uint32Array.from(first ?? [])
  for (const words of others) words.forEach((word, at) => (any[at] = elementAt(any, at) | word))
  return any
}

/** One partial per bucket, in their order. */
type FiltersPartial = readonly unknown[]

class FiltersAggregation implements Aggregation<FiltersPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #buckets: readonly Aggregation[]
  /** Undefined: buckets stand in a list. */
  readonly #keys: readonly string[] | undefined

  constructor(buckets: readonly Aggregation[], keys: readonly string[] | undefined) {
    this.paths = buckets[0]?.paths ?? []
    this.queries = buckets[0]?.queries ?? []
    this.#buckets = buckets
    this.#keys = keys
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<FiltersPartial> {
    const collectors = this.#buckets.map((bucket) => bucket.collector(split, parentLimit))
    return {
      collect: (block) => collectors.forEach((collector) => collector.collect(block)),
      result: (parent) => collectors.map((collector) => collector.result(parent)),
    }
  }

  merge(partials: readonly FiltersPartial[]): FiltersPartial {
    return this.#buckets.map((bucket, at) => bucket.merge(partials.map((partial) => partial[at])))
  }

  render(partial: FiltersPartial, budget: BucketBudget): JsonObject {
    const buckets = this.#buckets.map((bucket, at): JsonValue => bucket.render(partial[at], budget))
    if (this.#keys === undefined) return { buckets }
    return { buckets: Object.fromEntries(this.#keys.map((key, at) => [key, buckets[at] ?? null])) }
  }

  metric(): undefined {
    return undefined
  }
}
