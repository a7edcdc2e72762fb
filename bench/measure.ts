import type { BenchRow, Sample, Unit } from './report.ts'

/** A row of a part that prints itself, because its cells are more than numbers. */
export interface Row {
  readonly measure: string
  readonly value: string
  readonly must: string
  readonly aim: string
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? NaN
  const last = sorted.length - 1
  return { value: at(Math.floor(last / 2)), min: at(0), max: at(last), runs: values.length }
}

type RowFacts = Pick<BenchRow, 'id' | 'measure' | 'unit'> &
  Partial<Pick<BenchRow, 'must' | 'aim' | 'dataset' | 'better' | 'cpu' | 'cpuMin'>>

/** A row of several measurements, or of one. */
export function rowOf(facts: RowFacts, measuredValue: Sample | number): BenchRow {
  const sample = typeof measuredValue === 'number' ? sampleOf([measuredValue]) : measuredValue
  return { ...facts, ...sample }
}

/** Whether a row is among those that `--only` asks for. */
export function isWanted(
  only: string | undefined,
  { id, measure }: Pick<BenchRow, 'id' | 'measure'>,
): boolean {
  return only === undefined || id.includes(only) || measure.includes(only)
}

interface Timing {
  readonly runs: number
  readonly warmUps: number
  /** Of the warm-ups together, and of the runs: what is over sooner is done more often. */
  readonly leastMs?: number
}

/** Milliseconds of runs, after warm-ups that are thrown away; `cpu`, `cpuMin`: the middle and the least of
 *  what they worked, all threads of the process. */
export async function timed(
  work: () => Promise<unknown>,
  { runs, warmUps, leastMs = 0 }: Timing,
): Promise<Sample & { readonly cpu: number; readonly cpuMin: number }> {
  const cpuTimes: number[] = []
  await repeated(work, warmUps, leastMs)
  const times = await repeated(
    async () => {
      const start = performance.now()
      const usedBefore = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(usedBefore)
      cpuTimes.push((user + system) / 1_000)
      return performance.now() - start
    },
    runs,
    leastMs,
  )
  const worked = sampleOf(cpuTimes)
  return { ...sampleOf(times), cpu: worked.value, cpuMin: worked.min }
}

/** What `work` returned each time: so often at least, and until so many milliseconds are over. */
export async function repeated<T>(
  work: () => Promise<T>,
  times: number,
  leastMs: number,
): Promise<T[]> {
  const results: T[] = []
  const until = performance.now() + leastMs
  while (results.length < times || performance.now() < until) results.push(await work())
  return results
}

/** What the measure itself names. */
const BARE: ReadonlySet<Unit> = new Set(['requests', 'rounds', 'count'])

export function formatted(value: number, unit: Unit): string {
  if (unit === 'USD') return `$${value.toPrecision(2)}`
  return BARE.has(unit) ? digits(value) : `${digits(value)} ${unit}`
}

/** `1 split`, `4 splits`. */
export function splitsOf(count: number): string {
  return `${count} split${count === 1 ? '' : 's'}`
}

/** Three digits or so: more is noise. */
export function digits(value: number): string {
  return value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2)
}

export function printTable(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.measure.length))
  console.log(`\n${title}`)
  for (const row of [{ measure: 'measure', value: 'here', must: 'must', aim: 'aim' }, ...rows]) {
    const cells = [row.value, row.must, row.aim].map((cell) => `  ${cell.padStart(10)}`).join('')
    console.log(`  ${row.measure.padEnd(width)}${cells}`)
  }
}
