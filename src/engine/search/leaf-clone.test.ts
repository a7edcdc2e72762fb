import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { responseFromClone, toCloneable } from './leaf-clone.ts'
import type { LeafResponse } from './leaf-request.ts'
import { leafValue } from './testing/leaf-values.ts'

const responseOf = (partial: unknown): LeafResponse =>
  ({ aggregations: [partial] }) as unknown as LeafResponse // one part is enough here

function roundTrip(partial: unknown): unknown {
  const clone = structuredClone(toCloneable(responseOf(partial)))
  return responseFromClone(clone).aggregations?.[0]
}

test('whatever a leaf may hold comes back as it was', () => {
  fc.assert(
    fc.property(leafValue, (given) => {
      expect(isDeepStrictEqual(roundTrip(given), given)).toBe(true)
    }),
  )
})

test('a part of a large buffer does not take the buffer along', () => {
  const large = new Uint8Array(1_000)
  const sent = roundTrip(large.subarray(10, 12)) as Uint8Array
  expect(sent.buffer.byteLength).toBe(2)
})

test('what needs no change is sent as it is', () => {
  const response = responseOf([new Map([['a', 1]]), new Uint32Array(3), { b: [2n, undefined] }])
  expect(toCloneable(response)).toBe(response)
})
