import { readFileSync } from 'node:fs'
import { formatted } from './measure.ts'
import { commitName, machineName } from './print-report.ts'
import { alignedLines } from './text-table.ts'
import type { BenchReport, BenchRow, Unit } from './report.ts'

/** What a clock did not measure is the same in every run: any change of it is one. */
const COUNTED: ReadonlySet<Unit> = new Set(['requests', 'rounds', 'kB', 'bytes/doc', 'USD'])

/** `unknown`: other machines, or a time that was taken once. */
type Verdict = 'better' | 'worse' | 'within the spread' | 'unknown'

interface ComparedRow {
  readonly before: BenchRow
  readonly after: BenchRow
  /** New by old. */
  readonly ratio: number
  readonly verdict: Verdict
}

export interface Comparison {
  /** What differs between the machines; none: they can be compared. */
  readonly otherMachine: readonly string[]
  readonly rows: readonly ComparedRow[]
  /** Measured in one of both alone. */
  readonly gone: readonly BenchRow[]
  readonly added: readonly BenchRow[]
}

export function readReport(path: string): BenchReport {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Partial<BenchReport> | null
  if (!Array.isArray(report?.sections) || report.machine === undefined) {
    throw new Error(`${path} is no result of \`npm run bench -- --json <file>\``)
  }
  return report as BenchReport
}

export function compareReports(old: BenchReport, fresh: BenchReport): Comparison {
  const otherMachine = machineDifferences(old, fresh)
  const before = new Map(rowsOf(old).map((row) => [row.id, row]))
  const after = rowsOf(fresh)
  const ids = new Set(after.map(({ id }) => id))
  return {
    otherMachine,
    rows: after.flatMap((row) => {
      const was = before.get(row.id)
      if (was === undefined) return []
      const verdict = otherMachine.length > 0 ? 'unknown' : verdictOn(was, row)
      return [{ before: was, after: row, ratio: row.value / was.value, verdict }]
    }),
    gone: [...before.values()].filter(({ id }) => !ids.has(id)),
    added: after.filter(({ id }) => !before.has(id)),
  }
}

function rowsOf({ sections }: BenchReport): BenchRow[] {
  return sections.flatMap(({ rows }) => rows)
}

function machineDifferences(old: BenchReport, fresh: BenchReport): string[] {
  const [was, is] = [machineName(old.machine), machineName(fresh.machine)]
  const [wasNode, isNode] = [old.versions.node, fresh.versions.node]
  return [
    ...(was === is ? [] : [`${was} before, ${is} here`]),
    ...(wasNode === isNode ? [] : [`Node ${wasNode} before, ${isNode} here`]),
  ]
}

/** Moved is what has no value in common with before: the spreads do not touch. */
function verdictOn(before: BenchRow, after: BenchRow): Verdict {
  if (!COUNTED.has(after.unit) && Math.min(before.runs, after.runs) === 1) return 'unknown'
  const isLess = after.max < before.min
  const isMore = after.min > before.max
  if (!isLess && !isMore) return 'within the spread'
  return isMore === (after.better === 'more') ? 'better' : 'worse'
}

const HEADER = ['measure', 'before', 'here', 'ratio', '']

export function printComparison(old: BenchReport, comparison: Comparison, load: number): void {
  const { rows, otherMachine, gone, added } = comparison
  const commit = old.commit === null ? 'an unknown commit' : commitName(old.commit)
  console.log(`\nAgainst ${commit}, ${old.takenAt}; load ${old.machine.load[1]} then, ${load} here`)
  if (otherMachine.length > 0) {
    console.log(`  Not the same machine, so no verdict: ${otherMachine.join('; ')}`)
  }
  const lines = rows.map(({ before, after, ratio, verdict }) => [
    after.measure,
    formatted(before.value, before.unit),
    formatted(after.value, after.unit),
    `${ratio.toFixed(2)}`,
    verdict === 'unknown' ? '' : verdict,
  ])
  console.log(alignedLines([HEADER, ...lines]).join('\n'))
  const names = (some: readonly BenchRow[]): string => some.map(({ id }) => id).join(', ')
  if (gone.length > 0) console.log(`  Not measured here: ${names(gone)}`)
  if (added.length > 0) console.log(`  Not measured before: ${names(added)}`)
}
