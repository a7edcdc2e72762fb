import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const north = { term: { shop: 'north' } }
const paid = { term: { paid: true } }

test('is a bucket for each clause, under its name', async () => {
  expect(await aggregate({ filters: { filters: { north, paid } } })).toEqual({
    buckets: { north: { doc_count: 3 }, paid: { doc_count: 2 } },
  })
})

test('without names buckets stand in the order of the clauses', async () => {
  expect(await aggregate({ filters: { filters: [paid, north] } })).toEqual({
    buckets: [{ doc_count: 2 }, { doc_count: 3 }],
  })
})

test('one more bucket has what no clause matches', async () => {
  const filters = { north, paid }
  expect(await aggregate({ filters: { filters, other_bucket: true } })).toMatchObject({
    buckets: { _other_: { doc_count: 4 } },
  })
  expect(await aggregate({ filters: { filters, other_bucket_key: 'rest' } })).toMatchObject({
    buckets: { rest: { doc_count: 4 } },
  })
  expect(await aggregate({ filters: { filters: [north], other_bucket: true } })).toMatchObject({
    buckets: [{ doc_count: 3 }, { doc_count: 4 }],
  })
})

test('each bucket has the sub-aggregations', async () => {
  const aggs = { items: { sum: { field: 'items' } } }
  expect(await aggregate({ filters: { filters: { north, paid } }, aggs })).toMatchObject({
    buckets: { north: { items: { value: 4 } }, paid: { items: { value: 3 } } },
  })
})

test.each([{ filters: {} }, { filters: { filters: {} } }, { filters: { filters: [] } }])(
  '%j has no clause and is refused',
  async (request) => {
    expect(await refusal(request)).toMatchObject({ kind: 'invalid' })
  },
)
