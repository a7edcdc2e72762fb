import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ApiFixture, at, sales, textAt, type Asked } from '../api-fixture.ts'

const ES = '/api/v1/_elastic'
const SEARCH = `${ES}/mock-sales/_search`
const shop = new ApiFixture()

/** 19 digits: JSON.parse would round it. */
const NANOS = 1_704_067_200_123_456_789n

const WIDE_YAML = `version: "0.9"
index_id: wide-events
doc_mapping:
  field_mappings:
    - { name: at, type: datetime, input_formats: [rfc3339], fast: true, fast_precision: nanoseconds }
    - { name: size, type: u64, fast: true }
    - { name: tag, type: text, tokenizer: raw, fast: true }
    - name: place
      type: object
      field_mappings: [{ name: city, type: text, tokenizer: raw }]
  timestamp_field: at
`

function json(value: unknown): Asked {
  return { body: JSON.stringify(value) }
}

beforeAll(async () => {
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(30))
  await shop.ingest('mock-sales', sales(20))
  await shop.create(WIDE_YAML)
  const body = [
    '{"at":"2024-01-01T00:00:00.123456789Z","size":18446744073709551615,"tag":"a","place":{"city":"Ulm","zip":7}}',
    '{"at":"2024-01-01T00:00:00.123456790Z","tag":"b"}',
    '{"at":"2024-01-01T00:00:00.123456791Z","size":3,"tag":"a","extra":{"deep":true}}',
  ].join('\n')
  await shop.ask('/api/v1/wide-events/ingest?commit=force', { body })
})

