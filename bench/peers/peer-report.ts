import { digits, sampleOf } from '../measure.ts'
import type { BenchRow, BenchSection, PeerReport, PeerRow, Sample } from '../report.ts'
import { datasetName, indexingRowId, searchRowId } from '../row-ids.ts'
import { alignedLines } from '../text-table.ts'
import type { Indexing, Peer } from './peer.ts'
import type { AskedSet } from './peer-sets.ts'
import type { NamedPeer, Outcome, SetOutcome, SideBySide } from './side-by-side.ts'

/** One set of documents in several programs, this one first. */
export interface SetTable extends SideBySide {
  readonly set: AskedSet
}

/** A row of the table, without its figures. */
type Measure = Pick<BenchRow, 'id' | 'measure' | 'unit' | 'dataset'>

const INDEXING: readonly (Pick<BenchRow, 'measure' | 'unit'> & {
  readonly id: string
  readonly value: (indexing: Indexing) => number | undefined
})[] = [
  {
    id: 'searchable',
    measure: 'indexed until everything is found',
    unit: 's',
    value: ({ searchableMs }) => searchableMs / 1_000,
  },
  {
    id: 'whole',
    measure: 'indexed until nothing is left to merge',
    unit: 's',
    value: ({ wholeMs }) => wholeMs / 1_000,
  },
  {
    id: 'cpu',
    measure: 'the same, of all threads',
    unit: 'CPU s',
    value: ({ cpuMs }) => (cpuMs === undefined ? undefined : cpuMs / 1_000),
  },
  {
    id: 'bytes',
    measure: 'size',
    unit: 'bytes/doc',
    value: ({ bytes, docs }) => bytes / docs,
  },
]

function measuresOf({ set: { indexId, docs, questions } }: SetTable): Measure[] {
  const dataset = datasetName(indexId, docs)
  return [
    ...INDEXING.map(({ id, measure, unit }) => ({
      id: indexingRowId(indexId, docs, id),
      measure,
      unit,
      dataset,
    })),
    ...questions.map(({ id, measure }) => ({
      id: searchRowId(id, docs),
      measure,
      unit: 'ms' as const,
      dataset,
    })),
  ]
}

/** Parallel to the measures. */
function samplesOf({ indexing, outcomes }: SetOutcome): (Sample | undefined)[] {
  const indexed = INDEXING.map(({ value }) => value(indexing))
  return [
    ...indexed.map((value) => (value === undefined ? undefined : sampleOf([value]))),
    ...outcomes.map((each) => (each.kind === 'timed' ? sampleOf(each.timesMs) : undefined)),
  ]
}

/** Of this program: what the rows of the others stand beside. */
export function sectionOf(table: SetTable): BenchSection {
  const [ours] = table.found
  const samples = ours === undefined ? [] : samplesOf(ours.outcome)
  const rows = measuresOf(table).flatMap((measure, at): BenchRow[] => {
    const sample = samples[at]
    return sample === undefined ? [] : [{ ...measure, ...sample }]
  })
  return { title: titleOf(table), rows }
}

function titleOf({ set }: SetTable): string {
  return `${set.docs} ${set.what}, each program in its own process, one after the other`
}

/** Of all others, those too that are not here. */
export function peerReports(
  peers: readonly Peer[],
  found: readonly NamedPeer[],
  tables: readonly SetTable[],
): PeerReport[] {
  return peers.map(({ name, howToGet, manner }): PeerReport => {
    const here = found.find((each) => each.name === name)
    if (here === undefined) return { name, absent: howToGet, rows: [] }
    const results = tables.map((table) => resultsOf(table, name))
    const rows = results.flatMap((each) => each.rows)
    const differs = results.flatMap((each) => each.differs)
    const failures = tables.flatMap((table) =>
      table.failures.filter((each) => each.name === name).map(({ message }) => message),
    )
    return { name, version: here.version, manner, rows, failures, differs }
  })
}

function resultsOf(
  table: SetTable,
  name: string,
): { readonly rows: PeerRow[]; readonly differs: NonNullable<PeerReport['differs']>[number][] } {
  const outcome = table.found.find((each) => each.name === name)?.outcome
  if (outcome === undefined) return { rows: [], differs: [] }
  const measures = measuresOf(table)
  const rows = samplesOf(outcome).flatMap((sample, at): PeerRow[] => {
    const measure = measures[at]
    return sample === undefined || measure === undefined ? [] : [{ id: measure.id, ...sample }]
  })
  const differs = outcome.outcomes.flatMap((each, at) => {
    const measure = measures[INDEXING.length + at]
    if (each.kind !== 'differs' || measure === undefined) return []
    return [{ id: measure.id, differences: each.differences }]
  })
  return { rows, differs }
}

export function printSideBySide(table: SetTable): void {
  const columns = table.found.map(({ outcome }) => cellsOf(outcome))
  const rows = measuresOf(table).map(({ measure, unit }, at) => [
    `${measure}, ${unit}`,
    ...columns.map((cells) => cells[at] ?? ''),
    '',
  ])
  const lines = alignedLines([['', ...table.found.map(({ name }) => name), ''], ...rows])
  console.log(`\n${titleOf(table)}\n${lines.join('\n')}`)
  for (const { name, outcome: ofPeer } of table.found) {
    for (const [question, outcome] of ofPeer.outcomes.entries()) {
      if (outcome.kind !== 'differs') continue
      const { measure = '' } = table.set.questions[question] ?? {}
      console.log(`  ${name} differs in ${measure}: ${outcome.differences.join('; ')}`)
    }
  }
  for (const { name, message } of table.failures) console.log(`  ${name} failed: ${message}`)
}

function cellsOf(outcome: SetOutcome): string[] {
  const words: Readonly<Record<Outcome['kind'], string>> = {
    timed: '',
    unasked: '-',
    differs: 'differs',
  }
  return samplesOf(outcome).map((sample, at) => {
    if (sample === undefined)
      return words[outcome.outcomes[at - INDEXING.length]?.kind ?? 'unasked']
    const { value, min, max, runs } = sample
    return runs === 1 ? digits(value) : `${digits(value)} (${digits(min)} to ${digits(max)})`
  })
}
