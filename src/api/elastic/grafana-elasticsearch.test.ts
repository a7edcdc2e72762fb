import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../engine/bytes/json.ts'
import { ApiFixture, at } from '../testing/api-fixture.ts'

// What the Elasticsearch data source of Grafana sends: one _msearch of a header and a body for each
// query, times as integers of milliseconds, numbers of settings often as texts.
const FROM_MS = Date.UTC(2024, 0, 1)
const TO_MS = FROM_MS + 4 * 60_000 - 1
const grafana = new ApiFixture()

beforeAll(async () => {
  await grafana.create(`version: 0.9
index_id: metrics-2024
doc_mapping:
  timestamp_field: "@timestamp"
  field_mappings:
    - {name: "@timestamp", type: datetime, input_formats: [unix_timestamp], fast: true, fast_precision: milliseconds}
    - {name: host, type: text, tokenizer: raw, fast: true}
    - {name: load, type: f64, fast: true}
`)
  const documents = [0, 1, 2, 3].flatMap((minute) =>
    ['a', 'b', 'c'].slice(0, minute === 2 ? 0 : 3).map((host, at) => ({
      '@timestamp': FROM_MS / 1000 + minute * 60 + at,
      host,
      load: minute * 10 + at,
    })),
  )
  await grafana.ingest('metrics-2024', documents)
})

async function query(aggs: JsonObject, more: JsonObject = {}): Promise<JsonValue | undefined> {
  const header = { search_type: 'query_then_fetch', ignore_unavailable: true, index: 'metrics-*' }
  const filter = [
    { range: { '@timestamp': { gte: FROM_MS, lte: TO_MS, format: 'epoch_millis' } } },
    { query_string: { analyze_wildcard: true, query: '*' } },
  ]
  const body = { size: 0, query: { bool: { filter } }, aggs, ...more }
  const { status, text } = await grafana.ask(
    '/api/v1/_elastic/_msearch?max_concurrent_shard_requests=5',
    { body: `${JSON.stringify(header)}\n${JSON.stringify(body)}\n` },
  )
  expect([status, text]).toEqual([200, expect.not.stringContaining('"error"')])
  return at(JSON.parse(text) as JsonValue, 'responses', 0, 'aggregations')
}

/** The histogram over time that stands around everything. */
function overTime(aggs: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const date_histogram = {
    field: '@timestamp',
    fixed_interval: '60000ms',
    min_doc_count: 0,
    extended_bounds: { min: FROM_MS, max: TO_MS },
    format: 'epoch_millis',
    ...more,
  }
  return { '2': { date_histogram, aggs } }
}

const buckets = (answer: JsonValue | undefined): JsonObject[] =>
  (at(answer, '2', 'buckets') ?? []) as JsonObject[] // a list where there are buckets

describe('a panel', () => {
  test('counts over time, by keys in milliseconds', async () => {
    const found = buckets(await query(overTime()))
    expect(found.map((bucket) => [bucket['key_as_string'], bucket['doc_count']])).toEqual(
      [3, 3, 0, 3].map((count, minute) => [String(FROM_MS + minute * 60_000), count]),
    )
    expect(found[0]?.['key']).toBe(FROM_MS)
  })

  test.each([
    [{ time_zone: 'Europe/Berlin', offset: '' }],
    [{ time_zone: 'browser', min_doc_count: '1' }],
    [{ offset: '-10s', missing: '1704067200000' }],
  ])('has the settings %j of its histogram', async (more) => {
    expect(buckets(await query(overTime({}, more))).length).toBeGreaterThan(2)
  })

  test('has days and months of a calendar in the zone of its dashboard', async () => {
    const date_histogram = {
      field: '@timestamp',
      calendar_interval: '1M',
      min_doc_count: 0,
      extended_bounds: { min: FROM_MS, max: TO_MS },
      format: 'epoch_millis',
      time_zone: 'America/New_York',
    }
    const december = Date.UTC(2023, 11, 1, 5)
    expect(buckets(await query({ '2': { date_histogram } }))).toMatchObject([
      { key: december, key_as_string: String(december), doc_count: 9 },
    ])
  })

  test('groups by terms that are ordered by a number of several', async () => {
    const ordered = (order: JsonObject, metric: JsonObject): JsonObject => ({
      '3': { terms: { field: 'host', size: 10, order }, aggs: { '1': metric } },
    })
    const spread = { extended_stats: { field: 'load', sigma: '2' } }
    const high = { percentiles: { field: 'load', percents: ['95'] } }
    for (const [order, metric] of [
      [{ '1[std_deviation]': 'desc' }, spread],
      [{ '1[std_upper]': 'desc' }, spread],
      [{ '1[95.0]': 'desc' }, high],
      [{ _key: 'desc' }, spread],
      [{}, spread],
    ] as const) {
      const answer = await query(ordered(order, metric))
      expect(at(answer, '3', 'buckets')).toHaveLength(3)
    }
  })

  test('has filters by labels, and a histogram of numbers', async () => {
    const filters = { high: { query_string: { query: 'load:>9', analyze_wildcard: true } } }
    const answer = await query({ '2': { filters: { filters }, aggs: overTime() } })
    expect(at(answer, '2', 'buckets', 'high', 'doc_count')).toBe(6)
    const histogram = { interval: 10, field: 'load', min_doc_count: 0 }
    expect(buckets(await query({ '2': { histogram } }))).toHaveLength(4)
  })
})