describe('_search', () => {
  test('answers in the shape of the original: no ids, no scores, splits for shards', async () => {
    const answer = await shop.ask(`${SEARCH}?q=quantity:1&size=1&track_total_hits=true`)
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch')
    expect(answer.json).toEqual({
      took: 0,
      timed_out: false,
      terminated_early: null,
      _shards: { total: 2, successful: 2, skipped: 0, failed: 0 },
      hits: {
        total: { value: 5, relation: 'eq' },
        hits: [{ _index: 'mock-sales', _source: expect.objectContaining({ quantity: 1 }) }],
      },
      fields: {},
    })
  })

  test('ten hits unless told otherwise; the URL wins over the body', async () => {
    const hits = async (path: string, body: unknown) =>
      at((await shop.ask(path, json(body))).json, 'hits', 'hits')
    expect(await hits(SEARCH, {})).toHaveLength(10)
    expect(await hits(SEARCH, { size: 3 })).toHaveLength(3)
    expect(await hits(`${SEARCH}?size=2`, { size: 3 })).toHaveLength(2)
    expect(await hits(`${SEARCH}?q=id:4`, { query: { match_none: null } })).toHaveLength(2)
  })

  test('an empty body is an empty search', async () => {
    expect((await shop.ask(SEARCH, { method: 'POST' })).status).toBe(200)
  })

  test('text in q is joined by OR unless default_operator says AND', async () => {
    const total = async (query: string) =>
      at(
        (await shop.ask(`${SEARCH}?track_total_hits=true&${query}`)).json,
        'hits',
        'total',
        'value',
      )
    expect(await total('q=wild box')).toBe(50)
    expect(await total('q=wild box&default_operator=AND')).toBe(0)
  })

  test('extra filters narrow, joined by AND', async () => {
    const path = `${SEARCH}?q=*&track_total_hits=true&extra_filters=quantity:1,description:animal`
    const answer = await shop.ask(path)
    expect(at(answer.json, 'hits', 'total', 'value')).toBe(2)
  })

  test('dates sort in milliseconds, or in exact nanoseconds when asked', async () => {
    const sorted = (format: object) =>
      shop.ask(`${ES}/wide-events/_search`, json({ sort: [{ at: { order: 'asc', ...format } }] }))
    const nanos = await sorted({ format: 'epoch_nanos_int' })
    expect(at(nanos.json, 'hits', 'hits', 0, 'sort')).toEqual([NANOS])
    expect(nanos.text).toContain('"sort":[1704067200123456789]')
    expect(at((await sorted({})).json, 'hits', 'hits', 0, 'sort')).toEqual([1_704_067_200_123])
  })

  test('search_after goes on exactly after a 19-digit value', async () => {
    const sort = '[{"at":{"order":"asc","format":"epoch_nanos_int"}}]'
    const body = `{"sort":${sort},"search_after":[${NANOS}]}`
    const answer = await shop.ask(`${ES}/wide-events/_search`, { body })
    expect(at(answer.json, 'hits', 'hits', 0, 'sort')).toEqual([NANOS + 1n])
    expect(at(answer.json, 'hits', 'hits')).toHaveLength(2)
  })

  test('u64 values stay exact, and a missing sort value is left out', async () => {
    const answer = await shop.ask(`${ES}/wide-events/_search?sort=size:desc,at:asc`)
    const sorts = [0, 1, 2].map((i) => at(answer.json, 'hits', 'hits', i, 'sort'))
    expect(sorts[0]).toEqual([18_446_744_073_709_551_615n, 1_704_067_200_123])
    expect(sorts[2]).toEqual([1_704_067_200_123])
    expect(answer.text).toContain('"size":18446744073709551615')
  })

  test('_doc walks through ties without losing one', async () => {
    const seen: unknown[] = []
    let after: unknown
    for (;;) {
      const body = { size: 7, sort: [{ quantity: 'asc' }, '_doc'], search_after: after }
      const { json: page } = await shop.ask(SEARCH, json(body))
      const hits = at(page, 'hits', 'hits')
      if (!Array.isArray(hits) || hits.length === 0) break
      for (const hit of hits) seen.push(at(hit, 'sort', 1))
      after = at(hits.at(-1), 'sort')
    }
    expect(seen).toHaveLength(50)
    expect(new Set(seen).size).toBe(50)
    expect(seen[0]).toMatch(/^[0-9A-Z]{26}:00000000:[0-9a-f]{8}$/)
  })

  test('_source is cut by exact paths, and by prefixes as text where it includes', async () => {
    const source = async (query: string) =>
      at(
        (await shop.ask(`${ES}/wide-events/_search?sort=at&size=1&${query}`)).json,
        'hits',
        'hits',
        0,
        '_source',
      )
    expect(await source('_source_includes=tag,place.city')).toEqual({
      tag: 'a',
      place: { city: 'Ulm' },
    })
    expect(await source('_source_includes=tagged')).toEqual({ tag: 'a' })
    expect(await source('_source_excludes=place,at,size')).toEqual({ tag: 'a' })
  })

  test('a missing index is a 404, unless it may be unavailable', async () => {
    const answer = await shop.ask(`${ES}/absent-index/_search`)
    expect([answer.status, at(answer.json, 'status')]).toEqual([404, 404])
    expect(at(answer.json, 'error')).toEqual({
      reason: expect.stringContaining('could not find indexes'),
      type: null,
      caused_by: null,
      stack_trace: null,
    })
    const path = `${ES}/absent-index,mock-sales/_search?ignore_unavailable=true`
    expect((await shop.ask(path)).status).toBe(200)
    const alone = await shop.ask(`${ES}/absent-index/_search?ignore_unavailable=true`)
    expect(at(alone.json, 'hits', 'hits')).toEqual([])
  })

  test.each<[string, string, Asked, string]>([
    ['an unknown parameter', '?query=animal', {}, 'unknown field `query`'],
    ['an unknown key', '', json({ fields: [] }), 'unknown field `fields`'],
    ['no JSON', '', { body: '{' }, 'deserialize'],
    ['an unknown query type', '', json({ query: { fuzzy: { a: 'b' } } }), '`match_phrase`'],
    ['a lower-case operator', '?q=a&default_operator=and', {}, 'AND'],
    ['an unknown wildcard state', '?expand_wildcards=ajar', {}, 'closed'],
    ['a sort option without effect', '', json({ sort: [{ ts: { mode: 'min' } }] }), '`mode`'],
  ])('%s is refused before the handler', async (_what, query, asked, words) => {
    const answer = await shop.ask(SEARCH + query, asked)
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'message')).toContain(words)
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch')
  })

  test.each<[string, Asked, string]>([
    [
      'a query string that does not parse',
      json({ query: { query_string: { query: 'a AND )' } } }),
      ')',
    ],
    ['a text field to sort by', json({ sort: ['name'] }), 'sort'],
    [
      'a cursor of another length',
      json({ sort: ['ts'], search_after: [1, 2] }),
      'different length',
    ],
    ['three sort fields', json({ sort: ['ts', 'price', 'quantity'] }), 'SORT_KEYS_LIMIT=2'],
    ['a window beyond the limit', json({ size: 10_001 }), '10000'],
  ])('%s is refused by the handler', async (_what, asked, words) => {
    const answer = await shop.ask(SEARCH, asked)
    expect([answer.status, at(answer.json, 'status')]).toEqual([400, 400])
    expect(at(answer.json, 'error', 'reason')).toContain(words)
  })

  test('without an index it is a 501, but an unknown parameter comes first', async () => {
    expect((await shop.ask(`${ES}/_search?q=animal`)).status).toBe(501)
    expect((await shop.ask(`${ES}/_search?query=animal`)).status).toBe(400)
  })

  test('routes and methods that do not exist', async () => {
    const unknown = await shop.ask(`${ES}/mock-sales/_nothing`)
    expect([unknown.status, at(unknown.json, 'message')]).toEqual([404, 'Route not found'])
    expect((await shop.ask(SEARCH, { method: 'DELETE' })).status).toBe(405)
  })
})

