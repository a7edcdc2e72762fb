import { beforeAll, expect, inject, test } from 'vitest'
import { output } from './toolchain.ts'

const address = inject('address')
const JSON_TYPE = ['-H', 'content-type: application/json']

async function curl(...args: string[]): Promise<string> {
  return await output('curl', ['-sS', ...args])
}

beforeAll(async () => {
  await curl('-XPUT', `${address}/curl-lines`)
  const lines = '{"index":{}}\n{"n":1}\n{"index":{}}\n{"n":2}\n'
  const bulk = `${address}/curl-lines/_bulk?refresh=true`
  await curl('-XPOST', ...JSON_TYPE, bulk, '--data-binary', lines)
})

test.each([
  ['with its length', []],
  ['in chunks', ['-H', 'transfer-encoding: chunked']],
])('the body of a GET is read %s', async (_how, headers) => {
  const body = ['-d', '{"size":1,"query":{"term":{"n":2}}}']
  const text = await curl(
    '-XGET',
    ...JSON_TYPE,
    ...headers,
    `${address}/curl-lines/_search`,
    ...body,
  )
  expect(JSON.parse(text)).toMatchObject({ hits: { hits: [{ _source: { n: 2 } }] } })
})

test('an answer is compressed for those who ask alone', async () => {
  const plain = await curl('-D-', '-o', '/dev/null', `${address}/_cluster/health`)
  expect(plain).not.toMatch(/content-encoding/i)
  const asked = await curl('--compressed', '-D-', '-o', '/dev/null', `${address}/_nodes/stats`)
  expect(asked).toMatch(/vary: accept-encoding/i)
})

test('HEAD and OPTIONS answer', async () => {
  expect(await curl('-I', `${address}/curl-lines`)).toMatch(/^HTTP\/1.1 200/)
  expect(await curl('-XOPTIONS', '-i', `${address}/_bulk`)).toMatch(/allow: POST, PUT/i)
})
