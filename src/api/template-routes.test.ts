import { expect, test } from 'vitest'
import { ApiFixture, at } from './testing/api-fixture.ts'

const TEMPLATE = {
  version: '0.9',
  template_id: 'logs',
  index_id_patterns: ['logs-*', '-logs-private*'],
  doc_mapping: { field_mappings: [{ name: 'level', type: 'text', tokenizer: 'raw' }] },
}
const PATH = '/api/v1/templates'

function sent(value: unknown, method = 'POST') {
  return { method, body: JSON.stringify(value) }
}

test('documents for an index that is not there make it, where a template matches', async () => {
  const shop = new ApiFixture()
  expect((await shop.ask(PATH, sent(TEMPLATE))).json).toEqual(TEMPLATE)
  const higher = { ...TEMPLATE, template_id: 'web', index_id_patterns: ['logs-web'], priority: 2 }
  await shop.ask(PATH, sent({ ...higher, doc_mapping: { mode: 'strict', field_mappings: [] } }))
  const body = '{"create":{"_index":"logs-app"}}\n{"level":"warn"}\n'
  const bulk = await shop.ask('/api/v1/_elastic/_bulk?refresh=true', { body })
  expect(bulk.json).toMatchObject({ errors: false })
  const found = await shop.ask('/api/v1/logs-app/search?query=level:warn')
  expect(at(found.json, 'num_hits')).toBe(1)
  const path = '/api/v1/logs-web/ingest?commit=force'
  expect(at((await shop.ask(path, { body: '{"a":1}' })).json, 'num_rejected_docs')).toBe(1)
  for (const index of ['logs-private-1', 'other']) {
    const refused = await shop.ask(`/api/v1/${index}/ingest`, { body: '{}' })
    expect([index, refused.status]).toEqual([index, 404])
  }
})

test('templates are listed, read, changed and forgotten', async () => {
  const shop = new ApiFixture()
  await shop.ask(PATH, sent(TEMPLATE))
  expect((await shop.ask(PATH, sent(TEMPLATE))).status).toBe(400)
  const changed = { ...TEMPLATE, priority: 7 }
  expect((await shop.ask(`${PATH}/logs`, sent(changed, 'PUT'))).status).toBe(200)
  expect((await shop.ask(PATH)).json).toEqual([changed])
  expect(at((await shop.ask(`${PATH}/logs`)).json, 'priority')).toBe(7)
  expect((await shop.ask(`${PATH}/other`, sent(changed, 'PUT'))).status).toBe(400)
  expect((await shop.ask(`${PATH}/logs`, { method: 'DELETE' })).status).toBe(200)
  expect((await shop.ask(`${PATH}/logs`)).status).toBe(404)
})

test.each([
  [{ template_id: '' }],
  [{ index_id_patterns: [] }],
  [{ index_id_patterns: 'logs-*' }],
  [{ priority: -1 }],
  [{ doc_mapping: { mode: 'odd' } }],
  [{ unknown: 1 }],
])('a template with %j is refused', async (part) => {
  expect((await new ApiFixture().ask(PATH, sent({ ...TEMPLATE, ...part }))).status).toBe(400)
})
