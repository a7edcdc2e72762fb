import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { jsonFloat, type AggregationInput, type AggregationKind } from './aggregation.ts'
import { dateOptions, type DateOptions } from './date-options.ts'
import { booleanOption, fieldOption, invalidAggregation, refuseUnknown } from './options.ts'
import { numberRangeColumn, RangeAggregation, type Range } from './range-buckets.ts'
import { numberColumns } from './values.ts'

/** Buckets of dates between others, which may be date maths; only those that are asked for. */
export const DATE_RANGE: AggregationKind = {
  buckets: 'many',
  options: ['field', 'ranges', 'keyed', 'format', 'time_zone', 'missing'],
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'date' && type !== 'json') {
      throw invalidAggregation(input.name, `field "${path}" is not a datetime`)
    }
    const raw = input.options['ranges']
    if (!Array.isArray(raw) || raw.length === 0) {
      throw invalidAggregation(input.name, '`ranges` must be a list of {from, to}')
    }
    const dates = dateOptions(input)
    const ranges = raw.map((range) => parseRange(input, range, dates)).sort(compareRanges)
    const missing = input.options['missing'] ?? undefined
    const missingMs = missing === undefined ? NaN : dates.read(missing, 'missing')
    return new RangeAggregation({
      path,
      keyed: booleanOption(input, 'keyed', false),
      ranges,
      columns: (split) => numberColumns(split, path, 'dates').map(numberRangeColumn),
      missingIn: ranges.flatMap(({ fromMs, toMs }, at) =>
        missingMs >= fromMs && missingMs < toMs ? [at] : [],
      ),
      print: (range) => printRange(range, dates),
      subs: input.subs,
    })
  },
}

interface DateRange extends Range {
  readonly fromMs: number
  readonly toMs: number
}

function parseRange(input: AggregationInput, raw: JsonValue, { read }: DateOptions): DateRange {
  if (!isJsonObject(raw)) throw invalidAggregation(input.name, 'a range must be {key?, from?, to?}')
  refuseUnknown({ ...input, options: raw }, 'range', ['key', 'from', 'to'])
  const { from = null, to = null, key = null } = raw
  if (key !== null && typeof key !== 'string') {
    throw invalidAggregation(input.name, 'the `key` of a range must be a string')
  }
  const fromMs = from === null ? -Infinity : read(from, 'from')
  const toMs = to === null ? Infinity : read(to, 'to')
  return {
    key: key ?? undefined,
    fromMs,
    toMs,
    from: from === null ? undefined : nanosOf(fromMs),
    to: to === null ? undefined : nanosOf(toMs),
  }
}

function nanosOf(ms: number): bigint {
  return Number.isInteger(ms) ? BigInt(ms) * 1_000_000n : BigInt(Math.round(ms * 1e6))
}

function compareRanges(a: DateRange, b: DateRange): number {
  return a.fromMs === b.fromMs ? (a.toMs < b.toMs ? -1 : 1) : a.fromMs - b.fromMs
}

function printRange(
  { from, to, key }: Range,
  { print }: DateOptions,
): { key: string; bounds: JsonObject } {
  const side = (name: 'from' | 'to', edge: Range['from']): JsonObject =>
    typeof edge === 'bigint'
      ? { [name]: jsonFloat(Number(edge) / 1e6), [`${name}_as_string`]: print(edge) }
      : {}
  const text = (edge: Range['from']): string => (typeof edge === 'bigint' ? print(edge) : '*')
  return {
    key: key ?? `${text(from)}-${text(to)}`,
    bounds: { ...side('from', from), ...side('to', to) },
  }
}
