import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { booleanOption, numberOption } from '../aggregations/options.ts'
import { percentsOption, printPoints } from '../aggregations/percentiles.ts'
import { printExtendedStats, printStats, statsOf } from '../aggregations/stats-partial.ts'
import { bucketsOf, type BucketsPath } from './buckets-path.ts'
import {
  gapPolicyOption,
  pathOption,
  resultPrinter,
  valueOf,
  type PipelineInput,
  type PipelineKind,
} from './pipeline.ts'

/** Numbers of the buckets of one aggregation, with the names of those buckets. */
interface Series {
  readonly values: readonly number[]
  readonly names: readonly string[]
}

const OPTIONS = ['buckets_path', 'gap_policy', 'format']

/** One result beside the aggregation whose buckets it is made of. */
function bucketMetric(
  print: (input: PipelineInput) => (series: Series) => JsonObject,
  more: { readonly options?: readonly string[]; readonly values?: readonly string[] } = {},
): PipelineKind {
  return {
    options: [...OPTIONS, ...(more.options ?? [])],
    values: more.values ?? ['value'],
    place: 'beside',
    parse(input) {
      const { path, rest, reads } = pathOption(input, 'buckets')
      const policy = gapPolicyOption(input)
      const printed = print(input)
      const run = (level: JsonObject): JsonObject => {
        const found = bucketsOf(resultAt(level, path) ?? {})
          .map(({ name, bucket }) => ({ name, value: valueOf(bucket, rest, policy) ?? NaN }))
          .filter(({ value }) => !Number.isNaN(value))
        const series = {
          values: found.map(({ value }) => value),
          names: found.map(({ name }) => name),
        }
        return { ...level, [input.ownName]: printed(series) }
      }
      return { name: input.ownName, of: 'sibling', reads, run }
    },
  }
}

/** The aggregation of several buckets that the path leads to. */
function resultAt(level: JsonObject, [first = '', ...rest]: BucketsPath): JsonObject | undefined {
  const result = Object.hasOwn(level, first) ? level[first] : undefined
  if (!isJsonObject(result) || rest.length === 0) return isJsonObject(result) ? result : undefined
  if (!('buckets' in result)) return resultAt(result, rest)
  const bucket = bucketsOf(result).find(({ name }) => name === rest[0])
  return bucket === undefined ? undefined : resultAt(bucket.bucket, rest.slice(1))
}

function single(reduce: (values: readonly number[]) => number): PipelineKind {
  return bucketMetric((input) => {
    const print = resultPrinter(input)
    return ({ values }) => print(reduce(values))
  })
}

/** With the buckets that have it: there may be several. */
function extreme(best: (...values: number[]) => number): PipelineKind {
  return bucketMetric((input) => {
    const print = resultPrinter(input)
    return ({ values, names }) => {
      const value = values.reduce((most, each) => best(most, each), values[0] ?? NaN)
      return { ...print(value), keys: names.filter((_, at) => values[at] === value) }
    }
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const STATS = ['count', 'min', 'max', 'avg', 'sum']
const EXTENDED = ['sum_of_squares', 'variance', 'std_deviation', 'std_upper', 'std_lower']

export const BUCKET_METRICS = {
  avg_bucket: single((values) => (values.length === 0 ? NaN : sum(values) / values.length)),
  sum_bucket: single(sum),
  max_bucket: extreme(Math.max),
  min_bucket: extreme(Math.min),
  stats_bucket: bucketMetric(
    () =>
      ({ values }) =>
        printStats(statsOf(values)),
    { values: STATS },
  ),
  extended_stats_bucket: bucketMetric(
    (input) => {
      const sigma = numberOption(input, 'sigma') ?? 2
      return ({ values }) => printExtendedStats(statsOf(values), sigma)
    },
    { options: ['sigma'], values: [...STATS, ...EXTENDED] },
  ),
  percentiles_bucket: bucketMetric(
    (input) => {
      const percents = percentsOption(input)
      const keyed = booleanOption(input, 'keyed', true)
      return ({ values }) => {
        const sorted = values.toSorted((a, b) => a - b)
        return printPoints(percents, keyed, (percent) => nearest(sorted, percent))
      }
    },
    { options: ['percents', 'keyed'], values: [] },
  ),
}

/** The nearest bucket's number, not one between two. */
function nearest(sorted: readonly number[], percent: number): number {
  return sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? NaN
}
