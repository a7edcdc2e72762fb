import { describe, expect, test } from 'vitest'
import { parseDateLiteral } from './datetime.ts'
import { isDateMath, resolveDateMath, type Rounding } from './date-math.ts'
import { parseTimeZone, UTC } from './time-zone.ts'

// A Wednesday.
const nowMs = Date.UTC(2024, 4, 15, 13, 45, 30, 500)
const resolve = (text: string, rounding: Rounding = 'down', zoneName = 'UTC') => {
  const zone = parseTimeZone(zoneName) ?? UTC
  const readAnchor = (anchor: string) => parseDateLiteral(anchor, zone)
  return resolveDateMath(text, { nowMs, rounding, readAnchor, zone })
}

describe('date maths', () => {
  test.each([
    ['now', '2024-05-15T13:45:30.5Z'],
    ['now-1d', '2024-05-14T13:45:30.5Z'],
    ['now-15m/m', '2024-05-15T13:30:00Z'],
    ['now/d', '2024-05-15T00:00:00Z'],
    ['now/w', '2024-05-13T00:00:00Z'],
    ['now-1M/M', '2024-04-01T00:00:00Z'],
    ['now+y/y', '2025-01-01T00:00:00Z'],
    ['2024-01-31||+1M', '2024-02-29T00:00:00Z'],
    ['2024-01-01T00:00:00Z||+1M/d-1s', '2024-01-31T23:59:59Z'],
  ])('%s is %s', (text, expected) => {
    expect(resolve(text)).toBe(expected)
  })

  test('a bound that has to take in the whole unit is rounded up to its last millisecond', () => {
    expect(resolve('now/d', 'up')).toBe('2024-05-15T23:59:59.999999999Z')
    expect(resolve('now/M', 'up')).toBe('2024-05-31T23:59:59.999999999Z')
  })

  test.each([
    ['now/d', 'down', 'Europe/Paris', '2024-05-14T22:00:00Z'],
    ['now/d', 'up', 'Europe/Paris', '2024-05-15T21:59:59.999999999Z'],
    ['now/M', 'down', '-03:30', '2024-05-01T03:30:00Z'],
    // The day on which clocks go forward has 23 hours.
    ['2024-03-31||/d', 'up', 'Europe/Paris', '2024-03-31T21:59:59.999999999Z'],
    ['2024-03-30T12:00:00||+1d', 'down', 'Europe/Paris', '2024-03-31T10:00:00Z'],
    ['2024-03-30T12:00:00||+24h', 'down', 'Europe/Paris', '2024-03-31T11:00:00Z'],
    ['2024-03-30T12:00:00Z||+24h', 'down', 'Europe/Paris', '2024-03-31T12:00:00Z'],
  ] as const)('%s, rounded %s in %s, is %s', (text, rounding, zone, expected) => {
    expect(resolve(text, rounding, zone)).toBe(expected)
  })

  test.each(['now-', 'now-1x', 'now 1d', 'someday||+1d', 'now+999999999y'])(
    '%s is refused',
    (text) => {
      expect(resolve(text)).toBeUndefined()
    },
  )

  test('a text that only starts like it is none', () => {
    expect(['now', 'now-1d', '2024-01-01||/d'].map(isDateMath)).toEqual([true, true, true])
    expect(['nowhere', '2024-01-01', ''].map(isDateMath)).toEqual([false, false, false])
  })
})
