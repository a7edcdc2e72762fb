import { beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { ApiFixture, at } from '../testing/api-fixture.ts'

/** The calls that the Quickwit data source of Grafana makes, and nothing else. */
const MSEARCH = '/api/v1/_elastic/_msearch?max_concurrent_shard_requests=256'
const FIRST_SECONDS = 1_460_530_000
const grafana = new ApiFixture()

function logs(count: number): JsonObject[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: FIRST_SECONDS + i,
    tenant_id: i % 4,
    severity_text: ['INFO', 'WARN', 'INFO', 'ERROR'][i % 4] ?? '',
    body: `PacketResponder ${i} for block terminating`,
    resource: { service: `datanode/0${i % 3}` },
    attributes: { class: 'dfs.DataNode', took_ms: i },
  }))
}

beforeAll(async () => {
  await grafana.createShipped('hdfs-logs')
  await grafana.ingest('hdfs-logs', logs(60))
  await grafana.ingest(
    'hdfs-logs',
    logs(60).map((log) => ({ ...log, severity_text: 'DEBUG' })),
  )
})

/** As the plugin writes them: RFC 3339 with nanoseconds. */
function nanosText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', '.000000000Z')
}

const RANGE = {
  range: {
    timestamp: { gte: nanosText(FIRST_SECONDS), lte: nanosText(FIRST_SECONDS + 3600) },
  },
}

function text(query: string): JsonObject {
  return { query_string: { query, default_operator: 'AND' } }
}

const NEWEST = { timestamp: { order: 'desc', format: 'epoch_nanos_int' } }

async function panels(...bodies: readonly JsonObject[]): Promise<JsonValue[]> {
  const header = '{"ignore_unavailable":true,"index":["hdfs-logs","other*"]}'
  const lines = bodies.map((body) => `${header}\n${JSON.stringify(body)}\n`).join('')
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await grafana.ask(MSEARCH, { body: lines, headers })
  expect(answer.status).toBe(200)
  const responses = at(answer.json, 'responses')
  return Array.isArray(responses) ? responses : []
}

async function panel(body: JsonObject): Promise<JsonValue | undefined> {
  const [response] = await panels(body)
  return response
}

describe('G1: the data source is saved', () => {
  test('GET /indexes is an array with timestamp field, its type and its output format', async () => {
    const answer = await grafana.ask('/api/v1/indexes?index_id_patterns=hdfs-logs')
    const mapping = at(answer.json, 0, 'index_config', 'doc_mapping')
    const name = at(mapping, 'timestamp_field')
    const fields = at(mapping, 'field_mappings')
    const field = Array.isArray(fields) ? fields.find((one) => at(one, 'name') === name) : undefined
    expect(at(answer.json, 0, 'index_config', 'index_id')).toBe('hdfs-logs')
    expect(field).toMatchObject({ type: 'datetime', output_format: 'unix_timestamp_secs' })
  })

  test('no match is an empty array, which the plugin reports as "no index found"', async () => {
    for (const patterns of ['other*', 'other-logs', 'other-logs,more*']) {
      const answer = await grafana.ask(`/api/v1/indexes?index_id_patterns=${patterns}`)
      expect([answer.status, answer.json]).toEqual([200, []])
    }
  })
})

