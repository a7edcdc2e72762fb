import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../engine/bytes/json.ts'
import { ApiFixture, at } from './testing/api-fixture.ts'
import { shopWithEvents } from './elastic/testing/elastic-fixture.ts'

const shop = await shopWithEvents()

async function listed(path: string): Promise<JsonValue> {
  const { status, json, text } = await shop.ask(`/api/v1/${path}`)
  if (status !== 200) throw new Error(text)
  return json
}

describe('list-fields', () => {
  test('tells of each field its type, what can be done with it and how many documents have it', async () => {
    const answer = await listed('wide-events/list-fields')
    expect(at(answer, 'num_docs')).toBe(3)
    const both = { searchable: true, aggregatable: true }
    expect(at(answer, 'fields')).toEqual([
      { name: 'at', type: 'datetime', ...both, declared: true, coverage: 1 },
      { name: 'size', type: 'u64', ...both, declared: true, coverage: expect.closeTo(2 / 3) },
      { name: 'tag', type: 'text', ...both, declared: true, coverage: 1 },
      {
        name: 'place.city',
        type: 'text',
        searchable: true,
        aggregatable: false,
        declared: true,
        coverage: expect.closeTo(1 / 3),
      },
      {
        name: 'extra.deep',
        type: 'bool',
        ...both,
        declared: false,
        coverage: expect.closeTo(1 / 3),
      },
      { name: 'place.zip', type: 'i64', ...both, declared: false, coverage: expect.closeTo(1 / 3) },
    ])
  })

  test('fields are chosen by pattern, splits by time, and what is beyond the limit is counted', async () => {
    const names = async (query: string): Promise<unknown> => {
      const fields = at(await listed(`wide-events/list-fields?${query}`), 'fields')
      return Array.isArray(fields) ? fields.map((field) => at(field, 'name')) : fields
    }
    expect(await names('fields=place.*,si*')).toEqual(['size', 'place.city', 'place.zip'])
    const early = await listed('wide-events/list-fields?end_timestamp=1&fields=tag')
    expect(early).toMatchObject({ num_docs: 0, fields: [{ name: 'tag', coverage: null }] })
    const few = await listed('wide-events/list-fields?limit=2')
    expect(at(few, 'num_omitted')).toBe(4)
  })

  test('of several indexes a field of one type is told once', async () => {
    const answer = await listed('*/list-fields?fields=tag,quantity')
    expect(at(answer, 'num_docs')).toBe(53)
    expect(at(answer, 'fields')).toMatchObject([
      { name: 'quantity', coverage: expect.closeTo(50 / 53) },
      { name: 'tag', coverage: expect.closeTo(3 / 53) },
    ])
  })

  test('an index without documents has its declared fields', async () => {
    const fixture = new ApiFixture()
    await fixture.create(`version: "0.9"
index_id: empty
doc_mapping:
  field_mappings:
    - { name: "a.b", type: text }
    - { name: data, type: json }
    - { name: all, type: concatenate, concatenate_fields: ["a.b"] }
    - { name: hidden, type: u64, indexed: false }`)
    const { json } = await fixture.ask('/api/v1/empty/list-fields')
    const facts = { declared: true, coverage: null }
    expect(at(json, 'fields')).toEqual([
      { name: 'a\\.b', type: 'text', searchable: true, aggregatable: false, ...facts },
      { name: 'data', type: 'json', searchable: true, aggregatable: false, ...facts },
      { name: 'all', type: 'text', searchable: true, aggregatable: false, ...facts },
      { name: 'hidden', type: 'u64', searchable: false, aggregatable: false, ...facts },
    ])
  })

  test('what does not exist, or is no parameter, is refused', async () => {
    expect((await shop.ask('/api/v1/missing/list-fields')).status).toBe(404)
    expect((await shop.ask('/api/v1/wide-events/list-fields?field=a')).status).toBe(400)
    expect((await shop.ask('/api/v1/wide-events/list-fields?fields=a*b*')).status).toBe(400)
  })
})
