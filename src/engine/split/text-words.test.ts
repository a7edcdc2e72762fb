import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { expectCutsRefused } from './testing/damage.ts'
import { sentences, slicesOf, textsOf } from './testing/text-codec.ts'
import { decodeWords, encodeWords } from './text-words.ts'

/** Undefined when plain text would be smaller. */
function encoded(texts: readonly string[]): Uint8Array | undefined {
  const out = new ByteWriter()
  return encodeWords(slicesOf(texts), out) ? out.copy() : undefined
}

/** Few words in ever new order: what deflate finds few repeats in. */
const SENTENCES = sentences(2000, 61)

test('texts of few words are kept as numbers of words', () => {
  const bytes = encoded(SENTENCES)
  expect(bytes?.length).toBeLessThan(SENTENCES.join('').length / 4)
  expect(textsOf(decodeWords, bytes ?? new Uint8Array(0), SENTENCES.length)).toEqual(SENTENCES)
})

test('empty texts and doubled spaces come back as they are', () => {
  const texts = [...SENTENCES, '', ' ', 'one  two', ' one ']
  const bytes = encoded(texts)
  expect(textsOf(decodeWords, bytes ?? new Uint8Array(0), texts.length)).toEqual(texts)
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
    expect(() => textsOf(decodeWords, tail(length), SENTENCES.length)).toThrow(
      expect.objectContaining({ kind: 'corrupt' }),
    )
  }
  expectCutsRefused(bytes.slice(0, 300), (part) => textsOf(decodeWords, part, SENTENCES.length))
})
