import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { dateFromNanos, formatRfc3339 } from '../../dates/datetime.ts'
import { jsonFloat, type AggregationInput, type AggregationKind } from './aggregation.ts'
import {
  asNumber,
  booleanOption,
  fieldOption,
  invalidAggregation,
  numberOption,
} from './options.ts'
import { numberRangeColumn, RangeAggregation, type Range } from './range-buckets.ts'
import { numberColumns } from './values.ts'

export const RANGE: AggregationKind = {
  buckets: 'many',
  options: ['field', 'ranges', 'keyed', 'missing'],
  parse(input) {
    const { path, type } = fieldOption(input)
    const ranges = withGaps(rangesOption(input))
    const missing = numberOption(input, 'missing')
    return new RangeAggregation({
      path,
      keyed: booleanOption(input, 'keyed', false),
      ranges,
      columns: (split) => numberColumns(split, path).map(numberRangeColumn),
      missingIn: ranges.flatMap(({ from, to }, at) =>
        missing !== undefined && missing >= from && missing < to ? [at] : [],
      ),
      print: (range, isDate) => printRange(range, type === 'date' || isDate),
      subs: input.subs,
    })
  },
}

/** With both edges: open ones are infinite. */
interface NumberRange extends Range {
  readonly from: bigint | number
  readonly to: bigint | number
}

/** The ranges of the request, by where they begin. */
function rangesOption(input: AggregationInput): NumberRange[] {
  const raw = input.options['ranges']
  if (!Array.isArray(raw)) {
    throw invalidAggregation(input.name, '`ranges` must be a list of {from, to}')
  }
  const asked = raw.map((range) => parseRange(input, range))
  return asked.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
}

/** And what lies before, between and after them. */
function withGaps(asked: readonly NumberRange[]): NumberRange[] {
  const ranges: NumberRange[] = []
  let covered: bigint | number = -Infinity
  for (const range of asked) {
    if (range.from > covered) ranges.push({ from: covered, to: range.from, key: undefined })
    ranges.push(range)
    if (range.to > covered) covered = range.to
  }
  if (covered < Infinity) ranges.push({ from: covered, to: Infinity, key: undefined })
  return ranges
}

function compare(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function parseRange(input: AggregationInput, raw: JsonValue): NumberRange {
  if (!isJsonObject(raw)) throw invalidAggregation(input.name, 'a range must be {key?, from?, to?}')
  const from = bound(input, raw, 'from') ?? -Infinity
  const to = bound(input, raw, 'to') ?? Infinity
  if (from >= to) throw invalidAggregation(input.name, 'a range ends where it starts, or before')
  const key = raw['key']
  if (key !== undefined && key !== null && typeof key !== 'string') {
    throw invalidAggregation(input.name, 'the `key` of a range must be a string')
  }
  return { from, to, key: key ?? undefined }
}

function bound(
  input: AggregationInput,
  raw: JsonObject,
  side: string,
): bigint | number | undefined {
  const value = raw[side]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'bigint') return value
  const number = asNumber(value)
  if (number === undefined) {
    throw invalidAggregation(
      input.name,
      `\`${side}\` of a range must be a number or a numeric string`,
    )
  }
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : number
}

function printRange(
  { from, to, key }: Range,
  isDate: boolean,
): { key: string; bounds: JsonObject } {
  const [low, high] = [edgeOf(from, -Infinity), edgeOf(to, Infinity)]
  const print = isDate ? printDate : printNumber
  const bounds: JsonObject = {}
  if (low !== -Infinity) bounds['from'] = jsonFloat(Number(low))
  if (high !== Infinity) bounds['to'] = jsonFloat(Number(high))
  if (isDate && low !== -Infinity) bounds['from_as_string'] = printDate(low)
  if (isDate && high !== Infinity) bounds['to_as_string'] = printDate(high)
  return { key: key ?? `${print(low)}-${print(high)}`, bounds }
}

function edgeOf(edge: Range['from'], open: number): bigint | number {
  return edge === undefined || edge instanceof Uint8Array ? open : edge
}

function printNumber(value: bigint | number): string {
  return value === Infinity || value === -Infinity ? '*' : String(value)
}

function printDate(value: bigint | number): string {
  if (value === Infinity || value === -Infinity) return '*'
  return formatRfc3339(dateFromNanos(typeof value === 'bigint' ? value : BigInt(Math.round(value))))
}
