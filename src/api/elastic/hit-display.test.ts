import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../engine/bytes/json.ts'
import { ApiFixture, at, sales } from '../testing/api-fixture.ts'
import { fieldValues } from './hit-display.ts'

const shop = new ApiFixture()
await shop.createShipped('mock-sales')
await shop.ingest('mock-sales', sales(5))
const SEARCH = '/api/v1/_elastic/mock-sales/_search'

async function firstHit(body: JsonObject, url = ''): Promise<unknown> {
  const { json } = await shop.ask(SEARCH + url, { body: JSON.stringify({ size: 1, ...body }) })
  return at(json, 'hits', 'hits', 0)
}

describe('a hit shows', () => {
  test('no document where `_source` is false', async () => {
    expect(await firstHit({ _source: false })).toEqual({ _index: 'mock-sales' })
    expect(await firstHit({}, '?_source=false')).toEqual({ _index: 'mock-sales' })
    expect(await firstHit({ stored_fields: '_none_' })).toEqual({ _index: 'mock-sales' })
  })

  test.each<[JsonObject, string]>([
    [{ _source: 'quantity' }, ''],
    [{ _source: ['quantity'] }, ''],
    [{ _source: { includes: ['quantity', 'id'], excludes: 'id' } }, ''],
    [{}, '?_source=quantity'],
    [{ _source: false }, '?_source=quantity'],
  ])('only what `_source` names: %j %s', async (body, url) => {
    expect(await firstHit(body, url)).toEqual({
      _index: 'mock-sales',
      _source: { quantity: expect.any(Number) },
    })
  })

  test('values of named fields as lists', async () => {
    const hit = await firstHit({
      _source: false,
      fields: ['quan*'],
      docvalue_fields: [{ field: 'id' }],
    })
    expect(hit).toEqual({
      _index: 'mock-sales',
      fields: { quantity: [expect.any(Number)], id: [expect.anything()] },
    })
  })
})

test.each([
  ['epoch_millis', '1704067200000'],
  ['yyyy/MM/dd', '2024/01/01'],
  ['strict_date_optional_time_nanos', '2024-01-01T00:00:00.000000000Z'],
])('dates of named fields are written as %s says', async (format, expected) => {
  const fields = [{ field: 'ts', format }]
  const sort = ['ts']
  expect(await firstHit({ sort, fields })).toMatchObject({ fields: { ts: [expected] } })
  expect(await firstHit({ sort, docvalue_fields: fields })).toMatchObject({
    fields: { ts: [expected] },
  })
})

test('values of arrays and of objects in them stand under one path', () => {
  const document = { a: [{ b: 1, c: null }, { b: [2, 3] }], d: 'x' }
  const values = (patterns: string[]): JsonObject =>
    fieldValues(
      document,
      patterns.map((pattern) => ({ pattern, printer: undefined })),
    )
  expect(values(['a.*'])).toEqual({ 'a.b': [1, 2, 3] })
  expect(values(['d', 'e'])).toEqual({ d: ['x'] })
})

test('post_filter narrows the hits, and is refused where aggregations would have to differ', async () => {
  const post_filter = { term: { quantity: 1 } }
  const query = { query: { match_all: {} }, post_filter }
  const { json } = await shop.ask(SEARCH, { body: JSON.stringify(query) })
  const plain = await shop.ask(SEARCH, { body: JSON.stringify({ query: post_filter }) })
  expect(at(json, 'hits')).toEqual(at(plain.json, 'hits'))
  const aggs = { most: { max: { field: 'price' } } }
  const refused = await shop.ask(SEARCH, { body: JSON.stringify({ ...query, aggs }) })
  expect(refused.status).toBe(400)
})

test.each<[JsonObject, string]>([
  [{ script_fields: { a: { script: '1' } } }, 'no scripts'],
  [{ _source: 'a*b' }, '`_source`'],
  [{ fields: [{ field: 'ts', format: "yyyy-MM'T" }] }, 'never closed'],
  [{ fields: [{ field: 'ts', boost: 2 }] }, 'unknown key [boost]'],
  [{ stored_fields: ['id'] }, '`fields`'],
])('%j is refused', async (body, words) => {
  const answer = await shop.ask(SEARCH, { body: JSON.stringify(body) })
  expect(answer.status).toBe(400)
  expect(at(answer.json, 'error', 'reason')).toContain(words)
})
