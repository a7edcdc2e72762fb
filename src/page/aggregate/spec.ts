import {
  at,
  isJsonObject,
  listOf,
  numberOf,
  parseExact,
  plainText,
  stringifyExact,
  type Json,
  type JsonObject,
} from '../api/exact-json.ts'
import type { CommandDrawing } from '../words/command-line.ts'

/** What is computed of each group of documents. */
type Measure = 'count' | 'stats' | 'percentiles'

export interface AggregateSpec {
  /** Groups by `field` (its most frequent values), over time, or all documents as one. */
  readonly group: 'all' | 'time' | 'field'
  /** Of the groups; empty: none was chosen yet. */
  readonly field: string
  /** Values of `field` and of `by` at most. */
  readonly size: number
  /** Series within the groups; empty: none. */
  readonly by: string
  readonly measure: Measure
  /** The numbers that stats and percentiles are of; empty: none was chosen yet. */
  readonly of: string
  readonly percents: readonly number[]
}

export const FIRST_SPEC: AggregateSpec = {
  group: 'field',
  field: '',
  size: 10,
  by: '',
  measure: 'count',
  of: '',
  percents: [50, 95, 99],
}
const MAX_SIZE = 1_000

/** Of the address. What says nothing is as in FIRST_SPEC. */
export function readSpec(text: string | undefined): AggregateSpec {
  let spec
  try {
    spec = parseExact(text ?? 'null')
  } catch {
    return FIRST_SPEC
  }
  const size = Math.trunc(numberOf(at(spec, 'size')))
  const percents = listOf(at(spec, 'percents')).map(numberOf)
  const isValid = percents.length > 0 && percents.every((each) => each >= 0 && each <= 100)
  const oneOf = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((each) => each === at(spec, name)) ?? otherwise
  const path = (name: string): string => {
    const value = at(spec, name)
    return typeof value === 'string' ? value : ''
  }
  return {
    group: oneOf('group', ['all', 'time', 'field'], FIRST_SPEC.group),
    field: path('field'),
    size: size >= 1 && size <= MAX_SIZE ? size : FIRST_SPEC.size,
    by: path('by'),
    measure: oneOf('measure', ['count', 'stats', 'percentiles'], FIRST_SPEC.measure),
    of: path('of'),
    percents: isValid ? percents : FIRST_SPEC.percents,
  }
}

/** The way back; undefined for FIRST_SPEC. */
export function writeSpec(spec: AggregateSpec): string | undefined {
  const first = new Map<string, unknown>(Object.entries(FIRST_SPEC))
  const differing = Object.entries(spec).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(first.get(name)),
  )
  return differing.length === 0 ? undefined : JSON.stringify(Object.fromEntries(differing))
}

/** What has to be chosen before anything can be asked; undefined: nothing. */
export function missingChoice({ group, field, measure, of }: AggregateSpec): string | undefined {
  if (group === 'field' && field === '') return 'Choose a field to group by.'
  return measure !== 'count' && of === '' ? `Choose the numbers that ${measure} are of.` : undefined
}

const GROUPS = 'groups'
const SERIES = 'series'
const MEASURE = 'measure'

interface TimeFacts {
  readonly timestampField: string | undefined
  readonly interval: string
}

/** The `aggs` of the request; undefined: the count of all documents, which every answer has. */
export function specAggs(spec: AggregateSpec, time: TimeFacts): JsonObject | undefined {
  const measure = measureAggs(spec)
  const inner =
    spec.by === ''
      ? measure
      : { [SERIES]: withInner({ terms: { field: spec.by, size: spec.size } }, measure) }
  if (spec.group === 'all') return inner
  const { timestampField, interval } = time
  const groups: JsonObject =
    spec.group === 'time'
      ? { date_histogram: { field: timestampField ?? '', fixed_interval: interval } }
      : { terms: { field: spec.field, size: spec.size } }
  return { [GROUPS]: withInner(groups, inner) }
}

