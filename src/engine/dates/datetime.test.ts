import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { JsonFloat, type JsonValue } from '../bytes/json.ts'
import { makeDateFormatter, makeDateParser } from './datetime-format.ts'
import {
  dateFromNanos,
  formatRfc3339,
  MONTHS,
  parseDateLiteral,
  parseRfc3339,
  type DateValue,
} from './datetime.ts'
import { compileDatePattern } from './strptime.ts'

const NOW = Date.UTC(2024, 4, 15)
const utc = (...parts: [number, number, number, number?, number?, number?, number?]) =>
  Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2))
const parse = (format: string, value: JsonValue) => makeDateParser([format], NOW)(value)

const instant = fc.bigInt(-(2n ** 62n), 2n ** 62n).map(dateFromNanos)

const CALENDAR_READERS: readonly [string, (year: string, month: string, day: string) => unknown][] =
  [
    ['a query', (y, m, d) => parseDateLiteral(`${y}-${m}-${d}`)],
    ['a query with slashes', (y, m, d) => parseDateLiteral(`${y}/${m}/${d}`)],
    ['a query with a clock', (y, m, d) => parseDateLiteral(`${y}-${m}-${d} 01:02:03`)],
    ['rfc3339', (y, m, d) => parse('rfc3339', `${y}-${m}-${d}T00:00:00Z`)],
    ['iso8601', (y, m, d) => parse('iso8601', `${y}${m}${d}`)],
    ['%Y-%m-%d', (y, m, d) => parse('%Y-%m-%d', `${y}-${m}-${d}`)],
    ['rfc2822', (y, m, d) => parse('rfc2822', `${d} ${MONTHS[Number(m) - 1]} ${y} 00:00:00 GMT`)],
  ]

test.each(CALENDAR_READERS)('%s takes the days of the calendar and no others', (_name, read) => {
  const days = fc.record({
    year: fc.integer({ min: 1700, max: 2200 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 28, max: 31 }),
  })
  fc.assert(
    fc.property(days, ({ year, month, day }) => {
      const exists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
      const two = (part: number): string => String(part).padStart(2, '0')
      return (read(String(year), two(month), two(day)) !== undefined) === exists
    }),
  )
})

test.each(['2024-W53-1', '2024-W00-1', '2023-366', '2024-000'])('%s is in no calendar', (text) => {
  expect(parse('iso8601', text)).toBeUndefined()
})

test('RFC 3339 comes back to the nanosecond', () => {
  fc.assert(fc.property(instant, (date) => parseRfc3339(formatRfc3339(date)) === date))
})

test.each(['rfc3339', 'iso8601'])('%s prints what it reads, for any instant', (format) => {
  const print = makeDateFormatter(format)
  fc.assert(fc.property(instant, (date) => parse(format, print(date)) === date))
})

test.each(['rfc2822', '%Y-%m-%dT%H:%M:%S%z', '%a %e %B %Y %I:%M:%S %p', '%j %Y %T', '%c', '%F %X'])(
  'the format %s prints what it reads, for any second',
  (format) => {
    const print = makeDateFormatter(format)
    const second = fc.integer({ min: -2_208_988_800, max: 9_000_000_000 }).map((s) => s * 1000)
    fc.assert(fc.property(second, (date) => parse(format, print(date)) === date))
  },
)

test.each(['%U %w', '%W %w'])('weeks of the year (%s) name their day', (week) => {
  const pattern = compileDatePattern(`%Y ${week}`)
  if ('problem' in pattern) throw new Error(pattern.problem)
  const day = fc.integer({ min: 0, max: 80_000 }).map((days) => days * 86_400_000)
  fc.assert(fc.property(day, (date) => pattern.parse(pattern.format(date), NOW) === date))
})

