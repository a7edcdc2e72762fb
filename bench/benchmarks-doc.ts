import { digits, formatted } from './measure.ts'
import { busyWarning, cellsOf, commitName, HEADER, machineName } from './print-report.ts'
import {
  shortFirst,
  standingOf,
  type BenchReport,
  type BenchRow,
  type BenchSection,
  type PeerReport,
  type Standing,
} from './report.ts'

/** The result that the document shows, in the repository. */
export const LATEST = 'bench/results/latest.json'

/** docs/BENCHMARKS.md, all of it: no number there is written by hand. */
export function renderBenchmarks(report: BenchReport): string {
  const { takenAt, versions, commit, machine, sections, peers } = report
  const warning = busyWarning(machine)
  const lines = [
    '# Benchmarks',
    '',
    `<!-- Written by \`npm run bench -- --write-docs\`, from \`${LATEST}\`. -->`,
    '',
    `What \`npm run bench\` found on ${takenAt.slice(0, 10)}: qw-lambda ${versions.qwLambda}${commit === null ? '' : ` at ${commitName(commit)}`}, Node ${versions.node}, ${machineName(machine)}. The load of the machine was ${machine.load[0]} before and ${machine.load[1]} after${machine.niceness === 0 ? '' : `, the niceness of the benchmark ${machine.niceness}`}.${warning === undefined ? '' : ` **${warning}**`}`,
    '',
    ...HOW_TO_READ,
    '',
    ...summary(sections),
    ...behind(sections, peers),
    ...sections.flatMap((section) => ['', ...sectionTable(section, peers)]),
    '',
    '## Other programs',
    '',
    ...otherPrograms(peers),
  ]
  return `${lines.join('\n')}\n`
}

const HOW_TO_READ = [
  'The same on your machine: `npm run bench`; with other programs beside it, `npm run bench -- --peers`; against an older result, `npm run bench -- --json new.json --compare old.json`.',
  '',
  'A value is the middle of several runs, the spread the least and the greatest of them. CPU is what a processor worked, of all threads, which other work on the machine does not lengthen. `must` and `aim` are what the project holds itself to; what falls short stands first in each table, and before it the rows in which another program is ahead; its value is then in bold.',
]

function summary(sections: readonly BenchSection[]): string[] {
  const bounded = sections.flatMap(({ rows }) =>
    rows.filter(({ must, aim }) => must !== undefined || aim !== undefined),
  )
  return (['short of must', 'short of aim'] as const).flatMap((standing, at) => {
    const count = bounded.filter((row) => standingOf(row) === standing).length
    const title = `${count} of ${bounded.length} rows with bounds are ${standing}`
    return [
      ...(at === 0 ? [] : ['']),
      count === 0 ? `${title}.` : `${title}:`,
      ...shortBy(standing),
    ]
  })

  function shortBy(standing: Standing): string[] {
    return sections.flatMap(({ title, rows }) => {
      const some = rows.filter((row) => standingOf(row) === standing)
      const list = some.map(({ measure, value, unit }) => `${measure} (${formatted(value, unit)})`)
      return some.length === 0 ? [] : [`- ${title}: ${list.join('; ')}`]
    })
  }
}

/** Rows in which another program is ahead, in all sections. */
function behind(sections: readonly BenchSection[], peers: readonly PeerReport[]): string[] {
  if (peers.every(({ rows }) => rows.length === 0)) return []
  const beside = sections.flatMap(({ title, rows }) =>
    rows.filter((row) => valuesBeside(row, peers).length > 0).map((row) => ({ title, row })),
  )
  const some = beside.filter(({ row }) => isBehind(row, peers))
  const title = `In ${some.length} of ${beside.length} rows beside other programs one of them is ahead`
  return [
    '',
    some.length === 0 ? `${title}.` : `${title}:`,
    ...some.map(({ title: section, row }) => {
      const ahead = valuesBeside(row, peers)
        .filter(({ value }) => isAhead(value, row))
        .toSorted((a, b) => a.value - b.value)
        .map(({ name, value }) => `${name} ${formatted(value, row.unit)}`)
      const here = formatted(row.value, row.unit)
      return `- ${section}: ${row.measure}: ${ahead.join(', ')}, here ${here}`
    }),
  ]
}

function valuesBeside(
  { id }: BenchRow,
  peers: readonly PeerReport[],
): { readonly name: string; readonly value: number }[] {
  return peers.flatMap(({ name, rows }) =>
    rows.filter((row) => row.id === id).map(({ value }) => ({ name, value })),
  )
}

function isAhead(theirs: number, { value, better }: BenchRow): boolean {
  return better === 'more' ? theirs > value : theirs < value
}

function isBehind(row: BenchRow, peers: readonly PeerReport[]): boolean {
  return valuesBeside(row, peers).some(({ value }) => isAhead(value, row))
}

/** With a column for each other program that has values of these rows; those where one of them is ahead
 *  come first. */
function sectionTable({ title, rows }: BenchSection, peers: readonly PeerReport[]): string[] {
  const ids = new Set(rows.map(({ id }) => id))
  const beside = peers.filter((peer) => peer.rows.some(({ id }) => ids.has(id)))
  const header = [...HEADER, ...beside.map(peerName)]
  const cells = (row: BenchRow): string[] => [
    ...cellsOf(row),
    ...beside.map((peer) => peerCell(peer, row)),
  ]
  const ordered = shortFirst(rows).toSorted(
    (a, b) => Number(isBehind(b, peers)) - Number(isBehind(a, peers)),
  )
  return [
    `## ${title}`,
    '',
    tableLine(header),
    tableLine(header.map(() => '---')),
    ...ordered.map((row) => tableLine(cells(row))),
  ]
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function peerName({ name, version = '' }: PeerReport): string {
  return `${name} ${version}`.trim()
}

/** In bold where it is ahead. */
function peerCell(peer: PeerReport, ours: BenchRow): string {
  const { id, unit } = ours
  const row = peer.rows.find((each) => each.id === id)
  if (row !== undefined) {
    const spread = row.runs === 1 ? '' : ` (${digits(row.min)} to ${digits(row.max)})`
    const value = formatted(row.value, unit)
    const note = row.note === undefined ? '' : `, ${row.note}`
    return `${isAhead(row.value, ours) ? `**${value}**` : value}${spread}${note}`
  }
  return peer.differs?.some((each) => each.id === id) === true ? 'differs' : '-'
}

function otherPrograms(peers: readonly PeerReport[]): string[] {
  if (peers.length === 0) return ['None was asked in this run (`--peers`).']
  return peers.flatMap((peer) => {
    const manner = peer.manner ?? 'asked the same'
    const told = peer.absent === undefined ? manner : `not here: ${peer.absent}`
    const differences = (peer.differs ?? []).map(
      ({ id, differences: some }) => `  - differs in \`${id}\`: ${some.join('; ')}`,
    )
    return [`- ${peerName(peer)}: ${told}`, ...differences]
  })
}
