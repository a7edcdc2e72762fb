import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { ApiFixture, at, sales, type Asked } from './testing/api-fixture.ts'
import { applyFunctionRules, MAX_FUNCTION_GZIP_BYTES } from './function-rules.ts'
import { jsonText } from './reply.ts'

const KEY = 'a-key-of-at-least-20-characters'
const behindGateway = new ApiFixture()
const searcher = behindGateway.as({ apiKeys: [KEY], responses: 'function' }, { ingest: undefined })

beforeAll(async () => {
  await behindGateway.createShipped('mock-sales')
  await behindGateway.ingest('mock-sales', sales(30))
})

// The sequence of requests that Quickwit's removed Lambda packaging tested its endpoint with.
describe('the endpoint test of Quickwit’s removed Lambda packaging', () => {
  const rangeBody = JSON.stringify({
    query: { bool: { must: [{ range: { quantity: { gt: 5 } } }] } },
    size: 10,
  })
  test.each<[number, string, Asked, number]>([
    [1, '/api/v1/mock-sales/search?query=animal', {}, 200],
    [2, '/api/v1/mock-sales/search', { body: '{"query":"quantity:>5","max_hits":10}' }, 200],
    [3, '/api/v1/_elastic/mock-sales/_search?q=animal', {}, 200],
    [4, '/api/v1/_elastic/mock-sales/_search', { body: rangeBody }, 200],
    [5, '/api/v1/_elastic/mock-sales/_field_caps?fields=quantity', {}, 200],
    [6, '/api/v1/_elastic/mock-sales/_search?query=animal', {}, 400],
    [7, '/api/v1/_elastic/_search?q=animal', {}, 501],
    [8, '/api/v1/indexes/mock-sales', {}, 200],
  ])('request %i', async (_number, path, asked, status) => {
    const headers = { 'x-api-key': KEY }
    const answer = await behindGateway.ask(path, { ...asked, headers }, searcher)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(answer.json).toBeTypeOf('object')
    if (path.includes('search') && status === 200) expect(answer.text).toContain('"quantity":')
  })
})

describe('answers of a function', () => {
  test('errors are gzip as well', async () => {
    const answer = await behindGateway.ask('/api/v1/mock-sales/search?query=*', {}, searcher)
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([403, 'gzip'])
    expect(at(answer.json, 'message')).toContain('Missing API key')
  })

  test('a large answer that compresses goes through', async () => {
    const body = JSON.stringify({ text: 'animal '.repeat(4 << 20) })
    const response = await applyFunctionRules(jsonText(body))
    expect(response.status).toBe(200)
    expect(gunzipSync(await response.arrayBuffer()).length).toBe(body.length)
  })

  test('what is over 6 MB as base64 becomes a 413 that names the way out', async () => {
    const fits = await applyFunctionRules(noise(MAX_FUNCTION_GZIP_BYTES - 8192))
    expect(fits.status).toBe(200)
    const response = await applyFunctionRules(noise(MAX_FUNCTION_GZIP_BYTES + 1))
    expect(response.status).toBe(413)
    const text = gunzipSync(await response.arrayBuffer()).toString()
    expect(text).toContain('max_hits')
    expect(text).toContain('QWL-RESP-TOO-BIG')
  })

  test('gzip and base64 together stay below what Lambda takes', () => {
    const base64Bytes = Math.ceil(MAX_FUNCTION_GZIP_BYTES / 3) * 4
    expect(base64Bytes).toBeLessThan(6 * 1024 * 1024)
    expect(base64Bytes).toBeGreaterThan(5.9 * 1024 * 1024)
  })
})

/** What no compression makes smaller. */
function noise(sizeBytes: number): Response {
  return new Response(new Uint8Array(randomBytes(sizeBytes)))
}
