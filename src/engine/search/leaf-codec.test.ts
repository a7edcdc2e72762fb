import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonFloat } from '../bytes/json.ts'
import { decodeLeafResponse, encodeLeaf } from './leaf-codec.ts'
import type { LeafResponse } from './leaf-request.ts'

/** Partials of aggregations may be anything that structured cloning keeps. */
function roundTrip(partial: unknown): unknown {
  const response = { aggregations: [partial] } as unknown as LeafResponse // one part is enough here
  return decodeLeafResponse(encodeLeaf(response)).aggregations?.[0]
}

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.bigInt(),
  fc.string(),
  fc.double({ noNaN: true }).map((value) => new JsonFloat(value)),
  fc.uint8Array(),
  fc.array(fc.double()).map((values) => Float64Array.from(values)),
  fc.array(fc.nat()).map((values) => Uint32Array.from(values)),
)

const name = fc.oneof(fc.string(), fc.constantFrom('~map', '~', '__proto__', 'constructor'))

const value = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('list'), tie('object'), tie('map'), tie('set')),
  list: fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 5 }),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 5 })
    .map((pairs) => Object.fromEntries(pairs)),
  map: fc
    .array(fc.tuple(fc.oneof(fc.string(), fc.double({ noNaN: true })), tie('value')), {
      maxLength: 5,
    })
    .map((pairs) => new Map(pairs)),
  set: fc.array(fc.oneof(fc.nat(), fc.bigInt()), { maxLength: 5 }).map((values) => new Set(values)),
})).value

test('whatever a leaf may hold comes back as it was', () => {
  fc.assert(
    fc.property(value, (given) => {
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
