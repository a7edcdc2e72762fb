import { expect, test } from 'vitest'
import { aggregate, aggregateOpen, refusal } from '../testing/aggregation-fixture.ts'

test('has a bucket for each interval between the least value and the greatest, empty ones too', async () => {
  expect(await aggregate({ histogram: { field: 'price', interval: 10 } })).toEqual({
    buckets: [
      { key: 0, doc_count: 3 },
      { key: 10, doc_count: 1 },
      { key: 20, doc_count: 1 },
      { key: 30, doc_count: 0 },
      { key: 40, doc_count: 1 },
    ],
  })
})

test('with `min_doc_count` leaves out buckets with fewer documents', async () => {
  expect(
    await aggregate({ histogram: { field: 'price', interval: 10, min_doc_count: 1 } }),
  ).toMatchObject({ buckets: [{ key: 0 }, { key: 10 }, { key: 20 }, { key: 40 }] })
})

test('buckets start at `offset`, and values below zero fall downwards', async () => {
  expect(
    await aggregate({ histogram: { field: 'items', interval: 5, offset: 1, min_doc_count: 1 } }),
  ).toMatchObject({
    buckets: [
      { key: -4, doc_count: 1 },
      { key: 1, doc_count: 5 },
      { key: 6, doc_count: 1 },
    ],
  })
})

test('`extended_bounds` shows empty buckets as far as they reach, `hard_bounds` leaves values out', async () => {
  const extended = { min: -1, max: 59 }
  expect(
    await aggregate({ histogram: { field: 'price', interval: 20, extended_bounds: extended } }),
  ).toMatchObject({ buckets: [-20, 0, 20, 40].map((key) => ({ key })) })
  expect(
    await aggregate({
      histogram: { field: 'price', interval: 20, hard_bounds: { min: 0, max: 20 } },
    }),
  ).toMatchObject({
    buckets: [
      { key: 0, doc_count: 4 },
      { key: 20, doc_count: 1 },
    ],
  })
})

test('keyed, its buckets are an object', async () => {
  expect(
    await aggregate({ histogram: { field: 'price', interval: 40, keyed: true } }),
  ).toMatchObject({ buckets: { '0': { doc_count: 5 }, '40': { doc_count: 1 } } })
})

test('of an open field takes its numbers and no texts', async () => {
  const histogram = { field: 'open.x', interval: 1 }
  const answer = await aggregateOpen({ histogram }, [[1, 'one', 1.5], [2]])
  expect(answer).toEqual({
    buckets: [
      { key: 1, doc_count: 2 },
      { key: 2, doc_count: 1 },
    ],
  })
})

test('each bucket has its own sub-aggregations, empty ones too', async () => {
  const aggs = { shops: { cardinality: { field: 'shop' } } }
  expect(await aggregate({ histogram: { field: 'price', interval: 20 }, aggs })).toMatchObject({
    buckets: [{ shops: { value: 3 } }, { shops: { value: 1 } }, { shops: { value: 1 } }],
  })
})

test.each([
  [{ field: 'price' }, '`interval`'],
  [{ field: 'price', interval: 0 }, '`interval`'],
  [{ field: 'price', interval: 1, extended_bounds: { min: 5, max: 1 } }, '`extended_bounds.min`'],
  [
    {
      field: 'price',
      interval: 1,
      extended_bounds: { min: 0, max: 9 },
      hard_bounds: { min: 0, max: 5 },
    },
    '`hard_bounds`',
  ],
])('refuses %o', async (options, named) => {
  expect(await refusal({ histogram: options })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(named),
  })
})

test('`extended_bounds` may be open, and add nothing where empty buckets are left out', async () => {
  const options = { field: 'price', interval: 20, extended_bounds: { max: 70 } }
  expect(await aggregate({ histogram: options })).toMatchObject({
    buckets: [{ key: 0 }, { key: 20 }, { key: 40 }, { key: 60, doc_count: 0 }],
  })
  expect(await aggregate({ histogram: { ...options, min_doc_count: 1 } })).toMatchObject({
    buckets: [{ key: 0 }, { key: 20 }, { key: 40 }],
  })
})

test('`missing` is the number of documents without one, `format` prints keys', async () => {
  const options = { field: 'price', interval: 20, missing: 45, format: '0.0' }
  expect(await aggregate({ histogram: options })).toMatchObject({
    buckets: [
      { key_as_string: '0.0', doc_count: 4 },
      { key_as_string: '20.0', doc_count: 1 },
      { key_as_string: '40.0', doc_count: 2 },
    ],
  })
})