test('_count is exact', async () => {
  const body = json({ query: { range: { quantity: { gt: 5 } } } })
  expect((await shop.ask(`${ES}/mock-sales/_count`, body)).json).toEqual({ count: 25 })
  expect((await shop.ask(`${ES}/mock-sales/_count?q=id:3`)).json).toEqual({ count: 2 })
  expect((await shop.ask(`${ES}/mock-sales/_count?size=3`)).status).toBe(400)
})

describe('scroll', () => {
  test('every page has another id, and all pages together have every hit once', async () => {
    const first = await shop.ask(`${SEARCH}?scroll=1m&size=20&q=*&track_total_hits=true`)
    const seen: unknown[] = []
    const ids = new Set<string>()
    for (let page = first; ;) {
      const hits = at(page.json, 'hits', 'hits')
      if (!Array.isArray(hits) || hits.length === 0) break
      seen.push(...hits.map((hit) => JSON.stringify(at(hit, '_source'))))
      expect(at(page.json, 'hits', 'total', 'value')).toBe(50)
      const scrollId = textAt(page.json, '_scroll_id')
      ids.add(scrollId)
      page = await shop.ask(`${ES}/_search/scroll`, json({ scroll: '1m', scroll_id: scrollId }))
    }
    expect(seen).toHaveLength(50)
    expect(ids.size).toBe(3)
  })

  test('another process goes on where the first one stopped, but not after the time is over', async () => {
    const body = json({ size: 1, sort: [{ at: 'asc' }] })
    const first = await shop.ask(`${ES}/wide-events/_search?scroll=5m`, body)
    const id = textAt(first.json, '_scroll_id')
    const other = shop.as({ apiKeys: [], responses: 'plain' })
    const second = await shop.ask(`${ES}/_search/scroll?scroll_id=${id}`, {}, other)
    expect(at(second.json, 'hits', 'hits', 0, '_source', 'tag')).toBe('b')
    shop.clock.advance(6 * 60_000)
    const late = await shop.ask(`${ES}/_search/scroll?scroll_id=${id}`)
    expect([late.status, at(late.json, 'error', 'reason')]).toEqual([
      500,
      expect.stringContaining('scroll key not found'),
    ])
  })

  test('what cannot be scrolled is refused', async () => {
    const status = async (path: string, asked: Asked = {}) => (await shop.ask(path, asked)).status
    expect(await status(`${ES}/_search/scroll`, json({}))).toBe(400)
    expect(await status(`${ES}/_search/scroll?scroll_id=nonsense`)).toBe(500)
    expect(await status(`${SEARCH}?scroll=31m`)).toBe(400)
    expect(await status(`${SEARCH}?scroll=soon`)).toBe(400)
    expect(await status(`${SEARCH}?scroll=1m`, json({ sort: ['ts'], search_after: [1] }))).toBe(400)
    const freed = await shop.ask(`${ES}/_search/scroll`, { method: 'DELETE' })
    expect(freed.json).toEqual({ succeeded: true, num_freed: 0 })
  })
})

