import { beforeAll, describe, expect, test } from 'vitest'
import { ApiFixture, at, sales, type Asked } from './testing/api-fixture.ts'

const SEARCH = '/api/v1/mock-sales/search'
const shop = new ApiFixture()

beforeAll(async () => {
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(50))
  await shop.ingest('mock-sales', sales(20))
})

describe('search', () => {
  test('GET and POST answer alike, with 20 hits at most unless told otherwise', async () => {
    const got = await shop.ask(`${SEARCH}?query=quantity:>5`)
    const posted = await shop.ask(SEARCH, { body: '{"query":"quantity:>5"}' })
    expect(got.status).toBe(200)
    expect(at(got.json, 'num_hits')).toBe(35)
    expect(at(got.json, 'hits')).toHaveLength(20)
    expect(at(posted.json, 'hits')).toEqual(at(got.json, 'hits'))
  })

  test('the answer is indented unless format=json, and the same either way', async () => {
    const pretty = await shop.ask(`${SEARCH}?query=id:7&sort_by=ts`)
    const compact = await shop.ask(`${SEARCH}?query=id:7&sort_by=ts&format=json`)
    expect(pretty.text).toContain('\n  "num_hits": 2,\n')
    expect(compact.text.startsWith('{"num_hits":2,"hits":[{')).toBe(true)
    expect(at(pretty.json, 'hits')).toEqual(at(compact.json, 'hits'))
  })

  test('keys come in the documented order; snippets and aggregations only when asked for', async () => {
    const plain = await shop.ask(`${SEARCH}?query=*`)
    expect(Object.keys(plain.json ?? {})).toEqual([
      'num_hits',
      'hits',
      'elapsed_time_micros',
      'errors',
    ])
    const body = {
      query: 'description:animal',
      snippet_fields: 'description',
      max_hits: 1,
      aggs: { total: { sum: { field: 'quantity' } } },
    }
    const full = await shop.ask(SEARCH, { body: JSON.stringify(body) })
    expect(Object.keys(full.json ?? {})).toEqual([
      'num_hits',
      'hits',
      'snippets',
      'elapsed_time_micros',
      'errors',
      'aggregations',
    ])
    expect(at(full.json, 'snippets', 0, 'description', 0)).toContain('<b>animal</b>')
  })

  test('a plain sort name descends, `-` ascends', async () => {
    const last = await shop.ask(`${SEARCH}?query=*&sort_by=price&max_hits=1`)
    const first = await shop.ask(`${SEARCH}?query=*&sort_by=-price&max_hits=1`)
    expect(at(last.json, 'hits', 0, 'id')).toBe(49)
    expect(at(first.json, 'hits', 0, 'id')).toBe(0)
  })

  test('a pattern that matches no index gives no hits and no aggregations', async () => {
    const body = '{"query":"*","aggs":{"a":{"sum":{"field":"x"}}}}'
    const answer = await shop.ask('/api/v1/nothing-*/search', { body })
    expect(answer.status).toBe(200)
    expect(at(answer.json, 'num_hits')).toBe(0)
    expect(at(answer.json, 'aggregations')).toBeUndefined()
  })

  test('an index in the path is percent-decoded once', async () => {
    const answer = await shop.ask('/api/v1/mock%2Dsales%2Cnothing%2A/search?query=id:7')
    expect(at(answer.json, 'num_hits')).toBe(2)
    expect((await shop.ask('/api/v1/mock%252Dsales/search?query=*')).status).toBe(400)
  })

  test('the path of the Grafana data source is the same search', async () => {
    const answer = await shop.ask('/api/v1/indexes/mock-sales/search', { body: '{"query":"id:7"}' })
    expect(at(answer.json, 'num_hits')).toBe(2)
  })

  test('search-plan names the splits, and the parts that would be read of one', async () => {
    const answer = await shop.ask('/api/v1/mock-sales/search-plan?query=quantity:5')
    expect(answer.status).toBe(200)
    expect(at(answer.json, 'searched_splits')).toHaveLength(2)
    expect(at(answer.json, 'storage_requests', 'footer')).toBe(1)
  })

  test.each<[string, string, Asked, string]>([
    ['no query', '', {}, 'missing field `query`'],
    ['an unknown parameter', '?query=*&q=1', {}, 'unknown field `q`'],
    ['an unknown key', '', { body: '{"query":"*","q":1}' }, 'unknown field `q`'],
    ['a body that is no JSON', '', { body: '{' }, 'Request body deserialize error'],
    ['a body that is no object', '', { body: '[]' }, 'Request body deserialize error'],
    [
      'an array of search fields',
      '',
      { body: '{"query":"*","search_field":["a"]}' },
      '`search_field`',
    ],
    ['aggregations in a URL', '?query=*&aggs={}', {}, 'aggregation'],
    ['a negative count', '?query=*&max_hits=-1', {}, '`max_hits`'],
    ['a count in hexadecimal', '?query=*&max_hits=0x10', {}, '`max_hits`'],
    ['too many hits', '?query=*&max_hits=10001', {}, '10000'],
    ['too far a start', '?query=*&start_offset=10001', {}, '10000'],
    ['three sort fields', '?query=*&sort_by=ts,price,quantity', {}, 'SORT_KEYS_LIMIT=2'],
    ['sorting by a field without column', '?query=*&sort_by=id', {}, 'fast'],
    ['sorting by text', '?query=*&sort_by=name', {}, 'text'],
    ['an unknown format', '?query=*&format=xml', {}, '`format`'],
    ['an unfinished query', '?query=quantity:', {}, 'quantity:'],
  ])('%s is a 400 that says so', async (_what, query, asked, words) => {
    const answer = await shop.ask(SEARCH + query, asked)
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'message')).toContain(words)
  })

  test('too many buckets is a 400 that names the limit', async () => {
    const histogram = { field: 'price', interval: 0.000001 }
    const body = JSON.stringify({ query: '*', max_hits: 0, aggs: { prices: { histogram } } })
    const answer = await shop.ask(SEARCH, { body })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({
      code: 'QWL-AGG-LIMIT',
      message: expect.stringContaining('BUCKET_LIMIT=65000'),
    })
  })

  const STRICT = `
version: 0.9
index_id: strict-shop
doc_mapping:
  mode: strict
  field_mappings: [{ name: price, type: u64, fast: true }, { name: title, type: text }]
`

  test.each<[string, object]>([
    ['a query', { query: 'pricee:>5' }],
    ['a sort key', { sort_by: 'pricee' }],
    ['a snippet', { snippet_fields: 'pricee' }],
    ['an aggregation', { aggs: { a: { sum: { field: 'pricee' } } } }],
  ])('a field that does not exist has the same words in %s', async (_what, part) => {
    const strict = new ApiFixture()
    await strict.create(STRICT)
    const body = JSON.stringify({ query: '*', ...part })
    const answer = await strict.ask('/api/v1/strict-shop/search', { body })
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      message: 'field does not exist: `pricee`. nearest: `price`, `title`',
      code: 'QWL-QUERY-FIELD',
      fix: 'nearest: `price`, `title`',
    })
  })

  test('a word that is wrong carries its length beside its position', async () => {
    const path = '/api/v1/mock-sales/search?query=name:a%20AND%20OR'
    const search = await shop.ask(path)
    expect(search.json).toMatchObject({ position: 11, length: 2 })
    const parsed = await shop.ask('/api/v1/parse-query', {
      body: JSON.stringify({ query: 'name:a AND OR' }),
    })
    expect(parsed.json).toMatchObject({ code: 'QWL-PARSE-QUERY', position: 11, length: 2 })
  })

  test('a syntax error carries its position, for a caret', async () => {
    const answer = await shop.ask(`${SEARCH}?query=${encodeURIComponent('id:1 AND )')}`)
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'code')).toBe('QWL-QUERY-SYNTAX')
    expect(at(answer.json, 'position')).toBe(9)
  })
})

