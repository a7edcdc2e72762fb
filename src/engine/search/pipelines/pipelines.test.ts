import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { aggregate, aggregateAll, refusal } from '../testing/aggregation-fixture.ts'

/** Takings of four days, 32.5 + 20 on the first, 40, nothing, 12.5. */
const DAYS = { date_histogram: { field: 'time', fixed_interval: '1d' } }
const TAKINGS = { sum: { field: 'price' } }

/** What the pipeline says in each day's bucket; undefined: nothing. */
async function daily(pipeline: JsonObject, more: JsonObject = {}): Promise<unknown[]> {
  const answer = await aggregate({ ...DAYS, aggs: { taken: TAKINGS, ...more, p: pipeline } })
  return (answer as { buckets: Record<string, unknown>[] }).buckets.map((bucket) => bucket['p'])
}

const value = (number: number | null): JsonObject => ({ value: number })

describe('neighbours in a histogram', () => {
  test('a derivative is the change since the bucket before, which a gap leaves open', async () => {
    const derivative = { buckets_path: 'taken' }
    expect(await daily({ derivative })).toEqual([undefined, value(7.5), value(null), value(null)])
    const zeros = { derivative: { ...derivative, gap_policy: 'insert_zeros' } }
    expect(await daily(zeros)).toEqual([undefined, value(7.5), value(-40), value(12.5)])
  })

  test('with `unit` it is normalized, and counts have no gaps', async () => {
    const derivative = { buckets_path: '_count', unit: '12h' }
    expect(await daily({ derivative })).toEqual([
      undefined,
      { value: -2, normalized_value: -1 },
      { value: -1, normalized_value: -0.5 },
      { value: 3, normalized_value: 1.5 },
    ])
  })

  test('one pipeline reads another, in whichever order they are written', async () => {
    const second = { derivative: { buckets_path: 'first' } }
    const first = { derivative: { buckets_path: '_count' } }
    const answer = await aggregate({ ...DAYS, aggs: { second, first } })
    expect(answer).toMatchObject({
      buckets: [
        {},
        { first: value(-2) },
        { first: value(-1), second: value(null) },
        { first: value(3), second: value(null) },
      ],
    })
  })

  test('a cumulative sum goes on over gaps', async () => {
    const sums = [32.5, 72.5, 72.5, 85].map(value)
    expect(await daily({ cumulative_sum: { buckets_path: 'taken' } })).toEqual(sums)
  })

  test('a serial difference looks `lag` buckets back', async () => {
    const serial_diff = { buckets_path: '_count', lag: 2 }
    expect(await daily({ serial_diff })).toEqual([undefined, undefined, value(-3), value(2)])
  })

  test('a moving function sees the buckets before its own, gaps left out', async () => {
    const script = 'MovingFunctions.sum(values)'
    const moving_fn = { buckets_path: 'taken', window: '2', script }
    expect(await daily({ moving_fn })).toEqual([value(0), value(32.5), undefined, value(72.5)])
    expect(await daily({ moving_fn: { ...moving_fn, shift: 1 } })).toEqual([
      value(32.5),
      value(72.5),
      undefined,
      value(52.5),
    ])
  })

  test('a moving average of older clients has a model', async () => {
    const moving_avg = { buckets_path: '_count', window: 3, model: 'simple' }
    expect(await daily({ moving_avg })).toEqual([undefined, value(3), value(2), value(4 / 3)])
    const ewma = { ...moving_avg, model: 'ewma', settings: { alpha: '0.5' } }
    expect(await daily({ moving_avg: ewma })).toEqual([undefined, value(3), value(2), value(1)])
  })

  test('`format` prints a number as text beside it', async () => {
    const cumulative_sum = { buckets_path: 'taken', format: '$#,##0.00' }
    expect((await daily({ cumulative_sum }))[0]).toEqual({
      value: 32.5,
      value_as_string: '$32.50',
    })
  })
})

describe('of one bucket', () => {
  test('a script computes with numbers of the bucket, and skips what it cannot see', async () => {
    const paths = { buckets_path: { sum: 'taken', n: '_count' } }
    const script = 'params.sum / params.n'
    const means = [value(32.5 / 3), value(40), undefined, value(12.5 / 3)]
    expect(await daily({ bucket_script: { ...paths, script } })).toEqual(means)
    const withParams = { source: 'params.sum * params.rate', params: { rate: 2 }, lang: 'painless' }
    const doubled = await daily({ bucket_script: { ...paths, script: withParams } })
    expect(doubled[1]).toEqual(value(80))
  })

  test('a selector leaves buckets out, and a sort orders and cuts them', async () => {
    const bucket_selector = { buckets_path: { n: '_count' }, script: 'params.n > 1' }
    expect(await aggregate({ ...DAYS, aggs: { p: { bucket_selector } } })).toMatchObject({
      buckets: [{ doc_count: 3 }, { doc_count: 3 }],
    })
    const bucket_sort = { sort: [{ taken: { order: 'desc' } }], size: 2 }
    const sorted = await aggregate({ ...DAYS, aggs: { taken: TAKINGS, p: { bucket_sort } } })
    expect(sorted).toMatchObject({ buckets: [{ taken: value(40) }, { taken: value(32.5) }] })
    const byKey = { bucket_sort: { sort: [{ _key: { order: 'desc' } }], from: 1, size: 1 } }
    const shops = await aggregate({ terms: { field: 'shop' }, aggs: { p: byKey } })
    expect(shops).toMatchObject({ buckets: [{ key: 'north' }] })
  })

  test('paths go into buckets, through filters and to numbers of several', async () => {
    const paths = {
      shops: 'shops._bucket_count',
      north: "shops['north']>price.max",
      paid: 'paid>price.avg',
    }
    const aggs = {
      shops: { terms: { field: 'shop' }, aggs: { price: { stats: { field: 'price' } } } },
      paid: { filter: { term: { paid: true } }, aggs: { price: { stats: { field: 'price' } } } },
      p: {
        bucket_script: {
          buckets_path: paths,
          script: 'params.shops * 1000 + params.north + params.paid',
        },
      },
    }
    expect(await aggregate({ ...DAYS, aggs })).toMatchObject({
      buckets: [{ p: value(2040) }, { p: value(1080) }, {}, {}],
    })
  })
})

