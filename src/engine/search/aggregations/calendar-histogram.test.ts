import { expect, test } from 'vitest'
import type { JsonObject } from '../../bytes/json.ts'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const splits = [
  [
    { time: '2024-01-31T23:59:59.999Z', items: 1 },
    { time: '2024-02-01T00:00:00Z', items: 2 },
  ],
  [
    { time: '2024-04-30T12:00:00Z', items: 4 },
    { time: '2024-02-29T12:00:00Z', items: 8 },
  ],
]
const calendar = (calendar_interval: string, rest: JsonObject = {}): JsonObject => {
  return { date_histogram: { field: 'time', calendar_interval, ...rest } }
}

test('buckets are months as long as they are, and empty ones stand between', async () => {
  const aggs = { items: { sum: { field: 'items' } } }
  expect(await aggregate({ ...calendar('month'), aggs }, splits)).toEqual({
    buckets: [
      ['2024-01-01T00:00:00Z', 1, 1],
      ['2024-02-01T00:00:00Z', 2, 10],
      ['2024-03-01T00:00:00Z', 0, 0],
      ['2024-04-01T00:00:00Z', 1, 4],
    ].map(([text, doc_count, value]) => ({
      key: Date.parse(String(text)),
      key_as_string: text,
      doc_count,
      items: { value },
    })),
  })
})

test('empty buckets are left out where they are not wanted, and reach as far as asked', async () => {
  expect(await aggregate(calendar('1q', { min_doc_count: 1 }), splits)).toMatchObject({
    buckets: [{ doc_count: 3 }, { doc_count: 1 }],
  })
  const extended_bounds = { min: '2023-06-01T00:00:00Z', max: '2025-01-01T00:00:00Z' }
  expect(await aggregate(calendar('year', { extended_bounds }), splits)).toMatchObject({
    buckets: [{ doc_count: 0 }, { doc_count: 4 }, { doc_count: 0 }],
  })
})

test('buckets may have names, and start later than their unit', async () => {
  expect(await aggregate(calendar('1y', { keyed: true, offset: '+1d' }), splits)).toMatchObject({
    buckets: { '2024-01-02T00:00:00Z': { doc_count: 4 } },
  })
})

test.each([
  calendar('fortnight'),
  calendar('month', { fixed_interval: '1d' }),
  calendar('month', { time_zone: 'Europe/Paris' }),
  calendar('month', { hard_bounds: { min: 0, max: 1 } }),
])('%j is refused', async (request) => {
  expect(await refusal(request)).toMatchObject({ kind: 'invalid' })
})
