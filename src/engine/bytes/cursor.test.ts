import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from './cursor.ts'

describe('the byte cursor', () => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.double(),
        fc.string({ unit: 'grapheme' }),
        (varint, zigzag, i64, f64, text) => {
          const writer = new ByteWriter(1)
          writer.varint(varint)
          writer.zigzag(zigzag)
          writer.i64(i64)
          writer.f64(f64)
          writer.text(text)
          const reader = new ByteReader(writer.copy(), 'test')
          expect([
            reader.varint(),
            reader.zigzag(),
            reader.i64(),
            reader.f64(),
            reader.text(),
          ]).toEqual([varint, zigzag, i64, f64, text])
          expect(reader.remaining).toBe(0)
        },
      ),
    )
  })

  test.each([
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [-64, [127]],
    [64, [128, 1]],
  ])('writes the zigzag varint %d as %j', (value, bytes) => {
    const writer = new ByteWriter()
    writer.zigzag(value)
    expect([...writer.copy()]).toEqual(bytes)
  })

  test.each([
    [0, [0]],
    [127, [127]],
    [128, [128, 1]],
    [300, [172, 2]],
  ])('writes the varint %d as %j', (value, bytes) => {
    const writer = new ByteWriter()
    writer.varint(value)
    expect([...writer.copy()]).toEqual(bytes)
  })

  test.each([-1, 2 ** 53, 0 / 0])('refuses to write %d as a varint', (value) => {
    expect(() => new ByteWriter().varint(value)).toThrow(/varint out of range/)
  })

  test('names the structure that ends too early', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2), 'split footer')
    expect(() => reader.u32()).toThrow(
      'split footer is damaged: ends too early wanted=4 available=2 offset=0',
    )
  })

  test('refuses a varint beyond 2^53', () => {
    expect(() => new ByteReader(new Uint8Array(12).fill(0xff), 'test').varint()).toThrow(
      /too large|ends too early/,
    )
  })
})
