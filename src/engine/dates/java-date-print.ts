import { civilFromDate, dateToNanos, dateToSeconds, type DateValue } from './datetime.ts'
import { namedDateFormat } from './named-date-formats.ts'
import { offsetAt, type TimeZone } from './time-zone.ts'

/** Characters of one `format`. */
const MAX_FORMAT_CHARS = 200

const DATE_TIME = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
/** Whose parts are read or not: printed they always are. */
const OPTIONAL_TIMES: ReadonlyMap<string, string> = new Map([
  ['date_optional_time', DATE_TIME],
  ['date_optional_time_nanos', "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX"],
  ['iso8601', DATE_TIME],
])

export type DatePrinter = (value: DateValue, zone: TimeZone) => string

/**
 * Prints dates by a Java date pattern, a named format, `epoch_millis` or `epoch_second`; of several
 * joined by `||`, the first. `fail` throws the caller's error for a pattern that is none.
 */
export function makeDatePrinter(format: string, fail: (reason: string) => never): DatePrinter {
  const [first = ''] = format.split('||')
  const name = first.trim()
  if (name === '' || name.length > MAX_FORMAT_CHARS) {
    return fail(`a date format has 1 to ${MAX_FORMAT_CHARS} characters`)
  }
  if (name === 'epoch_second') return (value) => String(dateToSeconds(value))
  if (name === 'epoch_millis') return (value) => String(millisOf(value))
  const named = OPTIONAL_TIMES.get(name.replace(/^strict_/, '')) ?? namedDateFormat(name)
  const parts = compile(named ?? name, fail)
  return (value, zone) => {
    const offsetMs = offsetAt(zone, millisOf(value))
    const clock = clockOf(value, offsetMs)
    return parts.map((part) => (typeof part === 'string' ? part : part(clock))).join('')
  }
}

function millisOf(value: DateValue): number {
  return typeof value === 'number' ? Math.floor(value) : Number(value / 1_000_000n)
}

/** What the clocks of a zone show. */
type Clock = ReturnType<typeof civilFromDate> & { readonly offsetMs: number }
type ClockPrinter = (clock: Clock) => string

function clockOf(value: DateValue, offsetMs: number): Clock {
  const local = dateToNanos(value) + BigInt(offsetMs) * 1_000_000n
  return { ...civilFromDate(local), offsetMs }
}

function compile(pattern: string, fail: (reason: string) => never): (string | ClockPrinter)[] {
  return [...pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']|'/g)].map((match) => {
    const [text, quoted, letter] = match
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'")
    if (letter === undefined) {
      if (text === "'") return fail(`bad date format \`${pattern}\`: a ' is never closed`)
      // Optional parts are read or not; printed they always are.
      return text === '[' || text === ']' ? '' : text
    }
    const printer = PRINTERS.get(letter)
    return printer === undefined
      ? fail(`bad date format \`${pattern}\`: \`${text}\` is not supported`)
      : (clock) => printer(clock, text.length)
  })
}

const MONTH_NAMES =
  'January February March April May June July August September October November December'.split(' ')
const DAY_NAMES = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const year = ({ year: number }: Clock, width: number): string =>
  width === 2 ? padded(number % 100, 2) : padded(number, width)
const named = (names: readonly string[], index: number, width: number): string =>
  (names[index] ?? '').slice(0, width < 4 ? 3 : undefined)

/** By letter; a letter repeated is wider, three of a month or a day are its name. */
const PRINTERS: ReadonlyMap<string, (clock: Clock, width: number) => string> = new Map([
  ['y', year],
  ['u', year],
  ['x', (clock, width) => padded(isoWeek(clock).year, width)],
  ['Y', (clock, width) => padded(isoWeek(clock).year, width)],
  ['w', (clock, width) => padded(isoWeek(clock).week, width)],
  ['e', ({ weekday }, width) => padded(((weekday + 6) % 7) + 1, width)],
  ['E', ({ weekday }, width) => named(DAY_NAMES, weekday, width)],
  [
    'M',
    ({ month }, width) => (width > 2 ? named(MONTH_NAMES, month - 1, width) : padded(month, width)),
  ],
  ['d', ({ day }, width) => padded(day, width)],
  ['D', ({ yearDay }, width) => padded(yearDay, width)],
  ['H', ({ hour }, width) => padded(hour, width)],
  ['h', ({ hour }, width) => padded(((hour + 11) % 12) + 1, width)],
  ['a', ({ hour }) => (hour < 12 ? 'AM' : 'PM')],
  ['m', ({ minute }, width) => padded(minute, width)],
  ['s', ({ second }, width) => padded(second, width)],
  ['S', ({ nanos }, width) => padded(nanos, 9).slice(0, width)],
  ['X', ({ offsetMs }, width) => (offsetMs === 0 ? 'Z' : offsetText(offsetMs, width > 2))],
  ['Z', ({ offsetMs }, width) => offsetText(offsetMs, width > 1)],
])

function padded(number: number, width: number): string {
  const digits = String(Math.abs(number)).padStart(width, '0')
  return number < 0 ? `-${digits}` : digits
}

/** `+0200` or `+02:00`. */
function offsetText(offsetMs: number, withColon: boolean): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000))
  const hours = padded(Math.floor(minutes / 60), 2)
  return `${offsetMs < 0 ? '-' : '+'}${hours}${withColon ? ':' : ''}${padded(minutes % 60, 2)}`
}

/** The week that has most of its days, from Monday on, in the year. */
function isoWeek({ year: number, yearDay, weekday }: Clock): { year: number; week: number } {
  const week = Math.floor((yearDay - ((weekday + 6) % 7) + 9) / 7)
  if (week < 1) return { year: number - 1, week: weeksIn(number - 1) }
  if (week > weeksIn(number)) return { year: number + 1, week: 1 }
  return { year: number, week }
}

function weeksIn(number: number): number {
  const endsOn = (year: number): number =>
    (year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)) % 7
  return endsOn(number) === 4 || endsOn(number - 1) === 3 ? 53 : 52
}
