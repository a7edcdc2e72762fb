import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../engine/bytes/json.ts'
import { ApiFixture, at } from '../testing/api-fixture.ts'

const ELASTIC = '/api/v1/_elastic'

/** Orders with items, as Elasticsearch's clients send them. */
const ORDERS: readonly JsonObject[] = [
  {
    id: 1,
    items: [
      { sku: 'a', price: 5, by: { name: 'ann' } },
      { sku: 'b', price: 20 },
    ],
  },
  { id: 2, items: [{ sku: 'c', price: 7 }] },
  { id: 3, items: { sku: 'a', price: 9, by: { name: 'bob' } } },
  { id: 4, items: [] },
  { id: 5 },
]

const ITEM: JsonObject = {
  properties: {
    sku: { type: 'keyword' },
    price: { type: 'integer' },
    by: { properties: { name: { type: 'keyword' } } },
  },
}

const MAPPINGS: readonly (readonly [string, JsonObject])[] = [
  ['dynamic', { properties: { id: { type: 'integer' } } }],
  ['declared', { properties: { id: { type: 'integer' }, items: ITEM } }],
]

describe.each(MAPPINGS)('arrays of objects in a %s mapping', async (kind, mappings) => {
  const shop = new ApiFixture()
  const index = `orders-${kind}`
  await shop.ask(`${ELASTIC}/${index}`, { method: 'PUT', body: JSON.stringify({ mappings }) })
  const lines = ORDERS.map((order) => `{"index":{}}\n${JSON.stringify(order)}\n`)
  const bulk = await shop.ask(`${ELASTIC}/${index}/_bulk?refresh=true`, { body: lines.join('') })

  async function search(body: JsonObject): Promise<JsonValue> {
    const path = `${ELASTIC}/${index}/_search`
    const answer = await shop.ask(path, { body: JSON.stringify({ sort: ['id'], ...body }) })
    if (answer.status !== 200) throw new Error(answer.text)
    return answer.json
  }
  async function ids(query: JsonObject): Promise<unknown> {
    const hits = at(await search({ query }), 'hits', 'hits')
    return (Array.isArray(hits) ? hits : []).map((hit) => at(hit, '_source', 'id'))
  }

  test('are taken, and come back as they were sent', async () => {
    expect(at(bulk.json, 'errors')).toBe(false)
    expect(at(await search({}), 'hits', 'hits', 0, '_source')).toEqual(ORDERS[0])
  })

  test('are found by the values of any of their objects', async () => {
    expect(await ids({ term: { 'items.sku': 'a' } })).toEqual([1, 3])
    expect(await ids({ term: { 'items.by.name': 'bob' } })).toEqual([3])
    expect(await ids({ range: { 'items.price': { gt: 6, lt: 10 } } })).toEqual([2, 3])
    expect(await ids({ query_string: { query: 'items.sku:b' } })).toEqual([1])
  })

  test('do not keep their objects apart, as in Elasticsearch without `nested`', async () => {
    const both = [{ term: { 'items.sku': 'a' } }, { term: { 'items.price': 20 } }]
    expect(await ids({ bool: { filter: both } })).toEqual([1])
  })

  test('exist where one of their objects has a value', async () => {
    expect(await ids({ exists: { field: 'items.sku' } })).toEqual([1, 2, 3])
    expect(await ids({ exists: { field: 'items' } })).toEqual([1, 2, 3])
    expect(await ids({ exists: { field: 'items.by' } })).toEqual([1, 3])
    expect(await ids({ bool: { must_not: { exists: { field: 'items.by.name' } } } })).toEqual([
      2, 4, 5,
    ])
  })

  test('are counted once per document in a bucket, and each value in a metric', async () => {
    const answer = await search({
      size: 0,
      aggs: {
        skus: { terms: { field: 'items.sku', order: { _key: 'asc' } } },
        prices: { sum: { field: 'items.price' } },
      },
    })
    expect(at(answer, 'aggregations', 'skus', 'buckets')).toEqual([
      { key: 'a', doc_count: 2 },
      { key: 'b', doc_count: 1 },
      { key: 'c', doc_count: 1 },
    ])
    expect(at(answer, 'aggregations', 'prices', 'value')).toMatchObject({ value: 41 })
  })

  test('show the values of all their objects under one path', async () => {
    const answer = await search({ _source: false, fields: ['items.*'], size: 1 })
    expect(at(answer, 'hits', 'hits', 0, 'fields')).toEqual({
      'items.sku': ['a', 'b'],
      'items.price': [5, 20],
      'items.by.name': ['ann'],
    })
  })
})
