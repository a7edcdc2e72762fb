import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { systemClock } from '../stores/system-clock.ts'
import { makeSearcherHandler, replyText } from './searcher-handler.ts'

const EVENT = { index_id: 'shop', query: 'a' }
const INVOCATION = { requestId: 'r', deadlineMs: undefined }

function handlerOver(fetch: (request: Request) => Promise<Response>) {
  const lines: Readonly<Record<string, unknown>>[] = []
  const handler = makeSearcherHandler({
    fetch,
    clock: systemClock,
    log: (fields) => lines.push(fields),
  })
  return { handler, lines }
}

test('a zipped answer travels in base64 and comes out the same', async () => {
  const { handler } = handlerOver(async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' }
    return new Response(gzipSync('{"é":1}'), { status: 200, headers })
  })
  const reply = await handler(EVENT, INVOCATION)
  expect(reply).toMatchObject({
    statusCode: 200,
    isBase64Encoded: true,
    headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
  })
  expect(replyText(reply)).toBe('{"é":1}')
})

test('the length is left to the gateway, which may send other bytes', async () => {
  const { handler } = handlerOver(
    async () => new Response('{}', { headers: { 'content-length': '2', 'x-other': 'kept' } }),
  )
  const { headers } = await handler(EVENT, INVOCATION)
  expect(Object.keys(headers)).not.toContain('content-length')
  expect(headers).toMatchObject({ 'x-other': 'kept' })
})

test('an answer that is not zipped travels as text', async () => {
  const { handler } = handlerOver(async () => new Response('{"é":1}', { status: 404 }))
  const reply = await handler(EVENT, INVOCATION)
  expect(reply).toMatchObject({ statusCode: 404, isBase64Encoded: false, body: '{"é":1}' })
  expect(replyText(reply)).toBe('{"é":1}')
})

test('one line per request says whether the process was cold', async () => {
  const { handler, lines } = handlerOver(async () => new Response('{}'))
  await handler(EVENT, INVOCATION)
  await handler(EVENT, { ...INVOCATION, requestId: 'r2' })
  expect(lines).toMatchObject([
    { event: 'request', request_id: 'r', path: '/api/v1/shop/search', status: 200, cold: true },
    { event: 'request', request_id: 'r2', cold: false },
  ])
})

test('shortly before the function ends the search is told to stop, with a reason to give', async () => {
  const { handler } = handlerOver(untilAborted)
  const deadlineMs = systemClock.nowMs() + 1_520
  await expect(handler(EVENT, { requestId: 'r', deadlineMs })).rejects.toMatchObject({
    kind: 'tooLarge',
    code: 'REQ-TIMEOUT',
  })
})

const pending = new Set<Request>()

/** A search that never ends by itself. Kept from the garbage collector, as a real one is by its
 *  connections: a request that nobody holds is not told of its abort. */
function untilAborted(request: Request): Promise<Response> {
  pending.add(request)
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(request.signal.reason))
  })
}
