import {
  civilFromDate,
  dateFromCivil,
  daysFromCivil,
  fractionNanos,
  MONTHS,
  parseZone,
  WEEKDAYS,
  type DateValue,
} from './datetime.ts'

/**
 * Date patterns in the manner of strptime and strftime, both directions. A pattern is compiled to
 * items: a literal, white space, or a marker. Composite markers are expanded first.
 */
interface DatePattern {
  /** Undefined when the text does not match to its end. `nowMs` supplies a missing year. */
  parse(text: string, nowMs: number): DateValue | undefined
  format(value: DateValue): string
}

const COMPOSITES: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

const SIMPLE_MARKERS = 'aAbBCdefhHIjklmMnpPStUwWyYzZ'

const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const WEEKDAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** A pattern, or what is wrong with the text. */
export function compileDatePattern(pattern: string): DatePattern | { readonly problem: string } {
  const expanded = pattern.replace(/%(.)/gs, (item, marker: string) => COMPOSITES[marker] ?? item)
  const items = [...expanded.matchAll(/%(.?)|\s+|[^%\s]+/gs)].map((found) => found[0])
  const markers = items.filter((item) => item.startsWith('%') && item !== '%%')
  if (markers.length === 0) return { problem: 'it holds no marker such as %Y' }
  for (const marker of markers) {
    if (marker.length < 2 || !SIMPLE_MARKERS.includes(marker.charAt(1))) {
      return { problem: `unknown marker \`${marker}\`` }
    }
  }
  return {
    parse: (text, nowMs) => parseItems(items, text, nowMs),
    format: (value) => items.map((item) => formatItem(item, value)).join(''),
  }
}

/** What has been read so far; undefined parts were not in the text. */
interface Parts {
  century?: number
  yearOfCentury?: number
  year?: number
  month?: number
  day?: number
  yearDay?: number
  week?: { firstDay: 0 | 1; number: number }
  weekday?: number
  hour?: number
  hour12?: number
  afternoon?: boolean
  minute?: number
  second?: number
  nanos?: number
  offset?: number
}

function parseItems(items: readonly string[], text: string, nowMs: number): DateValue | undefined {
  const parts: Parts = {}
  let at = 0
  for (const item of items) {
    const next = parseItem(item, text, at, parts)
    if (next === undefined) return undefined
    at = next
  }
  return at === text.length ? assemble(parts, nowMs) : undefined
}

/** How the digits of a marker are read: most digits, and where the number goes. */
const DIGIT_MARKERS: Readonly<
  Record<string, readonly [number, (parts: Parts, n: number) => void]>
> = {
  C: [2, (parts, n) => (parts.century = n)],
  d: [2, (parts, n) => (parts.day = n)],
  e: [2, (parts, n) => (parts.day = n)],
  H: [2, (parts, n) => (parts.hour = n)],
  k: [2, (parts, n) => (parts.hour = n)],
  I: [2, (parts, n) => (parts.hour12 = n)],
  l: [2, (parts, n) => (parts.hour12 = n)],
  j: [3, (parts, n) => (parts.yearDay = n)],
  m: [2, (parts, n) => (parts.month = n)],
  M: [2, (parts, n) => (parts.minute = n)],
  S: [2, (parts, n) => (parts.second = n)],
  U: [2, (parts, n) => (parts.week = { firstDay: 0, number: n })],
  W: [2, (parts, n) => (parts.week = { firstDay: 1, number: n })],
  w: [1, (parts, n) => (parts.weekday = n)],
  y: [2, (parts, n) => (parts.yearOfCentury = n)],
  Y: [4, (parts, n) => (parts.year = n)],
}

/** Where the item ends in the text; undefined when it does not stand there. */
function parseItem(item: string, text: string, at: number, parts: Parts): number | undefined {
  if (!item.startsWith('%')) {
    if (/^\s/.test(item)) return skipSpace(text, at)
    return text.startsWith(item, at) ? at + item.length : undefined
  }
  const marker = item.charAt(1)
  const digits = DIGIT_MARKERS[marker]
  if (digits !== undefined) {
    const start = 'ekl'.includes(marker) ? skipSpace(text, at) : at
    const found = /^\d+/.exec(text.slice(start, start + digits[0]))?.[0]
    if (found === undefined) return undefined
    digits[1](parts, Number(found))
    return start + found.length
  }
  return parseNamed(marker, text, at, parts)
}

