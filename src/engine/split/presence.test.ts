import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodePresence, encodePresence } from './presence.ts'
import { expectCutsRefused } from './testing/damage.ts'

function encoded(docs: readonly number[] | undefined): Uint8Array {
  const out = new ByteWriter()
  encodePresence(docs && Uint32Array.from(docs), out)
  return out.copy()
}

const decoded = (bytes: Uint8Array, docCount: number, valueCount: number) =>
  decodePresence(new ByteReader(bytes, 'presence'), { docCount, valueCount }).starts

test('one value per document, in order, is a single byte and needs no table', () => {
  const bytes = encoded(undefined)
  expect(bytes).toHaveLength(1)
  expect(decoded(bytes, 1000, 1000)).toBeUndefined()
})

test('otherwise the values of document d are those from starts[d] to before starts[d + 1]', () => {
  // Document 1 has two values, document 3 one, the others none.
  expect([...(decoded(encoded([1, 1, 3]), 5, 3) ?? [])]).toEqual([0, 0, 2, 2, 3, 3])
})

test('any number of values per document comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }), (counts) => {
      const docs = counts.flatMap((count, doc) => Array.from({ length: count }, () => doc))
      const starts = decoded(encoded(docs), counts.length, docs.length)
      expect(counts.map((_, doc) => (starts?.[doc + 1] ?? 0) - (starts?.[doc] ?? 0))).toEqual(
        counts,
      )
    }),
  )
})

test('damage is noticed: cut bytes, an unknown form, values of documents that are not there', () => {
  const bytes = encoded([1, 1, 3])
  expectCutsRefused(bytes, (part) => decoded(part, 5, 3))
  expect(() => decoded(Uint8Array.of(2), 5, 3)).toThrow(/presence form 2/)
  expect(() => decoded(bytes, 3, 3)).toThrow(/value of document 3 of 3/)
  expect(() => decoded(encoded(undefined), 5, 3)).toThrow(/3 values, 5 documents/)
})
