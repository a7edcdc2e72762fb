import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

const shop = { shop: { terms: { field: 'shop' } } }
const day = { day: { date_histogram: { field: 'time', fixed_interval: '1d' } } }
const composite = (sources: JsonValue, rest: JsonObject = {}): JsonObject => {
  return { composite: { sources, size: 10, ...rest } }
}

describe('a composite aggregation', () => {
  test('has a bucket for each combination of keys, in their order', async () => {
    expect(await aggregate(composite([shop]))).toEqual({
      buckets: [
        { key: { shop: 'east' }, doc_count: 1 },
        { key: { shop: 'north' }, doc_count: 3 },
        { key: { shop: 'south' }, doc_count: 2 },
      ],
      after_key: { shop: 'str:south' },
    })
    const first = Date.UTC(2024, 4, 1)
    expect(await aggregate(composite([shop, day], { size: 2 }))).toEqual({
      buckets: [
        { key: { shop: 'east', day: Date.UTC(2024, 4, 4) }, doc_count: 1 },
        { key: { shop: 'north', day: first }, doc_count: 2 },
      ],
      after_key: { shop: 'str:north', day: `dt:${first}000000` },
    })
  })

  test('pages by after_key see every bucket once, and the page after the last is empty', async () => {
    const seen: unknown[] = []
    let after: JsonValue = null
    for (let page = 0; page < 9; page++) {
      const { buckets, after_key } = (await aggregate(
        composite([shop, day], { size: 2, after }),
      )) as { buckets: { key: unknown }[]; after_key?: JsonObject } // as it was asked for
      if (after_key === undefined) break
      seen.push(...buckets.map(({ key }) => key))
      after = after_key
    }
    const all = (await aggregate(composite([shop, day]))) as { buckets: { key: unknown }[] } // the same
    expect(seen).toEqual(all.buckets.map(({ key }) => key))
    expect(seen).toHaveLength(5)
  })

  test('the key of a bucket may be sent as after too', async () => {
    expect(await aggregate(composite([shop], { after: { shop: 'east' } }))).toMatchObject({
      buckets: [{ key: { shop: 'north' } }, { key: { shop: 'south' } }],
    })
    const items = { items: { terms: { field: 'items' } } }
    expect(await aggregate(composite([items], { after: { items: 3 } }))).toMatchObject({
      buckets: [{ key: { items: 4 } }, { key: { items: 9 } }],
    })
  })

  test('each source has its own order, and may have a bucket of documents without value', async () => {
    const down = { shop: { terms: { field: 'shop', order: 'desc', missing_bucket: true } } }
    expect(await aggregate(composite([down]))).toMatchObject({
      buckets: [
        { key: { shop: 'south' } },
        { key: { shop: 'north' } },
        { key: { shop: 'east' } },
        { key: { shop: null }, doc_count: 1 },
      ],
      after_key: { shop: 'null:' },
    })
    const first = {
      shop: { terms: { field: 'shop', missing_bucket: true, missing_order: 'last' } },
    }
    expect(await aggregate(composite([first], { after: { shop: 'str:south' } }))).toMatchObject({
      buckets: [{ key: { shop: null } }],
    })
  })

  test('numbers are put into buckets of a histogram, dates into those of a calendar', async () => {
    const price = { price: { histogram: { field: 'price', interval: 20 } } }
    expect(await aggregate(composite([price]))).toMatchObject({
      buckets: [
        { key: { price: 0 }, doc_count: 4 },
        { key: { price: 20 }, doc_count: 1 },
        { key: { price: 40 }, doc_count: 1 },
      ],
    })
    const month = { month: { date_histogram: { field: 'time', calendar_interval: 'month' } } }
    expect(await aggregate(composite([month]))).toMatchObject({
      buckets: [{ key: { month: Date.UTC(2024, 4, 1) }, doc_count: 7 }],
    })
  })

  test('a document with several values is in the bucket of each', async () => {
    const colors = { color: { terms: { field: 'colors' } } }
    expect(await aggregate(composite([colors]))).toMatchObject({
      buckets: [
        { key: { color: 'blue' }, doc_count: 2 },
        { key: { color: 'red' }, doc_count: 2 },
      ],
    })
  })

  test('values of every type stand in one order: bools, texts, numbers', async () => {
    const open = composite([{ x: { terms: { field: 'open.x' } } }])
    expect(
      await aggregateOpen(open, [
        [2, 'b', true],
        [1.5, 'a'],
      ]),
    ).toMatchObject({
      buckets: [true, 'a', 'b', 1.5, 2].map((x) => ({ key: { x }, doc_count: 1 })),
    })
  })

  test('its buckets have sub-aggregations', async () => {
    const aggs = { items: { sum: { field: 'items' } } }
    expect(await aggregate({ ...composite([shop]), aggs })).toMatchObject({
      buckets: [{ items: { value: 3 } }, { items: { value: 4 } }, { items: { value: 13 } }],
    })
  })

  test.each<[string, JsonObject]>([
    ['no sources', composite([])],
    ['two types', composite([{ a: { terms: { field: 'shop' }, histogram: {} } }])],
    ['another type', composite([{ a: { range: { field: 'price' } } }])],
    ['the same name twice', composite([shop, shop])],
    ['an after of another search', composite([shop], { after: { day: 'dt:0' } })],
    ['an order', composite([{ a: { terms: { field: 'shop', order: 'up' } } }])],
    [
      'a time zone that is none',
      composite([
        {
          a: { date_histogram: { field: 'time', fixed_interval: '1d', time_zone: 'Asia/Nowhere' } },
        },
      ]),
    ],
    [
      'two units',
      composite([{ a: { date_histogram: { field: 'time', calendar_interval: '2w' } } }]),
    ],
  ])('%s is refused', async (_, request) => {
    expect(await refusal(request)).toMatchObject({ kind: 'invalid' })
  })
})

test.each(['constructor', '__proto__'])('`%s` is no kind of source', async (kind) => {
  const source = JSON.parse(`{"q":{"${kind}":{"field":"shop"}}}`) as JsonObject
  await expect(aggregate(composite([source]))).rejects.toMatchObject({ kind: 'invalid' })
})
