import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { FunctionPort } from '../../deploy/ports.ts'
import { invocationHeaders, invokeClient } from './aws-lambda-client.ts'
import { gatewayAt } from './aws-session.ts'

const REPORT =
  'REPORT RequestId: 7f3c\tDuration: 96.20 ms\tBilled Duration: 97 ms\tMemory Size: 3008 MB\tMax Memory Used: 141 MB\tInit Duration: 210.10 ms\t'

function answering(response: unknown, seen: unknown[] = []): FunctionPort {
  return {
    invoke(_name, payload) {
      seen.push(JSON.parse(Buffer.from(payload).toString()))
      return Promise.resolve({
        payload: Buffer.from(JSON.stringify(response)),
        functionError: undefined,
        logTail: `{"event":"request","reads":3,"status":200}\n${REPORT}\n`,
        requestId: '7f3c',
      })
    },
    start: () => Promise.resolve(),
    mapping: () => Promise.resolve(undefined),
    setMapping: () => Promise.resolve(),
  }
}

test('a request goes as an API Gateway event and comes back unpacked, with what AWS told of the run', async () => {
  const seen: unknown[] = []
  const body = gzipSync('{"num_hits":1}').toString('base64')
  const headers = { 'content-encoding': 'gzip', 'x-qw-splits': '1/2' }
  const functions = answering({ statusCode: 200, headers, body, isBase64Encoded: true }, seen)
  const response = await invokeClient('searcher', functions).fetch(
    new Request('http://x/api/v1/shop/search?format=json', {
      method: 'POST',
      body: '{"query":"*"}',
    }),
  )
  expect(await response.json()).toEqual({ num_hits: 1 })
  expect(seen).toMatchObject([
    {
      httpMethod: 'POST',
      path: '/api/v1/shop/search',
      queryStringParameters: { format: 'json' },
      body: '{"query":"*"}',
    },
  ])
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-qw-splits': '1/2',
    'x-qw-billed-ms': '97',
    'x-qw-memory-mb': '3008',
    'x-qw-cold': 'true',
    'x-qw-reads': '3',
    'x-qw-request-id': '7f3c',
  })
  expect(response.headers.has('content-encoding')).toBe(false)
})

test('an answer of the API that is an error keeps its status', async () => {
  const functions = answering({ statusCode: 404, headers: {}, body: '{"message":"no"}' })
  const response = await invokeClient('searcher', functions).fetch(
    new Request('http://x/api/v1/none/search'),
  )
  expect(response.status).toBe(404)
})

test('a log without a report adds nothing', () => {
  expect(invocationHeaders('START RequestId: 1\n')).toEqual({})
})

test('a gateway is asked where it is, unless another server stands in for AWS', () => {
  const url = 'https://abc123.execute-api.us-east-1.amazonaws.com/api/v1/version'
  expect(gatewayAt(url, undefined)).toBe(url)
  expect(gatewayAt(url, 'http://127.0.0.1:4566/')).toBe(
    'http://127.0.0.1:4566/restapis/abc123/api/_user_request_/v1/version',
  )
  expect(gatewayAt('http://127.0.0.1/x', 'http://127.0.0.1:4566')).toBe('http://127.0.0.1/x')
})
