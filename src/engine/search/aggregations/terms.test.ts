import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../bytes/json.ts'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

describe('terms', () => {
  test('has a bucket for each value, those with most documents first', async () => {
    expect(await aggregate({ terms: { field: 'shop' } })).toEqual({
      buckets: [
        { key: 'north', doc_count: 3 },
        { key: 'south', doc_count: 2 },
        { key: 'east', doc_count: 1 },
      ],
      sum_other_doc_count: 0,
      doc_count_error_upper_bound: 0,
    })
  })

  test('counts a document in the bucket of each of its values', async () => {
    expect(await aggregate({ terms: { field: 'colors' } })).toMatchObject({
      buckets: [
        { key: 'blue', doc_count: 2 },
        { key: 'red', doc_count: 2 },
      ],
    })
  })

  test('counts a document once in a bucket, however often it has the value', async () => {
    const docs = [
      { colors: ['red', 'red', 'blue'], items: 1 },
      { colors: ['red'], items: 2 },
    ]
    const aggs = { items: { sum: { field: 'items' } } }
    expect(await aggregate({ terms: { field: 'colors' }, aggs }, [docs])).toMatchObject({
      buckets: [
        { key: 'red', doc_count: 2, items: { value: 3 } },
        { key: 'blue', doc_count: 1, items: { value: 1 } },
      ],
      sum_other_doc_count: 0,
    })
  })

  test('shows `size` buckets and counts what is in the others', async () => {
    expect(await aggregate({ terms: { field: 'shop', size: 1 } })).toMatchObject({
      buckets: [{ key: 'north', doc_count: 3 }],
      sum_other_doc_count: 3,
    })
  })

  test.each([
    [{ _key: 'asc' }, ['east', 'north', 'south']],
    [{ _key: 'desc' }, ['south', 'north', 'east']],
    [{ _count: 'asc' }, ['east', 'south', 'north']],
    [{ cheapest: 'asc' }, ['south', 'east', 'north']],
    [{ 'all.max': 'desc' }, ['north', 'east', 'south']],
  ])('orders by %o', async (order, keys) => {
    const aggs = { cheapest: { min: { field: 'price' } }, all: { stats: { field: 'price' } } }
    const answer = await aggregate({ terms: { field: 'shop', order }, aggs })
    expect(answer).toMatchObject({ buckets: keys.map((key) => ({ key })) })
  })

  test('of numbers has numbers as keys, of bools and dates both forms', async () => {
    expect(await aggregate({ terms: { field: 'items', order: { _key: 'asc' } } })).toMatchObject({
      buckets: [-2, 1, 2, 3, 4, 9].map((key) => ({ key })),
    })
    expect(await aggregate({ terms: { field: 'paid' } })).toMatchObject({
      buckets: [
        { key: 1, key_as_string: 'true', doc_count: 2 },
        { key: 0, key_as_string: 'false', doc_count: 1 },
      ],
    })
    expect(
      await aggregate({ terms: { field: 'time', size: 1, order: { _key: 'asc' } } }),
    ).toMatchObject({
      buckets: [{ key: '2024-05-01T09:00:00Z' }],
    })
  })

  test('of an open field keeps values of different types apart', async () => {
    const answer = await aggregateOpen({ terms: { field: 'open.x' } }, [
      [1, '1', true],
      [1.5, 1],
    ])
    expect(answer).toMatchObject({
      buckets: [
        { key: 1, doc_count: 2 },
        { key: 1, key_as_string: 'true', doc_count: 1 },
        { key: '1', doc_count: 1 },
        { key: 1.5, doc_count: 1 },
      ],
    })
  })

  test('gives documents without value the bucket that `missing` names', async () => {
    const aggs = { items: { sum: { field: 'items' } } }
    const answer = await aggregate({ terms: { field: 'shop', missing: 'nowhere' }, aggs })
    expect(answer).toMatchObject({
      buckets: [{}, {}, {}, { key: 'nowhere', doc_count: 1, items: { value: -2 } }],
    })
  })

  test('keeps what `include` and `exclude` let through', async () => {
    const shops = async (filter: JsonObject): Promise<unknown> =>
      aggregate({ terms: { field: 'shop', order: { _key: 'asc' }, ...filter } })
    const keys = (list: string[]): object => ({ buckets: list.map((key) => ({ key })) })
    expect(await shops({ include: '.*th' })).toMatchObject(keys(['north', 'south']))
    expect(await shops({ include: ['east', 'west'] })).toMatchObject(keys(['east']))
    expect(await shops({ exclude: ['east'] })).toMatchObject(keys(['north', 'south']))
  })

  test('with `min_doc_count` leaves small buckets out, and with 0 shows unmatched texts', async () => {
    expect(await aggregate({ terms: { field: 'shop', min_doc_count: 3 } })).toMatchObject({
      buckets: [{ key: 'north' }],
    })
    const range = { range: { field: 'price', ranges: [{ from: 30, key: 'high' }] } }
    const aggs = { shops: { terms: { field: 'shop', min_doc_count: 0 } } }
    const answer = await aggregate({ ...range, aggs })
    expect(JSON.stringify(answer)).toContain('{"key":"south","doc_count":0}')
  })

  test('says how wrong counts may be when splits report fewer buckets than they have', async () => {
    const split = (counts: Record<string, number>) =>
      Object.entries(counts).flatMap(([shop, count]) =>
        Array.from({ length: count }, () => ({ shop })),
      )
    const splits = [split({ a: 5, b: 4, c: 3 }), split({ c: 5, b: 4, a: 3 })]
    const asked = { terms: { field: 'shop', size: 1, segment_size: 2 } }
    // `a` and `c` have 8 each, of which a split reports 5 only; `b` is first with all of its 8.
    expect(await aggregate(asked, splits)).toMatchObject({
      buckets: [{ key: 'b', doc_count: 8 }],
      doc_count_error_upper_bound: 8,
    })
  })

  test('is empty over nothing', async () => {
    expect(await aggregate({ terms: { field: 'shop' } }, [])).toEqual({
      buckets: [],
      sum_other_doc_count: 0,
      doc_count_error_upper_bound: 0,
    })
  })

  test.each([
    [{ field: 'shop', order: { nothing: 'asc' } }, 'order'],
    [{ field: 'raw' }, 'bytes'],
    [{ field: 'shop', size: -1 }, '`size`'],
    [{ field: 'shop', missing: [] }, '`missing`'],
    [{}, '`field`'],
  ])('refuses %o', async (options, named) => {
    expect(await refusal({ terms: options })).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(named),
    })
  })
})

