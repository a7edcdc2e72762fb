import {
  FIRST_MS,
  type FieldKind,
  type ModelDoc,
  type ModelField,
  type ModelValue,
} from './model.ts'
import {
  requestOf,
  resultOf,
  type Json,
  type ModelAggregation,
  type ModelAggregations,
} from './model-aggregation.ts'
import type { Choices } from './random.ts'
import { compare, ipNumber } from './random-query.ts'

export function withSubs(body: Json, subs: ModelAggregations): Json {
  return subs.size === 0 ? body : { ...body, aggs: requestOf(subs) }
}

/** Bucket key -> documents, a document once in each. */
function group<Key>(
  docs: readonly ModelDoc[],
  field: ModelField,
  keyOf: (value: ModelValue) => Key,
): Map<Key, ModelDoc[]> {
  const groups = new Map<Key, ModelDoc[]>()
  for (const doc of docs) {
    for (const value of doc.get(field.path) ?? []) {
      const key = keyOf(value)
      const group = groups.get(key) ?? []
      if (group.at(-1) !== doc) groups.set(key, [...group, doc])
    }
  }
  return groups
}

export function terms(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
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
      const count = (list: typeof ordered): number =>
        list.reduce((sum, [, inBucket]) => sum + inBucket.length, 0)
      return {
        buckets: kept.map(([key, list]) => ({
          ...termKey(key, field.kind),
          doc_count: list.length,
          ...resultOf(subs, list),
        })),
        sum_other_doc_count: count(ordered) - count(kept),
        ...(isByCount && sign === -1 ? { doc_count_error_upper_bound: 0 } : {}),
      }
    },
  }
}

/** Across the types of an open field: bools, then strings, then numbers. */
export function compareTerms(a: ModelValue, b: ModelValue, kind: FieldKind): number {
  const rank = (value: ModelValue): number => ['boolean', 'string'].indexOf(typeof value) >>> 0
  if (typeof a !== typeof b && rank(a) !== rank(b)) return rank(a) - rank(b)
  return kind === 'ip'
    ? compare(ipNumber(String(a)), ipNumber(String(b)), 'i64')
    : compare(a, b, kind)
}

export function termKey(key: ModelValue, kind: FieldKind): Json {
  if (typeof key === 'boolean') return { key: key === true ? 1 : 0, key_as_string: String(key) }
  return {
    key: kind === 'date' ? dateText(Number(key)) : typeof key === 'bigint' ? Number(key) : key,
  }
}

/** RFC 3339 with the fraction only where there is one. */
export function dateText(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/(\.\d*?)0+Z$/, '$1Z')
    .replace('.Z', 'Z')
}

function keyText(ms: number, zone: Zone | undefined): string {
  if (zone?.name === undefined) return dateText(ms)
  return new Date(ms + zone.offsetMs).toISOString().replace('Z', zone.suffix)
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
    zone,
  }: {
    interval: number
    offset: number
    minDocCount: number
    subs: ModelAggregations
    zone?: Zone
  },
): Json {
  const groups = group(docs, field, (value) => bucketOf(value, interval, offset))
  const keys = fill([...groups.keys()], minDocCount)
  return {
    buckets: keys
      .filter((key) => (groups.get(key)?.length ?? 0) >= minDocCount)
      .map((index) => {
        const list = groups.get(index) ?? []
        const key = index * interval + offset
        const text = field.kind === 'date' ? { key_as_string: keyText(key, zone) } : {}
        return { key, ...text, doc_count: list.length, ...resultOf(subs, list) }
      }),
  }
}

interface Zone {
  readonly name: string | undefined
  readonly offsetMs: number
  /** What a printed date ends in. */
  readonly suffix: string
}

/** Zones whose clocks do not change in the days of the model. */
const ZONES: readonly Zone[] = [
  { name: undefined, offsetMs: 0, suffix: 'Z' },
  { name: undefined, offsetMs: 0, suffix: 'Z' },
  { name: '-03:30', offsetMs: -12_600_000, suffix: '-03:30' },
  { name: 'Asia/Kolkata', offsetMs: 19_800_000, suffix: '+05:30' },
]

