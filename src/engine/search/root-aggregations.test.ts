import { describe, expect, test } from 'vitest'
import { stringifyJson, type JsonObject } from '../bytes/json.ts'
import { SearchFixture } from './testing/search-fixture.ts'
import { shop } from './testing/shop.ts'

describe('aggregations', () => {
  test('an aggregation may have any name, `__proto__` as well', async () => {
    const fixture = await shop()
    const asked = JSON.parse('{"__proto__":{"max":{"field":"quantity"}}}') as JsonObject
    const { aggregations } = await fixture.search({ maxHits: 0, aggs: asked })
    expect(stringifyJson(aggregations ?? null)).toBe('{"__proto__":{"value":9.0}}')
  })

  test('nested aggregations count each document once, over several splits', async () => {
    const fixture = await shop()
    const { aggregations } = await fixture.search({
      maxHits: 0,
      aggs: {
        time: {
          date_histogram: { field: 'ts', fixed_interval: '50s' },
          aggs: {
            shops: {
              terms: { field: 'shop', size: 2 },
              aggs: { most: { max: { field: 'quantity' } } },
            },
          },
        },
      },
    })
    expect(JSON.parse(stringifyJson(aggregations ?? null))).toEqual({
      time: {
        buckets: [
          bucket(1_700_000_000_000, '2023-11-14T22:13:20Z', 50, [
            ['shop-0', 13, 8],
            ['shop-1', 13, 9],
          ]),
          bucket(1_700_000_050_000, '2023-11-14T22:14:10Z', 50, [
            ['shop-2', 13, 8],
            ['shop-3', 13, 9],
          ]),
        ],
      },
    })
  })

  function bucket(
    key: number,
    text: string,
    count: number,
    shops: [string, number, number][],
  ): unknown {
    return {
      key,
      key_as_string: text,
      doc_count: count,
      shops: {
        buckets: shops.map(([name, docs, most]) => ({
          key: name,
          doc_count: docs,
          most: { value: most },
        })),
        sum_other_doc_count: count - shops.reduce((sum, [, docs]) => sum + docs, 0),
        doc_count_error_upper_bound: 0,
      },
    }
  }

  test('negative zero is in the bucket of zero, whichever comes first', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [{ name: 'x', type: 'f64', fast: true }],
    })
    await fixture.addSplit(['{"x":-0.0}', '{"x":0}', '{"x":0.5}'])
    await fixture.addSplit(['{"x":-0.0}'])
    const response = await fixture.search({ aggs: { x: { terms: { field: 'x' } } } })
    expect(stringifyJson(response.aggregations ?? null)).toContain(
      '"buckets":[{"key":0.0,"doc_count":3},{"key":0.5,"doc_count":1}]',
    )
  })

  test('more buckets than the limit is an error that names the limit', async () => {
    const fixture = await shop()
    const aggs = { a: { date_histogram: { field: 'ts', fixed_interval: '1ms' } } }
    await expect(fixture.search({ aggs })).rejects.toMatchObject({
      kind: 'tooLarge',
      message: expect.stringContaining('BUCKET_LIMIT'),
    })
  })
})
