import { expect, test } from 'vitest'
import { aggregate, refusal } from '../testing/aggregation-fixture.ts'

test('has the buckets that are asked for, by where they begin, with bounds as numbers and texts', async () => {
  const ranges = [{ from: '2024-05-02T00:00:00Z' }, { to: '2024-05-03', key: 'early' }]
  expect(await aggregate({ date_range: { field: 'time', ranges } })).toEqual({
    buckets: [
      {
        key: 'early',
        doc_count: 4,
        to: Date.UTC(2024, 4, 3),
        to_as_string: '2024-05-03T00:00:00Z',
      },
      {
        key: '2024-05-02T00:00:00Z-*',
        doc_count: 4,
        from: Date.UTC(2024, 4, 2),
        from_as_string: '2024-05-02T00:00:00Z',
      },
    ],
  })
})

test('bounds are read and printed by `format` in `time_zone`, and may be date maths', async () => {
  const ranges = [{ from: '05.2024||-1M/M', to: '05.2024' }, { from: '05.2024||+3d' }]
  const options = { field: 'time', ranges, format: 'MM.yyyy', time_zone: '+02:00', keyed: true }
  expect(await aggregate({ date_range: options })).toMatchObject({
    buckets: {
      '04.2024-05.2024': { doc_count: 0, from: Date.UTC(2024, 2, 31, 22) },
      '05.2024-*': { doc_count: 3, from: Date.UTC(2024, 4, 3, 22) },
    },
  })
})

test('`missing` puts documents without a date into a range', async () => {
  const date_range = { field: 'time', ranges: [{ to: '2024-05-01' }], missing: '2023-01-01' }
  expect(await aggregate({ date_range }, [[{ items: 1 }]])).toMatchObject({
    buckets: [{ doc_count: 1 }],
  })
})

test.each([
  [{ field: 'price', ranges: [{ to: 1 }] }, 'is not a datetime'],
  [{ field: 'time', ranges: [] }, '`ranges`'],
  [{ field: 'time', ranges: [{ to: 'soon' }] }, '`to`: `soon` is no date'],
  [{ field: 'time', ranges: [{ to: 'now-1d' }] }, '`now` is not supported here'],
  [{ field: 'time', ranges: [{ til: 1 }] }, '[range] unknown field [til]'],
])('refuses %j', async (options, named) => {
  expect(await refusal({ date_range: options })).toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining(named),
  })
})
