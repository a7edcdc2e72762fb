import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GAMMA, logCells, RELATIVE_ERROR } from './log-cells.ts'

const magnitude = fc.double({ min: 2 ** -1022, noNaN: true, noDefaultInfinity: true })

test('the middle of its cell is within the error of every number', () => {
  fc.assert(
    fc.property(magnitude, (value) => {
      const [cell = NaN] = logCells(Float64Array.of(value))
      const middle = (2 / (GAMMA + 1)) * GAMMA ** cell
      // Beyond the largest double there is no middle.
      fc.pre(Number.isFinite(middle))
      expect(Math.abs(middle - value) / value).toBeLessThan(RELATIVE_ERROR + 1e-9)
    }),
    { numRuns: 2_000 },
  )
})

test('cells ascend with the numbers', () => {
  fc.assert(
    fc.property(fc.array(magnitude, { minLength: 2 }), (values) => {
      const sorted = Float64Array.from(values).sort()
      const cells = logCells(sorted)
      expect([...cells]).toEqual([...cells].toSorted((a, b) => a - b))
    }),
  )
})

test('numbers too small for their own bits share the cell of the smallest that is not', () => {
  const cells = logCells(Float64Array.of(5e-324, 2 ** -1030, 2 ** -1022))
  expect(new Set(cells).size).toBe(1)
})
