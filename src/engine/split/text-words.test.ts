import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { expectCutsRefused } from './testing/damage.ts'
import { sentences, slicesOf, textsOf } from './testing/text-codec.ts'
import type { DecodedTexts } from './text-slices.ts'
import { decodeWords, encodeWords } from './text-words.ts'

/** Undefined when plain text would be smaller. */
function encoded(texts: readonly string[]): Uint8Array | undefined {
  const out = new ByteWriter()
  return encodeWords(slicesOf(texts), out) ? out.copy() : undefined
}

const decode = (reader: ByteReader, count: number): DecodedTexts =>
  decodeWords(reader, count, 'shared beginnings')

/** Few words in ever new order: what deflate finds few repeats in. */
const SENTENCES = sentences(2000, 61)

test('texts of few words are kept as numbers of words', () => {
  const bytes = encoded(SENTENCES)
  expect(bytes?.length).toBeLessThan(SENTENCES.join('').length / 4)
  expect(textsOf(decode, bytes ?? new Uint8Array(0), SENTENCES.length)).toEqual(SENTENCES)
})

test('empty texts and doubled spaces come back as they are', () => {
  const texts = [...SENTENCES, '', ' ', 'one  two', ' one ']
  const bytes = encoded(texts)
  expect(textsOf(decode, bytes ?? new Uint8Array(0), texts.length)).toEqual(texts)
})

test('texts whose words do not repeat are left to deflate, and nothing is written', () => {
  const out = new ByteWriter()
  const texts = Array.from({ length: 500 }, (_, i) => `${i * 7919} ${i * 104_729} ${i ** 3}`)
  expect(encodeWords(slicesOf(texts), out)).toBe(false)
  expect(out.length).toBe(0)
})

test('cut bytes are noticed', () => {
  const bytes = encoded(SENTENCES) ?? new Uint8Array(0)
  // The last words of a long form are as good as any.
  const tail = (length: number): Uint8Array => bytes.slice(0, bytes.length - length)
  for (const length of [1, 2, 50, bytes.length - 1, bytes.length]) {
    expect(() => textsOf(decode, tail(length), SENTENCES.length)).toThrow(
      expect.objectContaining({ kind: 'corrupt' }),
    )
  }
  expectCutsRefused(bytes.slice(0, 300), (part) => textsOf(decode, part, SENTENCES.length))
})

test('words that are written whole, as versions before 3 did, come back', () => {
  const words = ['able', 'about'].flatMap((word) => [word.length, ...Buffer.from(word)])
  const counts = [1, 1, 1, 0]
  const numbers = [1, 0, 1, 1, 2]
  const bytes = Uint8Array.of(...counts, 2, ...words, ...numbers)
  const decodeOld = (reader: ByteReader, count: number): DecodedTexts =>
    decodeWords(reader, count, 'whole words')
  expect(textsOf(decodeOld, bytes, 2)).toEqual(['able', 'about'])
})

test('a word that shares more than the word before has is noticed', () => {
  const bytes = Uint8Array.of(1, 1, 1, 0, 1, /* shared */ 3, 1, 0x61)
  expect(() => decode(new ByteReader(bytes, 'words'), 1)).toThrow(/beginning longer/)
})
