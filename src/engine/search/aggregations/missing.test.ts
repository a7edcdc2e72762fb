import { expect, test } from 'vitest'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

test('is one bucket of the documents without a value, an empty list being none', async () => {
  expect(await aggregate({ missing: { field: 'colors' } })).toEqual({ doc_count: 4 })
  expect(await aggregate({ missing: { field: 'time' } })).toEqual({ doc_count: 0 })
})

test('a value of any type is a value', async () => {
  const missing = { field: 'open.x' }
  expect(await aggregateOpen({ missing }, [[1, 'one', null], [true]])).toEqual({ doc_count: 1 })
})

test('every document of a split that never saw the field is in it', async () => {
  const splits = [[{ shop: 'north' }], [{ items: 1 }, { items: 2 }]]
  expect(await aggregate({ missing: { field: 'shop' } }, splits)).toEqual({ doc_count: 2 })
})

test('has sub-aggregations, and stands under other aggregations', async () => {
  const aggs = { items: { sum: { field: 'items' } } }
  expect(await aggregate({ missing: { field: 'price' }, aggs })).toEqual({
    doc_count: 1,
    items: { value: 9 },
  })
  const nested = { unpriced: { missing: { field: 'price' }, aggs } }
  expect(await aggregate({ terms: { field: 'shop' }, aggs: nested })).toMatchObject({
    buckets: [
      { key: 'north', unpriced: { doc_count: 0, items: { value: 0 } } },
      { key: 'south', unpriced: { doc_count: 1, items: { value: 9 } } },
      { key: 'east', unpriced: { doc_count: 0 } },
    ],
  })
})

test('buckets above it can be ordered by its count', async () => {
  const terms = { field: 'shop', order: { unpriced: 'desc' } }
  const aggs = { unpriced: { missing: { field: 'price' } } }
  expect(await aggregate({ terms, aggs })).toMatchObject({
    buckets: [{ key: 'south' }, {}, {}],
  })
})

test('refuses a field that is not fast', async () => {
  expect(await refusal({ missing: { field: 'note' } })).toMatchObject({ kind: 'invalid' })
})
