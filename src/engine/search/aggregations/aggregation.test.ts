import { expect, test } from 'vitest'
import { stringifyJson } from '../../bytes/json.ts'
import { AggregationMemory, BucketBudget, jsonFloat } from './aggregation.ts'

test('memory past the limit fails the request, and names the limit and the way out', () => {
  const memory = new AggregationMemory(1000)
  memory.reserve(900)
  memory.reserve(100)
  expect(() => memory.reserve(1)).toThrow(
    expect.objectContaining({
      kind: 'tooLarge',
      message: expect.stringContaining('AGGREGATION_MEMORY_LIMIT_BYTES=1000'),
    }),
  )
})

test('buckets are counted over the whole answer', () => {
  const budget = new BucketBudget(3)
  budget.take(2)
  budget.take(1)
  expect(() => budget.take(1)).toThrow(/BUCKET_LIMIT/)
})

test.each([
  [2, '2.0'],
  [2.5, '2.5'],
  [NaN, 'null'],
  [-Infinity, 'null'],
])('the float %s is printed as %s', (value, text) => {
  expect(stringifyJson(jsonFloat(value))).toBe(text)
})
