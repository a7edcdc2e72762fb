import type { Column } from '../../split/column.ts'
import type { NumberKeys } from '../number-keys.ts'
import type { AggregationSplit, Collector, SubAggregation } from './aggregation.ts'
import { SingleBucketCollector, type SingleBucketPartial } from './single-bucket.ts'
import { withoutValue } from './values.ts'

interface BucketPlace {
  readonly split: AggregationSplit
  readonly parentLimit: number
  readonly subs: readonly SubAggregation[]
}

/** The documents that have no value in any of the columns, as one bucket of an aggregation of values. */
export function withoutValueIn<Partial>(
  columns: readonly (Column | NumberKeys)[],
  place: BucketPlace,
  partialOf: (bucket: SingleBucketPartial) => Partial,
): Collector<Partial> {
  const documents = new SingleBucketCollector(place, (block) => withoutValue(columns, block))
  return {
    collect: (block) => documents.collect(block),
    result: (parent) => partialOf(documents.result(parent)),
  }
}

/** What each column of a path gives, and the documents without value, as one. */
export function joined<Partial>(
  parts: readonly Collector<Partial>[],
  merge: (partials: readonly Partial[]) => Partial,
): Collector<Partial> {
  return {
    collect(block) {
      for (const part of parts) part.collect(block)
    },
    result: (parent) => merge(parts.map((part) => part.result(parent))),
  }
}
