import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../engine/bytes/json.ts'
import { readConfigValue } from '../../../engine/schema/read-config.ts'
import { ApiFixture, at } from '../../testing/api-fixture.ts'
import { ELASTIC, json } from '../testing/elastic-fixture.ts'
import { indexConfigOf } from './create-index.ts'

const LOGS = {
  settings: { index: { number_of_shards: 3, refresh_interval: '5s' }, number_of_replicas: '1' },
  mappings: {
    dynamic: 'strict',
    properties: {
      '@timestamp': { type: 'date' },
      message: { type: 'text', analyzer: 'whitespace' },
      level: { type: 'keyword', ignore_above: 256 },
      bytes: { type: 'long', index: false },
      took: { type: 'float', doc_values: false },
      ok: { type: 'boolean' },
      client: { type: 'ip' },
      host: { properties: { name: { type: 'keyword', normalizer: 'lowercase' } } },
      labels: { type: 'object' },
      day: { type: 'date', format: "yyyy-MM-dd'T'HH:mm||epoch_second" },
      due: { type: 'date', format: 'strict_date||strict_date_hour_minute_second_millis' },
    },
  },
}

describe('PUT of an index', () => {
  test('makes one that takes and finds the documents the mapping describes', async () => {
    const shop = new ApiFixture()
    const path = `${ELASTIC}/app-logs`
    const made = await shop.ask(path, { ...json(LOGS), method: 'PUT' })
    expect(made.json).toEqual({
      acknowledged: true,
      shards_acknowledged: true,
      index: 'app-logs',
    })
    await shop.ingest('app-logs', [
      {
        '@timestamp': 1_700_000_000_123,
        message: 'Two words',
        level: 'WARN',
        bytes: 7,
        ok: true,
        client: '10.0.0.1',
        host: { name: 'Web-1' },
        labels: { team: 'a' },
        day: '2024-01-02T03:04',
        due: '2024-01-02T03:04:05.678',
      },
    ])
    for (const q of [
      'words',
      'level:WARN',
      'host.name:web-1',
      'labels.team:a',
      'ok:true',
      'due:*',
    ]) {
      const found = await shop.ask(`${path}/_count?q=${encodeURIComponent(q)}`)
      expect([q, at(found.json, 'count')]).toEqual([q, 1])
    }
    const again = await shop.ask(path, { method: 'PUT', body: '' })
    expect([again.status, at(again.json, 'error', 'type')]).toEqual([
      400,
      'resource_already_exists_exception',
    ])
  })

  test('keeps one value or several of any field, and shows what was sent', async () => {
    const shop = new ApiFixture()
    const path = `${ELASTIC}/app-logs`
    await shop.ask(path, { ...json(LOGS), method: 'PUT' })
    const time = { '@timestamp': '2024-01-01T00:00:00Z' }
    const sent = [
      { ...time, level: 'WARN', client: '10.0.0.1' },
      { ...time, level: ['WARN', 'INFO'], took: [1.5, 2] },
    ]
    await shop.ingest('app-logs', sent)
    const found = await shop.ask(`${path}/_search`, json({ query: { term: { level: 'WARN' } } }))
    const hits = at(found.json, 'hits', 'hits')
    const sources = Array.isArray(hits) ? hits.map((hit) => at(hit, '_source')) : []
    expect(sources.toReversed()).toEqual(sent)
  })

  test('makes one without a body, which takes whatever comes', async () => {
    const shop = new ApiFixture()
    expect((await shop.ask(`${ELASTIC}/anything`, { method: 'PUT' })).status).toBe(200)
    await shop.ingest('anything', [{ a: { b: 'red' } }])
    expect((await shop.ask(`${ELASTIC}/anything/_count?q=a.b:red`)).json).toMatchObject({
      count: 1,
    })
  })

  test('takes new fields later, and refuses to change one that is there', async () => {
    const shop = new ApiFixture()
    const path = `${ELASTIC}/app-logs`
    await shop.ask(path, { ...json(LOGS), method: 'PUT' })
    const add = (properties: JsonObject) =>
      shop.ask(`${path}/_mapping`, { ...json({ properties }), method: 'PUT' })
    const { level } = LOGS.mappings.properties
    expect((await add({ level, zone: { type: 'keyword' } })).json).toEqual({ acknowledged: true })
    await shop.ingest('app-logs', [{ '@timestamp': 1_700_000_000, zone: 'eu' }])
    expect(at((await shop.ask(`${path}/_count?q=zone:eu`)).json, 'count')).toBe(1)
    const changed = await add({ level: { type: 'long' } })
    expect(at(changed.json, 'error', 'type')).toBe('mapper_parsing_exception')
    expect(at(changed.json, 'error', 'reason')).toContain('`level`')
  })

  test('reads the refresh interval as the time until documents are found', () => {
    const { config } = readConfigValue(
      indexConfigOf('app-logs', { mappings: {}, settings: LOGS.settings, aliases: {} }),
    )
    expect(config.indexingSettings.commitTimeoutSecs).toBe(5)
  })

  test.each<[string, JsonObject, string]>([
    ['several kinds of one field', { properties: { a: { type: 'text', fields: {} } } }, '`fields`'],
    ['a type that is not here', { properties: { a: { type: 'geo_point' } } }, '`geo_point`'],
    ['nested documents', { properties: { a: { type: 'nested' } } }, '`nested`'],
    ['another analyzer', { properties: { a: { type: 'text', analyzer: 'english' } } }, '`english`'],
    ['a null value', { properties: { a: { type: 'keyword', null_value: '-' } } }, '`null_value`'],
    ['a copy', { properties: { a: { type: 'text', copy_to: 'b' } } }, '`copy_to`'],
    ['an unreadable date', { properties: { a: { type: 'date', format: 'hh:mm a' } } }, '`hh`'],
    ['an inner field', { properties: { o: { properties: { a: { type: 'x' } } } } }, '`o.a`'],
    ['no type', { properties: { a: {} } }, '`type`'],
    ['dynamic templates', { dynamic_templates: [{ a: {} }] }, '`dynamic_templates`'],
    ['documents that are not kept', { _source: { enabled: false } }, '`_source`'],
    ['routing', { _routing: { required: true } }, '`_routing`'],
  ])('refuses %s by name', async (_what, mappings, named) => {
    const shop = new ApiFixture()
    const answer = await shop.ask(`${ELASTIC}/app-logs`, { ...json({ mappings }), method: 'PUT' })
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'error', 'type')).toBe('mapper_parsing_exception')
    expect(at(answer.json, 'error', 'reason')).toContain(named)
    expect((await shop.ask('/api/v1/indexes')).json).toEqual([])
  })

  test.each<[string, JsonObject]>([
    ['analyzers', { settings: { analysis: { analyzer: { a: { type: 'custom' } } } } }],
    ['no refresh', { settings: { refresh_interval: '-1' } }],
    ['a pipeline', { settings: { 'index.default_pipeline': 'x' } }],
    ['an alias', { aliases: { current: {} } }],
    ['an unknown part', { warmers: {} }],
  ])('refuses %s', async (_what, body) => {
    const answer = await new ApiFixture().ask(`${ELASTIC}/app-logs`, {
      ...json(body),
      method: 'PUT',
    })
    expect(answer.status).toBe(400)
  })
})
