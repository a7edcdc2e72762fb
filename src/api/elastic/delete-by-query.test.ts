import { expect, test } from 'vitest'
import { ApiFixture, at, sales, textAt } from '../testing/api-fixture.ts'
import { ELASTIC, json } from './testing/elastic-fixture.ts'

async function shopOf(count: number): Promise<ApiFixture> {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  await shop.ingest('mock-sales', sales(count))
  return shop
}

const DELETE = `${ELASTIC}/mock-sales/_delete_by_query`
const countOf = async (shop: ApiFixture): Promise<unknown> =>
  at((await shop.ask(`${ELASTIC}/mock-sales/_count`)).json, 'count')

test('what a query finds is gone when the answer comes, and the answer counts it', async () => {
  const shop = await shopOf(10)
  const deleted = await shop.ask(DELETE, json({ query: { range: { id: { lt: 4 } } } }))
  expect(deleted.status).toBe(200)
  expect(deleted.json).toMatchObject({ deleted: 4, total: 4, failures: [], timed_out: false })
  expect(await countOf(shop)).toBe(6)
})

test('with q in the URL, or without waiting, and then by the id of the task', async () => {
  const shop = await shopOf(10)
  const asked = { method: 'POST' }
  const started = await shop.ask(`${DELETE}?q=id:3&wait_for_completion=false`, asked)
  const task = textAt(started.json, 'task')
  await expect
    .poll(async () => at((await shop.ask(`${ELASTIC}/_tasks/${task}`)).json, 'completed'))
    .toBe(true)
  const { json: done } = await shop.ask(`${ELASTIC}/_tasks/${task}`)
  expect(at(done, 'response', 'deleted')).toBe(1)
  expect((await shop.ask(`${ELASTIC}/_tasks/mock-sales:77`)).status).toBe(404)
})

test('with q, its fields and its operator count as in a search', async () => {
  const shop = await shopOf(10)
  const ask = (url: string) => shop.ask(`${DELETE}?${url}`, { method: 'POST' })
  // The words stand in `description`, and the field that is named has none of them.
  expect((await ask('q=animal&df=name')).json).toMatchObject({ deleted: 0 })
  expect((await ask('q=wild box&df=description&default_operator=AND')).json).toMatchObject({
    deleted: 0,
  })
  expect((await ask('q=animal&df=description')).json).toMatchObject({ deleted: 4 })
})

test('no query, one that means nothing here, and what would keep some of the documents are refused', async () => {
  const shop = await shopOf(3)
  for (const body of [{}, { query: { term: { id: 'x' } } }, { query: {}, max_docs: 1 }]) {
    const refused = await shop.ask(DELETE, json(body))
    expect(refused.status, JSON.stringify(body)).toBeGreaterThanOrEqual(400)
    expect(textAt(refused.json, 'error', 'reason')).not.toBe('')
  }
  expect(await countOf(shop)).toBe(3)
})

test('a point in time that still has the documents is closed by the deletion', async () => {
  const shop = await shopOf(3)
  const opened = await shop.ask(`${ELASTIC}/mock-sales/_pit?keep_alive=1m`, { method: 'POST' })
  const pit = { id: textAt(opened.json, 'id') }
  await shop.ask(DELETE, json({ query: { term: { id: 1 } } }))
  const late = await shop.ask(`${ELASTIC}/_search`, json({ pit }))
  expect(at(late.json, 'error', 'type')).toBe('search_context_missing_exception')
})

test('a scroll that still has them is closed too', async () => {
  const shop = await shopOf(6)
  const first = await shop.ask(`${ELASTIC}/mock-sales/_search?scroll=1m`, json({ size: 2 }))
  await shop.ask(DELETE, json({ query: { term: { id: 3 } } }))
  const scroll = { scroll_id: textAt(first.json, '_scroll_id'), scroll: '1m' }
  const next = await shop.ask(`${ELASTIC}/_search/scroll`, json(scroll))
  expect(at(next.json, 'error', 'type')).toBe('search_context_missing_exception')
})

test('Quickwit’s delete tasks are taken at once and listed with how far they are', async () => {
  const shop = await shopOf(10)
  const path = '/api/v1/mock-sales/delete-tasks'
  expect((await shop.ask(path)).json).toEqual([])
  const asked = await shop.ask(path, json({ query: 'id:[2 TO 3]', search_field: 'description' }))
  expect(asked.json).toMatchObject({ opstamp: 1, query: 'id:[2 TO 3]', finish_timestamp: null })
  expect(textAt(asked.json, 'delete_query', 'index_uid')).toMatch(/^mock-sales:/)
  await expect
    .poll(async () => at((await shop.ask(path)).json, 0, 'finish_timestamp'))
    .not.toBeNull()
  expect((await shop.ask(path)).json).toMatchObject([{ num_docs_erased: 2 }])
  const wrong = await shop.ask(path, json({ query: 'id:x' }))
  expect([wrong.status, textAt(wrong.json, 'message')]).toEqual([
    400,
    expect.stringContaining('id'),
  ])
  expect((await shop.ask('/api/v1/absent/delete-tasks', json({ query: '*' }))).status).toBe(404)
})
