import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { dateFromNanos, truncateDate } from '../dates/datetime.ts'
import { compareBytes } from '../bytes/byte-order.ts'
import { compareTyped, decodeTerm, encodeTerm } from './term.ts'
import type { TypedValue, ValueType } from './value-type.ts'

const shortest = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

const values: Readonly<Record<ValueType, fc.Arbitrary<TypedValue>>> = {
  str: fc.string({ unit: 'grapheme' }),
  i64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(shortest),
  u64: fc.bigInt(0n, 2n ** 64n - 1n).map(shortest),
  f64: fc.double({ noNaN: true }).map((n) => (n === 0 ? 0 : n)),
  bool: fc.boolean(),
  date: fc.bigInt(-9_223_372_036n, 9_223_372_035n).map((s) => Number(s) * 1000),
  ip: bytes(16),
  bytes: fc.uint8Array(),
}

const types = Object.keys(values) as ValueType[]

describe.each(types)('terms of type %s', (type) => {
  test('come back as they went in', () => {
    fc.assert(
      fc.property(values[type], (value) => {
        expect(decodeTerm(type, encodeTerm(type, value))).toEqual(value)
      }),
    )
  })

  test('have the byte order of their values', () => {
    const small: Partial<typeof values> = {
      i64: fc.integer({ min: -3, max: 3 }),
      f64: fc.constantFrom(-Infinity, -1.5, -1, 0, 5e-324, 1, Infinity),
    }
    const value = fc.oneof(values[type], small[type] ?? values[type])
    fc.assert(
      fc.property(value, value, (a, b) => {
        const byBytes = Math.sign(compareBytes(encodeTerm(type, a), encodeTerm(type, b)))
        expect(byBytes).toBe(Math.sign(compareTyped(type, a, b)))
      }),
    )
  })
})

test('the extremes are exact', () => {
  for (const value of [-(2n ** 63n), 2n ** 63n - 1n]) {
    expect(decodeTerm('i64', encodeTerm('i64', value))).toBe(value)
  }
  expect(decodeTerm('u64', encodeTerm('u64', 2n ** 64n - 1n))).toBe(2n ** 64n - 1n)
})

test('dates are terms to the second, rounded down, also before 1970', () => {
  const term = (value: number | bigint) => decodeTerm('date', encodeTerm('date', value))
  expect(term(1_700_000_000_999)).toBe(1_700_000_000_000)
  expect(term(1_700_000_000_999_999_999n)).toBe(1_700_000_000_000)
  expect(term(-1)).toBe(-1000)
  expect(term(-1n)).toBe(-1000)
})

test('comparing dates sees the nanoseconds that terms do not', () => {
  expect(compareTyped('date', 1_700_000_000_000, 1_700_000_000_000_000_001n)).toBe(-1)
})

test('both zeros are one term', () => {
  expect(encodeTerm('f64', -0)).toEqual(encodeTerm('f64', 0))
})

test('a value of another type is a bug, a term of another length is corrupt', () => {
  expect(() => encodeTerm('i64', 'x')).toThrow('a value is not of its type type=i64')
  expect(() => decodeTerm('u64', new Uint8Array(7))).toThrow('wrong length type=u64 length=7')
})

test('truncateDate rounds down to the precision for any instant', () => {
  const nanos = fc.bigInt(-(2n ** 62n), 2n ** 62n)
  const precision = fc.constantFrom(1, 1000, 1_000_000, 1_000_000_000)
  fc.assert(
    fc.property(nanos, precision, (value, step) => {
      const size = BigInt(step)
      const floor = value - (((value % size) + size) % size)
      expect(truncateDate(dateFromNanos(value), step)).toBe(dateFromNanos(floor))
    }),
  )
})
