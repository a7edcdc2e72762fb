import { expect, test } from 'vitest'
import { handedResponse } from '../local/handed-request.ts'
import { textOf, textResponse } from './text-response.ts'

const text = '{"price":1.0,"name":"Müller 🙂"}'
const init = { status: 201, headers: { 'content-type': 'application/json', 'x-own': 'a' } }

test.each([
  ['text', (response: Response) => response.text()],
  ['json', (response: Response) => response.json()],
  ['arrayBuffer', (response: Response) => response.arrayBuffer()],
  ['blob', async (response: Response) => (await response.blob()).text()],
  ['a clone', (response: Response) => response.clone().text()],
  ['a Response of its body', (response: Response) => new Response(response.body, response).text()],
])('%s reads what a plain response has', async (_, read) => {
  expect(await read(textResponse(text, init))).toEqual(await read(new Response(text, init)))
})

test('status and headers are those of a plain response, and a body is read once', async () => {
  const response = textResponse(text, init)
  response.headers.set('x-later', 'b')
  expect([response.status, response.ok, response.bodyUsed]).toEqual([201, true, false])
  expect(Object.fromEntries(response.headers)).toEqual({ ...init.headers, 'x-later': 'b' })
  await response.text()
  expect(response.bodyUsed).toBe(true)
  await expect(response.text()).rejects.toThrow(TypeError)
})

test('it is handed over as a plain response is', async () => {
  const handed = await handedResponse(new Response(text, init))
  expect(await handedResponse(textResponse(text, init))).toEqual(handed)
  expect([textOf(textResponse(text, init)), textOf(new Response(text, init))]).toEqual([
    text,
    undefined,
  ])
})
