import { dateToNanos, formatRfc3339, type DateValue } from './datetime.ts'
import { instantOf, localTime, type TimeZone } from './time-zone.ts'

/** Where a rounded date ends up: at the first or at the last nanosecond of its unit. */
export type Rounding = 'down' | 'up'

interface DateMath {
  readonly nowMs: number
  /** What stands before `||`, as a date; undefined when it is none. */
  readonly readAnchor: (text: string) => DateValue | undefined
  readonly rounding: Rounding
  /** Where days begin. */
  readonly zone: TimeZone
}

const NANOS_PER_MS = 1_000_000n
const UNIT_NAMES = ['y', 'M', 'w', 'd', 'h', 'H', 'm', 's'] as const
type UnitName = (typeof UNIT_NAMES)[number]

const FIXED_MS: Readonly<Record<Exclude<UnitName, 'y' | 'M'>, number>> = {
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  H: 3_600_000,
  m: 60_000,
  s: 1_000,
}

/** The first Monday since the epoch: weeks start there. */
const FIRST_MONDAY_MS = 4 * 86_400_000

/** Whether a text is meant as date maths: `now`, or an anchor before `||`. */
export function isDateMath(text: string): boolean {
  return /^now(?:$|[+\-/])/.test(text) || text.includes('||')
}

/**
 * `now-1d/d` or `2024-01-31||+1M`, by the calendar of its zone, as RFC 3339. Undefined when it is
 * not written like that, its anchor is no date, or it leaves the years that dates have.
 */
export function resolveDateMath(text: string, math: DateMath): string | undefined {
  const [, anchor, steps = ''] = /^(now|.*\|\|)(.*)$/s.exec(text) ?? []
  if (anchor === undefined || !/^(?:[+-]\d{0,9}[yMwdhHms]|\/[yMwdhHms])*$/.test(steps)) {
    return undefined
  }
  const start = anchor === 'now' ? math.nowMs : math.readAnchor(anchor.slice(0, -2))
  if (start === undefined) return undefined
  let ms = typeof start === 'number' ? start : Number(dateToNanos(start) / NANOS_PER_MS)
  for (const [, sign, digits, name] of steps.matchAll(/([+\-/])(\d*)(\w)/g)) {
    const unit = UNIT_NAMES.find((known) => known === name) ?? 's'
    const count = Number(digits === '' ? 1 : digits)
    ms =
      sign === '/'
        ? rounded(ms, unit, math)
        : shifted(ms, unit, { count: sign === '-' ? -count : count, zone: math.zone })
  }
  if (!(Math.abs(ms) < 9_200_000_000_000)) return undefined
  const isLast = math.rounding === 'up' && /\/\w$/.test(steps)
  return formatRfc3339(isLast ? BigInt(ms) * NANOS_PER_MS + NANOS_PER_MS - 1n : ms)
}

function rounded(ms: number, unit: UnitName, { rounding, zone }: DateMath): number {
  const first = firstOf(localTime(zone, ms), unit)
  return rounding === 'down'
    ? instantOf(zone, first)
    : instantOf(zone, calendarShifted(first, unit, 1)) - 1
}

function firstOf(ms: number, unit: UnitName): number {
  const date = new Date(ms)
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0)
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
  const origin = unit === 'w' ? FIRST_MONDAY_MS : 0
  return Math.floor((ms - origin) / FIXED_MS[unit]) * FIXED_MS[unit] + origin
}

/** Days and what is longer keep the time of day; what is shorter is so many seconds. */
function shifted(
  ms: number,
  unit: UnitName,
  { count, zone }: { readonly count: number; readonly zone: TimeZone },
): number {
  const isCalendar = unit === 'y' || unit === 'M' || unit === 'w' || unit === 'd'
  if (!isCalendar) return ms + count * FIXED_MS[unit]
  return instantOf(zone, calendarShifted(localTime(zone, ms), unit, count))
}

/** A month after 31 January is the last of February. */
function calendarShifted(ms: number, unit: UnitName, count: number): number {
  if (unit !== 'y' && unit !== 'M') return ms + count * FIXED_MS[unit]
  const date = new Date(ms)
  const month = date.getUTCMonth() + (unit === 'y' ? 12 * count : count)
  const days = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate()
  const day = Math.min(date.getUTCDate(), days)
  return (
    Date.UTC(date.getUTCFullYear(), month, day) + (((ms % 86_400_000) + 86_400_000) % 86_400_000)
  )
}
