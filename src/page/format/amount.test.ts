import { expect, test } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDays,
  formatQuantity,
  formatUsd,
  plural,
} from './amount.ts'

test('bytes have three digits at most and a unit of a thousand', () => {
  expect([0, 999, 1_000, 9_949, 9_950, 999_499, 999_500, 3_264_702].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '9.9 KB',
    '10 KB',
    '999 KB',
    '1.0 MB',
    '3.3 MB',
  ])
  expect(formatBytes(5e18)).toBe('5000 PB')
})

test('an amount below a cent is not nothing', () => {
  expect([0, 0.004, 0.005, 1_234.5, -0.5].map(formatUsd)).toEqual([
    '$0.00',
    '<$0.01',
    '$0.01',
    '$1,234.50',
    '-$0.50',
  ])
})

test('counts are written with their thousands, and with the word in its number', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567')
  expect([0, 1, 2].map((count) => plural(count, 'split'))).toEqual([
    '0 splits',
    '1 split',
    '2 splits',
  ])
  expect(plural(2, 'index', 'indexes')).toBe('2 indexes')
})

test('a quantity has four digits that count, and no fraction beyond a thousand', () => {
  expect([0, 0.0723749, 28.512, 1_294_386.4].map(formatQuantity)).toEqual([
    '0',
    '0.07237',
    '28.51',
    '1,294,386',
  ])
})

test('a span of days is told in the unit in which there are two at least', () => {
  expect([0.0104, 1 / 12, 1.5, 2, 30.4].map(formatDays)).toEqual([
    '15 minutes',
    '2 hours',
    '36 hours',
    '2 days',
    '30 days',
  ])
})
