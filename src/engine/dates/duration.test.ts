import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  exactDuration,
  formatDuration,
  nearestFixedWidth,
  parseDuration,
  parseFixedWidth,
} from './duration.ts'

test.each([
  ['48h', 172_800_000, '2days'],
  ['2 days', 172_800_000, '2days'],
  ['1h 30m', 5_400_000, '1h 30m'],
  ['1h30m', 5_400_000, '1h 30m'],
  ['1.5h', 5_400_000, '1h 30m'],
  ['90s', 90_000, '1m 30s'],
  ['15 mins', 900_000, '15m'],
  ['250ms', 250, '250ms'],
  ['1 week', 604_800_000, '7days'],
  ['1M', 2_630_016_000, '1month'],
  ['1year', 31_557_600_000, '1year'],
  ['0s', 0, '0s'],
])('%s is %i ms, which a config writes as %s', (text, ms, written) => {
  expect(parseDuration(text)).toBe(ms)
  expect(exactDuration(ms)).toBe(written)
})

test.each(['', '48', 'h', '.5h', '-1h', '1 fortnight', '1h,2m', '99999999999999y'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
  },
)

test('what a config writes comes back to the millisecond', () => {
  const length = fc.nat({ max: Number.MAX_SAFE_INTEGER })
  fc.assert(fc.property(length, (ms) => parseDuration(exactDuration(ms)) === ms))
})

test.each([
  ['30s', 30_000],
  ['1m0s', 60_000],
  ['30000ms', 30_000],
  ['2 hours', 7_200_000],
  ['7d', 604_800_000],
])('buckets may be %s wide', (text, ms) => {
  expect(parseFixedWidth(text)).toBe(ms)
})

test.each(['1w', '1M', 'month', '1 year', '1.5h', '1d1w'])(
  '%s is no fixed width: a calendar or a fraction decides how long it is',
  (text) => {
    expect(parseFixedWidth(text)).toBeUndefined()
  },
)

test.each([
  ['1w', '7d'],
  ['month', '30d'],
  ['Week', '7d'],
  ['1M', '30d'],
  ['1mo', '30d'],
  ['1y', '365d'],
  ['1.5h', '90m'],
  ['hour', '1h'],
  ['250ms', '250ms'],
])('instead of %s, a histogram can have buckets of %s', (text, width) => {
  expect(nearestFixedWidth(text)).toBe(width)
  expect(parseFixedWidth(width)).toBeGreaterThan(0)
})

test.each(['quantity:>5', 'declined', '', '7', '0d'])('%j names no width', (text) => {
  expect(nearestFixedWidth(text)).toBeUndefined()
})

test.each([
  [0, '0 ms'],
  [0.25, '250 µs'],
  [9.94, '9.9 ms'],
  [999.6, '1.0 s'],
  [3_200, '3.2 s'],
  [59_960, '1 m'],
  [100_000, '1 m 40 s'],
  [7_500_000, '2 h 5 m'],
  [273_600_000, '3 d 4 h'],
])('%d ms are shown to people as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