describe('fields', () => {
  test('_field_caps tells what splits hold, also in dynamic fields', async () => {
    const answer = await shop.ask(`${ES}/wide-events/_field_caps?fields=tag,extra*,size,at`)
    const long = { metadata_field: false, searchable: true, aggregatable: true, type: 'long' }
    expect(answer.json).toEqual({
      indices: ['wide-events'],
      fields: {
        at: { date_nanos: { ...long, type: 'date_nanos' } },
        size: { long },
        tag: { keyword: { ...long, type: 'keyword' }, text: { ...long, type: 'text' } },
        'extra.deep': { boolean: { ...long, type: 'boolean' } },
      },
    })
  })

  test('a field of some indexes names them', async () => {
    const answer = await shop.ask(`${ES}/_field_caps?fields=quantity`)
    expect(at(answer.json, 'indices')).toEqual(['mock-sales', 'wide-events'])
    expect(at(answer.json, 'fields', 'quantity', 'long', 'indices')).toEqual(['mock-sales'])
  })

  test('times prune splits, a filter is only checked', async () => {
    const path = `${ES}/mock-sales/_field_caps`
    expect(at((await shop.ask(`${path}?end_timestamp=1`)).json, 'fields')).toEqual({})
    expect((await shop.ask(path, json({ index_filter: { match_all: {} } }))).status).toBe(200)
    expect((await shop.ask(path, json({ index_filter: {} }))).status).toBe(400)
    expect((await shop.ask(`${path}?fields=a*b*`)).status).toBe(400)
  })

  test('what does not fit into 6 MB is left out and counted, dynamic fields before declared ones', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const prefix = 'long_name_'.repeat(400)
    const dynamic = Array.from({ length: 1600 }, (_, i) => [prefix + i, true])
    const [sale = {}] = sales(1)
    await fixture.ingest('mock-sales', [{ ...Object.fromEntries(dynamic), ...sale }])
    const answer = await fixture.ask(`${ES}/mock-sales/_field_caps`)
    expect(answer.text.length).toBeLessThan(6 << 20)
    expect(at(answer.json, 'fields', 'quantity')).toBeDefined()
    expect(Number(answer.headers.get('x-qw-fields-omitted'))).toBeGreaterThan(100)
  })

  test('_mapping shows the declared mapping, and dynamic fields flat beside it', async () => {
    const answer = await shop.ask(`${ES}/wide-events/_mapping`)
    expect(at(answer.json, 'wide-events', 'mappings', 'properties')).toEqual({
      at: { type: 'date' },
      size: { type: 'long' },
      tag: { type: 'keyword' },
      place: { type: 'object', properties: { city: { type: 'keyword' } } },
      'place.zip': { type: 'long' },
      'extra.deep': { type: 'boolean' },
    })
    expect((await shop.ask(`${ES}/wide-events/_mappings?whatever=1`)).json).toEqual(answer.json)
  })
})