function parseNamed(marker: string, text: string, at: number, parts: Parts): number | undefined {
  switch (marker) {
    case '%':
      return text[at] === '%' ? at + 1 : undefined
    case 'n':
    case 't':
      return skipSpace(text, at)
    case 'a':
    case 'A':
      return parseName(text, at, WEEKDAYS, WEEKDAY_NAMES, (i) => (parts.weekday = i))
    case 'b':
    case 'B':
    case 'h':
      return parseName(text, at, MONTHS, MONTH_NAMES, (i) => (parts.month = i + 1))
    case 'p':
    case 'P': {
      const half = text.slice(at, at + 2).toLowerCase()
      if (half !== 'am' && half !== 'pm') return undefined
      parts.afternoon = half === 'pm'
      return at + 2
    }
    case 'f': {
      const digits = /^\d{1,9}/.exec(text.slice(at))?.[0]
      if (digits === undefined) return undefined
      parts.nanos = fractionNanos(digits)
      return at + digits.length
    }
    default: {
      // A number has said it: its name, which others have too, is only passed over.
      const name = parts.offset === undefined ? undefined : /^[a-zA-Z]+/.exec(text.slice(at))?.[0]
      if (name !== undefined) return at + name.length
      const zone = /^(?:[+-]\d\d(?::?\d\d)?|[a-zA-Z]+)/.exec(text.slice(at))?.[0]
      const offset = zone === undefined ? undefined : parseZone(zone)
      if (zone === undefined || offset === undefined) return undefined
      parts.offset = offset
      return at + zone.length
    }
  }
}

// oxlint-disable-next-line max-params -- the two lists are the short and long form of one name
function parseName(
  text: string,
  at: number,
  short: readonly string[],
  long: readonly string[],
  found: (index: number) => void,
): number | undefined {
  const index = short.indexOf(text.slice(at, at + 3).toLowerCase())
  const full = long[index]
  if (full === undefined) return undefined
  found(index)
  const isFull = text.slice(at, at + full.length).toLowerCase() === full.toLowerCase()
  return at + (isFull ? full.length : 3)
}

function skipSpace(text: string, at: number): number {
  let end = at
  while (end < text.length && /\s/.test(text.charAt(end))) end++
  return end
}

function assemble(parts: Parts, nowMs: number): DateValue | undefined {
  const year = yearOf(parts, nowMs)
  let { month = 1, day = 1 } = parts
  const yearDay = parts.yearDay ?? (parts.month === undefined ? weekDay(parts, year) : undefined)
  if (yearDay !== undefined) {
    const civil = civilFromDate((daysFromCivil(year, 1, 1) + yearDay - 1) * 86_400_000)
    if (civil.year !== year) return undefined
    month = civil.month
    day = civil.day
  }
  const { hour12, afternoon } = parts
  if (hour12 !== undefined && (hour12 < 1 || hour12 > 12)) return undefined
  const hour =
    parts.hour ?? ((hour12 ?? 0) % 12) + (afternoon === true && hour12 !== undefined ? 12 : 0)
  const { minute = 0, second = 0, nanos = 0, offset = 0 } = parts
  return dateFromCivil({ year, month, day, hour, minute, second, nanos }, offset)
}

/** Without a year: this one, or the last when the month would lie more than three months ahead. */
function yearOf(parts: Parts, nowMs: number): number {
  if (parts.year !== undefined) return parts.year
  const { century, yearOfCentury } = parts
  if (century !== undefined) return century * 100 + (yearOfCentury ?? 0)
  if (yearOfCentury !== undefined) return yearOfCentury + (yearOfCentury < 69 ? 2000 : 1900)
  const now = civilFromDate(nowMs)
  return (parts.month ?? 1) > now.month + 3 ? now.year - 1 : now.year
}

/** Day of the year told by week and weekday. */
function weekDay(parts: Parts, year: number): number | undefined {
  if (parts.week === undefined || parts.weekday === undefined) return undefined
  const { firstDay, number } = parts.week
  const january1 = civilFromDate(daysFromCivil(year, 1, 1) * 86_400_000).weekday
  const firstWeekStart = (7 + firstDay - january1) % 7
  return firstWeekStart + (number - 1) * 7 + ((7 + parts.weekday - firstDay) % 7) + 1
}

const pad = (n: number, width: number, fill = '0') => String(n).padStart(width, fill)

function formatItem(item: string, value: DateValue): string {
  if (!item.startsWith('%')) return item
  const at = civilFromDate(value)
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12
  const weekday = WEEKDAY_NAMES[at.weekday] ?? ''
  const month = MONTH_NAMES[at.month - 1] ?? ''
  const week = (firstDay: number) =>
    Math.floor((at.yearDay + 6 - ((7 + at.weekday - firstDay) % 7)) / 7)
  const texts: Readonly<Record<string, string>> = {
    '%': '%',
    a: weekday.slice(0, 3),
    A: weekday,
    b: month.slice(0, 3),
    B: month,
    C: pad(Math.floor(at.year / 100), 2),
    d: pad(at.day, 2),
    e: pad(at.day, 2, ' '),
    f: pad(at.nanos, 9),
    h: month.slice(0, 3),
    H: pad(at.hour, 2),
    I: pad(hour12, 2),
    j: pad(at.yearDay, 3),
    k: pad(at.hour, 2, ' '),
    l: pad(hour12, 2, ' '),
    m: pad(at.month, 2),
    M: pad(at.minute, 2),
    n: '\n',
    p: at.hour < 12 ? 'AM' : 'PM',
    P: at.hour < 12 ? 'am' : 'pm',
    S: pad(at.second, 2),
    t: '\t',
    U: pad(week(0), 2),
    w: String(at.weekday),
    W: pad(week(1), 2),
    y: pad(at.year % 100, 2),
    Y: pad(at.year, 4),
    z: '+0000',
    Z: 'UTC',
  }
  return texts[item.charAt(1)] ?? ''
}
