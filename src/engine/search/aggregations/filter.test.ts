import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const north = { term: { shop: 'north' } }

test('is one bucket of the documents that a clause of the query DSL matches', async () => {
  expect(await aggregate({ filter: north })).toEqual({ doc_count: 3 })
  expect(await aggregate({ filter: { bool: { must_not: north } } })).toEqual({ doc_count: 4 })
  expect(await aggregate({ filter: { range: { price: { gte: 10 } } } })).toEqual({ doc_count: 3 })
})

test('reads postings for it, of which a split without the word has none', async () => {
  expect(await aggregate({ filter: { match: { note: 'late' } } })).toEqual({ doc_count: 0 })
  const splits = [[{ note: 'late again' }, { note: 'on time' }], [{ items: 1 }]]
  expect(await aggregate({ filter: { match: { note: 'late' } } }, splits)).toEqual({ doc_count: 1 })
})

test('has sub-aggregations, and stands under other aggregations', async () => {
  const aggs = { items: { sum: { field: 'items' } } }
  expect(await aggregate({ filter: north, aggs })).toEqual({ doc_count: 3, items: { value: 4 } })
  const paid = { filter: { term: { paid: true } }, aggs }
  expect(await aggregate({ terms: { field: 'shop', size: 1 }, aggs: { paid } })).toMatchObject({
    buckets: [{ key: 'north', paid: { doc_count: 2, items: { value: 3 } } }],
  })
})

test('buckets above it can be ordered by a number inside', async () => {
  const cheap = {
    filter: { range: { price: { lt: 9 } } },
    aggs: { most: { max: { field: 'items' } } },
  }
  const terms = { field: 'shop', order: { 'cheap>most': 'desc' } }
  expect(await aggregate({ terms, aggs: { cheap } })).toMatchObject({
    buckets: [{ key: 'south' }, { key: 'east' }, { key: 'north' }],
  })
})

test('is refused as the clause would be in a query', async () => {
  expect(await refusal({ filter: { term: { nothing: 1 } } })).toMatchObject({ code: 'QUERY-FIELD' })
  expect(await refusal({ filter: {} })).toMatchObject({
    message: expect.stringContaining('`a.filter`: expected exactly one query type'),
  })
  expect(await refusal({ filter: { range: { time: { gte: 'now-1d' } } } })).toMatchObject({
    message: expect.stringContaining('`now` is not supported here'),
  })
})
