import { at, listOf, numberOf, plainText, type Json, type JsonObject } from '../api/exact-json.ts'
import type { ListedField } from '../api/list-fields.ts'
import { chooseInterval, type Interval } from '../time/range.ts'

/** What is asked of one field. */
type Asked = Pick<ListedField, 'name' | 'type'>

const NUMBERS = new Set(['u64', 'i64', 'f64'])
const NS_PER_MS = 1_000_000

/** Values are counted and told apart by their columns; of bytes and json there are none to show. */
export function hasValues({ type, isAggregatable }: ListedField): boolean {
  return isAggregatable && type !== 'json' && type !== 'bytes'
}

/** Terms of dates are instants, of which hardly two are alike: they have bounds instead. */
export function fieldAggs(fields: readonly Asked[], size: number): JsonObject {
  return Object.fromEntries(
    fields.flatMap(({ name, type }, n) => [
      ...(type === 'datetime' ? [] : [[`terms${n}`, { terms: { field: name, size } }] as const]),
      ...(type === 'datetime' || NUMBERS.has(type)
        ? [[`stats${n}`, { stats: { field: name } }] as const]
        : []),
    ]),
  )
}

export interface FieldValue {
  readonly value: Json
  readonly count: number
}

export interface FieldValues {
  /** The most frequent first. */
  readonly top: readonly FieldValue[]
  /** Documents with other values. */
  readonly otherCount: number
  /** Of numbers; milliseconds of dates. Undefined: no document has one. */
  readonly stats: FieldStats | undefined
}

interface FieldStats {
  readonly min: number
  readonly max: number
  readonly avg: number
}

/** Of an answer to `fieldAggs`, in the order of its fields. */
export function readFieldValues(answer: Json, fields: readonly Asked[]): readonly FieldValues[] {
  const aggs = at(answer, 'aggregations')
  return fields.map(({ type }, n) => {
    const terms = at(aggs, `terms${n}`)
    return {
      top: listOf(at(terms, 'buckets')).map((bucket) => ({
        value: keyValue(bucket, type),
        count: numberOf(at(bucket, 'doc_count')),
      })),
      otherCount: numberOf(at(terms, 'sum_other_doc_count')) || 0,
      stats: readStats(at(aggs, `stats${n}`), type),
    }
  })
}

/** A key of a bucket as documents have the value. */
function keyValue(bucket: Json, type: string): Json {
  if (type === 'bool') return plainText(at(bucket, 'key_as_string')) === 'true'
  return at(bucket, 'key') ?? null
}

function readStats(stats: Json | undefined, type: string): FieldStats | undefined {
  if (!(numberOf(at(stats, 'count')) > 0)) return undefined
  const unit = type === 'datetime' ? NS_PER_MS : 1
  const read = (name: string): number => numberOf(at(stats, name)) / unit
  return { min: read('min'), max: read('max'), avg: read('avg') }
}

const BARS = 32

/** The buckets between the bounds of a field, or nothing where there is one value. */
export function distributionAggs(
  { name, type }: Asked,
  { min, max }: FieldStats,
): { readonly aggs: JsonObject; readonly interval: Interval } | undefined {
  if (!(max > min)) return undefined
  if (type === 'datetime') {
    const interval = chooseInterval(min, max, BARS)
    const overTime = { field: name, fixed_interval: interval.text, min_doc_count: 0 }
    return { aggs: { bars: { date_histogram: overTime } }, interval }
  }
  const width = roundWidth((max - min) / (BARS - 1), type !== 'f64')
  const histogram = { field: name, interval: width, min_doc_count: 0 }
  return { aggs: { bars: { histogram } }, interval: { ms: width, text: String(width) } }
}

/** 1, 2 or 5 and a power of ten, so that people can read the bounds. */
export function roundWidth(least: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10
  return isWhole ? Math.max(1, Math.round(step * power)) : step * power
}

export interface Bar {
  readonly start: number
  readonly count: number
}

export function readDistribution(answer: Json): readonly Bar[] {
  return listOf(at(answer, 'aggregations', 'bars', 'buckets')).map((bucket) => ({
    start: numberOf(at(bucket, 'key')),
    count: numberOf(at(bucket, 'doc_count')),
  }))
}