describe('input formats', () => {
  test.each<[string, JsonValue, DateValue | undefined]>([
    ['rfc3339', '2024-01-31T12:00:00Z', utc(2024, 1, 31, 12)],
    ['rfc3339', ' 2024-01-31T12:00:00.5+02:00\n', utc(2024, 1, 31, 10, 0, 0, 500)],
    ['rfc3339', '2024-01-31t12:00:00z', utc(2024, 1, 31, 12)],
    ['rfc3339', '2024-01-31T12:00:00.123456789Z', 1_706_702_400_123_456_789n],
    ['rfc3339', '2024-01-31T12:00:00.1234567899Z', 1_706_702_400_123_456_789n],
    ['rfc3339', '2016-12-31T23:59:60Z', 1_483_228_799_999_999_999n],
    ['rfc3339', '2024-02-30T12:00:00Z', undefined],
    ['rfc3339', '2024-01-31T24:00:00Z', undefined],
    ['rfc3339', '2024-01-31T12:00:00', undefined],
    ['rfc3339', '2024-01-31', undefined],
    ['rfc3339', '9999-01-01T00:00:00Z', undefined],
    ['rfc3339', 1_700_000_000, undefined],
    ['iso8601', '20240131T120000Z', utc(2024, 1, 31, 12)],
    ['iso8601', '2024-01-31T12:00+01', utc(2024, 1, 31, 11)],
    ['iso8601', '2024-W05-3', utc(2024, 1, 31)],
    ['iso8601', '2020-W53-5', utc(2021, 1, 1)],
    ['iso8601', '2024-031', utc(2024, 1, 31)],
    ['iso8601', '2023-366', undefined],
    ['rfc2822', 'Wed, 31 Jan 2024 12:00:00 +0200', utc(2024, 1, 31, 10)],
    ['rfc2822', '31 jan 2024 12:00 EST', utc(2024, 1, 31, 17)],
    ['rfc2822', 'Xyz, 31 Jan 2024 12:00:00 GMT', undefined],
    ['unix_timestamp', 1_700_000_000, 1_700_000_000_000],
    ['unix_timestamp', 1_700_000_000_123, 1_700_000_000_123],
    ['unix_timestamp', 1_700_000_000_123_456, 1_700_000_000_123_456_000n],
    ['unix_timestamp', 1_700_000_000_123_456_789n, 1_700_000_000_123_456_789n],
    ['unix_timestamp', '1700000000123456789', 1_700_000_000_123_456_789n],
    ['unix_timestamp', '1700000000.123456789', 1_700_000_000_123_456_789n],
    ['unix_timestamp', 1_700_000_000.5, 1_700_000_000_500],
    ['unix_timestamp', new JsonFloat(1_700_000_000), 1_700_000_000_000],
    ['unix_timestamp', 72_057_595, 72_057_595_000],
    ['unix_timestamp', 72_057_594, undefined],
    ['unix_timestamp', 8_589_934_591, 8_589_934_591_000],
    ['unix_timestamp', 8_589_934_592, undefined],
    ['unix_timestamp', 72_057_594_999, undefined],
    ['unix_timestamp', 8_589_934_591_000_000_000n, 8_589_934_591_000],
    ['unix_timestamp', 8_589_934_591_000_000_001n, undefined],
    ['unix_timestamp', 0, undefined],
    ['unix_timestamp', 1000, undefined],
    ['unix_timestamp', -1_700_000_000, undefined],
    ['unix_timestamp', '1700000000x', undefined],
    ['%Y-%m-%d', '2024-01-31', utc(2024, 1, 31)],
    ['%Y-%m-%d', '2024-01-31 ', utc(2024, 1, 31)],
    ['%Y-%m-%d', '2024-01-31x', undefined],
    ['%Y', '2024', utc(2024, 1, 1)],
    ['%d/%b/%Y:%H:%M:%S %z', '31/JAN/2024:12:00:00 +0100', utc(2024, 1, 31, 11)],
    ['%A %d %B %Y', 'wednesday 31 january 2024', utc(2024, 1, 31)],
    ['%y%m%d %I%p', '240131 12AM', utc(2024, 1, 31)],
    ['%y%m%d %I%p', '700131 1pm', utc(1970, 1, 31, 13)],
    ['%H:%M:%S.%f %F', '12:00:00.25 2024-01-31', utc(2024, 1, 31, 12, 0, 0, 250)],
    ['%b %d %H:%M:%S', 'Aug 15 00:00:00', utc(2024, 8, 15)],
    ['%b %d %H:%M:%S', 'Sep 15 00:00:00', utc(2023, 9, 15)],
    ['%F %Z', '2024-01-31 GMT', utc(2024, 1, 31)],
    ['%F %Z', '2024-01-31 Mars', undefined],
    ['%D', '01/31/24', utc(2024, 1, 31)],
    ['100%% %Y', '100% 2024', utc(2024, 1, 1)],
  ])('%s reads %s', (format, value, expected) => {
    expect(parse(format, value)).toBe(expected)
  })

  test('formats are tried in order', () => {
    const both = makeDateParser(['%d/%m/%Y', '%m/%d/%Y'], NOW)
    expect(both('01/02/2024')).toBe(utc(2024, 2, 1))
    expect(both('01/31/2024')).toBe(utc(2024, 1, 31))
  })
})

describe('output formats', () => {
  const date = 1_706_702_400_120_456_789n
  test.each<[string, JsonValue]>([
    ['rfc3339', '2024-01-31T12:00:00.120456789Z'],
    ['iso8601', '2024-01-31T12:00:00.120456789Z'],
    ['rfc2822', 'Wed, 31 Jan 2024 12:00:00 +0000'],
    ['%Y/%m/%d %l%P %j', '2024/01/31 12pm 031'],
    ['unix_timestamp_secs', 1_706_702_400],
    ['unix_timestamp_millis', 1_706_702_400_120],
    ['unix_timestamp_micros', 1_706_702_400_120_456],
    ['unix_timestamp_nanos', 1_706_702_400_120_456_789n],
  ])('%s', (format, expected) => {
    expect(makeDateFormatter(format)(date)).toBe(expected)
  })

  test('RFC 3339 has no more fraction digits than it needs, ISO 8601 always nine', () => {
    expect(formatRfc3339(1_706_702_400_500)).toBe('2024-01-31T12:00:00.5Z')
    expect(formatRfc3339(1_706_702_400_000)).toBe('2024-01-31T12:00:00Z')
    expect(makeDateFormatter('iso8601')(1_706_702_400_000)).toBe('2024-01-31T12:00:00.000000000Z')
  })
})

test.each<[string, DateValue | undefined]>([
  ['2024-01-31T12:00:00+01:00', utc(2024, 1, 31, 11)],
  ['Wed, 31 Jan 2024 12:00:00 +0000', utc(2024, 1, 31, 12)],
  ['1706702400', utc(2024, 1, 31, 12)],
  ['1706702400123', utc(2024, 1, 31, 12, 0, 0, 123)],
  ['1706702400123456789', 1_706_702_400_123_456_789n],
  ['2024-01-31T12:00:00', utc(2024, 1, 31, 12)],
  ['2024-01-31 12:00:00', utc(2024, 1, 31, 12)],
  ['2024-01-31 12:00:00.25', utc(2024, 1, 31, 12, 0, 0, 250)],
  ['2024-01-31', utc(2024, 1, 31)],
  ['2024/01/31', utc(2024, 1, 31)],
  ['2024-13-31', undefined],
  ['2024', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('a query may write the date %j', (text, expected) => {
  expect(parseDateLiteral(text)).toBe(expected)
})
