import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

test('a value is in a range from its start on and up to before its end; the rest has buckets too', async () => {
  const ranges = [{ to: 5 }, { from: 10, to: 20, key: 'middle' }]
  expect(await aggregate({ range: { field: 'price', ranges } })).toEqual({
    buckets: [
      { key: '*-5', doc_count: 1, to: 5 },
      { key: '5-10', doc_count: 2, from: 5, to: 10 },
      { key: 'middle', doc_count: 1, from: 10, to: 20 },
      { key: '20-*', doc_count: 2, from: 20 },
    ],
  })
})

test('of dates has bounds in nanoseconds, printed as dates', async () => {
  const noon = Date.UTC(2024, 4, 2, 12)
  const ranges = [{ from: `${BigInt(noon) * 1_000_000n}` }]
  expect(await aggregate({ range: { field: 'time', ranges } })).toMatchObject({
    buckets: [
      { key: '*-2024-05-02T12:00:00Z', doc_count: 4, to_as_string: '2024-05-02T12:00:00Z' },
      { key: '2024-05-02T12:00:00Z-*', doc_count: 3, from_as_string: '2024-05-02T12:00:00Z' },
    ],
  })
})

test('keyed, its buckets are an object', async () => {
  const range = { field: 'items', ranges: [{ to: 2, key: 'few' }], keyed: true }
  expect(await aggregate({ range })).toEqual({
    buckets: { few: { doc_count: 3, to: 2 }, '2-*': { doc_count: 4, from: 2 } },
  })
})

test('each bucket has its own sub-aggregations', async () => {
  const aggs = { shops: { terms: { field: 'shop' } } }
  const range = { field: 'items', ranges: [{ from: 9 }] }
  expect(await aggregate({ range, aggs })).toMatchObject({
    buckets: [{ doc_count: 6 }, { shops: { buckets: [{ key: 'south', doc_count: 1 }] } }],
  })
})

test.each([
  [{ field: 'price' }, '`ranges`'],
  [{ field: 'price', ranges: [{ from: 2, to: 1 }] }, 'ends where it starts'],
  [{ field: 'price', ranges: [{ from: 'low' }] }, '`from`'],
  [{ field: 'price', ranges: [{ key: 1 }] }, '`key`'],
])('refuses %o', async (options, named) => {
  expect(await refusal({ range: options })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(named),
  })
})

test('ranges that overlap count a value in each of them, and a document once', async () => {
  const ranges = [{ to: 10 }, { to: 25 }, { from: 5, to: 25 }]
  expect(await aggregate({ range: { field: 'price', ranges } })).toMatchObject({
    buckets: [
      { key: '*-10', doc_count: 3 },
      { key: '*-25', doc_count: 5 },
      { key: '5-25', doc_count: 4 },
      { key: '25-*', doc_count: 1 },
    ],
  })
})

test('`missing` is the number of documents without one', async () => {
  expect(
    await aggregate({ range: { field: 'price', ranges: [{ to: 5 }], missing: 1 } }),
  ).toMatchObject({
    buckets: [
      { key: '*-5', doc_count: 2 },
      { key: '5-*', doc_count: 5 },
    ],
  })
})
