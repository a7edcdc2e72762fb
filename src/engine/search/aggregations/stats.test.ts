import { describe, expect, test } from 'vitest'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

describe('single numbers', () => {
  // Prices: 10, 2.5, 40, 7.5 in one split, 20 and 5 in the other; one sale has none.
  test.each([
    ['avg', 85 / 6],
    ['sum', 85],
    ['min', 2.5],
    ['max', 40],
    ['value_count', 6],
  ])('%s', async (kind, value) => {
    expect(await aggregate({ [kind]: { field: 'price' } })).toEqual({ value })
  })

  test.each([
    ['avg', null],
    ['sum', 0],
    ['min', null],
    ['max', null],
    ['value_count', 0],
  ])('%s over nothing is %s', async (kind, value) => {
    expect(await aggregate({ [kind]: { field: 'price' } }, [])).toEqual({ value })
  })

  test('a sum over nothing is null where that is asked for', async () => {
    const sum = { field: 'price', none_if_no_match: true }
    expect(await aggregate({ sum }, [])).toEqual({ value: null })
  })

  test('value_count counts values of any type, each of a document', async () => {
    expect(await aggregate({ value_count: { field: 'colors' } })).toEqual({ value: 4 })
    const values = [[1, 'one', true], ['two']]
    expect(await aggregateOpen({ value_count: { field: 'open.x' } }, values)).toEqual({ value: 4 })
  })

  test('`missing` stands in for documents without a value', async () => {
    expect(await aggregate({ max: { field: 'price', missing: 100 } })).toEqual({ value: 100 })
    expect(await aggregate({ value_count: { field: 'price', missing: 0 } })).toEqual({ value: 7 })
  })

  test('integers add up exactly', async () => {
    const big = 2 ** 52
    const splits = [[{ items: big }, { items: 1 }], [{ items: -big }]]
    expect(await aggregate({ sum: { field: 'items' } }, splits)).toEqual({ value: 1 })
  })
})

test('stats are all of them at once', async () => {
  expect(await aggregate({ stats: { field: 'items' } })).toEqual({
    count: 7,
    sum: 18,
    min: -2,
    max: 9,
    avg: 18 / 7,
  })
})

test('extended_stats adds how far the values spread', async () => {
  const splits = [
    [{ items: 2 }, { items: 4 }],
    [{ items: 4 }, { items: 6 }],
  ]
  const answer = await aggregate({ extended_stats: { field: 'items', sigma: 1 } }, splits)
  expect(answer).toMatchObject({
    count: 4,
    sum_of_squares: 72,
    variance: 2,
    variance_population: 2,
    std_deviation: Math.SQRT2,
    std_deviation_bounds: { upper: 4 + Math.SQRT2, lower: 4 - Math.SQRT2 },
  })
  // The sample variance divides by one less.
  expect((answer as { variance_sampling: number }).variance_sampling).toBeCloseTo(8 / 3)
})

test('the spread of a single value is null', async () => {
  const answer = await aggregate({ extended_stats: { field: 'items' } }, [[{ items: 2 }]])
  expect(answer).toMatchObject({ count: 1, variance: null, std_deviation: null })
})

test('refuses an option of a wrong type', async () => {
  expect(await refusal({ avg: { field: 'price', missing: 'none' } })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('`missing`'),
  })
})

test('`format` prints numbers as texts beside them, of dates by a date pattern', async () => {
  expect(await aggregate({ sum: { field: 'price', format: '#0.00' } })).toEqual({
    value: 85,
    value_as_string: '85.00',
  })
  expect(await aggregate({ stats: { field: 'price', format: '0.0', missing: '0' } })).toMatchObject(
    {
      count: 7,
      min_as_string: '0.0',
      max_as_string: '40.0',
    },
  )
  const last = { max: { field: 'time', format: 'yyyy-MM-dd' } }
  expect(await aggregate(last)).toMatchObject({ value_as_string: '2024-05-04' })
})
