import type { PipelineType } from '../../src/engine/search/pipelines/pipeline-kinds.ts'
import { dateHistogram } from './bucket-models.ts'
import { stats } from './metric-models.ts'
import type { ModelDoc, ModelField } from './model.ts'
import type { Json, ModelAggregation, ModelAggregations } from './model-aggregation.ts'
import type { Choices } from './random.ts'

/** A bucket of the model with the number that a pipeline sees of it; undefined: a gap. */
type Seen = readonly { readonly bucket: Json; readonly value: number | undefined }[]

/** What a pipeline inside a histogram makes of its buckets, looked up bucket by bucket. */
interface Inside {
  readonly body: Json
  readonly buckets: (seen: Seen) => Json[]
}

/** What one beside a histogram makes of the numbers that are there, with their buckets' names. */
interface Beside {
  readonly body?: Json
  readonly result: (numbers: readonly { readonly value: number; readonly name: string }[]) => Json
}

const add = (bucket: Json, value: number | null | undefined): Json =>
  value === undefined ? bucket : { ...bucket, p: { value } }
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : total(values) / values.length

/** Numbers before the bucket, gaps left out, at most `window` of them. */
function before(seen: Seen, at: number, window: number): number[] {
  const present = seen.slice(0, at).flatMap(({ value }) => (value === undefined ? [] : [value]))
  return present.slice(Math.max(0, present.length - window))
}

type InsideType = 'derivative' | 'cumulative_sum' | 'serial_diff' | 'moving_fn' | 'moving_avg'
type ScriptType = 'bucket_script' | 'bucket_selector' | 'bucket_sort'
type BesideType = Exclude<PipelineType, InsideType | ScriptType>

const INSIDE: Readonly<Record<InsideType | ScriptType, Inside>> = {
  derivative: {
    body: {},
    buckets: (seen) =>
      seen.map(({ bucket, value }, at) => {
        const last = seen[at - 1]
        if (last === undefined) return bucket
        const isKnown = value !== undefined && last.value !== undefined
        return add(bucket, isKnown ? value - last.value : null)
      }),
  },
  cumulative_sum: {
    body: {},
    buckets: (seen) =>
      seen.map(({ bucket }, at) =>
        add(bucket, total(seen.slice(0, at + 1).map(({ value }) => value ?? 0))),
      ),
  },
  serial_diff: {
    body: { lag: 2 },
    buckets: (seen) =>
      seen.map(({ bucket, value }, at) => {
        const last = seen[at - 2]?.value
        return add(bucket, value === undefined || last === undefined ? undefined : value - last)
      }),
  },
  moving_fn: {
    body: { window: 3, script: 'MovingFunctions.max(values) - MovingFunctions.min(values)' },
    buckets: (seen) =>
      seen.map(({ bucket, value }, at) => {
        const window = before(seen, at, 3)
        const width = window.length === 0 ? null : Math.max(...window) - Math.min(...window)
        return add(bucket, value === undefined ? undefined : width)
      }),
  },
  moving_avg: {
    body: { window: '2' },
    buckets: (seen) =>
      seen.map(({ bucket, value }, at) =>
        add(bucket, value === undefined ? undefined : (mean(before(seen, at, 2)) ?? undefined)),
      ),
  },
  bucket_script: {
    body: { script: 'params.v / 2.0 + params.n' },
    buckets: (seen) =>
      seen.map(({ bucket, value }) =>
        add(bucket, value === undefined ? undefined : value / 2 + Number(bucket['doc_count'])),
      ),
  },
  bucket_selector: {
    body: { script: 'params.v > 3 || params.n == 1' },
    buckets: (seen) =>
      seen
        .filter(({ bucket, value }) => (value ?? -1) > 3 || bucket['doc_count'] === 1)
        .map(({ bucket }) => bucket),
  },
  bucket_sort: {
    body: { size: 3, from: 1 },
    buckets: (seen) =>
      seen
        .filter(({ value }) => value !== undefined)
        .sort((a, b) => Number(b.value) - Number(a.value))
        .slice(1, 4)
        .map(({ bucket }) => bucket),
  },
}

const extreme = (best: (...values: number[]) => number): Beside['result'] => {
  return (numbers) => {
    if (numbers.length === 0) return { value: null, keys: [] }
    const value = best(...numbers.map((each) => each.value))
    return { value, keys: numbers.filter((each) => each.value === value).map(({ name }) => name) }
  }
}

