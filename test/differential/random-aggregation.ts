import type { AggregationType } from '../../src/engine/search/aggregations/kinds.ts'
import type { PipelineType } from '../../src/engine/search/pipelines/pipeline-kinds.ts'
import {
  dateHistogram,
  dateRange,
  filter,
  filters,
  histogram,
  ipRange,
  missing,
  range,
  terms,
} from './bucket-models.ts'
import {
  cardinality,
  medianAbsoluteDeviation,
  percentileRanks,
  percentiles,
  stats,
  valueCount,
  weightedAvg,
} from './metric-models.ts'
import { FIRST_MS, type ModelField } from './model.ts'
import type { ModelAggregation, ModelAggregations } from './model-aggregation.ts'
import type { Choices } from './random.ts'
import { PIPELINE_MAKERS } from './pipeline-models.ts'
import { topHits, topMetrics } from './top-models.ts'
import { composite, multiTerms } from './tuple-models.ts'

/** Makes an aggregation of one kind over a fast field; undefined where the field cannot have it. */
type AggregationMaker = (
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
) => ModelAggregation | undefined

const PIPELINES = Object.fromEntries(
  Object.entries(PIPELINE_MAKERS).map(([type, make]) => [type, ofNumbers(make)]),
) as Record<PipelineType, AggregationMaker> // the keys of what it is made of

/** A kind of the engine that nobody models does not compile. `global` is in every search's own check. */
const AGGREGATION_MAKERS: Readonly<
  Record<Exclude<AggregationType, 'global'> | PipelineType, AggregationMaker>
> = {
  terms,
  histogram: ofNumbers(histogram),
  date_histogram: (field, subs, choices) =>
    field.kind === 'date' ? dateHistogram(field, subs, choices) : undefined,
  range: ofNumbers(range),
  missing,
  composite,
  multi_terms: multiTerms,
  filter,
  filters,
  date_range: (field, subs, choices) =>
    field.kind === 'date' ? dateRange(field, subs, choices) : undefined,
  ip_range: (field, subs, choices) =>
    field.kind === 'ip' ? ipRange(field, subs, choices) : undefined,
  top_hits: topHits,
  top_metrics: topMetrics,
  percentiles: ofNumbers(percentiles),
  percentile_ranks: ofNumbers(percentileRanks),
  median_absolute_deviation: ofNumbers(medianAbsoluteDeviation),
  cardinality,
  value_count: valueCount,
  weighted_avg: ofNumbers(weightedAvg),
  stats: ofNumbers((field) => stats('stats', field)),
  extended_stats: ofNumbers((field) => stats('extended_stats', field)),
  avg: ofNumbers((field) => stats('avg', field)),
  sum: ofNumbers((field) => stats('sum', field)),
  min: ofNumbers((field) => stats('min', field)),
  max: ofNumbers((field) => stats('max', field)),
  ...PIPELINES,
}

export const MODELLED_AGGREGATIONS = Object.keys(AGGREGATION_MAKERS)

/** How often each kind is tried, where more than others: those that nest, above all. */
const WEIGHTS: Partial<Record<AggregationType, number>> = {
  terms: 5,
  date_histogram: 4,
  histogram: 3,
  range: 3,
  missing: 2,
}

const TRIED: readonly AggregationMaker[] = Object.entries(AGGREGATION_MAKERS).flatMap(
  // Keys of the table above are kinds.
  ([type, make]) => Array.from({ length: WEIGHTS[type as AggregationType] ?? 1 }, () => make),
)

function ofNumbers(make: AggregationMaker): AggregationMaker {
  return (field, subs, choices) =>
    ['i64', 'u64', 'f64'].includes(field.kind) ? make(field, subs, choices) : undefined
}

export function randomAggregations(
  fields: readonly ModelField[],
  choices: Choices,
  depth = 2,
): ModelAggregations {
  const fast = fields.filter((field) => field.fast)
  const count = choices.between(1, 2)
  return new Map(
    Array.from({ length: count }, (_, at) => [`a${at}`, randomAggregation(fast, choices, depth)]),
  )
}

function randomAggregation(
  fields: readonly ModelField[],
  choices: Choices,
  depth: number,
): ModelAggregation {
  const subs: ModelAggregations =
    depth > 0 && choices.chance(0.7) ? randomAggregations(fields, choices, depth - 1) : new Map()
  for (;;) {
    const make = choices.of(TRIED)
    const aggregation = make(choices.of(fields), subs, choices)
    if (aggregation !== undefined) return aggregation
  }
}

/** Bounds of the request in whole seconds: the model's dates lie within six days of FIRST_MS. */
export function randomTimeBounds(choices: Choices): {
  startTimestamp?: number
  endTimestamp?: number
} {
  const second = (): number => FIRST_MS / 1000 + choices.below(7 * 86_400)
  return {
    ...(choices.chance(0.3) ? { startTimestamp: second() } : {}),
    ...(choices.chance(0.3) ? { endTimestamp: second() } : {}),
  }
}
