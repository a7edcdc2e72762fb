import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from './cursor.ts'
import { decodePackedBlocks, encodePackedBlocks } from './packed-blocks.ts'

function packed(values: readonly number[]): Uint8Array {
  const writer = new ByteWriter()
  encodePackedBlocks(Uint32Array.from(values), values.length, writer)
  return writer.copy()
}

describe('packed blocks', () => {
  test('give back any list of 32-bit numbers', () => {
    const mostlySmall = fc.oneof(
      { weight: 20, arbitrary: fc.nat(100) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
    )
    fc.assert(
      fc.property(fc.array(mostlySmall, { maxLength: 400 }), (values) => {
        const reader = new ByteReader(packed(values), 'test')
        expect([...decodePackedBlocks(reader, values.length)]).toEqual(values)
        expect(reader.remaining).toBe(0)
      }),
    )
  })

  test('spend one byte on 128 zeros', () => {
    expect(packed(Array.from({ length: 128 }, () => 0))).toHaveLength(1)
  })

  test('do not widen a block for one outlier', () => {
    const values = Array.from({ length: 128 }, (_, i) => (i === 60 ? 4_000_000_000 : i % 4))
    expect(packed(values).length).toBeLessThan(45)
  })
})
