import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calendarUnit, nextUnit, startOfUnit, type CalendarUnit } from './calendar.ts'

const text = (ms: number): string => new Date(ms).toISOString()
const at = Date.parse('2024-08-15T13:45:30.500Z')

test.each<[CalendarUnit, string, string]>([
  ['minute', '2024-08-15T13:45:00.000Z', '2024-08-15T13:46:00.000Z'],
  ['hour', '2024-08-15T13:00:00.000Z', '2024-08-15T14:00:00.000Z'],
  ['day', '2024-08-15T00:00:00.000Z', '2024-08-16T00:00:00.000Z'],
  ['week', '2024-08-12T00:00:00.000Z', '2024-08-19T00:00:00.000Z'],
  ['month', '2024-08-01T00:00:00.000Z', '2024-09-01T00:00:00.000Z'],
  ['quarter', '2024-07-01T00:00:00.000Z', '2024-10-01T00:00:00.000Z'],
  ['year', '2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
])('a %s starts at its first millisecond, and the next one after its last', (unit, start, next) => {
  expect(text(startOfUnit(at, unit))).toBe(start)
  expect(text(nextUnit(startOfUnit(at, unit), unit))).toBe(next)
})

test('every moment lies in exactly one of each unit, before the epoch too', () => {
  const ms = fc.integer({ min: -4e12, max: 8e12 })
  const unit = fc.constantFrom<CalendarUnit>('minute', 'week', 'month', 'quarter', 'year')
  fc.assert(
    fc.property(ms, unit, (moment, name) => {
      const start = startOfUnit(moment, name)
      return start <= moment && moment < nextUnit(start, name) && startOfUnit(start, name) === start
    }),
  )
})

test('units have a name and a short form, and there are no two of one', () => {
  expect(calendarUnit('month')).toBe('month')
  expect(calendarUnit('1M')).toBe('month')
  expect(calendarUnit('1m')).toBe('minute')
  expect(calendarUnit('2M')).toBeUndefined()
})
