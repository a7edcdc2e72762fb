import { expect, test } from 'vitest'
import { shop } from '../testing/shop.ts'
import { refusal } from '../testing/aggregation-fixture.ts'

test('is about all documents, those of splits that hold no match too', async () => {
  const fixture = await shop()
  const most = { most: { max: { field: 'id' } } }
  const aggs = { all: { global: {}, aggs: most }, ...most }
  const { numHits, aggregations } = await fixture.search({ query: 'id:<3', maxHits: 0, aggs })
  expect(numHits).toBe(3)
  expect(aggregations).toMatchObject({
    all: { doc_count: 100, most: { value: { value: 99 } } },
    most: { value: { value: 2 } },
  })
})

test('filters inside of it are read where the query finds nothing', async () => {
  const fixture = await shop()
  const all = { global: {}, aggs: { red: { filter: { term: { body: 'red' } } } } }
  const none = await fixture.search({ query: 'shop:nowhere', maxHits: 0, aggs: { all } })
  const every = await fixture.search({ maxHits: 0, aggs: { all } })
  expect(none.numHits).toBe(0)
  expect(none.aggregations).toEqual(every.aggregations)
})

test('stands at the top alone', async () => {
  const inner = { terms: { field: 'shop' }, aggs: { all: { global: {} } } }
  expect(await refusal(inner)).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('can only be a top level aggregation'),
  })
})
