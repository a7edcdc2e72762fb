import { expect, test } from 'vitest'
import { ratiosOf, type Pair } from '../../bench/against.ts'
import type { BenchRow, PartResult } from '../../bench/report.ts'

function result(...rows: readonly Partial<BenchRow>[]): PartResult {
  const row = {
    id: 'a',
    measure: 'a search',
    unit: 'ms',
    value: 9,
    min: 9,
    max: 9,
    runs: 3,
  } as const
  return { sections: [{ title: 'searches', rows: rows.map((more) => ({ ...row, ...more })) }] }
}

/** One row of so much least work there and here, a turn each. */
function turns(...works: readonly (readonly [there: number, here: number])[]): Pair[] {
  return works.map(([there, here]) => ({
    there: result({ cpuMin: there }),
    here: result({ cpuMin: here }),
  }))
}

test('a ratio is that of the least work of each turn, with its spread', () => {
  const [row] = ratiosOf(turns([10, 5], [10, 8], [10, 20]))
  expect(row).toMatchObject({ of: 'least CPU', ratio: { value: 0.8, min: 0.5, max: 2 } })
})

test('a verdict needs six turns that all say the same', () => {
  const verdict = (...works: readonly (readonly [number, number])[]) =>
    ratiosOf(turns(...works))[0]?.verdict
  const faster = Array<readonly [number, number]>(5).fill([10, 9])
  expect(verdict(...faster)).toBeUndefined()
  expect(verdict(...faster, [10, 9])).toBe('better')
  expect(verdict(...faster, [10, 11])).toBeUndefined()
  expect(verdict(...Array<readonly [number, number]>(6).fill([9, 10]))).toBe('worse')
})

test('rows that tell no work are compared by their values, and more may be better', () => {
  const speed = { unit: 'x', better: 'more' } as const
  const pair = { there: result({ ...speed, value: 2 }), here: result({ ...speed, value: 4 }) }
  const [row] = ratiosOf(Array<Pair>(6).fill(pair))
  expect(row).toMatchObject({ of: 'value', ratio: { value: 2 }, verdict: 'better' })
})

test('a row that one checkout alone has is left out', () => {
  const pair = { there: result({ id: 'a' }), here: result({ id: 'a' }, { id: 'b' }) }
  expect(ratiosOf([pair]).map(({ here }) => here.id)).toEqual(['a'])
})
