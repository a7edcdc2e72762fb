import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../stores/system-clock.ts'
import { handedResponse } from './handed-request.ts'
import { startGateway, type Gateway, type GatewayHost, type RequestLine } from './gateway.ts'

const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function gateway(host: Partial<GatewayHost> = {}, port = 0): Promise<Gateway> {
  const started = await startGateway(
    {
      fetch: () => Promise.resolve(new Response('{}', { headers: { 'x-qw-splits': '1/2' } })),
      clock: systemClock,
      asksForKey: false,
      onRequest: () => undefined,
      ...host,
    },
    { host: '127.0.0.1', port, mayMove: false },
  )
  open.push({ close: () => started.close(0) })
  return started
}

test('each request is told with its path, status and splits', async () => {
  const lines: RequestLine[] = []
  const { url } = await gateway({ onRequest: (line) => lines.push(line) })
  await (await fetch(`${url}/api/v1/shop/search?query=a`)).text()
  expect(lines).toMatchObject([
    { method: 'GET', path: '/api/v1/shop/search?query=a', status: 200, splits: '1/2' },
  ])
})

test('a page of the named origin may read answers, after asking', async () => {
  const { url } = await gateway({ corsOrigin: 'https://shop.example' })
  const asked = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-headers')).toContain('x-api-key')
  const answer = await fetch(url)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://shop.example')
})

test('without an origin no page may', async () => {
  const { url } = await gateway()
  expect((await fetch(url)).headers.has('access-control-allow-origin')).toBe(false)
})

test('a taken port is refused with the way out, or left for the next one', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  open.push({ close: () => other.close() })
  // An AddressInfo for a TCP server.
  const { port } = other.address() as AddressInfo
  await expect(gateway({}, port)).rejects.toMatchObject({
    code: 'LOCAL-PORT',
    fix: expect.stringContaining(`--port ${port + 1}`) as string,
  })
  const moved = await startGateway(
    {
      fetch: () => Promise.resolve(new Response()),
      clock: systemClock,
      asksForKey: false,
      onRequest: () => undefined,
    },
    { host: '127.0.0.1', port, mayMove: true },
  )
  open.push({ close: () => moved.close(0) })
  expect(moved.port).toBeGreaterThan(port)
})

test('closing lets a running request end, up to the grace', async () => {
  let answer: (response: Response) => void = () => undefined
  const started = await gateway({
    fetch: () => new Promise((resolve) => (answer = resolve)),
  })
  const running = fetch(started.url)
  while (answer.length === 0) await systemClock.sleep(5)
  const closed = started.close(5_000)
  answer(new Response('done'))
  expect(await (await running).text()).toBe('done')
  await closed
})

interface Raw {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** As the bytes stand on the wire: fetch would decode them, and refuses a GET with a body. */
async function raw(
  url: string,
  { method = 'GET', headers = {}, chunks = [] as readonly string[] } = {},
): Promise<Raw> {
  return await new Promise((resolve, reject) => {
    const asked = send(url, { method, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const { statusCode: status, headers: said } = answer
        resolve({ status, headers: said, body: Buffer.concat(parts) })
      })
    })
    asked.on('error', reject)
    for (const chunk of chunks) asked.write(chunk)
    asked.end()
  })
}

const LONG = JSON.stringify({ text: 'many words '.repeat(1_000) })

test('an answer is compressed for clients that ask, and plain for all others', async () => {
  const { url } = await gateway({ fetch: () => Promise.resolve(new Response(LONG)) })
  const plain = await raw(url)
  expect([plain.headers['content-encoding'], plain.body.toString()]).toEqual([undefined, LONG])
  const zipped = await raw(url, { headers: { 'accept-encoding': 'gzip' } })
  expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
  expect(gunzipSync(zipped.body).toString()).toBe(LONG)
})

