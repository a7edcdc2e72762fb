import { calendarUnit, nextUnit, startOfUnit, type CalendarUnit } from '../../dates/calendar.ts'
import { nearestFixedWidth, parseFixedWidth } from '../../dates/duration.ts'
import { instantOf, localTime, offsetAt, type TimeZone } from '../../dates/time-zone.ts'
import type { AggregationInput } from './aggregation.ts'
import { invalidAggregation } from './options.ts'

type Options = Pick<AggregationInput, 'options' | 'name'>

/** Buckets of dates: equally wide ones, or those of a calendar, by the clocks of a zone. */
export interface DateBuckets {
  /** Where the bucket of an instant starts, both in milliseconds. */
  readonly startOf: (ms: number) => number
  /** Where the bucket after the one that starts at `ms` does. */
  readonly next: (ms: number) => number
}

/** A width in milliseconds, or a unit of the calendar. */
type DateInterval =
  | { readonly fixedMs: number; readonly unit?: undefined }
  | { readonly unit: CalendarUnit; readonly fixedMs?: undefined }

/** `fixed_interval`, `calendar_interval` or, as older clients write both, `interval`. Throws `invalid`
 *  unless there is exactly one. */
export function intervalOption(input: Options): DateInterval {
  const names = ['fixed_interval', 'calendar_interval', 'interval'] as const
  const [name, second] = names.filter(
    (option) => (input.options[option] ?? undefined) !== undefined,
  )
  if (name === undefined || second !== undefined) {
    throw invalidAggregation(
      input.name,
      'needs either `fixed_interval`, such as "1h", or `calendar_interval`, such as "month"',
    )
  }
  const raw = input.options[name]
  const text = typeof raw === 'string' ? raw : ''
  const unit = name === 'fixed_interval' ? undefined : calendarUnit(text)
  if (unit !== undefined) return { unit }
  if (name === 'calendar_interval') {
    throw invalidAggregation(
      input.name,
      '`calendar_interval` must be minute, hour, day, week, month, quarter or year',
      'several of a unit are a `fixed_interval`, such as "7d"',
    )
  }
  const fixedMs = parseFixedWidth(text)
  if (fixedMs !== undefined && fixedMs > 0) return { fixedMs }
  throw invalidAggregation(
    input.name,
    `\`${name}\` must be whole digits and one of ms, s, m, h, d, such as "${nearestFixedWidth(text) ?? '1d'}"`,
  )
}

/** `offset`, in milliseconds. */
export function offsetOption(input: Options): number {
  const raw = input.options['offset']
  if (raw === undefined || raw === null || raw === '') return 0
  const sign = typeof raw === 'string' && raw.startsWith('-') ? -1 : 1
  const offset = typeof raw === 'string' ? parseFixedWidth(raw.replace(/^[+-]/, '')) : undefined
  if (offset === undefined) {
    throw invalidAggregation(input.name, '`offset` must be a duration such as "+6h" or "-1d"')
  }
  return sign * offset
}

/** Buckets that start where the clocks of `zone` show the beginning of an interval, `offset` later. */
export function dateBuckets(interval: DateInterval, zone: TimeZone, offset: number): DateBuckets {
  const { unit, fixedMs } = interval
  const floor = (local: number): number =>
    unit === undefined ? Math.floor(local / fixedMs) * fixedMs : startOfUnit(local, unit)
  const after = (local: number): number =>
    unit === undefined ? local + fixedMs : nextUnit(local, unit)
  const startOf = (ms: number): number => {
    const shift = offsetAt(zone, ms - offset)
    const local = floor(ms - offset + shift)
    // Where the clocks changed since, the beginning was shown with another offset. Hours that are shown
    // twice stay apart.
    const isSame = offsetAt(zone, local - shift) === shift
    return (isSame ? local - shift : instantOf(zone, local)) + offset
  }
  const next = (ms: number): number => {
    const local = localTime(zone, ms - offset)
    const start = startOf(ms + after(local) - local)
    return start > ms ? start : instantOf(zone, after(local)) + offset
  }
  return { startOf, next }
}