function measureAggs({ measure, of, percents }: AggregateSpec): JsonObject | undefined {
  if (measure === 'count') return undefined
  return measure === 'stats'
    ? { [MEASURE]: { stats: { field: of } } }
    : { [MEASURE]: { percentiles: { field: of, percents: [...percents] } } }
}

function withInner(outer: JsonObject, inner: JsonObject | undefined): JsonObject {
  return inner === undefined ? outer : { ...outer, aggs: inner }
}

/** What the command line calls it; what has no flag of its own is told as JSON, and what nothing was chosen
 *  for yet is a count. */
export function specDrawing(spec: AggregateSpec, time: TimeFacts): CommandDrawing {
  if (missingChoice(spec) !== undefined) return { kind: 'count' }
  const { group, field, size, by, measure, of, percents } = spec
  if (group === 'time' && measure === 'count') {
    const series = by === '' ? undefined : `${by}:${size}`
    return { kind: 'histogram', interval: time.interval, by: series }
  }
  if (by === '' && group === 'field' && measure === 'count') {
    return { kind: 'terms', field, size }
  }
  if (by === '' && group === 'all' && measure === 'stats' && !of.includes(',')) {
    return { kind: 'stats', fields: [of] }
  }
  if (by === '' && group === 'all' && measure === 'percentiles') {
    return { kind: 'percentiles', field: of, percents }
  }
  const aggs = specAggs(spec, time)
  return aggs === undefined ? { kind: 'count' } : { kind: 'aggs', json: stringifyExact(aggs) }
}

/** One line of the table: a group, or a series of one. */
export interface AggregateRow {
  /** Milliseconds where groups are over time; undefined: all documents. */
  readonly group: string | number | undefined
  readonly series: string | undefined
  readonly count: number
  /** By the columns of `specColumns`; NaN where there is nothing. */
  readonly numbers: readonly number[]
}

/** Names of the numbers that a row has beside its count. */
export function specColumns({ measure, percents }: AggregateSpec): readonly string[] {
  if (measure === 'count') return []
  return measure === 'stats'
    ? ['min', 'avg', 'max', 'sum']
    : percents.map((percent) => `p${percent}`)
}

export interface AggregateResult {
  readonly rows: readonly AggregateRow[]
  /** Documents in groups that are not shown. */
  readonly otherCount: number
}

export function readResult(answer: Json, total: number, spec: AggregateSpec): AggregateResult {
  const aggs = at(answer, 'aggregations')
  const groups = at(aggs, GROUPS)
  const other = numberOf(at(groups, 'sum_other_doc_count')) || 0
  const parents =
    spec.group === 'all'
      ? [{ bucket: aggs, group: undefined, count: total }]
      : listOf(at(groups, 'buckets')).map((bucket) => ({
          bucket,
          group: spec.group === 'time' ? numberOf(at(bucket, 'key')) : keyText(bucket),
          count: numberOf(at(bucket, 'doc_count')),
        }))
  const rows = parents.flatMap(({ bucket, group, count }): AggregateRow[] =>
    spec.by === ''
      ? [{ group, series: undefined, count, numbers: numbersOf(at(bucket, MEASURE), spec) }]
      : listOf(at(bucket, SERIES, 'buckets')).map((each) => ({
          group,
          series: keyText(each),
          count: numberOf(at(each, 'doc_count')),
          numbers: numbersOf(at(each, MEASURE), spec),
        })),
  )
  return { rows, otherCount: other }
}

function keyText(bucket: Json): string {
  return plainText(at(bucket, 'key_as_string') ?? at(bucket, 'key'))
}

function numbersOf(
  measure: Json | undefined,
  { measure: kind, percents }: AggregateSpec,
): number[] {
  if (kind === 'count') return []
  if (kind === 'stats') {
    return ['min', 'avg', 'max', 'sum'].map((name) => numberOf(at(measure, name)))
  }
  const values = at(measure, 'values')
  const byPercent = new Map(
    Object.entries(isJsonObject(values) ? values : {}).map(([key, value]) => [Number(key), value]),
  )
  return percents.map((percent) => numberOf(byPercent.get(percent)))
}