describe('beside an aggregation', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['avg_bucket', {}, { value: 85 / 3 }],
    ['sum_bucket', {}, { value: 85 }],
    ['max_bucket', {}, { value: 40, keys: ['2024-05-02T00:00:00Z'] }],
    ['min_bucket', {}, { value: 12.5, keys: ['2024-05-04T00:00:00Z'] }],
    ['stats_bucket', {}, { count: 3, min: 12.5, max: 40, avg: 85 / 3, sum: 85 }],
    ['percentiles_bucket', { percents: [50, 100] }, { values: { '50.0': 32.5, '100.0': 40 } }],
  ])('%s is made of the numbers of its buckets', async (kind, options, result) => {
    const pipeline = { [kind]: { buckets_path: 'days>taken', ...options } }
    const answer = await aggregateAll({ p: pipeline, days: { ...DAYS, aggs: { taken: TAKINGS } } })
    expect(answer['p']).toEqual(result)
  })

  test('the same inside of buckets, and at the end of a path through one', async () => {
    const aggs = { days: DAYS, most: { max_bucket: { buckets_path: 'days>_count' } } }
    const shops = await aggregate({ terms: { field: 'shop', size: 1 }, aggs })
    expect(shops).toMatchObject({ buckets: [{ most: { value: 2 } }] })
    const { p } = await aggregateAll({
      paid: { filter: { term: { paid: true } }, aggs: { days: DAYS } },
      p: { sum_bucket: { buckets_path: 'paid>days>_count' } },
    })
    expect(p).toEqual(value(2))
  })
})

test('`meta` comes back with aggregations and pipelines', async () => {
  const meta = { panel: 7 }
  const aggs = { p: { cumulative_sum: { buckets_path: '_count' }, meta } }
  const answer = await aggregate({ ...DAYS, aggs, meta })
  expect(answer).toMatchObject({ meta, buckets: [{ p: { meta, value: 3 } }, {}, {}, {}] })
})

describe('refused before any split is opened', () => {
  const inDays = (p: JsonObject, more: JsonObject = {}): JsonValue => {
    return { ...DAYS, aggs: { taken: TAKINGS, spread: { stats: { field: 'price' } }, ...more, p } }
  }
  test.each<[JsonValue, string]>([
    [inDays({ derivative: { buckets_path: 'gone' } }), 'No aggregation found for path [gone]'],
    [inDays({ derivative: {} }), '`buckets_path`'],
    [inDays({ derivative: { buckets_path: 'spread' } }), '[spread] contains multiple values'],
    [inDays({ derivative: { buckets_path: 'taken', gap_policy: 'x' } }), 'Invalid gap policy: [x]'],
    [inDays({ derivative: { buckets_path: 'taken', lag: 1 } }), '[derivative] unknown field [lag]'],
    [inDays({ derivative: { buckets_path: 'taken', unit: 'soon' } }), '`unit`'],
    [inDays({ moving_fn: { buckets_path: 'taken', window: 0, script: '1' } }), '[window]'],
    [
      inDays({ moving_fn: { buckets_path: 'taken', window: 1, script: 'median(values)' } }),
      '`median`',
    ],
    [inDays({ moving_avg: { buckets_path: 'taken', predict: 3 } }), '`predict`'],
    [inDays({ bucket_script: { buckets_path: {}, script: { id: 'mine' } } }), 'not stored'],
    [inDays({ bucket_selector: { buckets_path: {}, script: '1.5' } }), 'true or false'],
    [inDays({ bucket_sort: {} }), 'perform nothing'],
    [inDays({ max_bucket: { buckets_path: 'taken' } }), 'must include a multi-bucket aggregation'],
    [inDays({ cumulative_sum: { buckets_path: 'taken', format: '0E0' } }), '`format`'],
    [
      inDays({ derivative: { buckets_path: 'q' } }, { q: { derivative: { buckets_path: 'p' } } }),
      'Cyclical dependency',
    ],
    [
      { derivative: { buckets_path: 'x' } },
      "must have a histogram, date_histogram or auto_date_histogram as parent but doesn't have a parent",
    ],
    [
      { terms: { field: 'shop' }, aggs: { p: { derivative: { buckets_path: '_count' } } } },
      'derivative aggregation [p] must have a histogram',
    ],
    [
      {
        histogram: { field: 'price', interval: 1, min_doc_count: 1 },
        aggs: { p: { derivative: { buckets_path: '_count' } } },
      },
      'parent histogram of derivative aggregation [p] must have min_doc_count of 0',
    ],
    [
      { bucket_script: { buckets_path: {}, script: '1.5' } },
      'must be declared inside of another aggregation',
    ],
    [
      { cumulative_cardinality: { buckets_path: 'x' } },
      '`cumulative_cardinality` is not supported',
    ],
  ])('%j', async (aggregation, named) => {
    expect(await refusal(aggregation)).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(named),
    })
  })
})
