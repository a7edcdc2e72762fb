import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../engine/bytes/json.ts'
import { ApiFixture, at } from '../../testing/api-fixture.ts'

const ELASTIC = '/api/v1/_elastic'

async function put(
  shop: ApiFixture,
  name: string,
  body: JsonObject,
): ReturnType<ApiFixture['ask']> {
  return await shop.ask(`${ELASTIC}/_index_template/${name}`, {
    method: 'PUT',
    body: JSON.stringify(body),
  })
}

const LOGS: JsonObject = {
  index_patterns: ['logs-*'],
  priority: 5,
  data_stream: {},
  template: {
    settings: { number_of_shards: 1 },
    mappings: { properties: { '@timestamp': { type: 'date' }, level: { type: 'keyword' } } },
  },
}

describe('an index template', () => {
  test('makes the index that documents come for, with its mapping', async () => {
    const shop = new ApiFixture()
    expect((await put(shop, 'logs', LOGS)).json).toEqual({ acknowledged: true })
    const document = JSON.stringify({ '@timestamp': '2024-01-01T00:00:00Z', level: 'WARN' })
    const body = `{"create":{"_index":"logs-app"}}\n${document}\n`
    const bulk = await shop.ask(`${ELASTIC}/_bulk`, { body })
    expect(at(bulk.json, 'errors')).toBe(false)
    const mapping = await shop.ask(`${ELASTIC}/logs-app/_mapping`)
    expect(at(mapping.json, 'logs-app', 'mappings', 'properties', '@timestamp')).toEqual({
      type: 'date',
    })
  })

  test('is the mapping of an index that is created without one', async () => {
    const shop = new ApiFixture()
    await put(shop, 'logs', LOGS)
    await shop.ask(`${ELASTIC}/logs-new`, { method: 'PUT' })
    const { json } = await shop.ask(`${ELASTIC}/logs-new/_mapping`)
    expect(at(json, 'logs-new', 'mappings', 'properties', 'level', 'type')).toBe('keyword')
  })

  test('is listed, found by a pattern, the same as among Quickwit’s templates, and deleted', async () => {
    const shop = new ApiFixture()
    await put(shop, 'logs', LOGS)
    for (const path of ['', '/logs', '/l*']) {
      const { json } = await shop.ask(`${ELASTIC}/_index_template${path}`)
      expect(at(json, 'index_templates')).toMatchObject([
        { name: 'logs', index_template: { index_patterns: ['logs-*'], priority: 5 } },
      ])
    }
    const native = await shop.ask('/api/v1/templates/logs')
    expect(at(native.json, 'index_id_patterns')).toEqual(['logs-*'])
    expect((await shop.ask(`${ELASTIC}/_index_template/logs`, { method: 'HEAD' })).status).toBe(200)
    await shop.ask(`${ELASTIC}/_index_template/logs`, { method: 'DELETE' })
    const gone = await shop.ask(`${ELASTIC}/_index_template/logs`)
    expect([gone.status, at(gone.json, 'error', 'type')]).toEqual([
      404,
      'resource_not_found_exception',
    ])
  })

  test.each<[string, JsonObject, string]>([
    ['parts from elsewhere', { ...LOGS, composed_of: ['logs@mappings'] }, 'component templates'],
    ['no pattern', { template: {} }, 'index_id_patterns'],
    ['an unknown key', { ...LOGS, order: 1 }, 'unknown key [order]'],
    [
      'what a mapping cannot keep',
      { ...LOGS, template: { mappings: { dynamic_templates: [{ a: {} }] } } },
      'dynamic_templates',
    ],
  ])('with %s is refused', async (_what, body, words) => {
    const answer = await put(new ApiFixture(), 'logs', body)
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'error', 'reason')).toContain(words)
  })
})

test('what shippers look for at their start lets them go on, or says what to turn off', async () => {
  const shop = new ApiFixture()
  const { json } = await shop.ask(`${ELASTIC}/_license?human=false`)
  expect(at(json, 'license', 'status')).toBe('active')
  for (const path of ['_template/logstash', '_ilm/policy/filebeat', '_component_template/ecs']) {
    const absent = await shop.ask(`${ELASTIC}/${path}`)
    expect([path, absent.status]).toEqual([path, 404])
    const refused = await shop.ask(`${ELASTIC}/${path}`, { method: 'PUT', body: '{}' })
    expect([path, refused.status]).toEqual([path, 501])
    expect(at(refused.json, 'error', 'reason')).toMatch(/not supported\. (?:put|set) /)
  }
  expect((await shop.ask(`${ELASTIC}/_data_stream`)).json).toEqual({ data_streams: [] })
})
