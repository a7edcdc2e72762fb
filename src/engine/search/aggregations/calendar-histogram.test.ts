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
  calendar('month', { time_zone: 'Mars/Olympus' }),
  calendar('month', { format: 'Q' }),
  calendar('month', { missing: 'never' }),
  calendar('month', { hard_bounds: { min: 2, max: 1 } }),
])('%j is refused', async (request) => {
  expect(await refusal(request)).toMatchObject({ kind: 'invalid' })
})

const atNight = [
  { time: '2024-03-30T23:30:00Z', items: 1 }, // 00:30 in Paris, the day the clocks go forward
  { time: '2024-03-31T21:30:00Z', items: 2 }, // 23:30 of the same day
  { time: '2024-03-31T22:30:00Z', items: 4 },
  { items: 8 },
]

test('days are those of the clocks of `time_zone`, keys stay instants', async () => {
  const zone = { time_zone: 'Europe/Paris' }
  const days = {
    buckets: [
      {
        key: Date.parse('2024-03-30T23:00:00Z'),
        key_as_string: '2024-03-31T00:00:00.000+01:00',
        doc_count: 2,
      },
      {
        key: Date.parse('2024-03-31T22:00:00Z'),
        key_as_string: '2024-04-01T00:00:00.000+02:00',
        doc_count: 1,
      },
    ],
  }
  expect(await aggregate(calendar('day', zone), [atNight])).toEqual(days)
  const fixed = { field: 'time', fixed_interval: '1d', ...zone }
  expect(await aggregate({ date_histogram: fixed }, [atNight])).toEqual(days)
  expect(
    await aggregate({ date_histogram: { field: 'time', interval: '1d', ...zone } }, [atNight]),
  ).toEqual(days)
})

test('hours that are shown twice stay apart, one that is not shown has no bucket', async () => {
  const hours = async (from: string, count: number): Promise<unknown[]> => {
    const docs = Array.from({ length: count }, (_, at) => ({
      time: new Date(Date.parse(from) + at * 3_600_000).toISOString(),
    }))
    const histogram = {
      field: 'time',
      fixed_interval: '1h',
      time_zone: 'Europe/Paris',
      format: 'HH:mmXXX',
    }
    const answer = await aggregate({ date_histogram: histogram }, [docs])
    return (answer as { buckets: Record<string, unknown>[] }).buckets.map(
      ({ key_as_string, doc_count }) => `${String(key_as_string)} ${String(doc_count)}`,
    )
  }
  expect(await hours('2024-10-26T23:00:00Z', 4)).toEqual([
    '01:00+02:00 1',
    '02:00+02:00 1',
    '02:00+01:00 1',
    '03:00+01:00 1',
  ])
  expect(await hours('2024-03-31T00:00:00Z', 2)).toEqual(['01:00+01:00 1', '03:00+02:00 1'])
})

test('`format` prints keys and reads bounds, `missing` counts documents without a date', async () => {
  const options = {
    format: 'yyyy-MM',
    extended_bounds: { min: '2024-01' },
    missing: '2024-02',
    keyed: true,
  }
  expect(await aggregate(calendar('month', options), [atNight])).toMatchObject({
    buckets: {
      '2024-01': { doc_count: 0 },
      '2024-02': { doc_count: 1 },
      '2024-03': { doc_count: 3 },
    },
  })
  const histogram = {
    field: 'time',
    fixed_interval: '1d',
    format: 'epoch_millis',
    time_zone: '-02:00',
  }
  expect(
    await aggregate({ date_histogram: { ...histogram, missing: 0, min_doc_count: 1 } }, [atNight]),
  ).toEqual({
    buckets: [-79_200_000, 1711764000000, 1711850400000].map((key, at) => ({
      key,
      key_as_string: String(key),
      doc_count: [1, 1, 2][at],
    })),
  })
})

test('`hard_bounds` leave out what lies outside', async () => {
  const hard_bounds = { max: '2024-03-31T12:00:00Z' }
  expect(await aggregate(calendar('day', { hard_bounds }), [atNight])).toMatchObject({
    buckets: [{ doc_count: 1 }],
  })
})
