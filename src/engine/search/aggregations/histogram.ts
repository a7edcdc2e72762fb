import type { JsonValue } from '../../bytes/json.ts'
import { dateFromNanos, formatRfc3339 } from '../../dates/datetime.ts'
import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { parseDecimalFormat } from './decimal-format.ts'
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
  options:
    'field interval offset min_doc_count keyed hard_bounds extended_bounds missing format'.split(
      ' ',
    ),
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
    const format = input.options['format'] ?? undefined
    return new HistogramAggregation({
      path,
      scale: type === 'date' || type === 'json' ? type : 'number',
      datesOnly: false,
      interval,
      offset: numberOption(input, 'offset') ?? 0,
      missing: numberOption(input, 'missing'),
      printDate: rfc3339OfNanos,
      printNumber: format === undefined ? undefined : parseDecimalFormat(input.name, format),
      keyed: booleanOption(input, 'keyed', false),
      subs: input.subs,
      ...bucketBounds(input),
    })
  },
}

/** Options that both histograms share and how they exclude each other. */
export function bucketBounds(
  input: AggregationInput,
  read?: (raw: JsonValue, option: string) => number,
): {
  minDocCount: number
  hardBounds: Bounds | undefined
  extendedBounds: Bounds | undefined
} {
  const minDocCount = countOption(input, 'min_doc_count') ?? 0
  const hardBounds = boundsOption(input, 'hard_bounds', read)
  // Where empty buckets are left out, so are those that bounds would add.
  const extendedBounds = boundsOption(input, 'extended_bounds', read)
  if (
    extendedBounds !== undefined &&
    hardBounds !== undefined &&
    (finite(extendedBounds.min, hardBounds.min) < hardBounds.min ||
      finite(extendedBounds.max, hardBounds.max) > hardBounds.max)
  ) {
    throw invalidAggregation(input.name, '`extended_bounds` must lie inside `hard_bounds`')
  }
  return { minDocCount, hardBounds, extendedBounds }
}

/** An open bound extends nothing. */
function finite(bound: number, otherwise: number): number {
  return Number.isFinite(bound) ? bound : otherwise
}

function rfc3339OfNanos(nanos: bigint): string {
  return formatRfc3339(dateFromNanos(nanos))
}
