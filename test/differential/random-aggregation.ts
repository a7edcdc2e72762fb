import type { FieldKind, ModelDoc, ModelField, ModelValue } from './model.ts'
import { FIRST_MS } from './model.ts'
import type { Choices } from './random.ts'
import { compare, ipNumber } from './random-query.ts'

type Json = { [key: string]: unknown }

/** A result of adding floats: right within a billionth of what was added up. */
export class Sum {
  readonly value: number | null
  readonly scale: number

  constructor(value: number | null, scale: number) {
    this.value = value
    this.scale = scale
  }
}

/** An aggregation as JSON and as what it gives for some documents, worked out one document at a time. */
interface ModelAggregation {
  readonly request: Json
  result(docs: readonly ModelDoc[]): Json
}

export type ModelAggregations = ReadonlyMap<string, ModelAggregation>

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

export function requestOf(aggregations: ModelAggregations): Json {
  return Object.fromEntries([...aggregations].map(([name, { request }]) => [name, request]))
}

export function resultOf(aggregations: ModelAggregations, docs: readonly ModelDoc[]): Json {
  return Object.fromEntries(
    [...aggregations].map(([name, aggregation]) => [name, aggregation.result(docs)]),
  )
}

const NUMBERS: readonly FieldKind[] = ['i64', 'u64', 'f64']

function randomAggregation(
  fields: readonly ModelField[],
  choices: Choices,
  depth: number,
): ModelAggregation {
  const subs: ModelAggregations =
    depth > 0 && choices.chance(0.7) ? randomAggregations(fields, choices, depth - 1) : new Map()
  const field = choices.of(fields)
  const isNumber = NUMBERS.includes(field.kind)
  switch (
    choices.of(['terms', 'time', 'histogram', 'range', 'stats', 'percentiles', 'cardinality'])
  ) {
    case 'time':
      return dateHistogram(choices.of(fields.filter(({ kind }) => kind === 'date')), subs, choices)
    case 'histogram':
      return isNumber ? histogram(field, subs, choices) : terms(field, subs, choices)
    case 'range':
      return isNumber ? range(field, subs, choices) : terms(field, subs, choices)
    case 'stats':
      return isNumber ? stats(field, choices) : valueCount(field)
    case 'percentiles':
      return isNumber ? percentiles(field) : cardinality(field)
    case 'cardinality':
      return cardinality(field)
    default:
      return terms(field, subs, choices)
  }
}

function withSubs(body: Json, subs: ModelAggregations): Json {
  return subs.size === 0 ? body : { ...body, aggs: requestOf(subs) }
}

/** Bucket key -> documents, a document once per value. */
function group<Key>(
  docs: readonly ModelDoc[],
  field: ModelField,
  keyOf: (value: ModelValue) => Key,
): Map<Key, ModelDoc[]> {
  const groups = new Map<Key, ModelDoc[]>()
  for (const doc of docs) {
    for (const value of doc.get(field.path) ?? []) {
      const key = keyOf(value)
      groups.set(key, [...(groups.get(key) ?? []), doc])
    }
  }
  return groups
}

function values(docs: readonly ModelDoc[], field: ModelField): ModelValue[] {
  return docs.flatMap((doc) => doc.get(field.path) ?? [])
}

function terms(field: ModelField, subs: ModelAggregations, choices: Choices): ModelAggregation {
  const size = choices.of([2, 5, 100])
  const order = choices.of([
    { _count: 'desc' },
    { _key: 'asc' },
    { _key: 'desc' },
    { _count: 'asc' },
  ])
  const isByCount = '_count' in order
  const sign = Object.values(order)[0] === 'desc' ? -1 : 1
  const byKey = (a: ModelValue, b: ModelValue): number => compareTerms(a, b, field.kind)
  return {
    request: withSubs({ terms: { field: field.path, size, order } }, subs),
    result(docs) {
      const groups = group(docs, field, (value) => value)
      const ordered = [...groups].sort(([a, inA], [b, inB]) =>
        isByCount ? sign * (inA.length - inB.length) || byKey(a, b) : sign * byKey(a, b),
      )
      const kept = ordered.slice(0, size)
      const shown = kept.reduce((sum, [, list]) => sum + list.length, 0)
      return {
        buckets: kept.map(([key, list]) => ({
          ...termKey(key, field.kind),
          doc_count: list.length,
          ...resultOf(subs, list),
        })),
        sum_other_doc_count: values(docs, field).length - shown,
        ...(isByCount && sign === -1 ? { doc_count_error_upper_bound: 0 } : {}),
      }
    },
  }
}

