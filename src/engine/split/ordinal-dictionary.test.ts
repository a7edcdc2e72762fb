import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes } from '../bytes/byte-order.ts'
import { ByteReader } from '../bytes/cursor.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import {
  decodeOrdinalDictionary,
  encodeOrdinalDictionary,
  type OrdinalDictionary,
} from './ordinal-dictionary.ts'
import { expectCutsRefused, expectFlipsRefused } from './testing/damage.ts'

const encode = (terms: readonly Uint8Array[]): Promise<Uint8Array> =>
  encodeOrdinalDictionary(terms.length, (i) => terms[i] ?? new Uint8Array(0), new SealingQueue())

const decode = (bytes: Uint8Array): OrdinalDictionary =>
  decodeOrdinalDictionary(new ByteReader(bytes, 'dictionary'))

/** Reads all of it: blocks are opened when they are asked for. */
function allTerms(dictionary: OrdinalDictionary): string[] {
  return Array.from({ length: dictionary.termCount }, (_, ordinal) => dictionary.text(ordinal))
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

test('numbers distinct strings in byte order, and finds each by its bytes', async () => {
  const strings = fc.uniqueArray(fc.uint8Array({ maxLength: 4 }), {
    selector: (bytes) => bytes.join(),
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(strings, async (list) => {
      const terms = list.sort(compareBytes)
      const dictionary = decode(await encode(terms))
      expect(terms.map((_, ordinal) => [...dictionary.term(ordinal)])).toEqual(
        terms.map((term) => [...term]),
      )
      const walked: number[][] = []
      dictionary.eachTerm((term, ordinal) => (walked[ordinal] = [...term]))
      expect(walked).toEqual(terms.map((term) => [...term]))
      terms.forEach((term, ordinal) => {
        expect(dictionary.find(term)).toEqual({ ordinal, found: true })
      })
    }),
  )
})

test('says where an absent string would stand', async () => {
  const dictionary = decode(await encode(['b', 'd', 'f'].map(utf8)))
  const places = ['a', 'c', 'e', 'g'].map((text) => dictionary.find(utf8(text)))
  expect(places).toEqual([0, 1, 2, 3].map((ordinal) => ({ ordinal, found: false })))
})

test('thousands of strings that begin alike take a few bytes each', async () => {
  const terms = Array.from({ length: 5000 }, (_, i) =>
    utf8(`customer-${String(i).padStart(5, '0')}`),
  )
  const bytes = await encode(terms)
  expect(bytes.length).toBeLessThan(5000 * 4)
  expect(allTerms(decode(bytes))[4321]).toBe('customer-04321')
})

test('damage is noticed wherever it is', async () => {
  const bytes = await encode(['alpha', 'alpine', 'beta'].map(utf8))
  expectCutsRefused(bytes, (part) => allTerms(decode(part)))
  // The counts before the sealed block are covered by the column around them.
  const sealedAt = 2
  expectFlipsRefused(bytes.slice(sealedAt), (block) => {
    const whole = new Uint8Array(bytes)
    whole.set(block, sealedAt)
    return allTerms(decode(whole))
  })
})
