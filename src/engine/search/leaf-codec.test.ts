import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLeafResponse, encodeLeaf } from './leaf-codec.ts'
import type { LeafResponse } from './leaf-request.ts'
import { leafValue } from './testing/leaf-values.ts'

/** Partials of aggregations may be anything that structured cloning keeps. */
function roundTrip(partial: unknown): unknown {
  const response = { aggregations: [partial] } as unknown as LeafResponse // one part is enough here
  return decodeLeafResponse(encodeLeaf(response)).aggregations?.[0]
}

test('whatever a leaf may hold comes back as it was', () => {
  fc.assert(
    fc.property(leafValue, (given) => {
      expect(isDeepStrictEqual(roundTrip(given), given)).toBe(true)
    }),
  )
})

test('a number of eight bytes comes back from bytes that began anywhere', () => {
  const values = new Float64Array(Float64Array.of(1, 2, 3).buffer, 8)
  expect(roundTrip(values)).toStrictEqual(Float64Array.of(2, 3))
})

test.each([
  ['no gzip', Buffer.from('{}')],
  ['an empty body', new Uint8Array(0)],
])('%s is refused', (_, bytes) => {
  expect(() => decodeLeafResponse(bytes)).toThrow(expect.objectContaining({ kind: 'invalid' }))
})
