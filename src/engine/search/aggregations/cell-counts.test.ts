import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NumberKeys } from '../number-keys.ts'
import { cellTable, LogCellCounts, TabledCellCounts } from './cell-counts.ts'

interface Numbers {
  readonly scale: NumberKeys['scale']
  /** Those of the column, as many as there are. */
  readonly keys: Float64Array
  readonly values: Float64Array
}

function columnOf({ scale, keys }: Pick<Numbers, 'scale' | 'keys'>): NumberKeys {
  return {
    type: scale.kind === 'float' ? 'f64' : 'i64',
    docCount: keys.length,
    valueCount: keys.length,
    starts: undefined,
    keys,
    blockMins: Float64Array.of(Math.min(...keys)),
    blockMaxs: Float64Array.of(Math.max(...keys)),
    scale,
  }
}

/** Decimals around any whole number, in a column with more values than the table has places. */
const decimals = fc
  .record({
    divisor: fc.constantFrom(1, 10, 100, 1e6, 1e10),
    first: fc.oneof(fc.integer({ min: -600, max: 20 }), fc.integer({ min: -1e12, max: 1e12 })),
    steps: fc.array(fc.nat(500), { minLength: 1 }),
  })
  .map(({ divisor, first, steps }): Numbers => {
    const padded = Array.from({ length: 600 }, (_, at) => steps[at % steps.length] ?? 0)
    const keys = Float64Array.from(padded, (step) => (first + step) / divisor)
    return { scale: { kind: 'float', divisor }, keys, values: keys }
  })

const integers = fc
  .record({
    base: fc.oneof(fc.integer({ min: -900, max: 20 }), fc.integer({ min: -1e11, max: 1e11 })),
    step: fc.constantFrom(1, 3, 1000),
    steps: fc.array(fc.nat(300), { minLength: 1 }),
  })
  .map(({ base, step, steps }): Numbers => {
    const keys = Float64Array.from({ length: 600 }, (_, at) => steps[at % steps.length] ?? 0)
    const scale = { kind: 'scaled', base: BigInt(base), step: BigInt(step) } as const
    return { scale, keys, values: keys.map((key) => base + step * key) }
  })

test('a table counts the values of a column as their logarithms do', () => {
  fc.assert(
    fc.property(fc.oneof(decimals, integers), ({ scale, keys, values }) => {
      const table = cellTable(columnOf({ scale, keys }))
      if (table === undefined) throw new Error('no table')
      const [tabled, plain] = [new TabledCellCounts(table), new LogCellCounts()]
      for (const counts of [tabled, plain]) {
        counts.add(values, 0, 100)
        counts.add(values, 50, values.length)
      }
      expect(tabled.sketch()).toEqual(plain.sketch())
    }),
  )
})

test.each<[string, Pick<Numbers, 'scale' | 'keys'>]>([
  ['any doubles', { scale: { kind: 'float', divisor: undefined }, keys: Float64Array.of(1, 2) }],
  [
    'more places than values',
    { scale: { kind: 'float', divisor: 100 }, keys: Float64Array.of(1, 2) },
  ],
  ['no values', { scale: { kind: 'float', divisor: 1 }, keys: new Float64Array(0) }],
  [
    'times in nanoseconds',
    { scale: { kind: 'scaled', base: 10n ** 18n, step: 1n }, keys: Float64Array.of(0, 1) },
  ],
])('there is no table of %s', (_, column) => {
  expect(cellTable(columnOf(column))).toBeUndefined()
})
