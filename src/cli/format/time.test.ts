import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTime, formatTimeNs, parseTimeNs, parseZone, rfc3339OfNs } from './time.ts'

const NOW_MS = Date.UTC(2026, 10, 23, 4, 0, 0)
const NOW_NS = BigInt(NOW_MS) * 1_000_000n
const UTC = { kind: 'named', name: 'UTC' } as const

describe('a time as users write it', () => {
  test.each([
    ['now', NOW_NS],
    ['now-15m', NOW_NS - 900_000_000_000n],
    ['now - 1h30m', NOW_NS - 5_400_000_000_000n],
    ['15m', NOW_NS - 900_000_000_000n],
    ['2026-11-23 05:00:00.5+0100', NOW_NS + 500_000_000n],
    ['2026-11-23T07:08', BigInt(new Date(2026, 10, 23, 7, 8).getTime()) * 1_000_000n],
    ['2024-02-29', BigInt(Date.UTC(2024, 1, 29)) * 1_000_000n],
    ['2026-11-23', BigInt(Date.UTC(2026, 10, 23)) * 1_000_000n],
    ['2026-11-23T04:00:00Z', NOW_NS],
    ['2026-11-23t05:00:00+01:00', NOW_NS],
    ['2026-11-23T04:00:00.000000001Z', NOW_NS + 1n],
    ['1795406400', 1_795_406_400_000_000_000n],
    ['1795406400123', 1_795_406_400_123_000_000n],
    ['1795406400123456', 1_795_406_400_123_456_000n],
    ['1795406400123456789', 1_795_406_400_123_456_789n],
  ])('%s', (text, expected) => {
    expect(parseTimeNs(text, NOW_MS)).toBe(expected)
  })

  test.each([
    '',
    'soon',
    '2026-13-40',
    '2024-02-30',
    '2023-02-29',
    '2024-04-31',
    '2024-02-30T00:00:00Z',
    '2024-04-31 10:00',
    '2026-11-23T24:30:00Z',
    '2026-11-23Z',
    'now-',
    '12:00',
    '99999999999999999999',
    '2026-11-23T04:00.5Z',
  ])('`%s` is none', (text) => {
    expect(parseTimeNs(text, NOW_MS)).toBeUndefined()
  })

  test('what rfc3339OfNs writes is read back exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(-1_000_000_000_000_000_000n, 4_000_000_000_000_000_000n), (ns) => {
        expect(parseTimeNs(rfc3339OfNs(ns), NOW_MS)).toBe(ns)
      }),
    )
  })
})

test('a shown time has as many digits of a second as it needs', () => {
  expect(formatTimeNs(NOW_NS, UTC)).toBe('2026-11-23 04:00:00')
  expect(formatTimeNs(NOW_NS + 120_000_000n, UTC)).toBe('2026-11-23 04:00:00.120')
  expect(formatTimeNs(NOW_NS + 1n, UTC)).toBe('2026-11-23 04:00:00.000000001')
  expect(formatTimeNs(-1n, UTC)).toBe('1969-12-31 23:59:59.999999999')
  expect(formatTime(NOW_MS, UTC, 'days')).toBe('2026-11-23')
})

test('zones are local, utc or an IANA name', () => {
  expect(parseZone(undefined)).toEqual({ kind: 'local' })
  expect(parseZone('utc')).toEqual(UTC)
  expect(parseZone('Mars/Base')).toBeUndefined()
})
