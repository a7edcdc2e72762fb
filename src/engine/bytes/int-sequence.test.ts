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

describe('a sequence', () => {
  test('gives back integers up to 2^53, with the bounds of each block', () => {
    fc.assert(
      fc.property(fc.oneof(anyRange, nearlyLinear), (values) => {
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
})
