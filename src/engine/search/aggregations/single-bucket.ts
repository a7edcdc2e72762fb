import type { Query } from '../../query/query.ts'
import type { JsonObject } from '../../bytes/json.ts'
import type {
  Aggregation,
  AggregationSplit,
  BucketBudget,
  Collector,
  DocBlock,
  SubAggregation,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import {
  mergeSubs,
  metricAt,
  pathsIn,
  queriesIn,
  renderSubs,
  SubCollectors,
  type SubPartials,
} from './sub-aggregations.ts'

export interface SingleBucketPartial {
  readonly docCount: number
  readonly subs: SubPartials
}

/** Which entries of a block go into the bucket, made anew for each split. */
type Selector = (block: DocBlock) => DocBlock

/** One bucket per parent bucket: counts the documents that are selected and passes them on. */
export class SingleBucketCollector implements Collector<SingleBucketPartial> {
  readonly #select: Selector
  readonly #ids: BucketIds
  readonly #subs: SubCollectors

  constructor(
    place: {
      readonly split: AggregationSplit
      readonly parentLimit: number
      readonly subs: readonly SubAggregation[]
    },
    select: Selector,
  ) {
    const { split, parentLimit, subs } = place
    this.#select = select
    this.#ids = new BucketIds({ parentLimit, keyCount: 1, hasSubs: subs.length > 0 }, split.memory)
    this.#subs = new SubCollectors(subs, split, this.#ids.idLimit)
  }

  collect(block: DocBlock): void {
    const selected = this.#select(block)
    if (selected.count === 0) return
    this.#subs.collect({ ...selected, ...this.#ids.addSame(selected, 0) })
  }

  result(parent: number): SingleBucketPartial {
    let bucket: SingleBucketPartial = { docCount: 0, subs: undefined }
    this.#ids.eachOf(parent, (_, docCount, id) => {
      bucket = { docCount, subs: this.#subs.result(id) }
    })
    return bucket
  }
}

/** An aggregation of one bucket: all that a kind adds is which documents are in it. */
export class SingleBucketAggregation implements Aggregation<SingleBucketPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #subs: readonly SubAggregation[]
  readonly #selector: (split: AggregationSplit) => Selector

  /** `reads`: fields whose columns, and queries whose documents, `selector` asks for. */
  constructor(
    subs: readonly SubAggregation[],
    reads: { readonly paths?: readonly string[]; readonly queries?: readonly Query[] },
    selector: (split: AggregationSplit) => Selector,
  ) {
    this.paths = [...(reads.paths ?? []), ...pathsIn(subs)]
    this.queries = [...(reads.queries ?? []), ...queriesIn(subs)]
    this.#subs = subs
    this.#selector = selector
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<SingleBucketPartial> {
    const place = { split, parentLimit, subs: this.#subs }
    return new SingleBucketCollector(place, this.#selector(split))
  }

  merge(partials: readonly SingleBucketPartial[]): SingleBucketPartial {
    return {
      docCount: partials.reduce((sum, { docCount }) => sum + docCount, 0),
      subs: mergeSubs(
        this.#subs,
        partials.map(({ subs }) => subs),
      ),
    }
  }

  render({ docCount, subs }: SingleBucketPartial, budget: BucketBudget): JsonObject {
    budget.take(1)
    return { doc_count: docCount, ...renderSubs(this.#subs, subs, budget) }
  }

  /** Its number of documents, or a number of an aggregation in it. */
  metric(
    { docCount, subs }: SingleBucketPartial,
    property: string | undefined,
  ): number | null | undefined {
    const isCount = property === undefined || property === 'doc_count' || property === '_count'
    return isCount ? docCount : metricAt(this.#subs, subs, property)
  }
}