describe('_bulk', () => {
  async function bulk(path: string, lines: readonly unknown[]) {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const body = `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`
    return { fixture, answer: await fixture.ask(`${ES}${path}`, { body }) }
  }
  const sale = { ts: 1_700_000_000, id: 1 }

  test('items keep their order and are called index, whatever the action was', async () => {
    const { answer, fixture } = await bulk('/mock-sales/_bulk?refresh=true', [
      { create: { _id: '7' } },
      sale,
      '',
      { index: { _index: 'absent-index' } },
      sale,
      { index: {} },
      { ts: 'never' },
      { index: { _index: 'x' } },
      sale,
    ])
    expect([answer.status, at(answer.json, 'errors')]).toEqual([200, true])
    const item = (i: number) => at(answer.json, 'items', i, 'index')
    expect(item(0)).toEqual({ _index: 'mock-sales', _id: '7', status: 201, error: null })
    expect(item(1)).toMatchObject({ status: 404, error: { type: 'index_not_found_exception' } })
    expect(item(2)).toMatchObject({
      _index: 'mock-sales',
      status: 400,
      error: { index: 'mock-sales', type: 'document_parsing_exception' },
    })
    expect(item(3)).toMatchObject({ status: 400, error: { type: 'illegal_argument_exception' } })
    const count = await fixture.ask(`${ES}/mock-sales/_count`)
    expect(count.json).toEqual({ count: 1 })
    expect(new Set(fixture.commits)).toEqual(new Set(['force']))
  })

  test.each([
    [
      'delete',
      '/_bulk',
      [{ delete: { _index: 'mock-sales' } }],
      'illegal_argument_exception',
      '[1]',
    ],
    [
      'update after a document',
      '/mock-sales/_bulk',
      [{ index: {} }, sale, { update: {} }],
      'illegal_argument_exception',
      '[3]',
    ],
    [
      'no document',
      '/mock-sales/_bulk',
      [{ index: {} }],
      'action_request_validation_exception',
      'source',
    ],
    ['no index', '/_bulk', [{ index: {} }, sale], 'action_request_validation_exception', 'index'],
  ])(
    '%s fails the whole request, and nothing is ingested',
    async (_what, path, lines, type, words) => {
      const { answer, fixture } = await bulk(path, lines)
      expect(answer.status).toBe(400)
      expect(at(answer.json, 'error', 'type')).toBe(type)
      expect(at(answer.json, 'error', 'reason')).toContain(words)
      expect(fixture.commits).toEqual([])
    },
  )

  test('without a document for a valid index id the answer is empty', async () => {
    const { answer } = await bulk('/_bulk', [{ index: { _index: 'x' } }, sale])
    expect(answer.text).toBe('{"took":0,"errors":false,"items":[]}')
  })

  test('past the rejections that are kept, documents are not claimed to be stored', async () => {
    const lines = Array.from({ length: 1100 }, () => [{ index: {} }, { ts: 'never' }]).flat()
    const { answer } = await bulk('/mock-sales/_bulk', [...lines, { index: {} }, sale])
    const status = (i: number) => at(answer.json, 'items', i, 'index', 'status')
    expect([status(999), status(1000), status(1100)]).toEqual([400, 500, 500])
  })
})

