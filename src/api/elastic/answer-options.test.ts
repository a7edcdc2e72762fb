import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../engine/bytes/json.ts'
import type { LeafInvoker } from '../../engine/search/leaf-request.ts'
import { asQwError } from '../api-error.ts'
import { ApiFixture, at, sales } from '../testing/api-fixture.ts'

const ELASTIC = '/api/v1/_elastic'
const shop = new ApiFixture()
await shop.createShipped('mock-sales')
await shop.ingest('mock-sales', sales(9))

async function search(body: JsonObject, url = ''): Promise<ReturnType<typeof at>> {
  const path = `${ELASTIC}/mock-sales/_search${url}`
  return (await shop.ask(path, { body: JSON.stringify(body) })).json
}

const ANIMALS = { match: { description: 'animal' } }

describe('scores', () => {
  test('stand in hits that are sorted by them, or where they are tracked', async () => {
    const sorted = await search({ query: ANIMALS, sort: ['_score'] })
    const [score] = at(sorted, 'hits', 'hits', 0, 'sort') as number[]
    expect(at(sorted, 'hits', 'hits', 0, '_score')).toEqual(score)
    expect(at(sorted, 'hits', 'max_score')).toEqual(score)
    const tracked = await search({ query: ANIMALS, sort: ['quantity'], track_scores: true })
    expect(at(tracked, 'hits', 'hits', 0, '_score')).toEqual(score)
    const plain = await search({ query: ANIMALS, sort: ['quantity'] })
    expect(at(plain, 'hits', 'hits', 0, '_score')).toBeUndefined()
    expect(at(plain, 'hits', 'max_score')).toBeUndefined()
  })

  test('below min_score nothing matches, in a count too', async () => {
    const query = { bool: { should: [ANIMALS, { match_all: {} }] } }
    const total = async (min_score: number): Promise<unknown> =>
      at(await search({ query, min_score, track_total_hits: true }), 'hits', 'total', 'value')
    expect([await total(0.5), await total(1.2), await total(99)]).toEqual([9, 3, 0])
    const body = JSON.stringify({ query, min_score: 1.2 })
    const count = await shop.ask(`${ELASTIC}/mock-sales/_count`, { body })
    expect(at(count.json, 'count')).toBe(3)
  })
})

describe('limits of one search', () => {
  test('terminate_after ends each split early, and the answer says whether it did', async () => {
    const early = await search({ terminate_after: 2, track_total_hits: true })
    expect(at(early, 'terminated_early')).toBe(true)
    expect(at(early, 'hits', 'total', 'value')).toBe(2)
    const whole = await search({ terminate_after: 99, track_total_hits: true })
    expect([at(whole, 'terminated_early'), at(whole, 'hits', 'total', 'value')]).toEqual([false, 9])
    expect(at(await search({}), 'terminated_early')).toBeNull()
  })

  test('a search that is over its own timeout says so and finds nothing', async () => {
    const leaf: LeafInvoker = {
      search: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(asQwError(signal.reason)))
        }),
    }
    const settings = { apiKeys: [], responses: 'plain' } as const
    const slow = shop.as(settings, { search: { ...shop.services.search, leaf } })
    const answer = async (url: string, timeout: string): Promise<unknown> => {
      const body = JSON.stringify({ timeout })
      return (await shop.ask(`${ELASTIC}/mock-sales/_search${url}`, { body }, slow)).json
    }
    expect(await answer('', '5ms')).toMatchObject({
      timed_out: true,
      hits: { total: { value: 0 }, hits: [] },
    })
    const strict = await answer('?allow_partial_search_results=false', '5ms')
    expect(strict).toMatchObject({ status: 408, error: { type: 'timeout_exception' } })
    expect(await search({ timeout: '20s' })).toMatchObject({ timed_out: false })
  })
})

describe('what old clients and strict ones ask for', () => {
  test('a total that is a number counts every hit', async () => {
    const answer = await search({ size: 1 }, '?rest_total_hits_as_int=true')
    expect(at(answer, 'hits', 'total')).toBe(9)
  })

  test('the version of a document is always its first', async () => {
    expect(at(await search({ version: true }), 'hits', 'hits', 0, '_version')).toBe(1)
    expect(at(await search({}, '?version=true'), 'hits', 'hits', 0, '_version')).toBe(1)
  })

  test('df is the field of words that name none, and lenient forgives unknown ones', async () => {
    const total = async (url: string): Promise<unknown> =>
      at(await search({}, `${url}&track_total_hits=true`), 'hits', 'total', 'value')
    expect(await total('?q=animal&df=description')).toBe(3)
    expect(await total('?q=gone:x OR description:animal&lenient=true')).toBe(3)
  })

  test('a pattern without an index may be an error', async () => {
    const path = `${ELASTIC}/nothing-*/_search`
    expect((await shop.ask(path)).status).toBe(200)
    const strict = await shop.ask(`${path}?allow_no_indices=false`)
    expect([strict.status, at(strict.json, 'error', 'type')]).toEqual([
      404,
      'index_not_found_exception',
    ])
  })
})