describe('G2: a panel asks by _msearch', () => {
  test('logs: newest first, sorted by 19-digit integers', async () => {
    const body = { size: 100, query: { bool: { filter: RANGE } }, sort: [NEWEST] }
    const response = await panel(body)
    expect(at(response, 'status')).toBe(200)
    expect(at(response, 'hits', 'hits')).toHaveLength(100)
    const [first, second] = [0, 2].map((i) => at(response, 'hits', 'hits', i, 'sort', 0))
    expect(first).toBe(BigInt(FIRST_SECONDS + 59) * 1_000_000_000n)
    expect(second).toBe(BigInt(FIRST_SECONDS + 58) * 1_000_000_000n)
    expect(at(response, 'hits', 'hits', 0, '_index')).toBe('hdfs-logs')
    expect(at(response, 'hits', 'hits', 0, '_source', 'resource')).toEqual({
      service: 'datanode/02',
    })
  })

  test.each([
    ['asc', FIRST_SECONDS + 31],
    ['desc', FIRST_SECONDS + 29],
  ])('log context: %s after one line', async (order, nextSeconds) => {
    const nanos = BigInt(FIRST_SECONDS + 30) * 1_000_000_000n
    const sort = `[{"timestamp":{"order":"${order}","format":"epoch_nanos_int"}}]`
    const body = `{"size":10,"query":{"bool":{"filter":[]}},"sort":${sort},"search_after":[${nanos}]}`
    const lines = `{"ignore_unavailable":true,"index":["hdfs-logs"]}\n${body}\n`
    const answer = await grafana.ask(MSEARCH, { body: lines })
    const sorted = at(answer.json, 'responses', 0, 'hits', 'hits', 0, 'sort')
    expect(sorted).toEqual([BigInt(nextSeconds) * 1_000_000_000n])
  })

  test('raw data: the address after the time', async () => {
    const sort = [NEWEST, { _doc: { order: 'desc' } }]
    const response = await panel({
      size: 100,
      query: { bool: { filter: [RANGE, text('severity_text:WARN')] } },
      sort,
    })
    expect(at(response, 'hits', 'hits')).toHaveLength(15)
    expect(at(response, 'hits', 'hits', 0, 'sort', 1)).toMatch(/:00000000:[0-9a-f]{8}$/)
  })

  test('metrics: a date histogram by terms with a metric in each bucket', async () => {
    const response = await panel({
      size: 0,
      query: { bool: { filter: [RANGE, text('-severity_text:DEBUG')] } },
      aggs: {
        '2': {
          date_histogram: {
            field: 'timestamp',
            fixed_interval: '30000ms',
            min_doc_count: 0,
            extended_bounds: { min: FIRST_SECONDS * 1000, max: (FIRST_SECONDS + 89) * 1000 },
            time_zone: 'browser',
          },
          aggs: {
            '3': {
              terms: {
                field: 'severity_text',
                size: 10,
                shard_size: 100,
                order: { '1': 'desc' },
                min_doc_count: 1,
              },
              aggs: { '1': { max: { field: 'attributes.took_ms' } } },
            },
          },
        },
      },
    })
    const buckets = at(response, 'aggregations', '2', 'buckets')
    const total = (Array.isArray(buckets) ? buckets : []).reduce(
      (sum: number, bucket) => sum + Number(at(bucket, 'doc_count')),
      0,
    )
    expect(total).toBe(60)
    // Intervals stand on the epoch: 20 s of the first, then 30 s and 10 s; the bounds add empty ones.
    expect(at(buckets, 0, 'doc_count')).toBe(20)
    expect(at(buckets, 0, '3', 'buckets', 0)).toEqual({
      key: 'ERROR',
      doc_count: 5,
      '1': { value: expect.anything() },
    })
    expect(Array.isArray(buckets) && buckets.length).toBe(4)
  })

  test('metrics: percentiles by histogram, keyed by the percent', async () => {
    const response = await panel({
      size: 0,
      query: { bool: { filter: RANGE } },
      aggs: {
        '2': {
          histogram: { field: 'attributes.took_ms', interval: 30, min_doc_count: 1 },
          aggs: { '1': { percentiles: { field: 'attributes.took_ms', percents: [50, 99.9] } } },
        },
      },
    })
    const values = at(response, 'aggregations', '2', 'buckets', 0, '1', 'values')
    expect(isJsonObject(values) ? Object.keys(values) : []).toHaveLength(2)
  })

  test.each([
    ['30000ms', 3],
    ['1m0s', 2],
    ['0h1m30s', 1],
  ])('metrics: an interval of %s', async (interval, bucketCount) => {
    const histogram = { field: 'timestamp', fixed_interval: interval, min_doc_count: 1 }
    const late = { range: { timestamp: { lt: nanosText(FIRST_SECONDS + 100) } } }
    const aggs = { '2': { date_histogram: histogram } }
    const response = await panel({ size: 0, query: { bool: { filter: late } }, aggs })
    expect(at(response, 'error')).toBeUndefined()
    expect(at(response, 'aggregations', '2', 'buckets')).toHaveLength(bucketCount)
  })

  test('metrics: terms with a missing value, every term, and a key order', async () => {
    const terms = {
      field: 'attributes.absent',
      size: 10,
      shard_size: 100,
      order: { _key: 'asc' },
      min_doc_count: 0,
      missing: '__none',
    }
    const response = await panel({ size: 0, aggs: { '2': { terms } } })
    expect(at(response, 'aggregations', '2', 'buckets')).toEqual([
      { key: '__none', doc_count: 120 },
    ])
  })

  test.each(['nested', 'geohash_grid'])('a %s bucket is refused with a reason', async (kind) => {
    const body = { size: 0, aggs: { '2': { [kind]: { field: 'body' } } } }
    const response = await panel(body)
    expect(at(response, 'status')).toBe(400)
    expect(at(response, 'error', 'root_cause', 0, 'reason')).toContain(kind)
  })

  test('one panel that fails leaves the others, and says why where the plugin looks', async () => {
    const wrong = { size: 1, query: { bool: { filter: [RANGE, text('severity_text:(')] } } }
    const right = { size: 1, query: { bool: { filter: [RANGE, text('severity_text:INFO')] } } }
    const [first, second] = await panels(wrong, right)
    expect(at(first, 'status')).toBe(400)
    expect(at(first, 'error', 'reason')).toBeTypeOf('string')
    expect(at(first, 'error', 'root_cause', 0, 'reason')).toBe(at(first, 'error', 'reason'))
    expect(at(second, 'hits', 'hits')).toHaveLength(1)
  })

  test.each([
    ['a header that is no JSON', '{"index"\n{}\n', {}],
    ['an unknown key in a body', '{"index":"hdfs-logs"}\n{"fuzzy":1}\n', {}],
    ['an unknown query', '{"index":"hdfs-logs"}\n{"query":{"odd":{}}}\n', {}],
    ['no index anywhere', '{}\n{}\n', {}],
    ['a header without body', '{"index":"hdfs-logs"}\n', {}],
  ])('%s fails the whole request', async (_what, body) => {
    const answer = await grafana.ask(MSEARCH, { body })
    expect(answer.status).toBe(400)
    expect(isJsonObject(answer.json)).toBe(true)
  })

  test('a missing index is skipped when it may be, and a 404 in its place otherwise', async () => {
    const body =
      '{"index":["absent-index"]}\n{}\n{"index":"absent-index","ignore_unavailable":true}\n{}\n'
    const answer = await grafana.ask(MSEARCH, { body })
    expect(at(answer.json, 'responses', 0, 'status')).toBe(404)
    expect(at(answer.json, 'responses', 1, 'hits', 'hits')).toEqual([])
  })
})

