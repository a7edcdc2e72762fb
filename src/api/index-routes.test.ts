import { beforeAll, describe, expect, test } from 'vitest'
import { ApiFixture, at, sales } from './testing/api-fixture.ts'

const SEARCH = '/api/v1/mock-sales/search'
const shop = new ApiFixture()

beforeAll(async () => {
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(50))
  await shop.ingest('mock-sales', sales(20))
})

describe('indexes', () => {
  test('a created index shows its expanded config and is listed by pattern', async () => {
    const one = await shop.ask('/api/v1/indexes/mock-sales')
    expect(at(one.json, 'version')).toBe('0.9')
    expect(at(one.json, 'index_uid')).toMatch(/^mock-sales:[0-9A-Z]{26}$/)
    expect(at(one.json, 'index_config', 'doc_mapping', 'timestamp_field')).toBe('ts')
    const list = await shop.ask('/api/v1/indexes?index_id_patterns=mock-*,absent-index')
    expect(list.json).toEqual([one.json])
    expect((await shop.ask('/api/v1/indexes?index_id_patterns=absent-index')).json).toEqual([])
  })

  test('describe adds up the published splits', async () => {
    const answer = await shop.ask('/api/v1/indexes/mock-sales/describe')
    expect(answer.json).toMatchObject({
      index_id: 'mock-sales',
      num_published_splits: 2,
      num_published_docs: 70,
      timestamp_field_name: 'ts',
      min_timestamp: Date.UTC(2024, 0, 1) / 1000,
      max_timestamp: Date.UTC(2024, 0, 1) / 1000 + 49,
    })
  })

  test('splits are paged and filtered by state and time', async () => {
    const path = '/api/v1/indexes/mock-sales/splits'
    const page = await shop.ask(`${path}?offset=1&limit=5`)
    expect(page.json).toMatchObject({ offset: 1, size: 1 })
    const late = Date.UTC(2024, 0, 1) / 1000 + 30
    expect(at((await shop.ask(`${path}?start_timestamp=${late}`)).json, 'size')).toBe(1)
    expect(at((await shop.ask(`${path}?split_states=Staged`)).json, 'size')).toBe(0)
    expect((await shop.ask(`${path}?split_states=Odd`)).status).toBe(400)
  })

  test('creating an index tells which of its settings have no effect', async () => {
    const fixture = new ApiFixture()
    const yaml =
      'version: "0.9"\nindex_id: noted\ndoc_mapping: {}\ningest_settings: {validate_docs: false}\n'
    expect(at((await fixture.create(yaml)).json, 'notes')).toEqual([
      expect.stringMatching(/^`ingest_settings\.validate_docs` has no effect: /),
    ])
    expect(at((await fixture.ask('/api/v1/indexes/noted')).json, 'notes')).toBeUndefined()
  })

  test('an index lives: created once, cleared, updated, deleted', async () => {
    const fixture = new ApiFixture()
    const yaml = 'version: "0.9"\nindex_id: short-lived\ndoc_mapping: {}\n'
    expect((await fixture.create(yaml)).status).toBe(200)
    const again = await fixture.create(yaml)
    expect([again.status, at(again.json, 'code')]).toEqual([400, 'QWL-INDEX-EXISTS'])
    await fixture.ingest('short-lived', [{ a: 1 }])
    const path = '/api/v1/indexes/short-lived'

    const dry = await fixture.ask(`${path}?dry_run=true`, { method: 'DELETE' })
    expect(at(dry.json, 0, 'num_docs')).toBe(1)
    const cleared = await fixture.ask(`${path}/clear`, { method: 'PUT' })
    expect(cleared.text).toBe('null')
    expect(at((await fixture.ask(`${path}/describe`)).json, 'num_published_docs')).toBe(0)

    const headers = { 'content-type': 'application/yaml' }
    const put = { method: 'PUT', body: yaml, headers }
    expect((await fixture.ask(path, put)).status).toBe(200)
    expect((await fixture.ask(path, { method: 'DELETE' })).json).toEqual([])
    expect((await fixture.ask(path, put)).status).toBe(404)
    expect((await fixture.ask(`${path}?create=true`, put)).status).toBe(200)
  })

  test('overwrite replaces an index and its documents', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    await fixture.ingest('mock-sales', sales(3))
    const config = at((await fixture.ask('/api/v1/indexes/mock-sales')).json, 'index_config')
    const body = JSON.stringify(config)
    expect((await fixture.ask('/api/v1/indexes?overwrite=true', { body })).status).toBe(200)
    const described = await fixture.ask('/api/v1/indexes/mock-sales/describe')
    expect(at(described.json, 'num_published_docs')).toBe(0)
  })

  test('marked splits are searched no more', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    await fixture.ingest('mock-sales', sales(3))
    const path = '/api/v1/indexes/mock-sales/splits'
    const splitId = at((await fixture.ask(path)).json, 'splits', 0, 'split_id')
    const body = JSON.stringify({ split_ids: [splitId] })
    const marked = await fixture.ask(`${path}/mark-for-deletion`, { method: 'PUT', body })
    expect(marked.status).toBe(200)
    expect(at((await fixture.ask(`${SEARCH}?query=*`)).json, 'num_hits')).toBe(0)
    expect(at((await fixture.ask(path)).json, 'splits', 0, 'split_state')).toBe('MarkedForDeletion')
  })
})
