import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodeTexts, TextValues } from './shaped-texts.ts'
import { expectCutsRefused } from './testing/damage.ts'
import { sentences, slicesOf, textsOf } from './testing/text-codec.ts'

function encoded(texts: readonly string[]): Uint8Array {
  const { source, starts, ends } = slicesOf(texts)
  const values = new TextValues(source)
  starts.forEach((start, i) => values.push(start, ends[i] ?? start))
  expect(values.count).toBe(texts.length)
  const out = new ByteWriter()
  values.encode(out)
  return out.copy()
}

const FORM = { plain: 0, numbers: 2, distinct: 3, templates: 4, words: 5 }

test.each([
  ['templates', Array.from({ length: 100 }, (_, i) => `Item ${i}`)],
  ['words', sentences(2000, 61)],
  ['plain', sentences(300, 300_000)],
  ['distinct', Array.from({ length: 100 }, (_, i) => ['GET', 'POST', 'PUT'][i % 3] ?? '')],
  ['distinct', Array.from({ length: 3000 }, (_, i) => `/page/${i % 97}/edit`)],
] as const)('texts take the form that suits them: %s', (form, texts) => {
  const bytes = encoded(texts)
  expect(bytes[0]).toBe(FORM[form])
  expect(textsOf(decodeTexts, bytes, texts.length)).toEqual(texts)
})

test('any texts come back', () => {
  const text = fc.oneof(
    fc.string(),
    fc.nat().map((n) => `row ${n}`),
    fc.stringMatching(/^[ab]?\d{1,40}(-\d{1,4})?$/),
    fc.constant(''),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
      expect(textsOf(decodeTexts, encoded(texts), texts.length)).toEqual(texts)
    }),
  )
})

test('texts of templates without padded numbers, as versions before 3 wrote them, come back', () => {
  const template = [...Buffer.from('\u0001 '), 0]
  const sequences = [0, 0, 0, 0, /* decimals, minimum */ 0, 10, 1, 0, 1, 1, 2]
  const bytes = Uint8Array.of(FORM.numbers, 1, template.length, ...template, ...sequences)
  expect(textsOf(decodeTexts, bytes, 2)).toEqual(['\u0001 5', '\u0001 6'])
})

test('damage is noticed: cut bytes, and an unknown form', () => {
  const bytes = encoded(['one', 'two'])
  expectCutsRefused(bytes, (part) => textsOf(decodeTexts, part, 2))
  expect(() => decodeTexts(new ByteReader(Uint8Array.of(7), 'texts'), 2)).toThrow(/text form 7/)
  const many = Array.from({ length: 80 }, (_, i) => `text ${i % 20}`)
  expectCutsRefused(encoded(many), (part) => textsOf(decodeTexts, part, many.length))
  const greedy = Uint8Array.of(FORM.distinct, 9)
  expect(() => decodeTexts(new ByteReader(greedy, 'texts'), 2)).toThrow(/9 texts for 2 places/)
})