describe('sort options', () => {
  test('a date sorts as text in its format, and search_after goes on from that text', async () => {
    const sort = [{ ts: { order: 'asc', format: 'strict_date_optional_time' } }]
    const first = await search({ sort, size: 1 })
    expect(at(first, 'hits', 'hits', 0, 'sort')).toEqual(['2024-01-01T00:00:00.000Z'])
    const next = await search({ sort, size: 1, search_after: ['2024-01-01T00:00:00.000Z'] })
    expect(at(next, 'hits', 'hits', 0, 'sort')).toEqual(['2024-01-01T00:00:01.000Z'])
  })

  test('a field that an index does not have sorts nothing where unmapped_type says so', async () => {
    const sort = [
      { '@timestamp': { order: 'desc', unmapped_type: 'boolean' } },
      { quantity: 'asc' },
    ]
    expect(at(await search({ sort }), 'hits', 'hits', 0, 'sort')).toEqual([1])
  })

  test('mode and missing are taken', async () => {
    const sort = [
      { quantity: { order: 'asc', mode: 'max', missing: '_first', numeric_type: 'long' } },
    ]
    expect(at(await search({ sort }), 'hits', 'hits', 0, 'sort')).toEqual([1])
  })
})

describe('highlight', () => {
  const marked = async (highlight: JsonObject, query: JsonObject = ANIMALS): Promise<unknown> =>
    at(
      await search({ query, sort: ['quantity'], size: 1, highlight }),
      'hits',
      'hits',
      0,
      'highlight',
    )

  test('marks the words of the query in the fields that are named', async () => {
    const description = ['wild <em>animal</em> report']
    expect(await marked({ fields: { description: {} } })).toEqual({ description })
    expect(await marked({ fields: [{ description: {} }] })).toEqual({ description })
    expect(await marked({ fields: { name: {} } })).toBeUndefined()
  })

  test('as Grafana and Kibana ask: every field, whole, between tags of their own', async () => {
    const highlight = {
      fields: { '*': {} },
      pre_tags: ['@HIGHLIGHT@'],
      post_tags: ['@/HIGHLIGHT@'],
      fragment_size: 2_147_483_647,
    }
    const text = { query_string: { analyze_wildcard: true, query: 'description:animal' } }
    expect(await marked(highlight, { bool: { filter: [text] } })).toEqual({
      description: ['wild @HIGHLIGHT@animal@/HIGHLIGHT@ report'],
    })
  })

  test('fragments have a size and a number, for each field too', async () => {
    const highlight = { fragment_size: 8, fields: { description: { number_of_fragments: 1 } } }
    expect(await marked(highlight)).toEqual({ description: ['<em>animal</em>'] })
  })
})

test('Grafana’s Elasticsearch data source reads logs and draws a histogram', async () => {
  const range = {
    range: { ts: { gte: 1_704_067_200_000, lte: 1_704_067_209_000, format: 'epoch_millis' } },
  }
  const text = { query_string: { analyze_wildcard: true, query: '*' } }
  const query = { bool: { filter: [range, text] } }
  const logs = {
    size: 500,
    query,
    sort: { ts: { order: 'desc', unmapped_type: 'boolean' }, _doc: { order: 'desc' } },
    fields: [{ field: 'ts', format: 'strict_date_optional_time_nanos' }],
    docvalue_fields: ['ts'],
    script_fields: {},
    highlight: {
      fields: { '*': {} },
      pre_tags: ['@HIGHLIGHT@'],
      post_tags: ['@/HIGHLIGHT@'],
      fragment_size: 2_147_483_647,
    },
  }
  const histogram = {
    size: 0,
    query,
    aggs: {
      2: {
        date_histogram: {
          field: 'ts',
          fixed_interval: '1000ms',
          min_doc_count: 0,
          extended_bounds: { min: 1_704_067_200_000, max: 1_704_067_209_000 },
          format: 'epoch_millis',
        },
        aggs: {},
      },
    },
  }
  const header = { ignore_unavailable: true, index: 'mock-sales', search_type: 'query_then_fetch' }
  const body = [header, logs, header, histogram].map((line) => `${JSON.stringify(line)}\n`).join('')
  const path = `${ELASTIC}/_msearch?max_concurrent_shard_requests=5`
  const { json } = await shop.ask(path, { body })
  expect(at(json, 'responses', 0, 'hits', 'hits')).toHaveLength(9)
  expect(at(json, 'responses', 0, 'hits', 'hits', 8, 'fields', 'ts', 0)).toBe(
    '2024-01-01T00:00:00.000000000Z',
  )
  expect(at(json, 'responses', 1, 'aggregations', '2', 'buckets')).toHaveLength(10)
})