/** Across the types of an open field: bools, then strings, then numbers. */
function compareTerms(a: ModelValue, b: ModelValue, kind: FieldKind): number {
  const rank = (value: ModelValue): number => ['boolean', 'string'].indexOf(typeof value) >>> 0
  if (typeof a !== typeof b && rank(a) !== rank(b)) return rank(a) - rank(b)
  return kind === 'ip'
    ? compare(ipNumber(String(a)), ipNumber(String(b)), 'i64')
    : compare(a, b, kind)
}

function termKey(key: ModelValue, kind: FieldKind): Json {
  if (typeof key === 'boolean') return { key: key === true ? 1 : 0, key_as_string: String(key) }
  return {
    key: kind === 'date' ? dateText(Number(key)) : typeof key === 'bigint' ? Number(key) : key,
  }
}

/** RFC 3339 with the fraction only where there is one. */
function dateText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/(\.\d*?)0+Z$/, '$1Z')
    .replace('.Z', 'Z')
}

function fill(keys: readonly number[], minDocCount: number): number[] {
  const sorted = [...keys].sort((a, b) => a - b)
  if (minDocCount > 0 || sorted.length === 0) return sorted
  const first = sorted[0]!
  return Array.from({ length: sorted.at(-1)! - first + 1 }, (_, at) => first + at)
}

/** Exact where whole numbers meet whole widths; doubles would be off beyond 2^53. */
function bucketOf(value: ModelValue, interval: number, offset: number): number {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!isWhole || !Number.isInteger(interval) || !Number.isInteger(offset)) {
    return Math.floor((Number(value) - offset) / interval)
  }
  const distance = BigInt(value as number | bigint) - BigInt(offset)
  const width = BigInt(interval)
  const whole = distance / width
  return Number(distance % width < 0n ? whole - 1n : whole)
}

function histogramResult(
  docs: readonly ModelDoc[],
  field: ModelField,
  {
    interval,
    offset,
    minDocCount,
    subs,
  }: { interval: number; offset: number; minDocCount: number; subs: ModelAggregations },
): Json {
  const groups = group(docs, field, (value) => bucketOf(value, interval, offset))
  const keys = fill([...groups.keys()], minDocCount)
  return {
    buckets: keys
      .filter((key) => (groups.get(key)?.length ?? 0) >= minDocCount)
      .map((index) => {
        const list = groups.get(index) ?? []
        const key = index * interval + offset
        const text = field.kind === 'date' ? { key_as_string: dateText(key) } : {}
        return { key, ...text, doc_count: list.length, ...resultOf(subs, list) }
      }),
  }
}

