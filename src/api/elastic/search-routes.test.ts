import { describe, expect, test } from 'vitest'
import { ApiFixture, at, sales, textAt, type Asked } from '../testing/api-fixture.ts'
import { ELASTIC, json, NANOS, shopWithEvents } from './testing/elastic-fixture.ts'

const SEARCH = `${ELASTIC}/mock-sales/_search`
const shop = await shopWithEvents()

describe('_search', () => {
  test('answers in Quickwit’s shape: no ids, no scores, splits for shards', async () => {
    const answer = await shop.ask(`${SEARCH}?q=quantity:1&size=1&track_total_hits=true`)
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch')
    expect(answer.json).toEqual({
      took: expect.any(Number) as number,
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

  test('by score come those too that have none of the optional words', async () => {
    const hits = async (should: object) => {
      const bool = { filter: [{ range: { quantity: { gt: 5 } } }], should }
      const answer = await shop.ask(SEARCH, json({ query: { bool }, sort: ['_score'], size: 100 }))
      return at(answer.json, 'hits', 'hits')
    }
    expect(await hits({ match: { description: 'animal' } })).toHaveLength(25)
    expect(await hits({ match: { description: 'no_such_word' } })).toHaveLength(25)
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
      shop.ask(
        `${ELASTIC}/wide-events/_search`,
        json({ sort: [{ at: { order: 'asc', ...format } }] }),
      )
    const nanos = await sorted({ format: 'epoch_nanos_int' })
    expect(at(nanos.json, 'hits', 'hits', 0, 'sort')).toEqual([NANOS])
    expect(nanos.text).toContain('"sort":[1704067200123456789]')
    expect(at((await sorted({})).json, 'hits', 'hits', 0, 'sort')).toEqual([1_704_067_200_123])
  })

  test('search_after goes on exactly after a 19-digit value', async () => {
    const sort = '[{"at":{"order":"asc","format":"epoch_nanos_int"}}]'
    const body = `{"sort":${sort},"search_after":[${NANOS}]}`
    const answer = await shop.ask(`${ELASTIC}/wide-events/_search`, { body })
    expect(at(answer.json, 'hits', 'hits', 0, 'sort')).toEqual([NANOS + 1n])
    expect(at(answer.json, 'hits', 'hits')).toHaveLength(2)
  })

  test('u64 values stay exact, and a missing sort value is left out', async () => {
    const answer = await shop.ask(`${ELASTIC}/wide-events/_search?sort=size:desc,at:asc`)
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
        (await shop.ask(`${ELASTIC}/wide-events/_search?sort=at&size=1&${query}`)).json,
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
    const answer = await shop.ask(`${ELASTIC}/absent-index/_search`)
    expect([answer.status, at(answer.json, 'status')]).toEqual([404, 404])
    const type = 'index_not_found_exception'
    const reason = expect.stringContaining('could not find indexes') as string
    expect(at(answer.json, 'error')).toMatchObject({ type, reason, root_cause: [{ type, reason }] })
    const path = `${ELASTIC}/absent-index,mock-sales/_search?ignore_unavailable=true`
    expect((await shop.ask(path)).status).toBe(200)
    const alone = await shop.ask(`${ELASTIC}/absent-index/_search?ignore_unavailable=true`)
    expect(at(alone.json, 'hits', 'hits')).toEqual([])
  })

  test.each<[string, string, Asked, string]>([
    ['an unknown parameter', '?query=animal', {}, 'unrecognized parameter: [query]'],
    [
      'an unknown key',
      '',
      json({ colapse: {} }),
      'unknown key [colapse] in a search body -> did you mean [collapse]?',
    ],
    ['no JSON', '', { body: '{' }, 'deserialize'],
    ['an unknown query type', '', json({ query: { fuzy: { a: 'b' } } }), '`match_phrase`'],
    ['a lower-case operator', '?q=a&default_operator=and', {}, 'AND'],
    ['an unknown wildcard state', '?expand_wildcards=ajar', {}, 'closed'],
    [
      'a sort mode that is none of the values',
      '',
      json({ sort: [{ ts: { mode: 'avg' } }] }),
      '`mode`',
    ],
  ])('%s is refused before the handler', async (_what, query, asked, words) => {
    const answer = await shop.ask(SEARCH + query, asked)
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'error', 'reason')).toContain(words)
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
    expect((await shop.ask(`${ELASTIC}/_search?q=animal`)).status).toBe(501)
    expect((await shop.ask(`${ELASTIC}/_search?query=animal`)).status).toBe(400)
  })

  test('routes and methods that do not exist', async () => {
    const unknown = await shop.ask(`${ELASTIC}/mock-sales/_nothing`)
    expect([unknown.status, at(unknown.json, 'error', 'reason')]).toEqual([404, 'Route not found'])
    expect((await shop.ask(SEARCH, { method: 'DELETE' })).status).toBe(405)
  })
})

test('_count is exact', async () => {
  const body = json({ query: { range: { quantity: { gt: 5 } } } })
  expect((await shop.ask(`${ELASTIC}/mock-sales/_count`, body)).json).toMatchObject({ count: 25 })
  expect((await shop.ask(`${ELASTIC}/mock-sales/_count?q=id:3`)).json).toMatchObject({ count: 2 })
  expect((await shop.ask(`${ELASTIC}/mock-sales/_count?size=3`)).status).toBe(400)
})

describe('a split that is gone', () => {
  async function withLostSplit(splitCount: number): Promise<ApiFixture> {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    for (let split = 0; split < splitCount; split++) await fixture.ingest('mock-sales', sales(5))
    const splits = await fixture.ask('/api/v1/indexes/mock-sales/splits')
    const splitId = textAt(splits.json, 'splits', 0, 'split_id')
    await fixture.services.search.store.delete(`mock-sales/${splitId}.split`)
    return fixture
  }

  test('is counted as failed among others, unless partial results are refused', async () => {
    const fixture = await withLostSplit(3)
    const partial = await fixture.ask(`${SEARCH}?size=15`)
    expect(at(partial.json, '_shards')).toEqual({ total: 3, successful: 2, skipped: 0, failed: 1 })
    expect(at(partial.json, 'hits', 'hits')).toHaveLength(10)
    const whole = await fixture.ask(`${SEARCH}?size=15&allow_partial_search_results=false`)
    expect(whole.status).toBe(500)
  })

  test('is not missed where the others have all hits and the index tells its count', async () => {
    const fixture = await withLostSplit(3)
    const { json: answer } = await fixture.ask(`${SEARCH}?allow_partial_search_results=false`)
    expect(at(answer, '_shards', 'failed')).toBe(0)
    expect(at(answer, 'hits', 'total', 'value')).toBe(15)
    expect(at(answer, 'hits', 'hits')).toHaveLength(10)
  })

  test('fails the search when no other split answered', async () => {
    expect((await (await withLostSplit(1)).ask(SEARCH)).status).toBe(500)
  })

  test('fails a native search, which can be told to do without', async () => {
    const fixture = await withLostSplit(2)
    const path = '/api/v1/mock-sales/search?query=*'
    const refused = await fixture.ask(path)
    expect([refused.status, textAt(refused.json, 'message')]).toEqual([
      500,
      expect.stringContaining('1 of 2 splits failed: mock-sales/'),
    ])
    const allowed = await fixture.ask(`${path}&allow_failed_splits=true`)
    expect(at(allowed.json, 'num_hits')).toBe(5)
    expect(at(allowed.json, 'errors')).toHaveLength(1)
  })
})

test.each([
  ['mock-sales/_search', { size: 0 }, 200],
  ['mock-sales/_count', { query: { match_all: {} } }, 200],
  ['_field_caps', { fields: ['quantity'] }, 200],
  ['mock-sales/_validate/query', { query: { match_all: {} } }, 200],
  ['_analyze', { text: 'a' }, 200],
  ['mock-sales/_search', { no_such_key: 1 }, 400],
  ['_search/scroll', { scroll_id: 'none' }, 500],
])('the body of a GET of %s is read: %j', async (path, body, status) => {
  const answer = await shop.ask(`${ELASTIC}/${path}`, { ...json(body), method: 'GET' })
  expect(answer.status).toBe(status)
  if (path.endsWith('/_search') && status === 200) {
    expect(at(answer.json, 'hits', 'hits')).toEqual([])
  }
})

test.each([
  ['GET', '_no_such'],
  ['POST', '_no_such/thing'],
  ['DELETE', 'mock-sales/_search'],
  ['GET', '_bulk'],
  ['POST', 'mock-sales'],
])('%s %s is refused without advice that could lose anything', async (method, path) => {
  const body = method === 'POST' ? { body: '{}' } : {}
  const answer = await shop.ask(`${ELASTIC}/${path}`, { method, ...body })
  expect([404, 405]).toContain(answer.status)
  expect(at(answer.json, 'error', 'type')).toEqual(expect.any(String))
  expect(answer.text).not.toMatch(/use [A-Z]*|DELETE(?! not)/)
})

test('a build that does not know its date says one all the same', async () => {
  const build = { version: '1.0.0', commitHash: '', buildDate: '' }
  const api = shop.as({ apiKeys: [], responses: 'plain' }, { build })
  const { json: info } = await shop.ask(ELASTIC, {}, api)
  expect(at(info, 'version', 'build_date')).toMatch(/^\d{4}-/)
})
