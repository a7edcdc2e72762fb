import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LATEST, renderBenchmarks } from '../../bench/benchmarks-doc.ts'
import { readReport } from '../../bench/compare.ts'
import type { BenchReport } from '../../bench/report.ts'

const root = join(import.meta.dirname, '..', '..')

const once = (value: number) => ({ value, min: value, max: value, runs: 1 })

const REPORT: BenchReport = {
  takenAt: '2026-01-02T03:04:05.000Z',
  versions: { qwLambda: '1.0.0', node: '24.0.0', v8: '13' },
  commit: { id: '0123456789abcdef', dirty: true },
  machine: {
    cpuModel: 'Some CPU',
    cores: 2,
    memoryBytes: 8e9,
    platform: 'linux x64',
    niceness: 0,
    load: [0.1, 0.5],
  },
  sections: [
    {
      title: 'Searching',
      rows: [
        { id: 'term', measure: 'a term', unit: 'ms', ...once(2), must: 4, aim: 1 },
        { id: 'phrase', measure: 'a phrase', unit: 'ms', ...once(50), must: 40, aim: 15 },
      ],
    },
  ],
  peers: [],
}

test('docs/BENCHMARKS.md is what the kept result makes of it, and nothing by hand', () => {
  const document = readFileSync(join(root, 'docs', 'BENCHMARKS.md'), 'utf8')
  expect(document).toBe(renderBenchmarks(readReport(join(root, LATEST))))
})

test('the document says which program on which machine, and what falls short first', () => {
  const text = renderBenchmarks(REPORT)
  expect(text).toContain('on 2026-01-02: qw-lambda 1.0.0 at 0123456789 with changes, Node 24.0.0')
  expect(text).toContain('2 × Some CPU · 8 GB · linux x64')
  expect(text).toContain(
    '1 of 2 rows with bounds are short of must:\n- Searching: a phrase (50 ms)\n',
  )
  expect(text).toMatch(/\| a phrase \|.*\| must \|\n\| a term \|.*\| aim \|/)
  expect(text).not.toContain('Other programs took')
})

test('the load of the benchmark itself is none of others, and what others took is said', () => {
  const machine = { ...REPORT.machine, niceness: -10, load: [0.1, 2.1] as const }
  const quiet = renderBenchmarks({ ...REPORT, machine: { ...machine, othersCores: 0.02 } })
  expect(quiet).toContain('was 0.1 before and 2.1 after, the niceness of the benchmark -10.\n')
  const busy = renderBenchmarks({ ...REPORT, machine: { ...machine, othersCores: 1.24 } })
  expect(busy).toContain('of the benchmark -10. **Other programs took 1.2 of 2 cores meanwhile')
})

test('other programs have columns where they were run, and are named where they were not', () => {
  const text = renderBenchmarks({
    ...REPORT,
    peers: [
      {
        name: 'Quick',
        version: '0.9',
        manner: 'its own clock',
        rows: [{ id: 'term', ...once(9) }],
      },
      { name: 'Gone', absent: 'install it', rows: [] },
    ],
  })
  expect(text).toContain('| falls short | Quick 0.9 |')
  expect(text).toMatch(/\| a term \|.*\| 9 ms \|/)
  expect(text).toMatch(/\| a phrase \|.*\| - \|/)
  expect(text).toContain('- Quick 0.9: its own clock\n- Gone: not here: install it')
  expect(renderBenchmarks(REPORT)).toContain('None was asked in this run')
})

test('rows in which another program is ahead come first, in bold, and are counted and named', () => {
  const peers = [
    { name: 'Quick', rows: [{ id: 'term', ...once(1) }] },
    { name: 'Slow', rows: [{ id: 'term', ...once(3) }] },
  ]
  const text = renderBenchmarks({ ...REPORT, peers })
  expect(text).toContain(
    'In 1 of 1 rows beside other programs one of them is ahead:\n- Searching: a term: Quick 1 ms, here 2 ms\n',
  )
  expect(text).toMatch(/\| a term \|.*\| \*\*1 ms\*\* \| 3 ms \|\n\| a phrase \|/)
})
