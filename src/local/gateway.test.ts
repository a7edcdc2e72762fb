import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../stores/system-clock.ts'
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
