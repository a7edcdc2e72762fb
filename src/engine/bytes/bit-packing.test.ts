import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bitWidth, packBits, packedBytes, unpackBits } from './bit-packing.ts'
import { ByteReader, ByteWriter } from './cursor.ts'

describe('bit packing', () => {
  test('gives back values of every width at every place in a buffer', () => {
    const packing = fc.integer({ min: 0, max: 32 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        values: fc.array(fc.integer({ min: 0, max: 2 ** width - 1 }), { maxLength: 200 }),
        after: fc.integer({ min: 0, max: 9 }),
      }),
    )
    fc.assert(
      fc.property(packing, ({ width, values, after }) => {
        const writer = new ByteWriter(1)
        writer.u8(0xaa)
        packBits(values, { start: 0, end: values.length }, width, writer)
        expect(writer.length).toBe(1 + packedBytes(values.length, width))
        for (let i = 0; i < after; i++) writer.u8(0xff)
        const reader = new ByteReader(writer.copy(), 'test', 1)
        const out = new Uint32Array(values.length)
        unpackBits(reader, { count: values.length, width }, out, 0)
        expect([...out]).toEqual(values)
        expect(reader.remaining).toBe(after)
      }),
    )
  })

  test('puts the lowest bits first', () => {
    const writer = new ByteWriter()
    packBits([1, 2, 3], { start: 0, end: 3 }, 3, writer)
    expect([...writer.copy()]).toEqual([0b11010001, 0b0])
  })

  test.each([
    [0, 0],
    [1, 1],
    [255, 8],
    [256, 9],
    [2 ** 32 - 1, 32],
    [2 ** 32, 33],
    [2 ** 53, 54],
  ])('%d needs %d bits', (value, bits) => {
    expect(bitWidth(value)).toBe(bits)
  })

  test('refuses a stream that ends too early', () => {
    const reader = new ByteReader(new Uint8Array(3), 'test')
    expect(() => unpackBits(reader, { count: 4, width: 7 }, new Uint32Array(4), 0)).toThrow(
      /ends too early/,
    )
  })
})
