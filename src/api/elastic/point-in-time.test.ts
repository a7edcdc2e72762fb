import { expect, test } from 'vitest'
import { ApiFixture, at, sales, textAt } from '../testing/api-fixture.ts'
import { ELASTIC, json } from './testing/elastic-fixture.ts'

test('pages of a point in time are of what was there, each document once, ties included', async () => {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(20))
  const opened = await shop.ask(`${ELASTIC}/mock-sales/_pit?keep_alive=1m`, { method: 'POST' })
  const id = textAt(opened.json, 'id')
  await shop.ingest('mock-sales', sales(30))
  const seen: unknown[] = []
  let after: object = {}
  for (;;) {
    const page = { pit: { id, keep_alive: '1m' }, size: 7, sort: [{ quantity: 'asc' }], ...after }
    const { json: answer } = await shop.ask(`${ELASTIC}/_search`, json(page))
    const hits = at(answer, 'hits', 'hits')
    if (!Array.isArray(hits) || hits.length === 0) break
    seen.push(...hits.map((hit) => at(hit, '_source', 'id')))
    after = { search_after: at(hits.at(-1), 'sort') }
  }
  expect(seen).toHaveLength(20)
  expect(new Set(seen)).toEqual(new Set(Array.from({ length: 20 }, (_, i) => i)))
  shop.clock.advance(61_000)
  const late = await shop.ask(`${ELASTIC}/_search`, json({ pit: { id } }))
  expect(at(late.json, 'error', 'type')).toBe('search_context_missing_exception')
})

test('OpenSearch’s clients open and close it by other names', async () => {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  const path = `${ELASTIC}/mock-sales/_search/point_in_time?keep_alive=1m`
  const opened = await shop.ask(path, { method: 'POST' })
  const pit = { id: textAt(opened.json, 'pit_id') }
  expect((await shop.ask(`${ELASTIC}/_search`, json({ pit }))).status).toBe(200)
  const closing = { ...json({ pit_id: [pit.id] }), method: 'DELETE' }
  const closed = await shop.ask(`${ELASTIC}/_search/point_in_time`, closing)
  expect(at(closed.json, 'pits', 0, 'successful')).toBe(true)
})

test.each(['not-an-id', 7])('%j is no point in time', async (id) => {
  const answer = await new ApiFixture().ask(`${ELASTIC}/_search`, json({ pit: { id } }))
  expect(answer.status).toBeGreaterThanOrEqual(400)
})
