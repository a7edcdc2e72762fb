import { describe, expect, test } from 'vitest'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { columnInput, newColumnAccumulator } from './column-accumulator.ts'
import type { ColumnInput } from './column.ts'

/** Values by document. */
function accumulated(
  type: ValueType,
  docs: readonly (readonly TypedValue[])[],
  precisionNs = 1,
): ColumnInput {
  const accumulator = newColumnAccumulator(type, { normalizer: 'lowercase', precisionNs })
  docs.forEach((values, doc) => values.forEach((value) => accumulator.add(doc, value)))
  return columnInput(accumulator.collected(docs.length))
}

describe('which document has which value', () => {
  test('goes without saying while every document has exactly one', () => {
    expect(accumulated('u64', [[7], [8]]).docs).toBeUndefined()
  })

  test.each([
    ['a document without value', [[7], [], [8]], [0, 2]],
    ['a document with two', [[7], [8, 9]], [0, 1, 1]],
    ['nothing at the end', [[7], []], [0]],
  ])('is written down from %s on', (_, docs, expected) => {
    expect([...(accumulated('u64', docs).docs ?? [])]).toEqual(expected)
  })
})

describe('values', () => {
  test('are doubles while those are exact, and 64-bit integers from the first that is not', () => {
    expect(accumulated('u64', [[1], [2]])).toMatchObject({ values: { kind: 'numbers' } })
    expect(accumulated('u64', [[1], [2n ** 60n]])).toMatchObject({
      values: { kind: 'bigints', values: BigUint64Array.of(1n, 2n ** 60n) },
    })
  })

  test('of dates are cut down to the precision, in milliseconds and in nanoseconds', () => {
    expect(accumulated('date', [[1999], [-1]], 1e9)).toMatchObject({
      values: { kind: 'numbers', values: Float64Array.of(1000, -1000) },
    })
    expect(accumulated('date', [[1_999_999_999n]], 1e9)).toMatchObject({
      values: { kind: 'bigints', values: BigInt64Array.of(1_000_000_000n) },
    })
  })

  test('of bools are zero and one', () => {
    expect(accumulated('bool', [[true], [false]])).toMatchObject({
      values: { values: Float64Array.of(1, 0) },
    })
  })

  test('of texts are numbered in order after the normalizer', () => {
    const input = accumulated('str', [['Pear'], ['apple'], ['PEAR']])
    if (input.kind !== 'ordinal') throw new Error(`a ${input.kind} column`)
    const names = [0, 1].map((ordinal) => Buffer.from(input.termAt(ordinal)).toString())
    expect([input.termCount, names, [...input.ordinals]]).toEqual([2, ['apple', 'pear'], [1, 0, 1]])
  })
})
