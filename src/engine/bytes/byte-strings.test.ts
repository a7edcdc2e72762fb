import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareBytes } from './byte-order.ts'
import { ByteStrings } from './byte-strings.ts'

describe('byte strings', () => {
  test('sort in the order of their UTF-8 bytes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.nat(99).map((n) => `Item ${n}`),
      fc.constantFrom('\u{1f600}', '\uffee', '', 'a'),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), (texts) => {
        const strings = new ByteStrings()
        for (const one of texts) strings.addText(one)
        const sorted = [...strings.sorted()].map((i) => Buffer.from(strings.at(i)).toString())
        const expected = texts
          .map((one) => Buffer.from(one))
          .sort(compareBytes)
          .map(String)
        expect(sorted).toEqual(expected)
      }),
    )
  })

  test('sort long texts that differ at the end alone', () => {
    const strings = new ByteStrings()
    const texts = Array.from(
      { length: 100 },
      (_, i) => `${'x'.repeat(20_000)}${String(99 - i).padStart(2, '0')}`,
    )
    for (const one of texts) strings.addText(one)
    expect([...strings.sorted()]).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i))
  })
})
