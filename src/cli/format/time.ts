import {
  type CivilTime,
  dateFromCivil,
  dateToNanos,
  fractionNanos,
  parseZone as parseOffset,
} from '../../engine/dates/datetime.ts'
import { parseDuration } from '../../engine/dates/duration.ts'

const NS_PER_MS = 1_000_000n

/**
 * A point in time as users write it, as exact nanoseconds since the epoch: RFC 3339, `2026-11-23`,
 * `now`, `now-15m`, `15m` (ago), Unix s, ms, µs or ns by magnitude. Undefined when it is none of these.
 */
export function parseTimeNs(text: string, nowMs: number): bigint | undefined {
  const relative = /^now(?:\s*-(.+))?$/.exec(text)
  if (relative !== null) {
    const ago = relative[1] === undefined ? 0 : parseDuration(relative[1].trim())
    return ago === undefined ? undefined : nsOfMs(nowMs - ago)
  }
  if (/^\d+$/.test(text)) return unixNs(text)
  const ago = parseDuration(text)
  if (ago !== undefined) return nsOfMs(nowMs - ago)
  return writtenTimeNs(text)
}

const WRITTEN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** A date, which is its midnight in UTC, or a time, which is the local one where no zone is written.
 *  A day that the calendar does not have, such as February 30th, is none. */
export function writtenTimeNs(text: string): bigint | undefined {
  const match = WRITTEN.exec(text)
  if (match === null) return undefined
  const part = (i: number): number => Number(match[i] ?? 0)
  const civil = {
    year: part(1),
    month: part(2),
    day: part(3),
    hour: part(4),
    minute: part(5),
    second: part(6),
    nanos: fractionNanos(match[7] ?? ''),
  }
  const isLocal = match[4] !== undefined && match[8] === undefined
  const offset = isLocal ? localOffsetSeconds(civil) : parseOffset(match[8] ?? 'Z')
  const date = offset === undefined ? undefined : dateFromCivil(civil, offset)
  return date === undefined ? undefined : dateToNanos(date)
}

/** East of UTC, on that day and at that hour. */
function localOffsetSeconds({ year, month, day, hour, minute, second }: CivilTime): number {
  return -60 * new Date(year, month - 1, day, hour, minute, second).getTimezoneOffset()
}

function nsOfMs(ms: number): bigint {
  return BigInt(Math.floor(ms)) * NS_PER_MS
}

const MAX_UNIX_SECONDS = 8_589_934_591n
const MAX_NS = 2n ** 63n - 1n

/** The unit follows from the size: seconds up to the year 2242, then thousand-fold for each unit. */
function unixNs(digits: string): bigint | undefined {
  const value = BigInt(digits)
  let limit = MAX_UNIX_SECONDS
  for (const unitNs of [1_000_000_000n, 1_000_000n, 1_000n]) {
    if (value <= limit) return value * unitNs
    limit *= 1_000n
  }
  return value <= MAX_NS ? value : undefined
}

/** `2026-11-23T04:00:05.5Z`: exact, without zeros that say nothing. */
export function rfc3339OfNs(ns: bigint): string {
  const second = floorDiv(ns, 1_000_000_000n)
  const fraction = ns - second * 1_000_000_000n
  const whole = new Date(Number(second) * 1_000).toISOString().slice(0, 19)
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`
  return `${whole}${digits}Z`
}

export function floorDiv(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient
}

export type Zone = { readonly kind: 'local' } | { readonly kind: 'named'; readonly name: string }

/** `local`, `utc` or an IANA name; undefined when the zone is unknown. */
export function parseZone(text: string | undefined): Zone | undefined {
  if (text === undefined || text === 'local') return { kind: 'local' }
  const name = text.toLowerCase() === 'utc' ? 'UTC' : text
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return { kind: 'named', name }
  } catch {
    return undefined
  }
}

/** `2026-11-23 04:00:05.123`; milliseconds only for `auto`, and only where they are not zero. */
export function formatTime(
  ms: number,
  zone: Zone,
  detail: 'minutes' | 'seconds' | 'days' | 'auto',
): string {
  const parts = zone.kind === 'local' ? localParts(ms) : zoneParts(ms, zone)
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
  if (detail === 'days') return date
  const clock = `${date} ${parts.get('hour')}:${parts.get('minute')}`
  if (detail === 'minutes') return clock
  const seconds = `${clock}:${parts.get('second')}`
  const fraction = ((ms % 1_000) + 1_000) % 1_000
  if (detail === 'seconds' || fraction === 0) return seconds
  return `${seconds}.${String(Math.floor(fraction)).padStart(3, '0')}`
}

type TimeParts = ReadonlyMap<string, string>

/** Without the formatter that other zones need, which a start-up would feel. */
function localParts(ms: number): TimeParts {
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  return new Map([
    ['year', String(date.getFullYear()).padStart(4, '0')],
    ['month', two(date.getMonth() + 1)],
    ['day', two(date.getDate())],
    ['hour', two(date.getHours())],
    ['minute', two(date.getMinutes())],
    ['second', two(date.getSeconds())],
  ])
}

function zoneParts(ms: number, zone: Zone): TimeParts {
  const parts = formatterOf(zone).formatToParts(ms)
  return new Map(parts.map(({ type, value }) => [type, value]))
}

/** As `formatTime`, exact: three, six or nine digits of a second that is not whole. */
export function formatTimeNs(ns: bigint, zone: Zone): string {
  const second = floorDiv(ns, 1_000_000_000n)
  const seconds = formatTime(Number(second) * 1_000, zone, 'seconds')
  const digits = String(ns - second * 1_000_000_000n)
    .padStart(9, '0')
    .replace(/(?:000){0,3}$/, '')
  return digits === '' ? seconds : `${seconds}.${digits}`
}

/** Making one is slow; a program shows times in one zone or two. */
const FORMATTERS = new Map<string | undefined, Intl.DateTimeFormat>()

function formatterOf(zone: Zone): Intl.DateTimeFormat {
  const timeZone = zone.kind === 'local' ? undefined : zone.name
  const known = FORMATTERS.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
  FORMATTERS.set(timeZone, made)
  return made
}
