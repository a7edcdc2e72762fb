import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

const DAY_MS = 86_400_000
const FIRST_MS = Date.UTC(2024, 4, 1)

test('has a bucket a day, with milliseconds and text as keys, days without documents too', async () => {
  expect(await aggregate({ date_histogram: { field: 'time', fixed_interval: '1d' } })).toEqual({
    buckets: [
      { key: FIRST_MS, key_as_string: '2024-05-01T00:00:00Z', doc_count: 3 },
      { key: FIRST_MS + DAY_MS, key_as_string: '2024-05-02T00:00:00Z', doc_count: 1 },
      { key: FIRST_MS + 2 * DAY_MS, key_as_string: '2024-05-03T00:00:00Z', doc_count: 0 },
      { key: FIRST_MS + 3 * DAY_MS, key_as_string: '2024-05-04T00:00:00Z', doc_count: 3 },
    ],
  })
})

test('`offset` moves where the days begin', async () => {
  const options = { field: 'time', fixed_interval: '1d', offset: '-2h', min_doc_count: 1 }
  expect(await aggregate({ date_histogram: options })).toMatchObject({
    buckets: [
      { key_as_string: '2024-04-30T22:00:00Z', doc_count: 2 },
      { key_as_string: '2024-05-01T22:00:00Z', doc_count: 2 },
      { key_as_string: '2024-05-03T22:00:00Z', doc_count: 3 },
    ],
  })
})

test('`hard_bounds` and `extended_bounds` are dates or milliseconds', async () => {
  const bounds = { min: '2024-05-04T00:00:00Z', max: FIRST_MS + 4 * DAY_MS }
  const options = { field: 'time', fixed_interval: '1d' }
  expect(await aggregate({ date_histogram: { ...options, hard_bounds: bounds } })).toMatchObject({
    buckets: [{ doc_count: 3 }],
  })
  const extended = await aggregate({ date_histogram: { ...options, extended_bounds: bounds } })
  expect(extended).toMatchObject({
    buckets: [{}, {}, {}, {}, { key_as_string: '2024-05-05T00:00:00Z', doc_count: 0 }],
  })
})

test.each([
  [{ field: 'time' }, '`fixed_interval`'],
  [{ field: 'time', fixed_interval: 'day' }, '`fixed_interval`'],
  [{ field: 'time', fixed_interval: '0d' }, '`fixed_interval`'],
  [{ field: 'time', fixed_interval: '1d', offset: 'soon' }, '`offset`'],
  [{ field: 'price', fixed_interval: '1d' }, 'is not a datetime'],
])('refuses %o', async (options, named) => {
  expect(await refusal({ date_histogram: options })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(named),
  })
})
