import { cpus } from 'node:os'

export interface Row {
  readonly measure: string
  readonly value: string
  readonly must: string
  readonly aim: string
}

/** Median of `runs` timings in milliseconds, after `warmUps` that are thrown away. */
export async function medianMs(
  work: () => Promise<unknown>,
  { runs, warmUps }: { readonly runs: number; readonly warmUps: number },
): Promise<number> {
  for (let i = 0; i < warmUps; i++) await work()
  const times: number[] = []
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? NaN
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(0)} ms`
}

export function printTable(title: string, rows: readonly Row[]): void {
  const width = Math.max(...rows.map((row) => row.measure.length))
  console.log(`\n${title}`)
  for (const row of [{ measure: 'measure', value: 'here', must: 'must', aim: 'aim' }, ...rows]) {
    const cells = [row.value, row.must, row.aim].map((cell) => `  ${cell.padStart(10)}`).join('')
    console.log(`  ${row.measure.padEnd(width)}${cells}`)
  }
}

export function printMachine(version: string): void {
  const [cpu] = cpus()
  console.log(
    `qw-lambda ${version} · Node ${process.versions.node} · ${process.platform} ${process.arch} · ${cpus().length} × ${cpu?.model ?? 'unknown'}`,
  )
}
