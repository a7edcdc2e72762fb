import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { DecodedNumbers, NumberValues, parsed, parseNumber } from './shaped-numbers.ts'
import { expectCutsRefused } from './testing/damage.ts'

/** The text of the number at the start; undefined when it is left alone. */
function numberOf(text: string): string | undefined {
  parseNumber(new TextEncoder().encode(text), 0, text.length)
  return parsed.end === 0 ? undefined : text.slice(0, parsed.end)
}

/** As a column of a document block would keep the texts; undefined when they do not fit one scale. */
function encoded(texts: readonly string[]): Uint8Array | undefined {
  const values = new NumberValues()
  for (const text of texts) {
    if (numberOf(text) !== text || !values.fits(parsed)) return undefined
    values.push(parsed)
  }
  const out = new ByteWriter()
  values.encode(out)
  return out.copy()
}

function decoded(bytes: Uint8Array, count: number): string[] {
  const numbers = new DecodedNumbers(new ByteReader(bytes, 'numbers'), count)
  return Array.from({ length: count }, (_, index) => numbers.text(index))
}

describe('a number in a document', () => {
  test.each(['0', '-7', '12.5', '0.001', '5.0', '-1.0', '123456789'])(
    '%s is read as a number',
    (text) => {
      expect(numberOf(text)).toBe(text)
      expect(numberOf(`${text},`)).toBe(text)
    },
  )

  test.each([
    '007',
    '1.50',
    '2.00',
    '-0',
    '-0.0',
    '1e5',
    '1.',
    '.5',
    '1-2',
    '12345678901234567890',
  ])('%s is left as text, since it would not print back', (text) => {
    expect(numberOf(text)).toBeUndefined()
  })
})

test('numbers of different decimals come back as they were written', () => {
  const number = fc
    .oneof(
      fc.integer(),
      fc.integer().map((cents) => cents / 100),
    )
    .map(String)
  fc.assert(
    fc.property(fc.array(number, { maxLength: 40 }), (texts) => {
      const bytes = encoded(texts)
      if (bytes !== undefined) expect(decoded(bytes, texts.length)).toEqual(texts)
      // A hundred-millionth part of these does not fit.
      else expect(texts.some((text) => numberOf(text) === undefined)).toBe(true)
    }),
  )
})

test('numbers that all have a point keep it: 5.0 beside 12.25', () => {
  const texts = ['12.25', '5.0', '-1.0', '0.5', '100.0']
  expect(decoded(encoded(texts) ?? new Uint8Array(0), texts.length)).toEqual(texts)
  expect(encoded([...texts, '5'])).toBeUndefined()
  expect(encoded(['5', '5.0'])).toBeUndefined()
})

test('damage is noticed: cut bytes, and more decimals than a number can have', () => {
  const bytes = encoded(['1.5', '-20', '3.25'])
  if (bytes === undefined) throw new Error('these fit')
  expectCutsRefused(bytes, (part) => decoded(part, 3))
  const unknown = bytes.slice()
  unknown[0] = 99
  expect(() => decoded(unknown, 3)).toThrow(/99 decimals/)
})
