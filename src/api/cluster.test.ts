import { expect, test } from 'vitest'
import { ApiFixture, at, sales } from './testing/api-fixture.ts'

const shop = new ApiFixture()
await shop.createShipped('mock-sales')
await shop.ingest('mock-sales', sales(3))

test('an index says where it lies, and its config goes back in as it came out', async () => {
  const path = '/api/v1/indexes/mock-sales'
  const { json } = await shop.ask(path)
  expect(at(json, 'index_config', 'index_uri')).toBe('memory://index/mock-sales')
  expect(at((await shop.ask(`${path}/describe`)).json, 'index_uri')).toBe(
    'memory://index/mock-sales',
  )
  const body = JSON.stringify(at(json, 'index_config'))
  expect((await shop.ask(path, { method: 'PUT', body })).status).toBe(200)
})

test('an object may be called fast', async () => {
  const yaml = `version: '0.7'
index_id: with-actor
doc_mapping:
  field_mappings:
    - { name: actor, type: object, fast: true, field_mappings: [{ name: id, type: u64 }] }
`
  expect((await shop.create(yaml)).status).toBe(200)
})

test('every index has its built-in sources, which nobody may change', async () => {
  const path = '/api/v1/indexes/mock-sales/sources'
  const { json } = await shop.ask(path)
  expect(at((await shop.ask('/api/v1/indexes/mock-sales')).json, 'sources')).toEqual(json)
  expect(at(json, 0, 'source_id')).toBe('_ingest-api-source')
  expect((await shop.ask(`${path}/_ingest-source`)).status).toBe(200)
  expect((await shop.ask(`${path}/_ingest-source/shards`)).json).toEqual([])
  expect((await shop.ask(`${path}/absent`)).status).toBe(404)
  expect((await shop.ask(`${path}/_ingest-source`, { method: 'DELETE' })).status).toBe(403)
  const toggle = { method: 'PUT', body: '{"enable":false}' }
  expect((await shop.ask(`${path}/_ingest-api-source/toggle`, toggle)).status).toBe(403)
  expect((await shop.ask(path, { body: '{}' })).status).toBe(501)
})

test('what is not here is refused with what is', async () => {
  const tail = await shop.ask('/api/v1/mock-sales/tail')
  expect([tail.status, at(tail.json, 'message')]).toEqual([
    501,
    expect.stringContaining('sort_by=ts'),
  ])
})

test('the cluster is one node that is ready', async () => {
  const { json } = await shop.ask('/api/v1/cluster')
  expect([at(json, 'ready_nodes', 0, 'is_ready'), at(json, 'dead_nodes')]).toEqual([true, []])
  expect(at((await shop.ask('/api/v1/config')).json, 'default_index_root_uri')).toBe(
    'memory://index',
  )
})

test('metrics are text that Prometheus reads, behind the key', async () => {
  const api = shop.as({ apiKeys: ['a-key'], responses: 'plain' })
  expect((await shop.ask('/metrics', {}, api)).status).toBe(403)
  const answer = await shop.ask('/metrics', { headers: { 'x-api-key': 'a-key' } }, api)
  expect(answer.text).toContain('qwl_docs{index="mock-sales"} 3\n')
  expect(answer.text).toContain('qwl_http_requests_total{status="4xx"} 1\n')
  const lines = answer.text.trimEnd().split('\n')
  const sample = /^[a-z_]+(\{[a-z]+="[^"]*"\})? [\d.e+-]+$/
  expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([])
})
