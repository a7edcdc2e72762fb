import { JsonFloat, type JsonValue } from '../bytes/json.ts'
import {
  civilFromDate,
  dateFromCivil,
  dateSubsecondNanos,
  dateToNanos,
  dateToSeconds,
  daysFromCivil,
  daysFromIsoWeek,
  formatRfc3339,
  fractionNanos,
  isoToSeconds,
  parseRfc2822,
  parseRfc3339,
  parseZone,
  type DateValue,
} from './datetime.ts'
import { compileDatePattern } from './strptime.ts'
import { fromUnixFloat, fromUnixInteger, fromUnixText } from './unix-timestamp.ts'

/** Formats known by name, beside patterns such as `%Y-%m-%d`. */
export const INPUT_DATE_FORMATS = ['rfc3339', 'iso8601', 'rfc2822', 'unix_timestamp']
export const OUTPUT_DATE_FORMATS = [
  'rfc3339',
  'iso8601',
  'rfc2822',
  'unix_timestamp_secs',
  'unix_timestamp_millis',
  'unix_timestamp_micros',
  'unix_timestamp_nanos',
]

/** Why a format is neither one of the names nor a usable pattern; undefined for a good one. */
export function dateFormatProblem(format: string, names: readonly string[]): string | undefined {
  if (names.includes(format)) return undefined
  const compiled = compileDatePattern(format)
  return 'problem' in compiled ? compiled.problem : undefined
}

type DateParser = (value: JsonValue) => DateValue | undefined

/** Tries the formats in order; undefined when none fits. The formats were checked with the config. */
export function makeDateParser(formats: readonly string[], nowMs: number): DateParser {
  const takesNumbers = formats.includes('unix_timestamp')
  const parsers = formats.map((format) => textParser(format, nowMs))
  return (value) => {
    switch (typeof value) {
      case 'string': {
        const text = trimAscii(value)
        for (const parse of parsers) {
          const date = parse(text)
          if (date !== undefined) return date
        }
        return undefined
      }
      case 'number':
        if (!takesNumbers) return undefined
        return Number.isInteger(value) ? fromUnixInteger(value) : fromUnixFloat(value)
      case 'bigint':
        return takesNumbers ? fromUnixInteger(value) : undefined
      default:
        return takesNumbers && value instanceof JsonFloat ? fromUnixFloat(value.value) : undefined
    }
  }
}

function textParser(format: string, nowMs: number): (text: string) => DateValue | undefined {
  switch (format) {
    case 'rfc3339':
      return parseRfc3339
    case 'iso8601':
      return parseIso8601
    case 'rfc2822':
      return parseRfc2822
    case 'unix_timestamp':
      return fromUnixText
    default: {
      const pattern = compileDatePattern(format)
      return 'problem' in pattern ? () => undefined : (text) => pattern.parse(text, nowMs)
    }
  }
}

function trimAscii(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && ASCII_SPACES.has(text.charCodeAt(start))) start++
  while (end > start && ASCII_SPACES.has(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const ASCII_SPACES: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x20])

const ISO8601 =
  /^(\d{4})-?(?:(\d\d)-?(\d\d)|(\d{3})|W(\d\d)-?([1-7]))(?:T(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** Calendar, ordinal and week dates, basic or extended; without a zone UTC, without a time midnight. */
export function parseIso8601(text: string): DateValue | undefined {
  const match = ISO8601.exec(text)
  if (match === null) return undefined
  const year = Number(match[1])
  let month = Number(match[2] ?? '1')
  let day = Number(match[3] ?? '1')
  const days = isoDays(year, match)
  if (days === 'impossible') return undefined
  if (days !== undefined) {
    const civil = civilFromDate(days * 86_400_000)
    month = civil.month
    day = civil.day
    if (match[4] !== undefined && civil.year !== year) return undefined
  }
  const zone = match[11]
  const offset = zone === undefined ? 0 : parseZone(zone)
  if (offset === undefined) return undefined
  const [hour, minute, second] = [match[7], match[8], match[9]].map((part) => Number(part ?? 0))
  const clock = { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 }
  const civilYear = days === undefined ? year : civilFromDate(days * 86_400_000).year
  const civil = { year: civilYear, month, day, ...clock, nanos: fractionNanos(match[10] ?? '') }
  return dateFromCivil(civil, offset)
}

/** Days since the epoch of an ordinal or week date; undefined for a calendar date. */
function isoDays(year: number, match: RegExpExecArray): number | 'impossible' | undefined {
  if (match[4] !== undefined) {
    const dayOfYear = Number(match[4])
    return dayOfYear === 0 ? 'impossible' : daysFromCivil(year, 1, 1) + dayOfYear - 1
  }
  if (match[5] === undefined) return undefined
  return daysFromIsoWeek(year, Number(match[5]), Number(match[6])) ?? 'impossible'
}

type DateFormatter = (value: DateValue) => JsonValue

/** The format was checked with the config. */
export function makeDateFormatter(format: string): DateFormatter {
  switch (format) {
    case 'rfc3339':
      return formatRfc3339
    case 'iso8601':
      return (value) =>
        `${isoToSeconds(value)}.${String(dateSubsecondNanos(value)).padStart(9, '0')}Z`
    case 'unix_timestamp_secs':
      return dateToSeconds
    case 'unix_timestamp_millis':
      return (value) =>
        dateToSeconds(value) * 1000 + Math.floor(dateSubsecondNanos(value) / 1_000_000)
    case 'unix_timestamp_micros':
      return (value) => integer(floorDivide(dateToNanos(value), 1000n))
    case 'unix_timestamp_nanos':
      return (value) => integer(dateToNanos(value))
    default: {
      const pattern = compileDatePattern(format === 'rfc2822' ? '%a, %d %b %Y %H:%M:%S %z' : format)
      return 'problem' in pattern ? formatRfc3339 : (value) => pattern.format(value)
    }
  }
}

function floorDivide(value: bigint, by: bigint): bigint {
  return (value - (((value % by) + by) % by)) / by
}

/** The JSON value of an exact integer: a number where that loses nothing. */
function integer(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
