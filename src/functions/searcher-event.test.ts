import { expect, test } from 'vitest'
import { parseSearcherEvent } from './searcher-event.ts'

async function partsOf(event: unknown) {
  const request = parseSearcherEvent(event)
  const { pathname, searchParams } = new URL(request.url)
  return {
    method: request.method,
    path: pathname,
    query: [...searchParams],
    body: await request.text(),
    contentLength: request.headers.get('content-length'),
  }
}

const GATEWAY = {
  resource: '/v1/{proxy+}',
  path: '/v1/shop/search',
  httpMethod: 'GET',
  headers: { Accept: '*/*', 'X-Nothing': null },
  queryStringParameters: { query: 'last' },
  multiValueQueryStringParameters: { query: ['a b&c', 'last'] },
  requestContext: { stage: 'api' },
  body: null,
  isBase64Encoded: false,
}

test('behind a gateway, stage and path together are the API path, and repeated parameters stay', async () => {
  expect(await partsOf(GATEWAY)).toEqual({
    method: 'GET',
    path: '/api/v1/shop/search',
    query: [
      ['query', 'a b&c'],
      ['query', 'last'],
    ],
    body: '',
    contentLength: '0',
  })
})

test.each([
  ['the gateway’s own address', '/v1/shop/search', 'api'],
  ['a custom domain without a base path', '/v1/shop/search', 'api'],
  ['a custom domain with a base path', '/logs/v1/shop/search', 'api'],
  ['a custom domain whose path names the stage', '/logs/api/v1/shop/search', 'api'],
  ['the test call of the console', '/v1/shop/search', 'test-invoke-stage'],
])('by %s the path is the same', async (_how, path, stage) => {
  const pathParameters = { proxy: 'shop/search' }
  const event = { ...GATEWAY, path, pathParameters, requestContext: { stage, path } }
  expect(await partsOf(event)).toMatchObject({ path: '/api/v1/shop/search' })
})

test('what stands for the proxy is kept to the letter, also a slash at the end', async () => {
  const pathOf = async (path: string, proxy: string) =>
    (await partsOf({ ...GATEWAY, path, pathParameters: { proxy } })).path
  expect(await pathOf('/b/v1/a%2Cb$&/search', 'a%2Cb$&/search')).toBe('/api/v1/a%2Cb$&/search')
  expect(await pathOf('/b/v1/_elastic/', '_elastic')).toBe('/api/v1/_elastic/')
  expect(await pathOf('/b/v1/what?#', 'what?#')).toBe('/api/v1/what%3F%23')
})

test.each([
  ['/ui', '/ui', undefined, '/ui'],
  ['/ui', '/ui/', undefined, '/ui/'],
  ['/ui', '/logs/ui/', undefined, '/ui/'],
  ['/ui/{proxy+}', '/ui/page.js', 'page.js', '/ui/page.js'],
  ['/ui/{proxy+}', '/logs/ui/page.js', 'page.js', '/ui/page.js'],
])('the page has its own path: resource %s, path %s', async (resource, path, proxy, expected) => {
  const pathParameters = proxy === undefined ? null : { proxy }
  const event = { ...GATEWAY, resource, path, pathParameters, requestContext: { stage: 'api' } }
  expect(await partsOf(event)).toMatchObject({ path: expected })
})

test('without a stage the path is taken as it is, as Quickwit’s removed Lambda packaging was invoked', async () => {
  const event = {
    httpMethod: 'POST',
    path: '/api/v1/shop/search',
    headers: {},
    body: '{"query":"é"}',
  }
  expect(await partsOf(event)).toMatchObject({
    method: 'POST',
    path: '/api/v1/shop/search',
    body: '{"query":"é"}',
    contentLength: '14',
  })
})

test('a body in base64 is decoded', async () => {
  const body = Buffer.from('{"query":"é"}').toString('base64')
  const event = { ...GATEWAY, httpMethod: 'POST', body, isBase64Encoded: true }
  expect(await partsOf(event)).toMatchObject({ body: '{"query":"é"}', contentLength: '14' })
})

test('a GET keeps the body that came with it', async () => {
  const event = { ...GATEWAY, body: '{"size":0}' }
  expect(await partsOf(event)).toMatchObject({ method: 'GET', body: '{"size":0}' })
})

test('a function URL brings path and query as they were sent', async () => {
  const event = {
    version: '2.0',
    rawPath: '/api/v1/shop%2A/search',
    rawQueryString: 'query=a%20b&query=c',
    requestContext: { http: { method: 'GET' }, stage: '$default' },
  }
  expect(await partsOf(event)).toMatchObject({
    path: '/api/v1/shop%2A/search',
    query: [
      ['query', 'a b'],
      ['query', 'c'],
    ],
  })
})

test('a plain event is a search of the index it names', async () => {
  const parts = await partsOf({ index_id: 'shop', query: 'a', max_hits: 1 })
  expect(parts).toMatchObject({ method: 'POST', path: '/api/v1/shop/search' })
  expect(JSON.parse(parts.body)).toEqual({ query: 'a', max_hits: 1 })
})

test('the request ends with the signal', () => {
  const abort = new AbortController()
  const request = parseSearcherEvent(GATEWAY, abort.signal)
  abort.abort()
  expect(request.signal.aborted).toBe(true)
})

test.each([[null], ['text'], [[]], [{}], [{ query: 'a' }]])('%j is refused', (event) => {
  expect(() => parseSearcherEvent(event)).toThrow(expect.objectContaining({ kind: 'invalid' }))
})

test.each([
  ['a method that HTTP does not have', { ...GATEWAY, httpMethod: '' }],
  ['a header that is none', { ...GATEWAY, headers: { 'not a name': 'x' } }],
])('%s is refused as invalid', (_what, event) => {
  expect(() => parseSearcherEvent(event)).toThrow(
    expect.objectContaining({ kind: 'invalid', message: expect.stringMatching(/no HTTP request/) }),
  )
})
