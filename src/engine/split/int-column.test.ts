import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodeIntBody, encodeIntBody, type IntType, type IntValues } from './int-column.ts'
import { expectCutsRefused } from './testing/damage.ts'

function encoded(type: IntType, input: IntValues): { bytes: Uint8Array; bounds: unknown } {
  const out = new ByteWriter()
  const bounds = encodeIntBody(type, input, out)
  return { bytes: out.copy(), bounds }
}

const numbers = (values: readonly number[], unit = 1n): IntValues => {
  return { kind: 'numbers', values: Float64Array.from(values), unit }
}

function decoded(type: IntType, bytes: Uint8Array, count: number) {
  const body = decodeIntBody(type, new ByteReader(bytes, 'int column'), count)
  const { base, step, values, wide } = body
  const all = Array.from(
    { length: count },
    (_, i) => base + step * (wide?.[i] ?? BigInt(values[i] ?? 0)),
  )
  return { ...body, all }
}

test('any integers of 64 bits come back, signed or not', () => {
  const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  fc.assert(
    fc.property(fc.array(i64), fc.array(u64), (signed, unsigned) => {
      const { bytes } = encoded('i64', { kind: 'bigints', values: BigInt64Array.from(signed) })
      expect(decoded('i64', bytes, signed.length).all).toEqual(signed)
      const other = encoded('u64', { kind: 'bigints', values: BigUint64Array.from(unsigned) })
      expect(decoded('u64', other.bytes, unsigned.length).all).toEqual(unsigned)
    }),
  )
})

test('a value is base + step * what is stored: equal distances cost few bits', () => {
  const { bytes, bounds } = encoded('u64', numbers([1000, 1250, 1750]))
  expect(decoded('u64', bytes, 3)).toMatchObject({
    base: 1000n,
    step: 250n,
    min: 1000n,
    max: 1750n,
  })
  expect([...decoded('u64', bytes, 3).values]).toEqual([0, 1, 3])
  expect(bounds).toEqual({ min: 1000n, max: 1750n })
})

test('dates count in the unit they come in and are stored in nanoseconds', () => {
  const { bytes } = encoded('date', numbers([5, 7], 1_000_000n))
  expect(decoded('date', bytes, 2).all).toEqual([5_000_000n, 7_000_000n])
})

test('nothing has no bounds', () => {
  const { bytes, bounds } = encoded('i64', numbers([]))
  expect([bounds, decoded('i64', bytes, 0).min]).toEqual([undefined, undefined])
})

test('damage is noticed: cut bytes, narrow and wide, and an unknown form', () => {
  const narrow = encoded('i64', numbers([1, -5, 70])).bytes
  expectCutsRefused(narrow, (bytes) => decoded('i64', bytes, 3))
  const wide = BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n)
  const far = encoded('i64', { kind: 'bigints', values: wide }).bytes
  expectCutsRefused(far, (bytes) => decoded('i64', bytes, 3))
  const unknown = narrow.slice()
  unknown[16] = 9
  expect(() => decoded('i64', unknown, 3)).toThrow(expect.objectContaining({ kind: 'corrupt' }))
})
