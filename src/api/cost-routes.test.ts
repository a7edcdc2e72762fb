import { expect, test } from 'vitest'
import { ApiFixture, at } from './testing/api-fixture.ts'

const SETTINGS = { apiKeys: [], responses: 'plain' } as const

test('assumptions go by name to who knows the prices', async () => {
  const fixture = new ApiFixture()
  const api = fixture.as(SETTINGS, {
    cost: {
      month: (assumptions) => Promise.resolve({ given: { ...assumptions } }),
      search: (use) => ({ ...use }),
    },
  })
  const { json } = await fixture.ask('/api/v1/cost?queries=100k&format=json', {}, api)
  expect(at(json, 'given')).toEqual({ queries: '100k' })
  const search = await fixture.ask('/api/v1/search-cost?rounds=4&requests=12', {}, api)
  expect(search.json).toEqual({ rounds: 4, requests: 12, responseBytes: 0 })
  expect((await fixture.ask('/api/v1/search-cost?rounds=-1', {}, api)).status).toBe(400)
})

test('where nobody knows them the answer says who does', async () => {
  const fixture = new ApiFixture()
  const { status, json } = await fixture.ask('/api/v1/cost')
  expect(status).toBe(501)
  expect(at(json, 'fix')).toContain('qw-lambda cost-estimate')
})
