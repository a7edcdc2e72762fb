import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const value = { field: 'price' }
const weight = { field: 'items' }

test('is the mean of values, each weighing what another field says', async () => {
  const splits = [[{ price: 10, items: 1 }], [{ price: 40, items: 2 }]]
  expect(await aggregate({ weighted_avg: { value, weight } }, splits)).toEqual({ value: 30 })
})

test('a document without value or weight does not count, unless something stands for it', async () => {
  const splits = [[{ price: 10, items: 1 }, { price: 40 }, { items: 5 }]]
  expect(await aggregate({ weighted_avg: { value, weight } }, splits)).toEqual({ value: 10 })
  const replaced = { value: { ...value, missing: 0 }, weight: { ...weight, missing: 4 } }
  expect(await aggregate({ weighted_avg: replaced }, splits)).toEqual({ value: 17 })
})

test('nothing, and weights of nothing, have no mean', async () => {
  const asked = { weighted_avg: { value, weight } }
  expect(await aggregate(asked, [[{ shop: 'north' }]])).toEqual({ value: null })
  expect(await aggregate(asked, [[{ price: 3, items: 0 }]])).toEqual({ value: null })
})

test('buckets can be ordered by it', async () => {
  const terms = { field: 'shop', order: { mean: 'desc' } }
  expect(
    await aggregate({ terms, aggs: { mean: { weighted_avg: { value, weight } } } }),
  ).toMatchObject({ buckets: [{ key: 'north' }, { key: 'east' }, { key: 'south' }] })
})

test('needs a field for both', async () => {
  expect(await refusal({ weighted_avg: { value } })).toMatchObject({
    message: expect.stringContaining('`weight` must be an object'),
  })
})
