import { expect, test } from 'vitest'
import { at } from '../testing/api-fixture.ts'
import { ELASTIC, json, shopWithEvents } from './testing/elastic-fixture.ts'

const shop = await shopWithEvents()

test.each([
  ['/_analyze', { text: 'Two Words' }, ['two', 'words']],
  ['/_analyze', { analyzer: 'keyword', text: ['Two Words', 'x'] }, ['Two Words', 'x']],
  ['/_analyze', { tokenizer: 'source_code_default', text: 'someName' }, ['some', 'name']],
  ['/mock-sales/_analyze', { field: 'description', text: 'Two Words' }, ['two', 'words']],
  ['/wide-events/_analyze', { field: 'place.city', text: 'Bad Ems' }, ['Bad Ems']],
])('%s of %j', async (path, body, tokens) => {
  const answer = await shop.ask(ELASTIC + path, json(body))
  const found = at(answer.json, 'tokens')
  expect(Array.isArray(found) && found.map((token) => at(token, 'token'))).toEqual(tokens)
})

test('tokens tell where they stand', async () => {
  const answer = await shop.ask(`${ELASTIC}/_analyze?text=a%20bc`)
  expect(at(answer.json, 'tokens', 1)).toEqual({
    token: 'bc',
    start_offset: 2,
    end_offset: 4,
    type: 'word',
    position: 1,
  })
})

test.each([
  ['/_analyze', {}],
  ['/_analyze', { text: 'a', analyzer: 'klingon' }],
  ['/_analyze', { text: 'a', field: 'description' }],
])('%s of %j is refused', async (path, body) => {
  expect((await shop.ask(ELASTIC + path, json(body))).status).toBe(400)
})

test('a query is valid, or not with the reason', async () => {
  const path = `${ELASTIC}/mock-sales/_validate/query`
  const good = await shop.ask(`${path}?explain=true`, json({ query: { match: { name: 'a' } } }))
  expect(good.json).toMatchObject({ valid: true, explanations: [{ index: 'mock-sales' }] })
  const bad = await shop.ask(path, json({ query: { matsch: { name: 'a' } } }))
  expect(bad.json).toMatchObject({
    valid: false,
    error: expect.stringContaining('matsch') as string,
  })
  expect((await shop.ask(`${path}?q=name:a`)).json).toMatchObject({ valid: true })
})
