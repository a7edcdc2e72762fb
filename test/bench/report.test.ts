import { expect, test } from 'vitest'
import { formatted, sampleOf } from '../../bench/measure.ts'
import { shortFirst, standingOf, type BenchRow } from '../../bench/report.ts'

const row = (value: number, more: Partial<BenchRow> = {}): BenchRow => ({
  id: `row-${value}`,
  measure: 'a search',
  unit: 'ms',
  ...sampleOf([value]),
  must: 10,
  aim: 5,
  ...more,
})

test('a sample is the middle of its runs, with the least and the greatest', () => {
  expect(sampleOf([3, 1, 2])).toEqual({ value: 2, min: 1, max: 3, runs: 3 })
  expect(sampleOf([7])).toEqual({ value: 7, min: 7, max: 7, runs: 1 })
})

test('a row stands where its bounds put it; a bound that is reached is met', () => {
  expect([11, 10, 5].map((value) => standingOf(row(value)))).toEqual([
    'short of must',
    'short of aim',
    'met',
  ])
  expect(standingOf({ ...row(11, { better: 'more' }), aim: 12 })).toBe('short of aim')
})

test('what falls short stands first, and else the order stays', () => {
  const values = shortFirst([1, 7, 20, 2, 30].map((value) => row(value))).map(({ value }) => value)
  expect(values).toEqual([20, 30, 7, 1, 2])
})

test('numbers are as long as they mean something', () => {
  expect(formatted(1_234.5, 'ms')).toBe('1235 ms')
  expect(formatted(12.34, 's')).toBe('12.3 s')
  expect(formatted(0.456, 'ms')).toBe('0.46 ms')
  expect(formatted(4, 'requests')).toBe('4')
  expect(formatted(0.0123, 'USD')).toBe('$0.012')
})
