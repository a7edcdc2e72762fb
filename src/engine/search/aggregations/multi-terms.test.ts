import { expect, test } from 'vitest'
import type { JsonObject } from '../../bytes/json.ts'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const terms = [{ field: 'shop' }, { field: 'items' }]
const multi = (rest: JsonObject = {}): JsonObject => ({ multi_terms: { terms, ...rest } })

test('has the most frequent combinations, and equal ones in the order of their keys', async () => {
  expect(await aggregate(multi({ size: 2 }))).toEqual({
    buckets: [
      { key: ['north', 1], key_as_string: 'north|1', doc_count: 2 },
      { key: ['east', 3], key_as_string: 'east|3', doc_count: 1 },
    ],
    sum_other_doc_count: 3,
    doc_count_error_upper_bound: 0,
  })
})

test('a document without one of the values is in no bucket, unless something stands for it', async () => {
  const paid = [{ field: 'shop' }, { field: 'paid' }]
  expect(await aggregate({ multi_terms: { terms: paid } })).toMatchObject({
    buckets: [
      { key: ['north', 1], key_as_string: 'north|true', doc_count: 2 },
      { key: ['south', 0], key_as_string: 'south|false', doc_count: 1 },
    ],
  })
  const named = [{ field: 'shop', missing: 'none' }, { field: 'items' }]
  expect(await aggregate({ multi_terms: { terms: named, order: { _key: 'asc' } } })).toMatchObject({
    buckets: [{ key: ['east', 3] }, { key: ['none', -2] }, {}, {}, {}, {}],
  })
})

test('orders by numbers of its sub-aggregations, one after the other', async () => {
  const aggs = { most: { max: { field: 'price' } } }
  const order = [{ _count: 'desc' }, { most: 'desc' }]
  expect(await aggregate({ ...multi({ size: 2, order }), aggs })).toMatchObject({
    buckets: [
      { key: ['north', 1], most: { value: 20 } },
      { key: ['north', 2], most: { value: 40 } },
    ],
  })
})

test('what a split leaves out is told', async () => {
  const splits = [
    [
      { shop: 'a', items: 1 },
      { shop: 'a', items: 1 },
      { shop: 'b', items: 1 },
    ],
    [{ shop: 'b', items: 1 }],
  ]
  expect(await aggregate(multi({ size: 1, shard_size: 1 }), splits)).toMatchObject({
    buckets: [{ key: ['a', 1], doc_count: 2 }],
    sum_other_doc_count: 2,
    doc_count_error_upper_bound: 2,
  })
})

test.each([{}, { terms: [{ field: 'shop' }] }, { terms: [{ field: 'shop' }, { field: 'raw' }] }])(
  '%j is refused',
  async (options) => {
    expect(await refusal({ multi_terms: options })).toMatchObject({ kind: 'invalid' })
  },
)
