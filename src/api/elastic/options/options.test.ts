import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../engine/bytes/json.ts'
import { ApiFixture, at, sales } from '../../testing/api-fixture.ts'
import { HIGHLIGHT_OPTIONS } from '../highlight.ts'
import { SORT_OPTIONS } from '../sort.ts'
import type { OptionTable } from './option.ts'
import {
  BULK_ACTION,
  DELETE_BY_QUERY_BODY,
  DELETE_BY_QUERY_URL,
  DOCUMENT_URL,
  FIELD_CAPS_BODY,
  FIELD_CAPS_URL,
  PIT_BODY,
  PIT_URL,
  SCROLL_BODY,
} from './request-options.ts'
import {
  COUNT_BODY,
  COUNT_URL,
  MSEARCH_HEADER,
  MSEARCH_URL,
  SEARCH_BODY,
  SEARCH_URL,
} from './search-options.ts'

const ELASTIC = '/api/v1/_elastic'
const shop = new ApiFixture()
await shop.createShipped('mock-sales')
await shop.ingest('mock-sales', sales(5))

interface Answer {
  readonly status: number
  readonly reason: string
}

async function ask(path: string, body?: JsonValue | string): Promise<Answer> {
  const text =
    typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body)
  const asked = text === undefined ? { method: 'POST' } : { body: text }
  const { status, json } = await shop.ask(`${ELASTIC}${path}`, asked)
  const failed = at(json, 'error') ?? at(json, 'responses', 0, 'error')
  const reason = at(failed, 'reason')
  return { status, reason: typeof reason === 'string' ? reason : '' }
}

/** Asks for one option in the place that a table is of. */
type Place = readonly [
  name: string,
  table: OptionTable,
  ask: (option: string, value: string) => Promise<Answer>,
]

const lines = (header: JsonObject, body: JsonObject): string =>
  `${JSON.stringify(header)}\n${JSON.stringify(body)}\n`
const inUrl = (path: string, body?: JsonValue | string) => (option: string, value: string) =>
  ask(`${path}${path.includes('?') ? '&' : '?'}${option}=${encodeURIComponent(value)}`, body)

const PLACES: readonly Place[] = [
  [
    'a search body',
    SEARCH_BODY,
    (option, value) => ask('/mock-sales/_search', { [option]: value }),
  ],
  ['the URL of a search', SEARCH_URL, inUrl('/mock-sales/_search')],
  ['a count', COUNT_BODY, (option, value) => ask('/mock-sales/_count', { [option]: value })],
  ['the URL of a count', COUNT_URL, inUrl('/mock-sales/_count')],
  ['the URL of _msearch', MSEARCH_URL, inUrl('/_msearch', lines({ index: 'mock-sales' }, {}))],
  [
    'a header of _msearch',
    MSEARCH_HEADER,
    (option, value) => ask('/_msearch', lines({ index: 'mock-sales', [option]: value }, {})),
  ],
  ['a scroll', SCROLL_BODY, (option, value) => ask('/_search/scroll', { [option]: value })],
  ['the URL of a point in time', PIT_URL, inUrl('/mock-sales/_pit?keep_alive=1m')],
  [
    'a point in time',
    PIT_BODY,
    (option, value) => ask('/mock-sales/_pit?keep_alive=1m', { [option]: value }),
  ],
  ['the URL of _field_caps', FIELD_CAPS_URL, inUrl('/mock-sales/_field_caps')],
  [
    'a body of _field_caps',
    FIELD_CAPS_BODY,
    (option, value) => ask('/mock-sales/_field_caps', { fields: ['id'], [option]: value }),
  ],
  ['the URL of a document', DOCUMENT_URL, inUrl('/mock-sales/_doc', { ts: 1_704_067_200, id: 9 })],
  [
    'an action of _bulk',
    BULK_ACTION,
    (option, value) =>
      ask('/_bulk', lines({ index: { _index: 'mock-sales', [option]: value } }, { id: 9 })),
  ],
  [
    'the URL of _delete_by_query',
    DELETE_BY_QUERY_URL,
    inUrl('/mock-sales/_delete_by_query', { query: { term: { id: 77 } } }),
  ],
  [
    'a deletion by query',
    DELETE_BY_QUERY_BODY,
    (option, value) =>
      ask('/mock-sales/_delete_by_query', { query: { term: { id: 77 } }, [option]: value }),
  ],
  [
    'a key of sort',
    SORT_OPTIONS,
    (option, value) => ask('/mock-sales/_search', { sort: [{ ts: { [option]: value } }] }),
  ],
  [
    'a highlight',
    HIGHLIGHT_OPTIONS,
    (option, value) => ask('/mock-sales/_search', { highlight: { [option]: value, fields: {} } }),
  ],
]

describe.each(PLACES)('%s', (_place, table, asking) => {
  test('refuses an option that there is not, by its name', async () => {
    const { status, reason } = await asking('no_such_option', 'x')
    expect(status).toBe(400)
    expect(reason).toMatch(
      /unknown key \[no_such_option\]|unrecognized parameter: \[no_such_option\]/,
    )
  })

  test('refuses what it refuses with a reason and a way out', async () => {
    for (const [option, verdict] of Object.entries(table)) {
      if (verdict.kind !== 'refused') continue
      const { status, reason } = await asking(option, 'x')
      expect([option, status]).toEqual([option, 400])
      expect(reason).toContain(`[${option}]`)
      expect(reason).toContain(verdict.why)
      expect(reason).toContain(verdict.fix)
    }
  })

  test('takes what cannot change its answer', async () => {
    for (const [option, verdict] of Object.entries(table)) {
      if (verdict.kind !== 'noEffect' || option === 'index_filter') continue
      const { status, reason } = await asking(option, '1')
      expect([option, status < 300, reason]).toEqual([option, true, ''])
    }
  })
})

test('values that ask for nothing are taken: clients send them with every request', async () => {
  const body = {
    script_fields: {},
    runtime_mappings: {},
    explain: false,
    seq_no_primary_term: false,
    indices_boost: [],
    stored_fields: ['*'],
    _source: { excludes: [] },
    fields: [{ field: '*', include_unmapped: 'true' }],
    docvalue_fields: [],
    version: true,
    track_total_hits: true,
    timeout: '30s',
  }
  const url = '/mock-sales/_search?search_type=query_then_fetch&explain=false&preference=1'
  expect(await ask(url, body)).toEqual({ status: 200, reason: '' })
})

test('what shippers add to _bulk is taken, and a pipeline that does not run is told of', async () => {
  const body = lines({ index: { _index: 'mock-sales' } }, { id: 9, ts: 1_704_067_200 })
  const plain = await shop.ask(`${ELASTIC}/_bulk?whatever=1&timeout=1m`, { body })
  expect([plain.status, plain.headers.get('warning')]).toEqual([200, null])
  const { headers } = await shop.ask(`${ELASTIC}/_bulk?pipeline=geoip`, { body })
  expect(headers.get('warning')).toContain('no ingest pipeline runs')
})