describe('every request', () => {
  test.each<[string, string, Asked, number]>([
    ['an unknown route', '/api/v1/nowhere/at/all', {}, 404],
    ['an unknown index in a search', '/api/v1/absent-index/search?query=*', {}, 404],
    ['an unknown index', '/api/v1/indexes/absent-index', {}, 404],
    ['ingest into an unknown index', '/api/v1/absent-index/ingest', { body: '{}' }, 404],
    ['a wrong method', '/api/v1/mock-sales/search', { method: 'DELETE' }, 405],
    ['a method that is none', '/api/v1/mock-sales/search', { method: 'constructor' }, 405],
    ['a wrong method on an index', '/api/v1/indexes/mock-sales', { body: '{}' }, 405],
    ['a body without length', SEARCH, { method: 'POST' }, 411],
    ['a search body over 1 MiB', SEARCH, { body: ' '.repeat((1 << 20) + 1) }, 413],
    [
      'an ingest body over 10 MiB',
      '/api/v1/mock-sales/ingest',
      { body: Buffer.alloc((10 << 20) + 1) },
      413,
    ],
    [
      'a config in another language',
      '/api/v1/indexes',
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      'a query in another encoding',
      SEARCH,
      { body: '{}', headers: { 'content-encoding': 'rot13' } },
      415,
    ],
  ])('%s', async (_what, path, asked, status) => {
    const answer = await shop.ask(path, asked)
    expect([answer.status, typeof at(answer.json, 'message')]).toEqual([status, 'string'])
  })

  test.each([
    [
      '/api/v1/absent-index/search?query=*',
      'could not find indexes matching the IDs `["absent-index"]`',
    ],
    ['/api/v1/indexes/absent-index', 'index `absent-index` not found'],
    ['/api/v1/indexes/absent-index/describe', 'index `absent-index` not found'],
    ['/api/v1/nowhere/at/all', 'Route not found'],
  ])('%s says `%s`', async (path, words) => {
    expect(at((await shop.ask(path)).json, 'message')).toContain(words)
  })

  test('a missing index that is to be changed is reported as the metastore does', async () => {
    const answer = await shop.ask('/api/v1/indexes/absent-index', { method: 'DELETE' })
    expect(at(answer.json, 'message')).toContain('metastore error `index `absent-index` not found`')
  })

  test('methods that a path does not answer are told in `allow`, and no advice names one that changes anything', async () => {
    const clear = await shop.ask('/api/v1/indexes/mock-sales/clear')
    expect([clear.status, clear.headers.get('allow')]).toEqual([405, 'PUT'])
    expect(clear.text).not.toMatch(/PUT|DELETE/)
    const options = await shop.ask('/api/v1/indexes/mock-sales', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, PUT'])
    expect((await shop.ask('/api/v1/nowhere/at/all', { method: 'OPTIONS' })).status).toBe(404)
  })

  test('slashes in a row and one at the end change nothing', async () => {
    const answer = await shop.ask('/api/v1//indexes//mock-sales/')
    expect(at(answer.json, 'index_config', 'index_id')).toBe('mock-sales')
  })

  test('a read-only host knows no route that changes anything', async () => {
    const api = shop.as({ apiKeys: [], responses: 'plain' }, { ingest: undefined })
    expect((await shop.ask('/api/v1/mock-sales/ingest', { body: '{}' }, api)).status).toBe(404)
    expect((await shop.ask('/api/v1/indexes', { body: '{}' }, api)).status).toBe(405)
    expect((await shop.ask(`${SEARCH}?query=*`, {}, api)).status).toBe(200)
  })

  test('with keys, one of them opens everything but health', async () => {
    const api = shop.as({ apiKeys: ['first-key', 'second-key'], responses: 'plain' })
    const withKey = (key: string) => ({ headers: { 'x-api-key': key } })
    const path = `${SEARCH}?query=*`
    expect((await shop.ask(path, withKey('second-key'), api)).status).toBe(200)
    expect((await shop.ask(path, withKey('second-kez'), api)).status).toBe(403)
    const missing = await shop.ask('/api/v1/indexes', {}, api)
    expect([missing.status, at(missing.json, 'code')]).toEqual([403, 'QWL-KEY-MISSING'])
    const elastic = await shop.ask('/api/v1/_elastic', {}, api)
    expect(elastic.headers.get('www-authenticate')).toContain('Basic')
    expect([elastic.status, at(elastic.json, 'error', 'type')]).toEqual([401, 'security_exception'])
    expect((await shop.ask('/health/livez', {}, api)).json).toBe(true)
  })
})

describe('node', () => {
  test('version and health', async () => {
    const version = await shop.ask('/api/v1/version')
    expect(at(version.json, 'build', 'version')).toBe('0.0.0-test')
    expect(at(version.json, 'build', 'commit_short_hash')).toBe('abcdef0')
    expect((await shop.ask('/health/readyz')).json).toBe(true)
  })

  test('analyze shows tokens with byte offsets', async () => {
    const body = '{"type":"simple","filters":["lower_caser"],"text":"Öl, Box"}'
    expect((await shop.ask('/api/v1/analyze', { body })).json).toEqual([
      { offset_from: 0, offset_to: 3, position: 0, text: 'öl', position_length: 1 },
      { offset_from: 5, offset_to: 8, position: 1, text: 'box', position_length: 1 },
    ])
  })

  test('parse-query shows the tree, and a syntax error is a 500 as in Quickwit', async () => {
    const path = '/api/v1/parse-query'
    const tree = await shop.ask(path, { body: '{"query":"id:1"}' })
    expect(at(tree.json, 'kind')).toBe('text')
    expect((await shop.ask(path, { body: '{"query":"id:"}' })).status).toBe(500)
  })
})
