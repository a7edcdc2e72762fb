import { describe, expect, test } from 'vitest'
import { handedResponse } from '../local/handed-request.ts'
import { heldResponse } from './held-response.ts'

const text = '{"price":1.0,"name":"Müller 🙂"}'
const init = { status: 201, headers: { 'content-type': 'application/json', 'x-own': 'a' } }

const bytes = new TextEncoder().encode(text)

const READERS = [
  ['text', (response: Response) => response.text()],
  ['json', (response: Response) => response.json()],
  ['arrayBuffer', (response: Response) => response.arrayBuffer()],
  [
    'bytes',
    (response: Response) => (response as unknown as { bytes(): Promise<Uint8Array> }).bytes(),
  ],
  ['blob', async (response: Response) => (await response.blob()).text()],
  ['a clone', (response: Response) => response.clone().text()],
  ['a Response of its body', (response: Response) => new Response(response.body, response).text()],
] as const

describe.each([
  ['a text', text],
  // A part of a buffer, as Node's small buffers are.
  ['bytes', new Uint8Array([0, ...bytes, 0]).subarray(1, -1)],
])('%s', (_, body) => {
  test.each(READERS)('%s reads what a plain response has', async (_name, read) => {
    expect(await read(heldResponse(body, init))).toEqual(await read(new Response(body, init)))
  })

  test.each(READERS)('a body is read once, by %s too', async (_name, read) => {
    const response = heldResponse(body, init)
    expect(response.bodyUsed).toBe(false)
    await response.text()
    expect(response.bodyUsed).toBe(true)
    await expect((async () => await read(response))()).rejects.toThrow(TypeError)
  })

  test('it is handed over as a plain response is', async () => {
    const handed = await handedResponse(new Response(body, init))
    const response = heldResponse(body, init)
    expect(await handedResponse(response)).toEqual(handed)
    await expect(response.text()).rejects.toThrow(TypeError)
  })
})

test('a body whose stream somebody holds is not read beside it', async () => {
  const response = heldResponse(text, init)
  response.body?.getReader()
  await expect(response.text()).rejects.toThrow(TypeError)
})

test('status and headers are those of a plain response', () => {
  const response = heldResponse(text, init)
  response.headers.set('x-later', 'b')
  expect([response.status, response.ok]).toEqual([201, true])
  expect(Object.fromEntries(response.headers)).toEqual({ ...init.headers, 'x-later': 'b' })
})
