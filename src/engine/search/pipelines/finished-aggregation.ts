import type { JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationSplit,
  BucketBudget,
  Collector,
} from '../aggregations/aggregation.ts'

/** An aggregation that is collected and merged as it is: only its answer is changed. */
export class FinishedAggregation implements Aggregation {
  readonly paths: readonly string[]
  readonly queries: readonly Query[] | undefined
  readonly readsAll: boolean
  readonly #inner: Aggregation
  readonly #finish: (result: JsonObject) => JsonObject

  constructor(inner: Aggregation, finish: (result: JsonObject) => JsonObject) {
    this.paths = inner.paths
    this.queries = inner.queries
    this.readsAll = inner.readsAll ?? false
    this.#inner = inner
    this.#finish = finish
  }

  collector(split: AggregationSplit, parentLimit: number): Collector {
    return this.#inner.collector(split, parentLimit)
  }

  merge(partials: readonly unknown[]): unknown {
    return this.#inner.merge(partials)
  }

  render(partial: unknown, budget: BucketBudget): JsonObject {
    return this.#finish(this.#inner.render(partial, budget))
  }

  metric(partial: unknown, property: string | undefined): number | null | undefined {
    return this.#inner.metric(partial, property)
  }
}

/** `meta` is the client's own, and comes back as it was sent. */
export function withMeta(meta: JsonObject | undefined, result: JsonObject): JsonObject {
  return meta === undefined ? result : { meta, ...result }
}
