import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ApiFixture, at } from '../testing/api-fixture.ts'
import { ELASTIC, json } from './testing/elastic-fixture.ts'

describe('_bulk', () => {
  async function bulk(path: string, lines: readonly unknown[]) {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const body = `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`
    return { fixture, answer: await fixture.ask(`${ELASTIC}${path}`, { body }) }
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
    const count = await fixture.ask(`${ELASTIC}/mock-sales/_count`)
    expect(count.json).toMatchObject({ count: 1 })
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
    [
      'an action that changes a document',
      '/mock-sales/_bulk',
      [{ update: { _id: '1' } }, { doc: {} }],
      'illegal_argument_exception',
      'documents are not changed one by one',
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

  test.each(['pipeline=x', 'routing=a', 'require_alias=false', 'use_legacy_ingest=false', 'x=1'])(
    'takes documents whatever else the URL says: %s',
    async (query) => {
      const fixture = new ApiFixture()
      await fixture.createShipped('mock-sales')
      const body =
        '{"index":{"_index":"mock-sales","_id":7,"pipeline":"p"}}\n{"ts":1700000000,"id":1}\n'
      const answer = await fixture.ask(`${ELASTIC}/_bulk?refresh=true&${query}`, { body })
      expect(answer.json).toMatchObject({ errors: false, items: [{ index: { _id: '7' } }] })
      expect((await fixture.ask(`${ELASTIC}/_bulk?refresh=soon`, { body })).status).toBe(400)
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
    const bulk = await fixture.ask(`${ELASTIC}/_bulk?refresh=true`, { body })
    expect(at(bulk.json, 'errors')).toBe(false)
    expect(at(bulk.json, 'items')).toHaveLength(100)
    const answer = await fixture.ask(
      `${ELASTIC}/gharchive/_search`,
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
