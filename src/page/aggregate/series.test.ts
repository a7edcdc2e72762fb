import { expect, test } from 'vitest'
import { chosenNumber, plotChoices, timePlot } from './series.ts'
import { FIRST_SPEC } from './spec.ts'

const row = (group: number, count: number, numbers: number[] = [], series?: string) => ({
  group,
  series,
  count,
  numbers,
})

test('each series is a line, the largest first, nought where it is not', () => {
  const rows = [row(1, 5, [], 'a'), row(1, 7, [], 'b'), row(2, 9, [], 'b')]
  const spec = { ...FIRST_SPEC, group: 'time', by: 'level' } as const
  expect(timePlot(rows, spec, { columns: [], choice: 'count' })).toEqual({
    times: [1, 2],
    lines: [
      { name: 'b', numbers: [7, 9] },
      { name: 'a', numbers: [5, 0] },
    ],
  })
})

test('percentiles are a line each, with a gap where there is none', () => {
  const spec = { ...FIRST_SPEC, group: 'time', measure: 'percentiles', of: 'ms' } as const
  const rows = [row(2, 1, [3, 4]), row(1, 1, [1, Number.NaN])]
  expect(timePlot(rows, spec, { columns: ['p50', 'p99'], choice: 'p50' })).toEqual({
    times: [1, 2],
    lines: [
      { name: 'p50', numbers: [1, 3] },
      { name: 'p99', numbers: [null, 4] },
    ],
  })
})

test('a sum is drawn alone', () => {
  const spec = { ...FIRST_SPEC, group: 'time', measure: 'stats', of: 'ms' } as const
  const columns = ['min', 'avg', 'max', 'sum']
  const rows = [row(1, 1, [1, 2, 3, 4])]
  const names = (choice: string) =>
    timePlot(rows, spec, { columns, choice }).lines.map(({ name }) => name)
  expect(names('sum')).toEqual(['sum'])
  expect(names('avg')).toEqual(['min', 'avg', 'max'])
  expect(names('count')).toEqual(['count'])
})

test('of a row any of its numbers can be chosen', () => {
  expect(plotChoices(['p50'])).toEqual(['count', 'p50'])
  expect(chosenNumber(row(1, 5, [2]), 'p50', ['p50'])).toBe(2)
  expect(chosenNumber(row(1, 5, [2]), 'count', ['p50'])).toBe(5)
  expect(chosenNumber(row(1, 5, []), 'gone', ['p50'])).toBeNaN()
})