describe('a metric', () => {
  test.each([
    ['avg', { field: 'load', missing: '0' }],
    ['extended_stats', { field: 'load', sigma: '3' }],
    ['percentiles', { field: 'load', percents: ['25', '50', '99.9'] }],
    ['cardinality', { field: 'host', precision_threshold: '100' }],
    ['value_count', { field: 'load' }],
    ['top_metrics', { metrics: [{ field: 'load' }], size: 1, sort: [{ '@timestamp': 'desc' }] }],
  ])('%s with its settings', async (kind, settings) => {
    const found = buckets(await query(overTime({ '1': { [kind]: settings } })))
    expect(at(found[0], '1')).toBeDefined()
  })
})

describe('a pipeline', () => {
  const AVERAGE = { '1': { avg: { field: 'load' } } }
  const value = (found: readonly JsonObject[]): unknown[] =>
    found.map((bucket) => at(bucket, '3', 'value'))

  test.each<[string, JsonObject, unknown[]]>([
    ['derivative', { unit: '1m' }, [undefined, 10, null, null]],
    ['cumulative_sum', { format: '0.0' }, [1, 12, 12, 43]],
    ['serial_diff', { lag: 1 }, [undefined, 10, undefined, undefined]],
    ['moving_avg', { model: 'simple', window: 5 }, [undefined, 1, undefined, 6]],
    [
      'moving_fn',
      { window: '5', shift: '1', script: 'MovingFunctions.unweightedAvg(values)' },
      [1, 6, undefined, 43 / 3],
    ],
  ])('%s reads the metric before it', async (kind, settings, values) => {
    const pipeline = { [kind]: { buckets_path: '1', ...settings } }
    expect(value(buckets(await query(overTime({ ...AVERAGE, '3': pipeline }))))).toEqual(values)
  })

  test('bucket_script reads several, counts among them', async () => {
    const bucket_script = {
      buckets_path: { var1: '1', var2: '_count' },
      script: 'params.var1*params.var2',
    }
    const found = buckets(await query(overTime({ ...AVERAGE, '3': { bucket_script } })))
    expect(value(found)).toEqual([3, 33, undefined, 93])
  })
})

test('logs come with a histogram, newest first, and with what the query found', async () => {
  const header = '{"ignore_unavailable":true,"index":"metrics-*"}'
  const body = {
    size: 2,
    query: { bool: { filter: [] } },
    sort: [
      { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
      { _doc: { order: 'desc' } },
    ],
    script_fields: {},
    docvalue_fields: ['@timestamp'],
    aggs: overTime(),
    highlight: {
      fields: { '*': {} },
      pre_tags: ['@HIGHLIGHT@'],
      post_tags: ['@/HIGHLIGHT@'],
      fragment_size: 2147483647,
    },
  }
  const { json } = await grafana.ask('/api/v1/_elastic/_msearch', {
    body: `${header}\n${JSON.stringify(body)}\n`,
  })
  expect(at(json, 'responses', 0, 'hits', 'hits')).toHaveLength(2)
  expect(at(json, 'responses', 0, 'aggregations', '2', 'buckets')).toHaveLength(4)
})

test('variables ask for the values of a field', async () => {
  const terms = { field: 'host', size: 500, order: { _key: 'asc' } }
  const answer = await query({ '1': { terms } })
  expect(at(answer, '1', 'buckets', 2, 'key')).toBe('c')
})
