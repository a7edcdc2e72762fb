import { parseFixedWidth, nearestFixedWidth } from '../../dates/duration.ts'
import { calendarUnit, startOfUnit, nextUnit, type CalendarUnit } from '../../dates/calendar.ts'
import { floorDiv } from '../number-keys.ts'
import type { AggregationInput } from './aggregation.ts'
import { invalidAggregation } from './options.ts'
import type { TermKey } from './term-key.ts'

const NANOS_PER_MS = 1_000_000n

/** Buckets of dates: equally wide ones, or those of a calendar in UTC. */
export interface DateBuckets {
  readonly bucketOf: (value: TermKey) => TermKey | undefined
  /** The bucket after the one that starts at `ms`. */
  readonly next: (ms: number) => number
}

/** `fixed_interval` or `calendar_interval`, and `offset`. Throws `invalid` unless there is exactly one. */
export function dateBucketOf(input: AggregationInput): DateBuckets {
  refuseZone(input)
  const calendar = input.options['calendar_interval'] ?? undefined
  const fixed = input.options['fixed_interval'] ?? undefined
  if ((calendar === undefined) === (fixed === undefined)) {
    throw invalidAggregation(
      input.name,
      'needs either `fixed_interval`, such as "1h", or `calendar_interval`, such as "month"',
    )
  }
  const offset = offsetOption(input)
  if (calendar !== undefined) return calendarBuckets(calendarInterval(input), offset)
  return fixedBuckets(fixedInterval(input), offset)
}

function fixedBuckets(interval: number, offset: number): DateBuckets {
  const width = BigInt(interval) * NANOS_PER_MS
  const shift = BigInt(offset) * NANOS_PER_MS
  return {
    bucketOf: (value) =>
      value.type === 'date'
        ? { type: 'date', value: floorDiv(value.value - shift, width) * width + shift }
        : undefined,
    next: (ms) => ms + interval,
  }
}

function calendarBuckets(unit: CalendarUnit, offset: number): DateBuckets {
  return {
    bucketOf(value) {
      if (value.type !== 'date') return undefined
      const ms = Number(floorDiv(value.value, NANOS_PER_MS))
      return { type: 'date', value: BigInt(startOfUnit(ms - offset, unit) + offset) * NANOS_PER_MS }
    },
    next: (ms) => nextUnit(ms - offset, unit) + offset,
  }
}

function calendarInterval(input: AggregationInput): CalendarUnit {
  const raw = input.options['calendar_interval']
  const unit = typeof raw === 'string' ? calendarUnit(raw) : undefined
  if (unit !== undefined) return unit
  throw invalidAggregation(
    input.name,
    '`calendar_interval` must be minute, hour, day, week, month, quarter or year',
    'several of a unit are a `fixed_interval`, such as "7d"',
  )
}

export function fixedInterval(input: AggregationInput): number {
  const raw = input.options['fixed_interval']
  const text = typeof raw === 'string' ? raw : ''
  const interval = parseFixedWidth(text)
  if (interval !== undefined && interval > 0) return interval
  const width = nearestFixedWidth(text) ?? '1d'
  throw invalidAggregation(
    input.name,
    `\`fixed_interval\` must be whole digits and one of ms, s, m, h, d, such as "${width}"`,
  )
}

export function offsetOption(input: AggregationInput): number {
  const raw = input.options['offset']
  if (raw === undefined || raw === null) return 0
  const sign = typeof raw === 'string' && raw.startsWith('-') ? -1 : 1
  const offset = typeof raw === 'string' ? parseFixedWidth(raw.replace(/^[+-]/, '')) : undefined
  if (offset === undefined) {
    throw invalidAggregation(input.name, '`offset` must be a duration such as "+6h" or "-1d"')
  }
  return sign * offset
}

const UTC_NAMES: readonly unknown[] = ['UTC', 'Z', 'GMT', 'Etc/UTC', '+00:00', '-00:00']

/** Buckets start in UTC; an offset that is always the same is an `offset`. */
function refuseZone(input: AggregationInput): void {
  const zone = input.options['time_zone'] ?? 'UTC'
  if (UTC_NAMES.includes(zone)) return
  throw invalidAggregation(
    input.name,
    'of `time_zone` only UTC is supported',
    'shift the buckets by an `offset`, such as "-2h" for +02:00',
  )
}
