import { describe, expect, test } from 'vitest'
import { ApiFixture, at, sales } from '../testing/api-fixture.ts'
import { ELASTIC, json, shopWithEvents } from './testing/elastic-fixture.ts'

const shop = await shopWithEvents()

describe('fields', () => {
  test('_field_caps tells what splits hold, also in dynamic fields', async () => {
    const answer = await shop.ask(`${ELASTIC}/wide-events/_field_caps?fields=tag,extra*,size,at`)
    const long = { metadata_field: false, searchable: true, aggregatable: true, type: 'long' }
    expect(answer.json).toEqual({
      indices: ['wide-events'],
      fields: {
        at: { date_nanos: { ...long, type: 'date_nanos' } },
        size: { long },
        tag: { keyword: { ...long, type: 'keyword' }, text: { ...long, type: 'text' } },
        'extra.deep': { boolean: { ...long, type: 'boolean' } },
      },
    })
  })

  test('a field of some indexes names them, and an index without any is not told of', async () => {
    const alone = await shop.ask(`${ELASTIC}/_field_caps?fields=quantity`)
    expect(at(alone.json, 'indices')).toEqual(['mock-sales'])
    expect(at(alone.json, 'fields', 'quantity', 'long', 'indices')).toBeUndefined()
    const answer = await shop.ask(`${ELASTIC}/_field_caps?fields=quantity,tag`)
    expect(at(answer.json, 'indices')).toEqual(['mock-sales', 'wide-events'])
    expect(at(answer.json, 'fields', 'quantity', 'long', 'indices')).toEqual(['mock-sales'])
  })

  test('names may stand in the body, and types and what is missing may be asked for', async () => {
    const inBody = await shop.ask(`${ELASTIC}/_field_caps`, json({ fields: ['quantity', 'ta*'] }))
    expect(Object.keys(at(inBody.json, 'fields') ?? {})).toEqual(['quantity', 'tag'])
    const one = await shop.ask(`${ELASTIC}/_field_caps`, json({ fields: 'quantity' }))
    expect(Object.keys(at(one.json, 'fields') ?? {})).toEqual(['quantity'])
    const path = `${ELASTIC}/_field_caps?fields=quantity,tag&include_unmapped=true&types=long`
    expect(at((await shop.ask(path)).json, 'fields')).toMatchObject({
      quantity: { unmapped: { type: 'unmapped', searchable: false, indices: ['wide-events'] } },
    })
    expect(at((await shop.ask(path)).json, 'fields', 'tag')).toBeUndefined()
    expect((await shop.ask(`${ELASTIC}/_field_caps`, json({ fields: [1] }))).status).toBe(400)
  })

  test('times prune splits, a filter is only checked', async () => {
    const path = `${ELASTIC}/mock-sales/_field_caps`
    expect(at((await shop.ask(`${path}?end_timestamp=1`)).json, 'fields')).toEqual({})
    expect((await shop.ask(path, json({ index_filter: { match_all: {} } }))).status).toBe(200)
    expect((await shop.ask(path, json({ index_filter: {} }))).status).toBe(400)
    expect((await shop.ask(`${path}?fields=a*b*`)).status).toBe(400)
  })

  test('what does not fit into 6 MB is left out and counted, dynamic fields before declared ones', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const prefix = 'long_name_'.repeat(400)
    const dynamic = Array.from({ length: 1600 }, (_, i) => [prefix + i, true])
    const [sale = {}] = sales(1)
    await fixture.ingest('mock-sales', [{ ...Object.fromEntries(dynamic), ...sale }])
    const answer = await fixture.ask(`${ELASTIC}/mock-sales/_field_caps`)
    expect(answer.text.length).toBeLessThan(6 << 20)
    expect(at(answer.json, 'fields', 'quantity')).toBeDefined()
    expect(Number(answer.headers.get('x-qw-fields-omitted'))).toBeGreaterThan(100)
  })

  test('_mapping shows the declared mapping, and dynamic fields flat beside it', async () => {
    const answer = await shop.ask(`${ELASTIC}/wide-events/_mapping`)
    expect(at(answer.json, 'wide-events', 'mappings', 'properties')).toEqual({
      at: { type: 'date' },
      size: { type: 'long' },
      tag: { type: 'keyword' },
      place: { type: 'object', properties: { city: { type: 'keyword' } } },
      'place.zip': { type: 'long' },
      'extra.deep': { type: 'boolean' },
    })
    expect((await shop.ask(`${ELASTIC}/wide-events/_mappings?whatever=1`)).json).toEqual(
      answer.json,
    )
  })
})
