import { expect, test } from 'vitest'
import { encodePath, encodeQuery, signRequest } from './request-signature.ts'

/** The worked examples of "Signature Calculations for the Authorization Header" in S3's API reference. */
const EXAMPLE = {
  host: 'examplebucket.s3.amazonaws.com',
  signing: {
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
    region: 'us-east-1',
    service: 's3' as const,
    nowMs: Date.UTC(2013, 4, 24),
  },
}

test.each([
  {
    what: 'a ranged GET',
    request: { method: 'GET', path: '/test.txt', query: {}, headers: { range: 'bytes=0-9' } },
    body: '',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    what: 'a PUT with a body',
    request: {
      method: 'PUT',
      path: encodePath('/test$file.text'),
      query: {},
      headers: {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    },
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    what: 'a query parameter without value',
    request: { method: 'GET', path: '/', query: { lifecycle: '' }, headers: {} },
    body: '',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    what: 'a listing',
    request: { method: 'GET', path: '/', query: { prefix: 'J', 'max-keys': '2' }, headers: {} },
    body: '',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
])('$what is signed as in AWS’s example', ({ request, body, signature }) => {
  const unsigned = { ...request, host: EXAMPLE.host, body: new TextEncoder().encode(body) }
  const headers = signRequest(unsigned, EXAMPLE.signing)
  expect(headers['authorization']).toMatch(new RegExp(`,Signature=${signature}$`))
})

test('a session token is sent and signed', () => {
  const unsigned = {
    method: 'GET',
    host: 'h',
    path: '/k',
    query: {},
    headers: {},
    body: new Uint8Array(),
  }
  const credentials = { ...EXAMPLE.signing.credentials, sessionToken: 'token' }
  const headers = signRequest(unsigned, { ...EXAMPLE.signing, credentials })
  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers['authorization']).toContain('x-amz-date;x-amz-security-token,')
})

test('keys and values are encoded to the letter of the rule', () => {
  expect(encodePath("a b/c+d='é'(1)*!~.-_")).toBe('a%20b/c%2Bd%3D%27%C3%A9%27%281%29%2A%21~.-_')
  expect(encodeQuery({ b: 'x/y', a: '', 'list-type': '2' })).toBe('a=&b=x%2Fy&list-type=2')
})
