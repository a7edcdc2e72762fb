import { inRange } from '../doc-range.ts'
import { ALL_DOCS, DOC_BLOCK, eachBlock } from '../doc-set.ts'
import type { JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
} from './aggregation.ts'
import { invalidAggregation } from './options.ts'
import { SingleBucketAggregation } from './single-bucket.ts'

/** One bucket of all documents of the indexes, whatever the query finds. */
export const GLOBAL: AggregationKind = {
  buckets: 'one',
  options: [],
  parse(input) {
    if (input.isTop) {
      return new GlobalAggregation(
        new SingleBucketAggregation(input.subs, {}, () => (block) => block),
      )
    }
    throw invalidAggregation(
      input.name,
      'Aggregation of type [global] can only be a top level aggregation',
      'put it beside the others at the top',
    )
  },
}

class GlobalAggregation implements Aggregation {
  readonly readsAll = true
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #all: SingleBucketAggregation

  constructor(all: SingleBucketAggregation) {
    this.#all = all
    this.paths = all.paths
    this.queries = all.queries
  }

  /** Takes nothing of what the query found, but every document when it is asked. */
  collector(split: AggregationSplit): Collector {
    const inner = this.#all.collector(split, 1)
    return {
      collect: () => undefined,
      result(parent) {
        const parents = new Uint32Array(DOC_BLOCK)
        const all = inRange(ALL_DOCS, split.range, split.docCount)
        eachBlock(all, split.docCount, (docs, count) => {
          inner.collect({ docs, parents, count, isRun: true, onlyParent: 0 })
        })
        return inner.result(parent)
      },
    }
  }

  merge(partials: readonly unknown[]): unknown {
    return (this.#all as Aggregation).merge(partials)
  }

  render(partial: unknown, budget: BucketBudget): JsonObject {
    return (this.#all as Aggregation).render(partial, budget)
  }

  metric(partial: unknown, property: string | undefined): number | null | undefined {
    return (this.#all as Aggregation).metric(partial, property)
  }
}
