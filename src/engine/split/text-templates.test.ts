import { expect, test } from 'vitest'
import { ByteWriter, type ByteReader } from '../bytes/cursor.ts'
import { expectCutsRefused } from './testing/damage.ts'
import { slicesOf, textsOf } from './testing/text-codec.ts'
import type { DecodedTexts } from './text-slices.ts'
import { decodeTemplates, encodeTemplates } from './text-templates.ts'

/** Undefined when the texts follow no few templates. */
function encoded(texts: readonly string[]): Uint8Array | undefined {
  const out = new ByteWriter()
  return encodeTemplates(slicesOf(texts), texts.length, out) ? out.copy() : undefined
}

const decode = (reader: ByteReader, count: number): DecodedTexts =>
  decodeTemplates(reader, count, 'numbers and padded ones')

const LINES = Array.from({ length: 400 }, (_, i) =>
  i % 3 === 0 ? `user ${i} logged in` : `request ${i * 17} took ${(i % 7) + 0.5} ms`,
)

test('texts that differ in numbers are kept as a template and its numbers', () => {
  const bytes = encoded(LINES)
  expect(bytes?.length).toBeLessThan(LINES.join('').length / 6)
  expect(textsOf(decode, bytes ?? new Uint8Array(0), LINES.length)).toEqual(LINES)
})

test.each([
  ['zeros in front', (i: number) => `file ${String(i).padStart(6, '0')}.log`],
  ['times', (i: number) => `at 08:${String(i % 60).padStart(2, '0')}:07`],
  ['digits that no double holds', (i: number) => `blk_-${7 + i}${String(i * 7).padStart(17, '0')}`],
  ['more digits than a number has', (i: number) => `${'1234567890'.repeat(9)}${100 + i}`],
])('numbers with %s are numbers too', (_, textOf) => {
  const texts = Array.from({ length: 300 }, (_, i) => textOf(i))
  const bytes = encoded(texts)
  expect(bytes?.length).toBeLessThan(texts.join('').length / 5)
  expect(textsOf(decode, bytes ?? new Uint8Array(0), texts.length)).toEqual(texts)
})

test('texts with the bytes that mark numbers are left to other forms', () => {
  for (const mark of ['\0', '\u0001']) {
    expect(encoded(Array.from({ length: 100 }, (_, i) => `${mark} ${i}`))).toBeUndefined()
  }
})

test('texts without numbers, or of as many shapes as texts, are left to other forms', () => {
  expect(encoded(Array.from({ length: 100 }, () => 'always the same'))).toBeUndefined()
  const shapes = Array.from({ length: 100 }, (_, i) => `${'x'.repeat(i + 1)} ${i}`)
  expect(encoded(shapes)).toBeUndefined()
})

test('damage is noticed wherever bytes are cut', () => {
  const lines = LINES.slice(0, 64)
  const bytes = encoded(lines) ?? new Uint8Array(0)
  expectCutsRefused(bytes, (part) => textsOf(decode, part, lines.length))
})