describe('what is kept of the terms', () => {
  const keysOf = async (terms: JsonObject): Promise<unknown[]> => {
    const order = { _key: 'asc' }
    const answer = await aggregate({ terms: { order, ...terms } })
    return (answer as { buckets: { key: unknown }[] }).buckets.map(({ key }) => key)
  }

  test('`include` and `exclude` hold numbers and booleans too', async () => {
    expect(await keysOf({ field: 'items', include: [1, 3, 9], exclude: ['3'] })).toEqual([1, 9])
    expect(await keysOf({ field: 'paid', include: [true] })).toEqual([1])
    expect(await keysOf({ field: 'items', include: '1.*' })).toEqual([])
  })

  test('of several parts each value is in one', async () => {
    const parts = await Promise.all(
      [0, 1, 2].map((partition) =>
        keysOf({ field: 'items', include: { partition, num_partitions: 3 } }),
      ),
    )
    expect(new Set(parts.flat())).toEqual(new Set([-2, 1, 2, 3, 4, 9]))
    expect(parts.flat()).toHaveLength(6)
  })

  test('`format` prints keys beside them, and directions may be in capitals', async () => {
    const dates = { field: 'time', format: 'dd.MM.', size: 1, order: { _key: 'DESC' } }
    expect(await aggregate({ terms: dates })).toMatchObject({
      buckets: [{ key: '2024-05-04T13:00:00Z', key_as_string: '04.05.' }],
    })
    const numbers = { field: 'items', format: '0.0', size: 1, order: { _term: 'desc' } }
    expect(await aggregate({ terms: numbers })).toMatchObject({
      buckets: [{ key: 9, key_as_string: '9.0' }],
    })
  })

  test('a path in brackets orders by a percentile', async () => {
    const aggs = { 1: { percentiles: { field: 'price', percents: ['99.9'] } } }
    const terms = { field: 'shop', order: { '1[99.9]': 'desc' }, size: 1 }
    expect(await aggregate({ terms, aggs })).toMatchObject({ buckets: [{ key: 'north' }] })
  })
})

describe('when splits report less than they have', () => {
  const splits = [
    ['a', 'a', 'a', 'b', 'b', 'c'],
    ['b', 'b', 'b', 'c', 'c', 'a'],
  ].map((shops) => shops.map((shop) => ({ shop })))
  const ask = (more: JsonObject): Promise<unknown> =>
    aggregate({ terms: { field: 'shop', size: 2, split_size: 2, ...more } }, splits)

  test('no bucket misses more than what each split cut off at, and each says its own', async () => {
    expect(await ask({ show_term_doc_count_error: true })).toEqual({
      buckets: [
        { key: 'b', doc_count: 5, doc_count_error_upper_bound: 0 },
        { key: 'a', doc_count: 3, doc_count_error_upper_bound: 2 },
      ],
      sum_other_doc_count: 4,
      doc_count_error_upper_bound: 4,
    })
  })

  test('in the order of keys nothing is missed, in that of a number nobody can tell', async () => {
    const shown = { show_term_doc_count_error: true }
    expect(await ask({ order: { _key: 'asc' }, ...shown })).toMatchObject({
      buckets: [{ doc_count: 4 }, { doc_count: 5 }],
      doc_count_error_upper_bound: 0,
    })
    expect(await ask({ order: { _count: 'asc' }, ...shown })).toMatchObject({
      doc_count_error_upper_bound: -1,
    })
  })
})