function dateHistogram(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const [text, interval] = choices.of([
    ['1d', 86_400_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
  ] as const)
  const minDocCount = choices.of([0, 1, 3])
  const [offsetText, offset] = choices.of([
    ['0s', 0],
    ['+2h', 7_200_000],
    ['-30m', -1_800_000],
  ] as const)
  const options = {
    field: field.path,
    fixed_interval: text,
    min_doc_count: minDocCount,
    offset: offsetText,
  }
  return {
    request: withSubs({ date_histogram: options }, subs),
    result: (docs) => histogramResult(docs, field, { interval, offset, minDocCount, subs }),
  }
}

/** Wide values would need more buckets than an answer may have, unless empty ones are left out. */
function histogram(field: ModelField, subs: ModelAggregations, choices: Choices): ModelAggregation {
  const interval = choices.of([1, 2.5, 10, 1000])
  const offset = choices.of([0, 0.5, 3])
  const minDocCount = 1
  return {
    request: withSubs(
      { histogram: { field: field.path, interval, offset, min_doc_count: minDocCount } },
      subs,
    ),
    result: (docs) => histogramResult(docs, field, { interval, offset, minDocCount, subs }),
  }
}

function range(field: ModelField, subs: ModelAggregations, choices: Choices): ModelAggregation {
  const edges = [
    ...new Set([choices.between(-9, 0), choices.between(1, 5), choices.between(6, 1000)]),
  ]
  const [a, b, c] = [edges[0]!, edges[1]!, edges[2]!]
  const ranges = choices.of([
    [{ to: a }, { from: b, to: c }],
    [
      { from: a, to: b },
      { from: b, to: c },
    ],
  ])
  const all = [-Infinity, a, b, c, Infinity]
  const isFirstForm = ranges[0]!.from === undefined
  const bounds = isFirstForm
    ? [
        [-Infinity, a],
        [a, b],
        [b, c],
        [c, Infinity],
      ]
    : all.slice(1).map((to, at) => [all[at]!, to])
  const print = (edge: number): string => (Number.isFinite(edge) ? String(edge) : '*')
  return {
    request: withSubs({ range: { field: field.path, ranges } }, subs),
    result: (docs) => ({
      buckets: bounds.map((pair) => {
        const [from, to] = [pair[0]!, pair[1]!]
        const list = docs.flatMap((doc) =>
          (doc.get(field.path) ?? [])
            .filter((value) => compare(value, from, 'f64') >= 0 && compare(value, to, 'f64') < 0)
            .map(() => doc),
        )
        return {
          key: `${print(from)}-${print(to)}`,
          doc_count: list.length,
          ...(Number.isFinite(from) ? { from } : {}),
          ...(Number.isFinite(to) ? { to } : {}),
          ...resultOf(subs, list),
        }
      }),
    }),
  }
}

function stats(field: ModelField, choices: Choices): ModelAggregation {
  const kind = choices.of([
    'stats',
    'extended_stats',
    'avg',
    'sum',
    'min',
    'max',
    'value_count',
  ] as const)
  return {
    request: { [kind]: { field: field.path } },
    result(docs) {
      const numbers = values(docs, field).map(Number)
      const count = numbers.length
      const sum = Number(exactSum(values(docs, field)))
      const scale = numbers.reduce((total, value) => total + Math.abs(value), 0)
      const avg = count === 0 ? null : sum / count
      const min = count === 0 ? null : Math.min(...numbers)
      const max = count === 0 ? null : Math.max(...numbers)
      if (kind === 'value_count') return { value: count }
      if (kind === 'avg') return { value: new Sum(avg, scale) }
      if (kind === 'sum') return { value: new Sum(sum, scale) }
      if (kind === 'min') return { value: min }
      if (kind === 'max') return { value: max }
      const plain = { count, sum: new Sum(sum, scale), min, max, avg: new Sum(avg, scale) }
      return kind === 'stats' ? plain : { ...plain, ...spread(numbers, avg ?? 0) }
    },
  }
}

/** Integers add up as integers, the model's fractions as multiples of an eighth. */
function exactSum(list: readonly ModelValue[]): number | bigint {
  if (list.every((value) => typeof value === 'bigint' || Number.isInteger(value))) {
    return list.reduce((sum: bigint, value) => sum + BigInt(value as number | bigint), 0n)
  }
  return list.reduce((sum: number, value) => sum + Number(value), 0)
}

function spread(numbers: readonly number[], average: number): Json {
  const count = numbers.length
  const squares = numbers.reduce((sum, value) => sum + (value - average) ** 2, 0)
  const has = count > 1
  const population = has ? squares / count : null
  const sampling = has ? squares / (count - 1) : null
  // A mean of doubles is off by an ulp of the largest value for each addition at most, and a variance
  // by the square of that: nothing for small values, and all there is for equal ones beyond 2^53.
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const meanError = count * Number.EPSILON * largest
  const within = (value: number | null, error: number): Sum | null =>
    value === null ? null : new Sum(value, Math.max(1, value, error / 1e-9))
  const variance = (value: number | null): Sum | null => within(value, meanError ** 2)
  const root = (value: number | null): Sum | null =>
    within(value === null ? null : Math.sqrt(value), meanError)
  const bound = (variance: number | null, sign: number): number | null =>
    variance === null ? null : average + sign * 2 * Math.sqrt(variance)
  return {
    sum_of_squares: count === 0 ? null : numbers.reduce((sum, value) => sum + value * value, 0),
    variance: variance(population),
    variance_population: variance(population),
    variance_sampling: variance(sampling),
    std_deviation: root(population),
    std_deviation_population: root(population),
    std_deviation_sampling: root(sampling),
    std_deviation_bounds: {
      upper: bound(population, 1),
      lower: bound(population, -1),
      upper_sampling: bound(sampling, 1),
      lower_sampling: bound(sampling, -1),
      upper_population: bound(population, 1),
      lower_population: bound(population, -1),
    },
  }
}

function valueCount(field: ModelField): ModelAggregation {
  return {
    request: { value_count: { field: field.path } },
    result: (docs) => ({ value: values(docs, field).length }),
  }
}

function percentiles(field: ModelField): ModelAggregation {
  return {
    request: { percentiles: { field: field.path, percents: [0, 50, 99.5] } },
    result(docs) {
      const sorted = values(docs, field)
        .map(Number)
        .sort((a, b) => a - b)
      const at = (percent: number): number | null =>
        sorted[Math.floor((percent / 100) * (sorted.length - 1))] ?? null
      return { values: { '0.0': at(0), '50.0': at(50), '99.5': at(99.5) } }
    },
  }
}

function cardinality(field: ModelField): ModelAggregation {
  return {
    request: { cardinality: { field: field.path } },
    result: (docs) => ({
      value: new Set(values(docs, field).map((v) => `${typeof v === 'string'}${v}`)).size,
    }),
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
