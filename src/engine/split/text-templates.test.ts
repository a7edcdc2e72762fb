import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes/cursor.ts'
import { expectCutsRefused } from './testing/damage.ts'
import { slicesOf, textsOf } from './testing/text-codec.ts'
import { decodeTemplates, encodeTemplates } from './text-templates.ts'

/** Undefined when the texts follow no few templates. */
function encoded(texts: readonly string[]): Uint8Array | undefined {
  const out = new ByteWriter()
  return encodeTemplates(slicesOf(texts), texts.length, out) ? out.copy() : undefined
}

const LINES = Array.from({ length: 400 }, (_, i) =>
  i % 3 === 0 ? `user ${i} logged in` : `request ${i * 17} took ${(i % 7) + 0.5} ms`,
)

test('texts that differ in numbers are kept as a template and its numbers', () => {
  const bytes = encoded(LINES)
  expect(bytes?.length).toBeLessThan(LINES.join('').length / 6)
  expect(textsOf(decodeTemplates, bytes ?? new Uint8Array(0), LINES.length)).toEqual(LINES)
})

test('digits that would not print back are part of the template', () => {
  const padded = Array.from({ length: 64 }, (_, i) => `file 007 part ${i}`)
  const bytes = encoded(padded)
  expect(textsOf(decodeTemplates, bytes ?? new Uint8Array(0), padded.length)).toEqual(padded)
})

test('texts without numbers, or of as many shapes as texts, are left to other forms', () => {
  expect(encoded(Array.from({ length: 100 }, () => 'always the same'))).toBeUndefined()
  const shapes = Array.from({ length: 100 }, (_, i) => `${'x'.repeat(i + 1)} ${i}`)
  expect(encoded(shapes)).toBeUndefined()
})

test('damage is noticed wherever bytes are cut', () => {
  const lines = LINES.slice(0, 64)
  const bytes = encoded(lines) ?? new Uint8Array(0)
  expectCutsRefused(bytes, (part) => textsOf(decodeTemplates, part, lines.length))
})
