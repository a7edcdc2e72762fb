import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

test('gives the value at each rank, exactly while values are few', async () => {
  // Prices in order: 2.5, 5, 7.5, 10, 20, 40.
  const percentiles = { field: 'price', percents: [0, 50, 99.9, 100] }
  expect(await aggregate({ percentiles })).toEqual({
    values: { '0.0': 2.5, '50.0': 7.5, '99.9': 20, '100.0': 40 },
  })
})

test('has seven percents where none are named', async () => {
  const answer = (await aggregate({ percentiles: { field: 'price' } })) as { values: object }
  expect(Object.keys(answer.values)).toEqual(['1.0', '5.0', '25.0', '50.0', '75.0', '95.0', '99.0'])
})

test('not keyed, its values are a list', async () => {
  const percentiles = { field: 'price', percents: [50], keyed: false }
  expect(await aggregate({ percentiles })).toEqual({ values: [{ key: 50, value: 7.5 }] })
})

test('over nothing every value is null, unless `missing` stands in', async () => {
  const percentiles = { field: 'price', percents: [50] }
  expect(await aggregate({ percentiles }, [])).toEqual({ values: { '50.0': null } })
  const unpriced = [[{ shop: 'north' }]]
  expect(await aggregate({ percentiles: { ...percentiles, missing: 3 } }, unpriced)).toEqual({
    values: { '50.0': 3 },
  })
})

test('terms can be ordered by one of them', async () => {
  const aggs = { p: { percentiles: { field: 'price', percents: [50] } } }
  const terms = { field: 'shop', order: { 'p.50': 'asc' } }
  expect(await aggregate({ terms, aggs })).toMatchObject({
    buckets: [{ key: 'south' }, { key: 'east' }, { key: 'north' }],
  })
})

test.each([
  [{ field: 'price', percents: [101] }, '`percents`'],
  [{ field: 'price', percents: 50 }, '`percents`'],
])('refuses %o', async (options, named) => {
  expect(await refusal({ percentiles: options })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(named),
  })
})

test('ranks are how many percent of the values are not above some', async () => {
  const percentile_ranks = { field: 'price', values: [5, '20'] }
  expect(await aggregate({ percentile_ranks })).toEqual({
    values: { '5.0': 100 / 3, '20.0': 500 / 6 },
  })
  expect(await aggregate({ percentile_ranks: { ...percentile_ranks, keyed: false } })).toEqual({
    values: [
      { key: 5, value: 100 / 3 },
      { key: 20, value: 500 / 6 },
    ],
  })
})

test('the median absolute deviation is the median distance from the median', async () => {
  // 2.5, 5, 7.5 | 10, 20, 40: the median is 8.75.
  expect(await aggregate({ median_absolute_deviation: { field: 'price' } })).toEqual({ value: 5 })
})