export function dateHistogram(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
  minDocCount = choices.of([0, 1, 3]),
): ModelAggregation {
  const [text, interval] = choices.of([
    ['1d', 86_400_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
  ] as const)
  // A day of the calendar in UTC is as long as a fixed one.
  const width =
    text === '1d' && choices.chance(0.5) ? { calendar_interval: 'day' } : { fixed_interval: text }
  const [offsetText, offset] = choices.of([
    ['0s', 0],
    ['+2h', 7_200_000],
    ['-30m', -1_800_000],
  ] as const)
  const zone = choices.of(ZONES)
  const options = {
    field: field.path,
    ...width,
    min_doc_count: minDocCount,
    offset: offsetText,
    ...(zone.name === undefined ? {} : { time_zone: zone.name, format: 'date_time' }),
  }
  const buckets = { interval, offset: offset - zone.offsetMs, minDocCount, subs, zone }
  return {
    request: withSubs({ date_histogram: options }, subs),
    result: (docs) => histogramResult(docs, field, buckets),
  }
}

/** Wide values would need more buckets than an answer may have, unless empty ones are left out. */
export function histogram(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
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

export function range(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
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
        const list = docs.filter((doc) =>
          (doc.get(field.path) ?? []).some(
            (value) => compare(value, from, 'f64') >= 0 && compare(value, to, 'f64') < 0,
          ),
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

/** Documents without any value of the field. */
export function missing(field: ModelField, subs: ModelAggregations): ModelAggregation {
  return {
    request: withSubs({ missing: { field: field.path } }, subs),
    result(docs) {
      const list = docs.filter((doc) => (doc.get(field.path) ?? []).length === 0)
      return { doc_count: list.length, ...resultOf(subs, list) }
    },
  }
}

/** What a range or a term of the field means to both: the clause, and which documents it matches. */
function randomClause(
  field: ModelField,
  choices: Choices,
): { body: Json; test(doc: ModelDoc): boolean } {
  const has = (doc: ModelDoc): boolean => (doc.get(field.path) ?? []).length > 0
  if (!['i64', 'u64', 'f64'].includes(field.kind)) {
    return { body: { exists: { field: field.path } }, test: has }
  }
  const from = choices.between(0, 9)
  return {
    body: { range: { [field.path]: { gte: from } } },
    test: (doc) => (doc.get(field.path) ?? []).some((value) => compare(value, from, 'f64') >= 0),
  }
}

export function filter(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const clause = randomClause(field, choices)
  return {
    request: withSubs({ filter: clause.body }, subs),
    result(docs) {
      const list = docs.filter((doc) => clause.test(doc))
      return { doc_count: list.length, ...resultOf(subs, list) }
    },
  }
}

export function filters(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const clause = randomClause(field, choices)
  const isNamed = choices.chance(0.5)
  const all = [clause.body, { match_none: {} }]
  const clauses = isNamed ? { some: all[0], none: all[1] } : all
  return {
    request: withSubs({ filters: { filters: clauses, other_bucket: true } }, subs),
    result(docs) {
      const bucket = (list: readonly ModelDoc[]): Json => {
        return { doc_count: list.length, ...resultOf(subs, list) }
      }
      const some = bucket(docs.filter((doc) => clause.test(doc)))
      const rest = bucket(docs.filter((doc) => !clause.test(doc)))
      return {
        buckets: isNamed ? { some, none: bucket([]), _other_: rest } : [some, bucket([]), rest],
      }
    },
  }
}

/** Ranges of dates as they are written, which may overlap. */
export function dateRange(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const day = (): number => FIRST_MS + choices.below(6) * 86_400_000
  const [a, b, c] = [day(), day(), day()]
  const spans = [
    { from: Math.min(a, b), to: Math.max(a, b) },
    { from: c, to: Infinity },
    { from: -Infinity, to: a },
  ].filter(({ from, to }) => from < to)
  const sorted = spans.toSorted((x, y) => (x.from === y.from ? x.to - y.to : x.from - y.from))
  const text = (ms: number): string => (Number.isFinite(ms) ? dateText(ms) : '*')
  const ranges = spans.map(({ from, to }) => ({
    ...(Number.isFinite(from) ? { from: dateText(from) } : {}),
    ...(Number.isFinite(to) ? { to: `${dateText(to - 86_400_000)}||+1d` } : {}),
  }))
  return {
    request: withSubs({ date_range: { field: field.path, ranges } }, subs),
    result: (docs) => ({
      buckets: sorted.map(({ from, to }) => {
        const list = docs.filter((doc) =>
          (doc.get(field.path) ?? []).some((value) => Number(value) >= from && Number(value) < to),
        )
        return {
          key: `${text(from)}-${text(to)}`,
          doc_count: list.length,
          ...(Number.isFinite(from) ? { from, from_as_string: text(from) } : {}),
          ...(Number.isFinite(to) ? { to, to_as_string: text(to) } : {}),
          ...resultOf(subs, list),
        }
      }),
    }),
  }
}

/** Ranges of addresses, one of them a network. */
export function ipRange(
  field: ModelField,
  subs: ModelAggregations,
  choices: Choices,
): ModelAggregation {
  const octet = choices.below(256)
  const edge = `10.0.0.${octet}`
  const ranges = [{ to: edge }, { mask: '10.0.0.0/24' }, { from: edge, key: 'rest' }]
  const inside =
    (low: string | undefined, high: string | undefined) =>
    (value: ModelValue): boolean =>
      (low === undefined || ipNumber(String(value)) >= ipNumber(low)) &&
      (high === undefined || ipNumber(String(value)) < ipNumber(high))
  const spans = [
    { key: `*-${edge}`, bounds: { to: edge }, has: inside(undefined, edge) },
    {
      key: '10.0.0.0/24',
      bounds: { from: '10.0.0.0', to: '10.0.1.0' },
      has: inside('10.0.0.0', '10.0.1.0'),
    },
    { key: 'rest', bounds: { from: edge }, has: inside(edge, undefined) },
  ]
  // By where they begin; of two that begin together, the one that ends first.
  return {
    request: withSubs({ ip_range: { field: field.path, ranges } }, subs),
    result: (docs) => ({
      buckets: spans.map(({ key, bounds, has }) => {
        const list = docs.filter((doc) => (doc.get(field.path) ?? []).some(has))
        return { key, doc_count: list.length, ...bounds, ...resultOf(subs, list) }
      }),
    }),
  }
}
