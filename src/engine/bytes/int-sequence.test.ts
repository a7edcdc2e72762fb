import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from './cursor.ts'
import { decodeSequence, encodeSequence, SEQUENCE_BLOCK_VALUES } from './int-sequence.ts'

function encoded(values: readonly number[]): Uint8Array {
  const writer = new ByteWriter()
  encodeSequence(Float64Array.from(values), values.length, writer)
  return writer.copy()
}

const anyRange = fc.tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 53 })).chain(([base, bits]) =>
  fc.array(
    fc.maxSafeNat().map((value) => Math.min(Number.MAX_SAFE_INTEGER, base + (value % 2 ** bits))),
    { maxLength: 100 },
  ),
)
const nearlyLinear = fc
  .record({
    first: fc.nat(),
    step: fc.double({ min: 0, max: 1e6, noNaN: true }),
    noise: fc.nat(50),
    count: fc.nat(5000),
  })
  .map(({ first, step, noise, count }) =>
    Array.from(
      { length: count },
      (_, i) => first + Math.floor(step * i) + ((i * 7919) % (noise + 1)),
    ),
  )

/** Each of `radix` values about equally often, in no order. */
const scattered = (count: number, radix: number, least = 7): number[] =>
  Array.from({ length: count }, (_, i) => {
    const mixed = Math.imul((i * 0x9e3779b1) ^ (i << 7), 0x735a2d97)
    return least + ((Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 8) % radix)
  })
const anyScattered = fc
  .tuple(fc.nat(5000), fc.integer({ min: 2, max: 70_000 }), fc.maxSafeNat())
  .map(([count, radix, least]) =>
    scattered(count, radix, Math.min(least, Number.MAX_SAFE_INTEGER - radix)),
  )

describe('a sequence', () => {
  test('gives back integers up to 2^53, with the bounds of each block', () => {
    fc.assert(
      fc.property(fc.oneof(anyRange, nearlyLinear, anyScattered), (values) => {
        const {
          values: decoded,
          blockMins,
          blockMaxs,
        } = decodeSequence(new ByteReader(encoded(values), 'test'), values.length)
        expect([...decoded]).toEqual(values)
        for (let block = 0; block * SEQUENCE_BLOCK_VALUES < values.length; block++) {
          const start = block * SEQUENCE_BLOCK_VALUES
          const inBlock = values.slice(start, start + SEQUENCE_BLOCK_VALUES)
          expect(blockMins[block]).toBe(Math.min(...inBlock))
          expect(blockMaxs[block]).toBe(Math.max(...inBlock))
        }
      }),
    )
  })

  test('costs no bits per value when it climbs in equal steps', () => {
    expect(encoded(Array.from({ length: 4096 }, (_, i) => 1000 + i * 250)).length).toBeLessThan(24)
  })

  test.each([
    [255, Uint8Array],
    [256, Uint16Array],
    [2 ** 16, Uint32Array],
    [2 ** 32, Float64Array],
  ])('up to %d comes in the narrowest array', (max, kind) => {
    const reader = new ByteReader(encoded([0, max]), 'test')
    expect(decodeSequence(reader, 2).values).toBeInstanceOf(kind)
  })

  test.each([
    [10, 3.34],
    [2286, 11.26],
    [9901, 13.5],
  ])(
    'of %d values that come equally often takes the bits that their number asks for',
    (radix, bits) => {
      const values = scattered(4096, radix)
      expect((encoded(values).length * 8) / values.length).toBeLessThan(bits + 0.03)
    },
  )

  test('of values of which some come far more often is not grouped: deflate takes less', () => {
    const values = scattered(4096, 10).map((value, i) => (i % 4 === 0 ? value : 7))
    expect(encoded(values).length).toBeGreaterThan(4096 / 2)
    const runs = scattered(4096, 10).sort((a, b) => a - b)
    expect(encoded(runs.map((value, i) => (i === 0 ? 16 : value))).length).toBeGreaterThan(2048)
  })

  test('with groups that no double holds is refused', () => {
    const [width, min, max, form] = [14, 0, [0xac, 0x4d], 0x40 | 9]
    const bytes = Uint8Array.of(width, min, ...max, form, ...Array<number>(100).fill(1))
    expect(() => decodeSequence(new ByteReader(bytes, 'test'), 20)).toThrow(/groups of 9/)
  })
})
