import { expect, test } from 'vitest'
import { instantOf, rfc3339OfNs } from './instant.ts'
import { ExactNumber } from '../api/exact-json.ts'
import { bucketDetail, formatDuration, formatMs, formatNs, zoneName } from './format.ts'

test.each([
  [0n, '1970-01-01 00:00:00'],
  [1_795_406_405_123_000_000n, '2026-11-23 04:00:05.123'],
  [1_795_406_405_123_456_000n, '2026-11-23 04:00:05.123456'],
  [1_795_406_405_000_000_007n, '2026-11-23 04:00:05.000000007'],
  [-1n, '1969-12-31 23:59:59.999999999'],
])('%s ns are shown as %s', (ns, shown) => {
  expect(formatNs(ns, 'utc')).toBe(shown)
})

test('local times are those of the clock on the wall', () => {
  const date = new Date(2026, 6, 5, 4, 3, 2, 1)
  expect(formatMs(date.getTime(), 'local', 'millis')).toBe('2026-07-05 04:03:02.001')
  expect(formatMs(date.getTime(), 'local', 'minutes')).toBe('2026-07-05 04:03')
  expect(formatMs(date.getTime(), 'local', 'days')).toBe('2026-07-05')
  expect(formatMs(Number.NaN, 'utc', 'days')).toBe('')
})

test('buckets are labelled as finely as they are wide', () => {
  expect([100, 5_000, 60_000, 86_400_000].map(bucketDetail)).toEqual([
    'millis',
    'seconds',
    'minutes',
    'days',
  ])
})

test('the zone is named', () => {
  expect(zoneName('utc', 0)).toBe('UTC')
  expect(zoneName('local', 0)).toMatch(/UTC/)
})

test.each([
  [0, '0 ms'],
  [0.25, '0.3 ms'],
  [850, '850 ms'],
  [999.6, '1.0 s'],
  [59_960, '1 m'],
  [125_000, '2 m 5 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
])('%d ms are read as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  ['2026-11-23T04:00:05.5+01:00', undefined, '2026-11-23T03:00:05.5Z'],
  [1_795_406_405, 'unix_timestamp_secs', '2026-11-23T04:00:05Z'],
  [5, 'unix_timestamp_millis', '1970-01-01T00:00:00.005Z'],
  [1_795_406_405_000, undefined, '2026-11-23T04:00:05Z'],
  [
    new ExactNumber('1795406405000000007'),
    'unix_timestamp_nanos',
    '2026-11-23T04:00:05.000000007Z',
  ],
])('a hit that says %s in %s means %s', (value, format, expected) => {
  expect(rfc3339OfNs(instantOf(value, format) ?? 0n)).toBe(expected)
})

test('what is no date is none', () => {
  expect(instantOf('05/Jan/2026', '%d/%b/%Y')).toBeUndefined()
  expect(instantOf('2026-02-30T00:00:00Z', undefined)).toBeUndefined()
  expect(instantOf(true, undefined)).toBeUndefined()
  expect(instantOf(undefined, undefined)).toBeUndefined()
})
