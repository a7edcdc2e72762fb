import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { frontApi } from './front-api.ts'

const front = frontApi({
  page: (name) =>
    Promise.resolve(name === 'index.html' ? Uint8Array.from(Buffer.from('page')) : undefined),
  cost: {
    month: ({ wrong }) =>
      wrong === undefined
        ? Promise.resolve({ usd: 1 })
        : Promise.reject(new QwError('invalid', 'no such assumption')),
    search: () => ({ usd_per_1000: 1 }),
  },
  rest: (request) => Promise.resolve(new Response(`behind ${request.method}`)),
})

async function ask(path: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await front(new Request(`http://127.0.0.1${path}`, init))
  return [response.status, await response.text()]
}

test('page and costs are answered here, the rest behind', async () => {
  expect(await ask('/ui/')).toEqual([200, 'page'])
  expect(await ask('/', { headers: { accept: 'text/html' } })).toEqual([302, ''])
  expect((await ask('/api/v1/cost'))[0]).toBe(200)
  expect(await ask('/api/v1/logs/search?query=*')).toEqual([200, 'behind GET'])
  expect(await ask('/api/v1/logs/search', { method: 'POST', body: '{}' })).toEqual([
    200,
    'behind POST',
  ])
})

test('an error is told as by the API', async () => {
  const [status, text] = await ask('/api/v1/cost?wrong=1')
  expect(status).toBe(400)
  expect(JSON.parse(text)).toMatchObject({ message: 'no such assumption' })
})
