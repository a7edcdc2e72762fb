import { dateInZone, UTC } from './time-zone.ts'
import { fromUnixText } from './unix-timestamp.ts'

/** A date as in `TypedValue`: milliseconds when exact, otherwise bigint nanoseconds. */
export type DateValue = number | bigint

const NANOS_PER_MS = 1_000_000n

/** Parts of a written date, in the calendar; `month` and `day` from 1. */
export interface CivilTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanos: number
}

/** The range of a nanosecond count in an i64, in seconds: years 1677 to 2262. */
const MAX_SECONDS = 9_223_372_036

export function dateToNanos(value: DateValue): bigint {
  return typeof value === 'bigint' ? value : BigInt(value) * NANOS_PER_MS
}

/** The shortest form: a number when the instant is a whole number of milliseconds. */
export function dateFromNanos(nanos: bigint): DateValue {
  return nanos % NANOS_PER_MS === 0n ? Number(nanos / NANOS_PER_MS) : nanos
}

/** Rounded down. */
export function dateToSeconds(value: DateValue): number {
  if (typeof value === 'number') return Math.floor(value / 1000)
  const seconds = Number(value / 1_000_000_000n)
  return value < 0n && value % 1_000_000_000n !== 0n ? seconds - 1 : seconds
}

/** Nanoseconds past `dateToSeconds`. */
export function dateSubsecondNanos(value: DateValue): number {
  if (typeof value === 'number') return (value - Math.floor(value / 1000) * 1000) * 1_000_000
  return Number(((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
}

/** Undefined when the instant does not fit nanoseconds in an i64. */
export function dateFromSeconds(seconds: number, nanos: number): DateValue | undefined {
  if (seconds < -MAX_SECONDS || seconds >= MAX_SECONDS) return undefined
  if (nanos % 1_000_000 === 0) return seconds * 1000 + nanos / 1_000_000
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
}

/** Rounds down to a multiple of `precisionNs`. */
export function truncateDate(value: DateValue, precisionNs: number): DateValue {
  if (precisionNs <= 1) return value
  if (typeof value === 'number') {
    if (precisionNs <= 1_000_000) return value
    const stepMs = precisionNs / 1_000_000
    return Math.floor(value / stepMs) * stepMs
  }
  const step = BigInt(precisionNs)
  const rest = ((value % step) + step) % step
  return dateFromNanos(value - rest)
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (years from March, eras of 400). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 1970-01-01 of a day (1 to 7, from Monday) of an ISO week; undefined when the year has no
 *  such week. Week 1 is the one that holds January 4th; 1970-01-01 was a Thursday. */
export function daysFromIsoWeek(year: number, week: number, day: number): number | undefined {
  const mondayOfWeek1 = (ofYear: number): number => {
    const january4 = daysFromCivil(ofYear, 1, 4)
    return january4 - ((((january4 + 3) % 7) + 7) % 7)
  }
  const monday = mondayOfWeek1(year) + (week - 1) * 7
  return week >= 1 && monday < mondayOfWeek1(year + 1) ? monday + day - 1 : undefined
}

/** Undefined when a part is out of range. Second 60 (a leap second) is the last instant of its minute. */
export function dateFromCivil(civil: CivilTime, offsetSeconds: number): DateValue | undefined {
  const { year, month, day, hour, minute, second, nanos } = civil
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const leap = second === 60
  const clock = hour * 3600 + minute * 60 + (leap ? 59 : second)
  const seconds = daysFromCivil(year, month, day) * 86_400 + clock - offsetSeconds
  return dateFromSeconds(seconds, leap ? 999_999_999 : nanos)
}

export function civilFromDate(value: DateValue): CivilTime & { weekday: number; yearDay: number } {
  const seconds = dateToSeconds(value)
  const days = Math.floor(seconds / 86_400)
  const clock = seconds - days * 86_400
  const date = new Date(days * 86_400_000)
  const year = date.getUTCFullYear()
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
    nanos: dateSubsecondNanos(value),
    weekday: date.getUTCDay(),
    yearDay: days - daysFromCivil(year, 1, 1) + 1,
  }
}

/** RFC 3339 alone, as json and dynamic fields recognise it; undefined when it is not. */
export function parseRfc3339(text: string): DateValue | undefined {
  if (text.length < 20) return undefined
  const unit = text.charCodeAt(10)
  if (unit !== 84 && unit !== 116) return undefined
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return undefined
  const civil = {
    year: digitsAt(text, 0, 4),
    month: digitsAt(text, 5, 2),
    day: digitsAt(text, 8, 2),
    hour: digitsAt(text, 11, 2),
    minute: digitsAt(text, 14, 2),
    second: digitsAt(text, 17, 2),
    nanos: 0,
  }
  if (civil.year + civil.month + civil.day + civil.hour + civil.minute + civil.second < 0) {
    return undefined
  }
  let at = 19
  if (text[at] === '.') {
    const start = ++at
    while (isDigit(text.charCodeAt(at))) at++
    if (at === start) return undefined
    civil.nanos = fractionNanos(text.slice(start, at))
  }
  const offset = offsetAt(text, at)
  return offset === undefined ? undefined : dateFromCivil(civil, offset)
}

/** Digits after a decimal point as nanoseconds; what is finer is cut off. */
export function fractionNanos(digits: string): number {
  return Number(digits.slice(0, 9).padEnd(9, '0'))
}

/** `Z` or `±hh:mm` up to the end of the text, in seconds east of UTC. */
function offsetAt(text: string, at: number): number | undefined {
  const sign = text[at]
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : undefined
  if ((sign !== '+' && sign !== '-') || text[at + 3] !== ':' || text.length !== at + 6) {
    return undefined
  }
  const hours = digitsAt(text, at + 1, 2)
  const minutes = digitsAt(text, at + 4, 2)
  if (hours < 0 || minutes < 0 || hours > 23 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 3600 + minutes * 60)
}

/** A number so negative that no sum of dates parts hides it, where a digit is missing. */
const NOT_DIGITS = -1_000_000

function digitsAt(text: string, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const unit = text.charCodeAt(i)
    if (!isDigit(unit)) return NOT_DIGITS
    value = value * 10 + unit - 48
  }
  return value
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

/** `2024-01-31T12:00:00.5Z`: UTC, as many fraction digits as needed. */
export function formatRfc3339(value: DateValue): string {
  const iso = isoToSeconds(value)
  const nanos = dateSubsecondNanos(value)
  if (nanos === 0) return `${iso}Z`
  return `${iso}.${String(nanos).padStart(9, '0').replace(/0+$/, '')}Z`
}

/** `2024-01-31T12:00:00`, without fraction and zone. */
export function isoToSeconds(value: DateValue): string {
  return new Date(dateToSeconds(value) * 1000).toISOString().slice(0, 19)
}

const LITERAL =
  /^(\d{4})(?:-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)| (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?|\/(\d\d)\/(\d\d))$/

/** A date in a query, whatever the field's input formats; undefined when it is none. One that names no
 *  zone is meant in `zone`. */
export function parseDateLiteral(text: string, zone = UTC): DateValue | undefined {
  const rfc3339 = parseRfc3339(text)
  if (rfc3339 !== undefined) return rfc3339
  const match = LITERAL.exec(text)
  if (match === null) return fromUnixText(text) ?? parseRfc2822(text)
  const part = (i: number, otherwise?: number) => Number(match[i] ?? match[otherwise ?? i] ?? '0')
  const civil = {
    year: part(1),
    month: part(2, 11),
    day: part(3, 12),
    hour: part(4, 7),
    minute: part(5, 8),
    second: part(6, 9),
    nanos: fractionNanos(match[10] ?? ''),
  }
  const local = dateFromCivil(civil, 0)
  return local === undefined ? undefined : dateInZone(local, zone)
}

export const MONTHS = [
  'jan',
  'feb',
  'mar',
  'apr',
  'may',
  'jun',
  'jul',
  'aug',
  'sep',
  'oct',
  'nov',
  'dec',
]
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Zones that RFC 2822 names, in hours east of UTC. */
const ZONE_HOURS: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['UT', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
])

/** `+0100`, `+01:00`, `Z` or a zone that RFC 2822 names, in seconds; undefined for anything else. */
export function parseZone(text: string): number | undefined {
  const numeric = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text)
  if (numeric === null) {
    const hours = ZONE_HOURS.get(text.toUpperCase())
    return hours === undefined ? undefined : hours * 3600
  }
  const [, sign, hours, minutes = 0] = numeric
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
}

const RFC2822 =
  /^(?:([a-z]{3})\s*,\s*)?(\d{1,2})\s+([a-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+(\S+)$/i

/** `Mon, 01 Jan 2024 10:00:00 +0100`; undefined when it is not. */
export function parseRfc2822(text: string): DateValue | undefined {
  const match = RFC2822.exec(text)
  if (match === null) return undefined
  const [, weekday, day, month, year, hour, minute, second, zone] = match
  const offset = parseZone(zone ?? '')
  const civil = {
    year: Number(year),
    month: MONTHS.indexOf((month ?? '').toLowerCase()) + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    nanos: 0,
  }
  if (weekday !== undefined && !WEEKDAYS.includes(weekday.toLowerCase())) return undefined
  return offset === undefined ? undefined : dateFromCivil(civil, offset)
}