test.each([
  ['with its length', { 'content-length': '11' }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('the body of a GET arrives %s', async (_how, headers) => {
  const { url } = await gateway({
    fetch: async (request) => new Response(`${request.method} ${await request.text()}`),
  })
  const answer = await raw(url, { headers, chunks: ['{"size', '": 0}'] })
  expect(answer.body.toString()).toBe('GET {"size": 0}')
})

test('a body that nobody reads to its end does not cost the answer', async () => {
  const { url } = await gateway({
    fetch: async (request) => {
      const reader = request.body?.getReader()
      await reader?.read()
      await reader?.cancel()
      return new Response('too much', { status: 413 })
    },
  })
  const chunks = Array.from({ length: 64 }, () => 'x'.repeat(64 << 10))
  const answer = await raw(url, { method: 'POST', chunks })
  expect([answer.status, answer.body.toString()]).toEqual([413, 'too much'])
})

test('a HEAD is answered without a body', async () => {
  const { url } = await gateway({ fetch: () => Promise.resolve(new Response(null)) })
  expect(await raw(url, { method: 'HEAD' })).toMatchObject({ status: 200, body: Buffer.alloc(0) })
})

test('a request that no address can be made of is refused alone', async () => {
  const { url } = await gateway({ asksForKey: true })
  expect((await raw(url, { headers: { host: 'a b' } })).status).toBe(400)
  expect((await raw(url)).status).toBe(200)
})

test('a form of another site does nothing where no key is asked for, and with a key it has none', async () => {
  let answered = 0
  const fetchOne = (): Promise<Response> => {
    answered++
    return Promise.resolve(new Response('{}'))
  }
  const form = {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
    body: '{}',
  }
  const open = await gateway({ fetch: fetchOne })
  const refused = await fetch(`${open.url}/api/v1/_elastic/shop/_delete_by_query`, form)
  expect([refused.status, answered]).toEqual([403, 0])
  const asking = await gateway({ fetch: fetchOne, asksForKey: true })
  expect((await fetch(asking.url, form)).status).toBe(200)
})

test('headers that go on for ever are refused with 431', async () => {
  const { port } = await gateway()
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { 'x-long': 'a'.repeat(33 << 10) }
    send({ port, host: '127.0.0.1', headers }, (answer) => resolve(answer.statusCode ?? 0))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(431)
})

test.each([
  ['GET', '/api/v1/shop/search?query=a', 'search'],
  ['POST', '/api/v1/_elastic/shop/_search', 'search'],
  ['POST', '/api/v1/_elastic/_msearch', 'search'],
  ['DELETE', '/api/v1/_elastic/_search/scroll', 'search'],
  ['POST', '/api/v1/shop/ingest', 'fetch'],
  ['POST', '/api/v1/_elastic/shop/_delete_by_query', 'fetch'],
  ['GET', '/api/v1/indexes/shop', 'fetch'],
  ['GET', '/api/v1/version', 'fetch'],
])('%s %s is answered by %s', async (method, path, who) => {
  const answers = (name: string) => (): Promise<Response> => Promise.resolve(new Response(name))
  const { url } = await gateway({
    fetch: answers('fetch'),
    search: async () => await handedResponse(await answers('search')()),
  })
  expect(await (await fetch(`${url}${path}`, { method })).text()).toBe(who)
})

test('a search is handed over with its body, of which no more is kept than is refused anyway', async () => {
  const bodies: (number | undefined)[] = []
  const { url } = await gateway({
    search: (request) => {
      bodies.push(request.body?.length)
      return Promise.resolve({ status: 200, headers: [['x-a', request.method]], body: undefined })
    },
  })
  const path = `${url}/api/v1/shop/search`
  const answer = await fetch(path, { method: 'POST', body: '{"query":"a"}' })
  expect(answer.headers.get('x-a')).toBe('POST')
  await fetch(path)
  await fetch(path, { method: 'POST', body: Buffer.alloc(20 << 20) })
  expect(bodies.slice(0, 2)).toEqual([13, undefined])
  expect(bodies[2]).toBeGreaterThan(1 << 20)
  expect(bodies[2]).toBeLessThan(2 << 20)
})
