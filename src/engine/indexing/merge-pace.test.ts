import { expect, test } from 'vitest'
import { MergePace } from './merge-pace.ts'

test('before anything was merged, 5 MB a second are believed and a second for the requests', () => {
  expect(new MergePace().estimateMs(50_000_000)).toBe(11_000)
})

test('what was seen counts half as long again', () => {
  const pace = new MergePace()
  pace.learn(10_000_000, 1_000)
  expect(pace.estimateMs(100_000_000)).toBeCloseTo(16_000)
  pace.learn(10_000_000, 500)
  expect(pace.estimateMs(100_000_000)).toBeCloseTo(8_500)
})

test('a small merge, whose time goes into requests, tells nothing about large ones', () => {
  const pace = new MergePace()
  pace.learn(1_000, 900)
  expect(pace.estimateMs(50_000_000)).toBe(11_000)
})
