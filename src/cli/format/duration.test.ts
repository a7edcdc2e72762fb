import { expect, test } from 'vitest'
import { formatDuration } from './duration.ts'

test.each([
  [0, '0 ms'],
  [0.25, '250 µs'],
  [3_200, '3.2 s'],
  [100_000, '1 m 40 s'],
  [7_500_000, '2 h 5 m'],
])('%d ms are shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
