import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQwError, QwError } from '../errors.ts'
import { javaDateToRfc3339 } from './java-date-format.ts'

const fail = (reason: string): never => {
  throw new QwError('invalid', reason)
}
const read = (text: string, format: string): string => javaDateToRfc3339(text, format, fail)

test.each([
  ['2024-01-31', 'yyyy-MM-dd', '2024-01-31T00:00:00Z'],
  ['1/2/2024', 'd/M/yyyy', '2024-02-01T00:00:00Z'],
  ['2024-01-31 07:08:09.123', 'yyyy-MM-dd HH:mm:ss.SSS', '2024-01-31T07:08:09.123Z'],
  ['2024-01-31T7:8:9+02:00', "yyyy-MM-dd'T'H:m:sZ", '2024-01-31T05:08:09Z'],
  ['20240131T070809-0130', "yyyyMMdd'T'HHmmssZ", '2024-01-31T08:38:09Z'],
  ['2024-01-31', "yyyy-MM-dd['T'HH:mm]", '2024-01-31T00:00:00Z'],
  ['2024-01-31T10:20', "yyyy-MM-dd['T'HH:mm]", '2024-01-31T10:20:00Z'],
  ['2024', 'date_optional_time', '2024-01-01T00:00:00Z'],
  ['2024-02', 'strict_date_optional_time', '2024-02-01T00:00:00Z'],
  [
    '2024-02-03T04:05:06.000000789Z',
    'strict_date_optional_time_nanos',
    '2024-02-03T04:05:06.000000789Z',
  ],
  ['2024-02-03T04:05:06.5+01:00', 'date_optional_time', '2024-02-03T03:05:06.5Z'],
  ['20240203', 'basic_date', '2024-02-03T00:00:00Z'],
  ['2024W011', 'basic_week_date', '2024-01-01T00:00:00Z'],
  ['2021W017', 'strict_basic_week_date', '2021-01-10T00:00:00Z'],
  ['2020-W53-1', 'week_date', '2020-12-28T00:00:00Z'],
  ['2024W011T010203.500Z', 'basic_week_date_time', '2024-01-01T01:02:03.5Z'],
  ['2024W011T010203Z', 'strict_basic_week_date_time_no_millis', '2024-01-01T01:02:03Z'],
  ['2024-01-31', 'strict_date', '2024-01-31T00:00:00Z'],
  ['2024-01-31T10:20:30.123456+01:00', 'strict_date_time', '2024-01-31T09:20:30.123456Z'],
  ['2024-01', 'year_month', '2024-01-01T00:00:00Z'],
  ['20240131T102030Z', 'basic_date_time_no_millis', '2024-01-31T10:20:30Z'],
  ['2024-01-31T10:20:30.5Z', 'iso8601', '2024-01-31T10:20:30.5Z'],
  ['1704067200000', 'strict_date_optional_time||epoch_millis', '2024-01-01T00:00:00Z'],
  ["5 o'clock 2024", "H 'o''clock' yyyy", '2024-01-01T05:00:00Z'],
])('%s read by %s is %s', (text, format, expected) => {
  expect(read(text, format)).toBe(expected)
})

test.each([
  ['2024', 'yyyy-MM', 'does not match'],
  ['2024-13', 'yyyy-MM', 'does not match'],
  ['2024-01-31x', 'yyyy-MM-dd', 'does not match'],
  ['2024-W53-1', 'week_date', 'does not match'],
  ['2024-02-30', 'yyyy-MM-dd', 'does not match'],
  ['10', 'hh', '`hh` is not supported'],
  ['x', 'a', '`a` is not supported'],
  ['2024', 'yyyy[', 'never closed'],
  ['2024', 'yyyy]', 'closes nothing'],
  ['2024', "yyyy'", 'never closed'],
  ['2024', 'y'.repeat(300), 'at most 200'],
])('%s read by %s is refused: %s', (text, format, reason) => {
  expect(() => read(text, format)).toThrow(reason)
})

test('no format and no text throw anything but a QwError', () => {
  const format = fc.string({ unit: fc.constantFrom(..."yMdHmsSZwxe[]'-: TF|".split('')) })
  const text = fc.string({ unit: fc.constantFrom(...'0123456789TZ+-: '.split('')) })
  fc.assert(
    fc.property(text, format, (source, pattern) => {
      try {
        return read(source, pattern).length > 0
      } catch (error) {
        return isQwError(error, 'invalid')
      }
    }),
    { numRuns: 1_000 },
  )
})
