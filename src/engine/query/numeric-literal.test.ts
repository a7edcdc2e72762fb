import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  boundAmong,
  numericReadings,
  parseNumericLiteral,
  type NumericType,
} from './numeric-literal.ts'

type Reading = ReturnType<typeof numericReadings>[number]
const i64 = (value: number | bigint): Reading => ({ type: 'i64', value })
const u64 = (value: number | bigint): Reading => ({ type: 'u64', value })
const f64 = (value: number): Reading => ({ type: 'f64', value })

describe('bounds among the values of a type', () => {
  const literal = fc.oneof(
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)),
  )
  const values: Record<NumericType, fc.Arbitrary<bigint | number>> = {
    i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    f64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }

  test.each(['i64', 'u64', 'f64'] as const)('keep every %s value on its side', (type) => {
    const near = fc.tuple(literal, fc.integer({ min: -2, max: 2 })).map(([base, offset]) => {
      if (type === 'f64') return Number(base) * (1 + offset * Number.EPSILON)
      const whole = typeof base === 'bigint' ? base : BigInt(Math.round(base))
      return type === 'i64' ? BigInt.asIntN(64, whole + BigInt(offset)) : BigInt.asUintN(64, whole)
    })
    const sides = fc.constantFrom('lower' as const, 'upper' as const)
    const value = fc
      .oneof(values[type], near)
      .filter((v) => typeof v === 'bigint' || Number.isFinite(v))
    fc.assert(
      fc.property(literal, fc.boolean(), sides, value, (bound, inclusive, side, candidate) => {
        // JavaScript compares bigint and number exactly, which is the reference.
        const isIn = (edge: bigint | number, withEdge: boolean): boolean =>
          (side === 'lower' ? candidate > edge : candidate < edge) ||
          (withEdge && candidate == edge)
        const typed = boundAmong(type, side, { value: bound, inclusive })
        const actual =
          typed.kind === 'bound'
            ? isIn(typed.value as bigint | number, typed.inclusive) // numeric types hold numbers
            : typed.kind === 'all'
        expect(actual).toBe(isIn(bound, inclusive))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the types that a number of a json path may have', () => {
  test.each<[string, ReturnType<typeof numericReadings>]>([
    ['5', [i64(5), u64(5), f64(5)]],
    ['-5', [i64(-5), f64(-5)]],
    ['-0', [i64(0), u64(0), f64(0)]],
    ['1.0', [i64(1), u64(1), f64(1)]],
    ['1e3', [i64(1000), u64(1000), f64(1000)]],
    ['9223372036854775807', [i64(9223372036854775807n), u64(9223372036854775807n)]],
    ['9223372036854775808', [u64(9223372036854775808n), f64(9223372036854775808)]],
    ['18446744073709551616', [f64(18446744073709551616)]],
    ['0.5', [f64(0.5)]],
  ])('%s', (text, readings) => {
    const literal = parseNumericLiteral(text)
    if (literal === undefined) throw new Error('no number')
    expect(numericReadings(literal)).toEqual(readings)
  })

  test('a whole number of hundreds of digits is no error', () => {
    expect(numericReadings(10n ** 399n)).toHaveLength(1)
  })

  test.each(['', '.', 'e5', '0x10', '1_000', 'NaN', 'Infinity', '1e999', ' 1', '9'.repeat(500)])(
    '%j is no number',
    (text) => {
      expect(parseNumericLiteral(text)).toBeUndefined()
    },
  )
})
