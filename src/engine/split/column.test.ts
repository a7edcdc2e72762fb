import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { columnInput, newColumnAccumulator } from './column-accumulator.ts'
import {
  COLUMN_BLOCK_VALUES,
  decodeColumn,
  encodeColumn,
  type Column,
  type IntColumn,
} from './column.ts'

const plain = { normalizer: 'raw', precisionNs: 1 } as const

async function written(
  type: ValueType,
  docs: readonly (readonly TypedValue[])[],
  options: { normalizer: 'raw' | 'lowercase'; precisionNs: number } = plain,
): Promise<{ column: Column; sizeBytes: number; bounds: unknown }> {
  const accumulator = newColumnAccumulator(type, options)
  docs.forEach((values, doc) => values.forEach((value) => accumulator.add(doc, value)))
  const { sealed, valueCount, bounds } = await encodeColumn(
    columnInput(accumulator.collected(docs.length)),
    new SealingQueue(),
  )
  const info = { type, start: 0, end: sealed.length, docCount: docs.length, valueCount }
  return { column: decodeColumn(sealed, info), sizeBytes: sealed.length, bounds }
}

function integersOf(column: Column): bigint[] {
  if (column.kind !== 'int') throw new Error(`a ${column.kind} column`)
  const { base, step, values, wide, valueCount } = column
  return Array.from(
    { length: valueCount },
    (_, i) => base + step * (wide?.[i] ?? BigInt(values[i]!)),
  )
}

describe('an integer column', () => {
  test('keeps all of i64 exactly, with its bounds', async () => {
    const min = -(2n ** 63n)
    const max = 2n ** 63n - 1n
    const { column, bounds } = await written('i64', [[min], [0], [max], [2 ** 53 - 1]])
    expect(integersOf(column)).toEqual([min, 0n, max, 2n ** 53n - 1n])
    expect(column).toMatchObject({ min, max })
    expect(bounds).toEqual({ min, max })
    expect((column as IntColumn).wide).toBeDefined()
  })

  test('has bounds per block that hold the values of the block', async () => {
    const docs = Array.from({ length: COLUMN_BLOCK_VALUES * 2 + 5 }, (_, i) => [
      (i * 7919) % 10_007,
    ])
    const { column } = await written('u64', docs)
    const { base, step, blockMins, blockMaxs } = column as IntColumn
    expect(blockMins).toHaveLength(3)
    docs.forEach(([value], i) => {
      const stored = Number((BigInt(value!) - base) / step)
      const block = Math.floor(i / COLUMN_BLOCK_VALUES)
      expect(stored >= blockMins[block]! && stored <= blockMaxs[block]!).toBe(true)
    })
  })

  test('of sequential milliseconds costs next to nothing', async () => {
    const docs = Array.from({ length: 50_000 }, (_, i) => [1_763_877_600_000 + i])
    const { column, sizeBytes, bounds } = await written('date', docs)
    expect(sizeBytes).toBeLessThan(500)
    expect(integersOf(column).at(-1)).toBe(1_763_877_649_999_000_000n)
    expect(bounds).toEqual({ min: 1_763_877_600_000, max: 1_763_877_649_999 })
  })

  test('of dates is cut to the precision, downwards', async () => {
    const { column } = await written('date', [[1999], [-1], [1_500_000_001n]], {
      normalizer: 'raw',
      precisionNs: 1e9,
    })
    expect(integersOf(column)).toEqual([1_000_000_000n, -1_000_000_000n, 1_000_000_000n])
  })

  test('of nanoseconds far apart comes back exactly', async () => {
    const instants = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
      minLength: 1,
      maxLength: 20,
    })
    await fc.assert(
      fc.asyncProperty(instants, async (values) => {
        const { column } = await written(
          'date',
          values.map((value) => [value]),
        )
        expect(integersOf(column)).toEqual(values)
      }),
    )
  })
})

describe('a float column', () => {
  test('keeps every double bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true })), async (values) => {
        const { column } = await written(
          'f64',
          values.map((value) => [value]),
        )
        expect([...column.values]).toEqual(values)
      }),
    )
  })

  test('of prices takes the bits that the cents need', async () => {
    const docs = Array.from({ length: 10_000 }, (_, i) => [(100 + ((i * 7919) % 9900)) / 100])
    const { column, sizeBytes } = await written('f64', docs)
    expect([...column.values]).toEqual(docs.flat())
    expect(sizeBytes).toBeLessThan((10_000 * 14) / 8 + 100)
  })
})

describe('a text column', () => {
  test('orders its values and finds them', async () => {
    const { column } = await written('str', [['b'], ['A', 'c'], [], ['b']], {
      normalizer: 'lowercase',
      precisionNs: 1,
    })
    if (column.kind !== 'ordinal') throw new Error(`a ${column.kind} column`)
    expect([...column.values]).toEqual([1, 0, 2, 1])
    expect([...(column.starts ?? [])]).toEqual([0, 1, 3, 3, 4])
    const { dictionary } = column
    expect([0, 1, 2].map((ordinal) => dictionary.text(ordinal))).toEqual(['a', 'b', 'c'])
    expect(dictionary.find(Buffer.from('b'))).toEqual({ ordinal: 1, found: true })
    expect(dictionary.find(Buffer.from('bb'))).toEqual({ ordinal: 2, found: false })
    expect(dictionary.find(Buffer.from('z'))).toEqual({ ordinal: 3, found: false })
  })

  test('finds every one of many values', async () => {
    const { column } = await written(
      'str',
      Array.from({ length: 5000 }, (_, i) => [`user-${i}`]),
    )
    if (column.kind !== 'ordinal') throw new Error(`a ${column.kind} column`)
    for (let ordinal = 0; ordinal < 5000; ordinal += 61) {
      expect(column.dictionary.find(column.dictionary.term(ordinal))).toEqual({
        ordinal,
        found: true,
      })
    }
  })
})
