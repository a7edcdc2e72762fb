import { expect, test } from 'vitest'
import { compareReports, readReport } from '../../bench/compare.ts'
import type { BenchReport, BenchRow, Machine } from '../../bench/report.ts'

const MACHINE: Machine = {
  cpuModel: 'Some CPU',
  cores: 2,
  memoryBytes: 8e9,
  platform: 'linux x64',
  niceness: 0,
  load: [0, 0],
}

function report(rows: readonly BenchRow[], machine: Partial<Machine> = {}): BenchReport {
  return {
    takenAt: '2026-01-01T00:00:00.000Z',
    versions: { qwLambda: '1.0.0', node: '24.0.0', v8: '13' },
    commit: null,
    machine: { ...MACHINE, ...machine },
    sections: [{ title: 'searches', rows }],
    peers: [],
  }
}

function row(id: string, spread: readonly [number, number, number], more: Partial<BenchRow> = {}) {
  const [min, value, max] = spread
  return { id, measure: id, unit: 'ms', value, min, max, runs: 3, ...more } as BenchRow
}

const verdicts = (old: BenchReport, fresh: BenchReport) =>
  compareReports(old, fresh).rows.map(({ ratio, verdict }) => ({ ratio, verdict }))

test('what moved by more than the spread is better or worse; what did not is neither', () => {
  const old = report([row('a', [9, 10, 11]), row('b', [9, 10, 11]), row('c', [9, 10, 11])])
  const fresh = report([row('a', [4, 5, 6]), row('b', [11, 12, 13]), row('c', [12, 20, 30])])
  expect(verdicts(old, fresh)).toEqual([
    { ratio: 0.5, verdict: 'better' },
    { ratio: 1.2, verdict: 'within the spread' },
    { ratio: 2, verdict: 'worse' },
  ])
})

test('where more is better, more is better', () => {
  const speed = { unit: 'x', better: 'more' } as const
  const old = report([row('a', [2, 2, 2], speed)])
  expect(verdicts(old, report([row('a', [3, 3, 3], speed)]))[0]?.verdict).toBe('better')
  expect(verdicts(old, report([row('a', [1, 1, 1], speed)]))[0]?.verdict).toBe('worse')
})

test('one run of a clock tells nothing, one count does', () => {
  const once = (unit: BenchRow['unit'], value: number) =>
    report([row('a', [value, value, value], { unit, runs: 1 })])
  expect(verdicts(once('s', 10), once('s', 5))[0]?.verdict).toBe('unknown')
  expect(verdicts(once('requests', 4), once('requests', 5))[0]?.verdict).toBe('worse')
  expect(verdicts(once('requests', 4), once('requests', 4))[0]?.verdict).toBe('within the spread')
})

test('another machine or another Node is said, and gets no verdict', () => {
  const rows = [row('a', [9, 10, 11])]
  const old = report(rows)
  const elsewhere = report([row('a', [1, 2, 3])], { cores: 8 })
  expect(verdicts(old, elsewhere)[0]?.verdict).toBe('unknown')
  expect(compareReports(old, elsewhere).otherMachine.join()).toContain('2 × Some CPU')
  const otherNode = { ...old, versions: { ...old.versions, node: '20.0.0' } }
  expect(compareReports(old, otherNode).otherMachine.join()).toContain('24.0.0 before, 20.0.0 here')
  // Load is another matter: it is shown, and the spread has it.
  expect(compareReports(old, report(rows, { load: [9, 9] })).otherMachine).toEqual([])
})

test('what was measured in one of both alone is named', () => {
  const { gone, added } = compareReports(
    report([row('a', [1, 1, 1]), row('b', [1, 1, 1])]),
    report([row('b', [1, 1, 1]), row('c', [1, 1, 1])]),
  )
  expect([gone.map(({ id }) => id), added.map(({ id }) => id)]).toEqual([['a'], ['c']])
})

test('a file that is no result is refused by name', () => {
  expect(() => readReport('package.json')).toThrow('package.json is no result of')
})
