import { digits, formatted } from './measure.ts'
import { alignedLines } from './text-table.ts'
import {
  shortFirst,
  standingOf,
  type BenchReport,
  type BenchRow,
  type BenchSection,
  type Machine,
} from './report.ts'

const GIGABYTE = 1e9

/** One line: what is measured, and on what. */
export function printReport(
  { versions, commit }: Pick<BenchReport, 'versions' | 'commit'>,
  machine: Omit<Machine, 'load' | 'othersCores'>,
): void {
  const program = `qw-lambda ${versions.qwLambda}${commit === null ? '' : ` at ${commitName(commit)}`}`
  console.log(`${program} · Node ${versions.node} · ${machineName(machine)}`)
}

export function commitName({ id, dirty }: NonNullable<BenchReport['commit']>): string {
  return `${id.slice(0, 10)}${dirty ? ' with changes' : ''}`
}

export function machineName(machine: Omit<Machine, 'load' | 'othersCores'>): string {
  const { cpuModel, cores, memoryBytes, platform } = machine
  return `${cores} × ${cpuModel} · ${(memoryBytes / GIGABYTE).toFixed(0)} GB · ${platform}`
}

/** Of the cells of a row. */
export const HEADER = ['measure', 'here', 'spread', 'CPU', 'must', 'aim', 'falls short']

export function printSection({ title, rows }: BenchSection): void {
  const table = [HEADER, ...shortFirst(rows).map(cellsOf)]
  console.log(`\n${title}\n${alignedLines(table).join('\n')}`)
}

/** Of a row: measure, value, spread, CPU, must, aim, and what falls short. */
export function cellsOf(row: BenchRow): string[] {
  const { measure, unit, value, min, max, runs, cpu, must, aim } = row
  const bound = (each: number | undefined): string =>
    each === undefined ? '' : formatted(each, unit)
  const spread = runs === 1 ? 'one run' : `${digits(min)} to ${digits(max)}`
  const standing = standingOf(row)
  return [
    measure,
    formatted(value, unit),
    spread,
    bound(cpu),
    bound(must),
    bound(aim),
    standing === 'met' ? '' : standing.replace('short of ', ''),
  ]
}

/** Of a core, which an idle system takes as well. */
const OTHERS_MAX = 0.1

/** Undefined where the cores were free for what was measured, or nobody tells. */
export function busyWarning({ othersCores = 0, cores }: Machine): string | undefined {
  if (othersCores <= OTHERS_MAX) return undefined
  return `Other programs took ${othersCores.toFixed(1)} of ${cores} cores meanwhile: times are longer than they are here in quiet; the CPU column says by how much.`
}

export function printShortfalls({ sections, machine }: BenchReport): void {
  const rows = sections.flatMap((section) => section.rows)
  const bounded = rows.filter(({ must, aim }) => must !== undefined || aim !== undefined)
  const count = (standing: string): number =>
    bounded.filter((row) => standingOf(row) === standing).length
  const [before, after] = machine.load
  console.log(
    `\n${bounded.length} rows with bounds: ${count('short of must')} short of must, ${count('short of aim')} short of aim · load before ${before}, after ${after}`,
  )
  const warning = busyWarning(machine)
  if (warning !== undefined) console.log(warning)
}
