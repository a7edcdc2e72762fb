import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRfc3339 } from './datetime.ts'
import { javaDateToRfc3339 } from './java-date-format.ts'
import { makeDatePrinter } from './java-date-print.ts'
import { NAMED_DATE_FORMATS } from './named-date-formats.ts'
import { parseTimeZone, UTC } from './time-zone.ts'

const fail = (reason: string): never => {
  throw new Error(reason)
}

function print(format: string, text: string, zone = 'UTC'): string {
  return makeDatePrinter(format, fail)(parseRfc3339(text) ?? 0, parseTimeZone(zone) ?? UTC)
}

describe('a date is printed', () => {
  test.each([
    ['yyyy-MM-dd', '2024-02-29'],
    ['strict_date_optional_time', '2024-02-29T13:05:09.120Z'],
    ['strict_date_optional_time_nanos', '2024-02-29T13:05:09.120000000Z'],
    ['epoch_millis', '1709211909120'],
    ['epoch_second', '1709211909'],
    ['yyyy/MM/dd||epoch_millis', '2024/02/29'],
    ["EEE d MMM yy 'at' h:mm a", 'Thu 29 Feb 24 at 1:05 PM'],
    ["EEEE, MMMM''dd D", "Thursday, February'29 60"],
    ['week_date', '2024-W09-4'],
    ['HH:mm:ss.SSSZ', '13:05:09.120+0000'],
  ])('by `%s` as %s', (format, printed) => {
    expect(print(format, '2024-02-29T13:05:09.12Z')).toBe(printed)
  })

  test('with the clocks of its zone', () => {
    const format = "yyyy-MM-dd'T'HH:mmXXX"
    expect(print(format, '2024-07-01T22:30:00Z', 'Europe/Paris')).toBe('2024-07-02T00:30+02:00')
    expect(print(format, '2024-01-01T00:00:00Z', '-03:30')).toBe('2023-12-31T20:30-03:30')
  })

  test.each(['', 'yyyy Q', "yyyy 'T"])('not by `%s`', (format) => {
    expect(() => print(format, '2024-02-29T00:00:00Z')).toThrow(/date format/)
  })
})

test('what is printed is read as the same date', () => {
  const instant = fc.integer({ min: -5e12, max: 5e12 })
  const formats = fc.constantFrom('date_optional_time', 'basic_week_date_time', 'epoch_millis')
  fc.assert(
    fc.property(instant, formats, (ms, format) => {
      const pattern = format === 'basic_week_date_time' ? "xxxx'W'wwe'T'HHmmss.SSSZ" : format
      const text = makeDatePrinter(pattern, fail)(ms, UTC)
      expect(Date.parse(javaDateToRfc3339(text, format, fail))).toBe(ms)
    }),
  )
})

test.each(NAMED_DATE_FORMATS)('what is printed by `%s` is read by it', (name) => {
  const text = print(name, '2024-02-29T13:05:09.12Z', 'Europe/Paris')
  for (const format of [name, `strict_${name}`]) {
    const again = print(
      format,
      javaDateToRfc3339(text, format, fail),
      text.includes('+') ? 'Europe/Paris' : 'UTC',
    )
    expect(again).toBe(text)
  }
})
