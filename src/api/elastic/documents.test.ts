import { expect, test } from 'vitest'
import { ApiFixture, at } from '../testing/api-fixture.ts'
import { REFUSALS } from './refusals.ts'
import { ELASTIC, json } from './testing/elastic-fixture.ts'

test('a document is added by itself, and its id is echoed with a warning that it is not kept', async () => {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  const path = `${ELASTIC}/mock-sales`
  const sale = json({ ts: 1_700_000_000, id: 1 })
  const plain = await shop.ask(`${path}/_doc?refresh=true`, sale)
  expect([plain.status, plain.json]).toMatchObject([
    201,
    { result: 'created', _id: expect.any(String) as string },
  ])
  expect(plain.headers.has('warning')).toBe(false)
  for (const asked of [`${path}/_doc/a%2F1`, `${path}/_create/a%2F1`]) {
    const named = await shop.ask(asked, { ...sale, method: 'PUT' })
    expect([named.status, at(named.json, '_id')]).toEqual([201, 'a/1'])
    expect(named.headers.get('warning')).toContain('ids are not kept')
  }
  expect(shop.commits).toEqual(['force', 'auto', 'auto'])
})

test('a document that does not fit, and an index that is not there, are refused with the reason', async () => {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  const unfit = await shop.ask(`${ELASTIC}/mock-sales/_doc`, json({ ts: 'never' }))
  expect([unfit.status, at(unfit.json, 'error', 'type')]).toEqual([
    400,
    'document_parsing_exception',
  ])
  const nowhere = await shop.ask(`${ELASTIC}/absent-index/_doc`, json({}))
  expect([nowhere.status, at(nowhere.json, 'error', 'type')]).toEqual([
    404,
    'index_not_found_exception',
  ])
})

test('a request that was not understood is never answered with advice that loses documents', async () => {
  const shop = new ApiFixture()
  await shop.createShipped('mock-sales')
  const mapping = json({ mappings: { properties: { ts: { type: 'date' } } } })
  const answers = [
    await shop.ask(`${ELASTIC}/mock-sales`, { ...mapping, method: 'PUT' }),
    await shop.ask(`${ELASTIC}/mock-sales/_delete_by_query`, json({})),
    await shop.ask(`${ELASTIC}/mock-*`, { method: 'DELETE' }),
  ]
  for (const answer of answers) {
    expect(answer.status).toBe(400)
    expect(at(answer.json, 'error', 'reason')).not.toMatch(/index delete|match_all|remove it/)
  }
})

const REFUSED = REFUSALS.flatMap(({ methods, paths, what, fix }) =>
  methods.flatMap((method) => paths.map((path) => [method, path, what, fix] as const)),
)

test.each(REFUSED)('%s %s is refused in words', async (method, path, what, fix) => {
  const shop = new ApiFixture()
  const asked = method === 'GET' ? { method } : { method, body: '{}' }
  const answer = await shop.ask(ELASTIC + path.replaceAll(/:\w+/g, 'some'), asked)
  expect(answer.status).toBe(501)
  expect(at(answer.json, 'error', 'type')).toBe('unsupported_operation_exception')
  expect(at(answer.json, 'error', 'reason')).toBe(`${what} is not supported. ${fix}`)
  // A way out that is followed without a thought must not lose anything.
  expect(fix).not.toMatch(/\bDELETE\b|delete/)
})