test('G3: an editor asks for every field of a time range', async () => {
  const range = `start_timestamp=${FIRST_SECONDS}&end_timestamp=${FIRST_SECONDS + 3600}`
  const answer = await grafana.ask(`/api/v1/_elastic/hdfs-logs/_field_caps?${range}`)
  const fields = at(answer.json, 'fields')
  expect(isJsonObject(fields) ? Object.keys(fields).toSorted() : []).toEqual([
    'attributes.class',
    'attributes.took_ms',
    'body',
    'resource.service',
    'severity_text',
    'tenant_id',
    'timestamp',
  ])
  expect(at(fields, 'timestamp', 'date_nanos')).toEqual({
    metadata_field: false,
    searchable: true,
    aggregatable: true,
    type: 'date_nanos',
  })
})

test('G4: filters complete themselves from hits by POST /indexes/<index>/search', async () => {
  const body = {
    query: 'severity_text:ERROR',
    max_hits: 1000,
    start_offset: 0,
    start_timestamp: FIRST_SECONDS,
    end_timestamp: FIRST_SECONDS + 30,
  }
  const answer = await grafana.ask('/api/v1/indexes/hdfs-logs/search', {
    body: JSON.stringify(body),
  })
  expect(at(answer.json, 'num_hits')).toBe(7)
  expect(at(answer.json, 'hits')).toHaveLength(7)
})

test('G5: older data sources read one index', async () => {
  const answer = await grafana.ask('/api/v1/indexes/hdfs-logs')
  expect(at(answer.json, 'index_config', 'doc_mapping', 'timestamp_field')).toBe('timestamp')
})