describe('indexes', () => {
  test('_stats and _cat count published documents', async () => {
    const stats = await shop.ask(`${ES}/mock-sales/_stats`)
    expect(at(stats.json, '_all', 'primaries', 'docs', 'count')).toBe(50)
    expect(at(stats.json, 'indices', 'mock-sales', 'total', 'segments', 'count')).toBe(2)
    const cat = await shop.ask(`${ES}/_cat/indices?format=json&h=index,docs.count,health&s=index`)
    expect(cat.json).toEqual([
      { health: 'green', index: 'mock-sales', 'docs.count': '50' },
      { health: 'green', index: 'wide-events', 'docs.count': '3' },
    ])
    expect((await shop.ask(`${ES}/_cat/indices/mock-*?format=json`)).json).toHaveLength(1)
    expect((await shop.ask(`${ES}/_cat/indices?format=json&health=red`)).json).toEqual([])
  })

  test.each([
    '',
    '?format=text',
    '?format=json&v',
    '?format=json&bytes=b',
    '?format=json&s=size',
    '?format=json&h=odd',
  ])('_cat/indices%s is refused', async (query) => {
    expect((await shop.ask(`${ES}/_cat/indices${query}`)).status).toBe(400)
  })

  test('_resolve, _aliases, _cluster/health and the node', async () => {
    const resolved = await shop.ask(`${ES}/_resolve/index/*`)
    expect(resolved.json).toEqual({
      indices: [
        { name: 'mock-sales', attributes: ['open'] },
        { name: 'wide-events', attributes: ['open'] },
      ],
      aliases: [],
      data_streams: [],
    })
    expect((await shop.ask(`${ES}/_aliases`)).json).toEqual({})
    expect((await shop.ask(`${ES}/_cluster/health`)).json).toEqual({ status: 'green' })
    expect((await shop.ask(`${ES}/_cluster/health?level=shards`)).json).toEqual({
      error: 'Unsupported parameter.',
      param: 'level',
    })
    for (const path of [ES, `${ES}/`]) {
      const info = await shop.ask(path)
      expect(at(info.json, 'version', 'number')).toBe('7.17.0')
    }
    expect((await shop.ask(ES, { method: 'HEAD' })).text).toBe('')
  })

  test('deleting takes exact ids', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const remove = (expression: string) => fixture.ask(`${ES}/${expression}`, { method: 'DELETE' })
    expect((await remove('mock-*')).status).toBe(400)
    expect((await remove('_all')).status).toBe(400)
    expect((await remove('absent-index,mock-sales')).status).toBe(404)
    const path = 'absent-index,mock-sales?ignore_unavailable=true'
    expect((await remove(path)).json).toEqual({ acknowledged: true })
    expect((await fixture.ask('/api/v1/indexes')).json).toEqual([])
  })
})

const GHARCHIVE = new URL('../../../../shared/data/gharchive-bulk.ndjson.gz', import.meta.url)

describe.runIf(existsSync(GHARCHIVE))('100 real events (needs the shared data folder)', () => {
  test('go in by _bulk and are found by field, by prefix and by aggregation', async () => {
    const fixture = new ApiFixture()
    await fixture.create(`version: "0.9"
index_id: gharchive
doc_mapping:
  field_mappings:
    - { name: created_at, type: datetime, input_formats: [rfc3339], fast: true }
  timestamp_field: created_at
  dynamic_mapping: { tokenizer: default, fast: true, expand_dots: true }
`)
    const body = gunzipSync(readFileSync(GHARCHIVE))
    const events = body
      .toString()
      .trim()
      .split('\n')
      .filter((_, i) => i % 2 === 1)
      .map((line): { type: string } => JSON.parse(line))
    const bulk = await fixture.ask(`${ES}/_bulk?refresh=true`, { body })
    expect(at(bulk.json, 'errors')).toBe(false)
    expect(at(bulk.json, 'items')).toHaveLength(100)
    const answer = await fixture.ask(
      `${ES}/gharchive/_search`,
      json({
        track_total_hits: true,
        query: { match: { type: 'PushEvent' } },
        aggs: { types: { terms: { field: 'type' } } },
      }),
    )
    const pushes = events.filter(({ type }) => type === 'PushEvent').length
    expect(at(answer.json, 'hits', 'total', 'value')).toBe(pushes)
    expect(at(answer.json, 'aggregations', 'types', 'buckets', 0, 'doc_count')).toBe(pushes)
  })
})
