import { expect, test } from 'vitest'
import { at } from '../testing/api-fixture.ts'
import { ELASTIC, json, shopWithEvents } from './testing/elastic-fixture.ts'

const shop = await shopWithEvents()

test('typed_keys puts the kind in front of every name, inner ones as well', async () => {
  const aggs = {
    words: { terms: { field: 'quantity' }, aggs: { most: { max: { field: 'price' } } } },
    spread: { percentiles: { field: 'price' } },
    parts: {
      range: { field: 'price', keyed: true, ranges: [{ to: 10 }] },
      aggs: { sum: { sum: { field: 'price' } } },
    },
  }
  const path = `${ELASTIC}/mock-sales/_search?typed_keys=true`
  const { json: answer } = await shop.ask(path, json({ size: 0, aggs }))
  const results = at(answer, 'aggregations') ?? {}
  expect(Object.keys(results)).toEqual([
    'lterms#words',
    'tdigest_percentiles#spread',
    'range#parts',
  ])
  expect(at(results, 'lterms#words', 'buckets', 0, 'max#most', 'value')).toBeGreaterThan(1)
  expect(Object.values(at(results, 'range#parts', 'buckets') ?? {})[0]).toHaveProperty(['sum#sum'])
  const inTags = { tags: { terms: { field: 'tag' } } }
  const events = await shop.ask(`${ELASTIC}/wide-events/_search?typed_keys`, json({ aggs: inTags }))
  expect(at(events.json, 'aggregations', 'sterms#tags', 'buckets', 0, 'key')).toBe('a')
})

test('without it names stay as they were asked', async () => {
  const aggs = { most: { max: { field: 'price' } } }
  const plain = await shop.ask(`${ELASTIC}/mock-sales/_search?typed_keys=false`, json({ aggs }))
  expect(Object.keys(at(plain.json, 'aggregations') ?? {})).toEqual(['most'])
})

test('pipelines are called by the shape of what they give', async () => {
  const aggs = {
    parts: {
      histogram: { field: 'price', interval: 10 },
      aggs: { sums: { cumulative_sum: { buckets_path: '_count' } } },
    },
    most: { max_bucket: { buckets_path: 'parts>_count' } },
  }
  const path = `${ELASTIC}/mock-sales/_search?typed_keys=true`
  const { json: answer } = await shop.ask(path, json({ size: 0, aggs }))
  const results = at(answer, 'aggregations') ?? {}
  expect(Object.keys(results)).toEqual(['histogram#parts', 'bucket_metric_value#most'])
  expect(at(results, 'histogram#parts', 'buckets', 0, 'simple_value#sums', 'value')).toMatchObject({
    value: 20,
  })
})
