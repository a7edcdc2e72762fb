import { describe, expect, test } from 'vitest'
import { rfc3339OfNs } from './instant.ts'
import {
  brushedRange,
  chooseInterval,
  isRelative,
  QUICK_RANGES,
  rangeBounds,
  rangeLabel,
  resolveRange,
  resolveTime,
  widerRange,
} from './range.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0, 500)

test.each([
  ['now', '2026-11-23T12:00:00.5Z'],
  ['now-15m', '2026-11-23T11:45:00.5Z'],
  [' now - 1h30m ', '2026-11-23T10:30:00.5Z'],
  ['2d', '2026-11-21T12:00:00.5Z'],
  ['2026-11-23', '2026-11-23T00:00:00Z'],
  ['2026-11-23 04:00', '2026-11-23T04:00:00Z'],
  ['2026-11-23T04:00:05.123456789Z', '2026-11-23T04:00:05.123456789Z'],
  ['2026-11-23T04:00:05+02:00', '2026-11-23T02:00:05Z'],
  ['2026-11-23T04:00:05+0200', '2026-11-23T02:00:05Z'],
  ['1795406400', '2026-11-23T04:00:00Z'],
  ['1795406400000000007', '2026-11-23T04:00:00.000000007Z'],
])('`%s` is %s', (written, expected) => {
  const ns = resolveTime(written, NOW, 'utc')
  expect(ns === undefined ? undefined : rfc3339OfNs(ns)).toBe(expected)
})

test.each(['', 'yesterday', 'now+1h', 'now-', '2026-02-30', '2026-11-23T25:00', '5x', '-5m'])(
  '`%s` is no time',
  (written) => {
    expect(resolveTime(written, NOW, 'utc')).toBeUndefined()
  },
)

describe('a range', () => {
  test('that is wrong says what is wrong', () => {
    expect(() => resolveRange({ from: 'soon' }, NOW, 'utc')).toThrow('“soon” is no time (from)')
    expect(() => resolveRange({ from: 'now', to: 'now-1h' }, NOW, 'utc')).toThrow('is empty')
  })

  test('may be open on both sides', () => {
    expect(rangeBounds(resolveRange({ from: ' ' }, NOW, 'utc'))).toEqual({})
  })

  test('of a brush is whole milliseconds around what was drawn, in either direction', () => {
    const drawn = { from: '2026-11-23T12:00:00.5Z', to: '2026-11-23T12:00:01.501Z' }
    expect(brushedRange(NOW + 0.2, NOW + 1_000.3)).toEqual(drawn)
    expect(brushedRange(NOW + 1_000.3, NOW + 0.2)).toEqual(drawn)
    expect(brushedRange(NOW, NOW)).toEqual({
      from: '2026-11-23T12:00:00.5Z',
      to: '2026-11-23T12:00:00.501Z',
    })
  })

  test('grows around its middle', () => {
    expect(widerRange(NOW - 500, NOW + 500)).toEqual({
      from: '2026-11-23T11:59:59.5Z',
      to: '2026-11-23T12:00:01.5Z',
    })
  })

  test('is named by its label or by its ends', () => {
    expect(rangeLabel({ from: 'now-15m' })).toBe('Last 15 minutes')
    expect(rangeLabel({})).toBe('All time')
    expect(rangeLabel({ from: '2026-11-23' })).toBe('since 2026-11-23')
    expect(rangeLabel({ to: 'now-1h' })).toBe('until now-1h')
    expect(rangeLabel({ from: 'now-2h', to: 'now-1h' })).toBe('now-2h – now-1h')
  })

  test('that is offered can be read, and moves with the time', () => {
    for (const { range } of QUICK_RANGES) {
      expect(() => resolveRange(range, NOW, 'local')).not.toThrow()
      expect(isRelative(range.from)).toBe(range.from !== undefined)
    }
    expect(isRelative('2026-11-23')).toBe(false)
  })
})

test('the interval is the finest that fits', () => {
  expect(chooseInterval(0, 60_000, 60)).toEqual({ ms: 5_000, text: '5s' })
  expect(chooseInterval(0, 59_000, 60)).toEqual({ ms: 1_000, text: '1s' })
  expect(chooseInterval(0, 0, 60)).toEqual({ ms: 1, text: '1ms' })
  expect(chooseInterval(0, 1e15, 60).text).toBe('365d')
})
