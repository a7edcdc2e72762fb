import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FloatColumn, IntColumn } from '../split/column.ts'
import {
  exactValue,
  keyInterval,
  numberKeys,
  type NumberKeys,
  type ValueBound,
} from './number-keys.ts'

const MAX_I64 = 2n ** 63n - 1n

function intColumn(values: readonly bigint[]): IntColumn {
  const base = values.reduce((least, value) => (value < least ? value : least))
  const most = values.reduce((high, value) => (value > high ? value : high))
  const isWide = most - base >= 2n ** 53n
  const stored = values.map((value) => value - base)
  return {
    kind: 'int',
    type: 'i64',
    docCount: values.length,
    valueCount: values.length,
    starts: undefined,
    base,
    step: 1n,
    min: base,
    max: most,
    values: isWide ? new Float64Array(0) : Float64Array.from(stored, Number),
    wide: isWide ? BigUint64Array.from(stored) : undefined,
    blockMins: Float64Array.of(0),
    blockMaxs: Float64Array.of(Number(most - base)),
  }
}

function floatColumn(values: readonly number[]): FloatColumn {
  const bounds = {
    blockMins: Float64Array.of(Math.min(...values)),
    blockMaxs: Float64Array.of(Math.max(...values)),
  }
  const shape = { docCount: values.length, valueCount: values.length, starts: undefined }
  return {
    kind: 'float',
    type: 'f64',
    ...shape,
    min: undefined,
    max: undefined,
    values: Float64Array.from(values),
    divisor: undefined,
    ...bounds,
  }
}

function within(
  value: bigint | number,
  lower: ValueBound | undefined,
  upper: ValueBound | undefined,
): boolean {
  const isAbove =
    lower === undefined || (lower.inclusive ? value >= lower.value : value > lower.value)
  const isBelow =
    upper === undefined || (upper.inclusive ? value <= upper.value : value < upper.value)
  return isAbove && isBelow
}

/** Whether the interval holds exactly the keys whose values are within the bounds. */
function holdsExactly(
  column: NumberKeys,
  lower: ValueBound | undefined,
  upper: ValueBound | undefined,
): boolean {
  const interval = keyInterval(column, lower, upper)
  return [...column.keys].every((key) => {
    const isIn = interval !== undefined && key >= interval.low && key <= interval.high
    return isIn === within(exactValue(column, key), lower, upper)
  })
}

const edge = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
  fc.bigInt({ min: -20n, max: 20n }),
  fc.constantFrom(-(2n ** 63n), MAX_I64, 2n ** 53n, 2n ** 53n + 1n),
)
const bound = fc.option(
  fc.record({
    value: fc.oneof<fc.Arbitrary<bigint | number>[]>(
      edge,
      fc.double({ noNaN: true }),
      fc.integer({ min: -40, max: 40 }).map((n) => n / 4),
    ),
    inclusive: fc.boolean(),
  }),
  { nil: undefined },
)

test('an interval of keys holds exactly the 64-bit integers within the bounds', () => {
  const integer = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: MAX_I64 }),
    fc.bigInt({ min: -20n, max: 20n }),
  )
  fc.assert(
    fc.property(
      fc.array(integer, { minLength: 1, maxLength: 20 }),
      bound,
      bound,
      (values, lower, upper) => {
        expect(holdsExactly(numberKeys(intColumn(values)), lower, upper)).toBe(true)
      },
    ),
  )
})

test('an interval of keys holds exactly the doubles within the bounds', () => {
  const double = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -40, max: 40 }).map((n) => n / 4),
  )
  fc.assert(
    fc.property(
      fc.array(double, { minLength: 1, maxLength: 20 }),
      bound,
      bound,
      (values, lower, upper) => {
        expect(holdsExactly(numberKeys(floatColumn(values)), lower, upper)).toBe(true)
      },
    ),
  )
})

test('keys give their values back, however far apart these are', () => {
  const values = [-(2n ** 63n), -1n, 0n, MAX_I64 - 1n, MAX_I64]
  const column = numberKeys(intColumn(values))
  expect([...column.keys].map((key) => exactValue(column, key))).toEqual(values)
})
