import { expect, test } from 'vitest'

import { formatDuration, parseByteSize, parseDuration } from './duration.ts'

test.each([
  ['48h', 172_800_000, '2days'],
  ['2 days', 172_800_000, '2days'],
  ['1h 30m', 5_400_000, '1h 30m'],
  ['90s', 90_000, '1m 30s'],
  ['250ms', 250, '250ms'],
  ['1 week', 604_800_000, '7days'],
  ['1M', 2_630_016_000, '1month'],
  ['1year', 31_557_600_000, '1year'],
  ['0s', 0, '0s'],
])('%s is %i ms and prints as %s', (text, ms, printed) => {
  expect(parseDuration(text)).toBe(ms)
  expect(formatDuration(ms)).toBe(printed)
  expect(parseDuration(printed)).toBe(ms)
})

test.each(['', '48', 'h', '1.5h', '-1h', '1 fortnight', '1h,2m'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  ['1000', 1000],
  ['2G', 2e9],
  ['500 MB', 5e8],
  ['1GiB', 1024 ** 3],
  ['1.5k', 1500],
  ['2x', undefined],
  ['i', undefined],
  ['', undefined],
])('%j is %s bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes)
})
