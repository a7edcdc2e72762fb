import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { acceptedCoding, encodeBody } from './content-coding.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'gzip'],
  ['deflate', 'deflate'],
  ['br;q=1.0, gzip;q=0.8', 'br'],
  ['gzip;q=0', undefined],
  ['gzip;q=0, *', undefined],
  ['*', 'gzip'],
  ['*;q=0', undefined],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['zstd', undefined],
])('accept-encoding %j is answered in %s', (accept, coding) => {
  expect(acceptedCoding(accept)).toBe(coding)
})

test.each([
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
])('a body in %s is the body', async (name, decode) => {
  const body = Buffer.from('a line of text\n'.repeat(1_000))
  const { bytes, coding } = await encodeBody(body, name)
  expect(coding).toBe(name)
  expect(decode(bytes).equals(body)).toBe(true)
})

test('a small body stays as it is', async () => {
  const body = Buffer.from('{}')
  expect(await encodeBody(body, 'gzip')).toEqual({ bytes: body, coding: undefined })
})
