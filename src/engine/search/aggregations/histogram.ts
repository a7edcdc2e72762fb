import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { HistogramAggregation } from './histogram-buckets.ts'
import {
  booleanOption,
  boundsOption,
  countOption,
  fieldOption,
  invalidAggregation,
  numberOption,
  type Bounds,
} from './options.ts'

export const HISTOGRAM: AggregationKind = {
  buckets: 'many',
  options: 'field interval offset min_doc_count keyed hard_bounds extended_bounds'.split(' '),
  parse(input) {
    const { path, type } = fieldOption(input)
    const interval = numberOption(input, 'interval')
    if (interval === undefined) throw invalidAggregation(input.name, 'missing field `interval`')
    if (!(interval > 0)) throw invalidAggregation(input.name, '`interval` must be above 0')
    if (type === 'date' && interval * 1e6 < 1) {
      throw invalidAggregation(
        input.name,
        '`interval` on dates is in milliseconds, at least 0.000001',
      )
    }
    return new HistogramAggregation({
      path,
      scale: type === 'date' || type === 'json' ? type : 'number',
      datesOnly: false,
      interval,
      offset: numberOption(input, 'offset') ?? 0,
      keyed: booleanOption(input, 'keyed', false),
      subs: input.subs,
      ...bucketBounds(input),
    })
  },
}

/** Options that both histograms share and how they exclude each other. */
export function bucketBounds(input: AggregationInput): {
  minDocCount: number
  hardBounds: Bounds | undefined
  extendedBounds: Bounds | undefined
} {
  const minDocCount = countOption(input, 'min_doc_count') ?? 0
  const hardBounds = boundsOption(input, 'hard_bounds')
  const extendedBounds = boundsOption(input, 'extended_bounds')
  if (extendedBounds !== undefined && minDocCount > 0) {
    throw invalidAggregation(input.name, '`extended_bounds` needs `min_doc_count` 0')
  }
  if (
    extendedBounds !== undefined &&
    hardBounds !== undefined &&
    (extendedBounds.min < hardBounds.min || extendedBounds.max > hardBounds.max)
  ) {
    throw invalidAggregation(input.name, '`extended_bounds` must lie inside `hard_bounds`')
  }
  return { minDocCount, hardBounds, extendedBounds }
}