/** The model of a stats metric over the numbers, as if each were a document's. */
function statsOf(kind: 'stats' | 'extended_stats'): Beside['result'] {
  return (numbers) => {
    const docs = numbers.map(({ value }): ModelDoc => new Map([['v', [value]]]))
    return stats(kind, { path: 'v', kind: 'f64' } as ModelField).result(docs) // all that stats looks at
  }
}

const BESIDE: Readonly<Record<BesideType, Beside>> = {
  avg_bucket: { result: (numbers) => ({ value: mean(numbers.map(({ value }) => value)) }) },
  sum_bucket: { result: (numbers) => ({ value: total(numbers.map(({ value }) => value)) }) },
  max_bucket: { result: extreme(Math.max) },
  min_bucket: { result: extreme(Math.min) },
  stats_bucket: { result: statsOf('stats') },
  extended_stats_bucket: { result: statsOf('extended_stats') },
  percentiles_bucket: {
    body: { percents: [0, 50, 99.5] },
    result(numbers) {
      const sorted = numbers.map(({ value }) => value).sort((a, b) => a - b)
      const at = (percent: number): number | null =>
        sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? null
      return { values: { '0.0': at(0), '50.0': at(50), '99.5': at(99.5) } }
    },
  },
}

type PipelineMaker = (
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
) => ModelAggregation

export const PIPELINE_MAKERS = {
  ...mapMakers(INSIDE, inside),
  ...mapMakers(BESIDE, beside),
} as Readonly<Record<PipelineType, PipelineMaker>> // the keys of both tables

function mapMakers<Model>(
  models: Readonly<Record<string, Model>>,
  make: (type: string, model: Model, ...rest: Parameters<PipelineMaker>) => ModelAggregation,
): Record<string, PipelineMaker> {
  return Object.fromEntries(
    Object.entries(models).map(([type, model]) => [
      type,
      (...rest: Parameters<PipelineMaker>) => make(type, model, ...rest),
    ]),
  )
}

const TIME = { path: 'ts', kind: 'date' } as ModelField // all that the histogram looks at

/** A histogram over time with the most of a field in each bucket: a number, or none. */
function histogramOf(
  field: ModelField,
  choices: Choices,
): { histogram: ModelAggregation; path: 'm' | '_count'; policy: Policy } {
  const subs = new Map([['m', stats('max', field)]])
  const histogram = dateHistogram(TIME, subs, choices, 0)
  const path = choices.of(['m', 'm', '_count'] as const)
  return { histogram, path, policy: choices.of(['skip', 'insert_zeros', 'keep_values'] as const) }
}

type Policy = 'skip' | 'insert_zeros' | 'keep_values'

function seenOf(result: Json, path: 'm' | '_count', policy: Policy): Seen {
  return (result['buckets'] as Json[]).map((bucket) => {
    const most = (bucket['m'] as { value: number | null }).value
    const value = path === '_count' ? Number(bucket['doc_count']) : (most ?? undefined)
    return { bucket, value: value ?? (policy === 'insert_zeros' ? 0 : undefined) }
  })
}

function inside(
  type: string,
  { body, buckets }: Inside,
  ...rest: Parameters<PipelineMaker>
): ModelAggregation {
  const [field, , choices] = rest
  const { histogram, path, policy } = histogramOf(field, choices)
  const isScript = type === 'bucket_script' || type === 'bucket_selector'
  const paths = isScript ? { v: path, n: '_count' } : path
  const sums = type === 'cumulative_sum'
  const options = {
    ...(type === 'bucket_sort'
      ? { sort: [{ [path]: { order: 'desc' } }] }
      : { buckets_path: paths }),
    ...(sums ? {} : { gap_policy: policy }),
    ...body,
  }
  const aggs = { ...(histogram.request['aggs'] as Json), p: { [type]: options } }
  return {
    request: { ...histogram.request, aggs },
    result: (docs) => ({
      buckets: buckets(seenOf(histogram.result(docs), path, sums ? 'insert_zeros' : policy)),
    }),
  }
}

function beside(
  type: string,
  { body, result }: Beside,
  ...rest: Parameters<PipelineMaker>
): ModelAggregation {
  const [field, , choices] = rest
  const { histogram, path, policy } = histogramOf(field, choices)
  const pipeline = { [type]: { buckets_path: `h>${path}`, gap_policy: policy, ...body } }
  return {
    request: { filter: { match_all: {} }, aggs: { p: pipeline, h: histogram.request } },
    result(docs) {
      const answer = histogram.result(docs)
      const numbers = seenOf(answer, path, policy).flatMap(({ bucket, value }) =>
        value === undefined ? [] : [{ value, name: String(bucket['key_as_string']) }],
      )
      return { doc_count: docs.length, h: answer, p: result(numbers) }
    },
  }
}
