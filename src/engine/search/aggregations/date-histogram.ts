import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { HistogramAggregation } from './histogram-buckets.ts'
import { bucketBounds } from './histogram.ts'
import { booleanOption, fieldOption, invalidAggregation } from './options.ts'

/** Milliseconds per unit. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['milliseconds', 1],
  ['millisecond', 1],
  ['s', 1000],
  ['second', 1000],
  ['seconds', 1000],
  ['m', 60_000],
  ['minute', 60_000],
  ['minutes', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['hours', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
  ['days', 86_400_000],
])

export const DATE_HISTOGRAM: AggregationKind = {
  type: 'date_histogram',
  hasBuckets: true,
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'date' && type !== 'json') {
      throw invalidAggregation(input.name, `field "${path}" is not a datetime`)
    }
    rejectOption(input, 'interval', 'use `fixed_interval`, such as "1d"')
    rejectOption(input, 'calendar_interval', 'use `fixed_interval`, such as "1d"')
    rejectOption(input, 'format', 'keys are RFC 3339')
    return new HistogramAggregation({
      path,
      scale: 'date',
      datesOnly: true,
      interval: fixedInterval(input),
      offset: offsetOption(input),
      keyed: booleanOption(input, 'keyed', false),
      subs: input.subs,
      ...bucketBounds(input),
    })
  },
}

function rejectOption(input: AggregationInput, option: string, instead: string): void {
  const raw = input.options[option]
  if (raw === undefined || raw === null) return
  throw invalidAggregation(input.name, `\`${option}\` is not supported: ${instead}`)
}

function fixedInterval(input: AggregationInput): number {
  const raw = input.options['fixed_interval']
  if (raw === undefined) throw invalidAggregation(input.name, 'missing field `fixed_interval`')
  const interval = typeof raw === 'string' ? durationMs(raw) : undefined
  if (interval === undefined || interval <= 0) {
    throw invalidAggregation(
      input.name,
      '`fixed_interval` must be whole digits and one of ms, s, m, h, d, such as "1d"',
    )
  }
  return interval
}

function offsetOption(input: AggregationInput): number {
  const raw = input.options['offset']
  if (raw === undefined || raw === null) return 0
  const sign = typeof raw === 'string' && raw.startsWith('-') ? -1 : 1
  const offset = typeof raw === 'string' ? durationMs(raw.replace(/^[+-]/, '')) : undefined
  if (offset === undefined) {
    throw invalidAggregation(input.name, '`offset` must be a duration such as "+6h" or "-1d"')
  }
  return sign * offset
}

/** Milliseconds of `12h`, or of several parts in a row such as `1m0s`, as Grafana writes an interval;
 *  undefined when it is no duration or too long to count. */
function durationMs(text: string): number | undefined {
  const trimmed = text.trim()
  if (!/^(?:\d+\s*[a-z]+)+$/.test(trimmed)) return undefined
  let ms = 0
  for (const [, digits, name] of trimmed.matchAll(/(\d+)\s*([a-z]+)/g)) {
    const unit = UNITS.get(name ?? '')
    if (unit === undefined) return undefined
    ms += Number(digits) * unit
  }
  return Number.isSafeInteger(ms) ? ms : undefined
}
