import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Report, simulate } from './world.ts'

const USAGE = `npm run simulate -- --seed N        one world, every step of it in words
npm run simulate -- --seeds A..B    these worlds, on all cores
npm run simulate -- --minutes M     worlds that nobody has seen, for so long (--workers 1: on one core)`

/** Seeds of worlds to explore begin beyond those that CI looks at. */
const EXPLORED_FROM = 1_000_000

/** Which seeds a worker takes: every `step`th, from `first` on. */
interface Share {
  readonly first: number
  readonly step: number
  readonly last: number
  readonly untilMs: number
}

async function replay(seed: number): Promise<void> {
  const report = await simulate(seed, { trace: (line) => console.log(line) })
  printReports([report])
}

async function work({ first, step, last, untilMs }: Share): Promise<void> {
  for (let seed = first; seed <= last && Date.now() < untilMs; seed += step) {
    parentPort?.postMessage(await simulate(seed))
  }
}

async function explore(from: number, last: number, untilMs: number, workers: number) {
  const reports: Report[] = []
  const runs = Array.from({ length: workers }, (_, i) => {
    const share: Share = { first: from + i, step: workers, last, untilMs }
    const worker = new Worker(new URL(import.meta.url), { workerData: share })
    worker.on('message', (report: Report) => {
      reports.push(report)
      if (report.problems.length > 0) printProblems(report)
    })
    return new Promise<void>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', () => resolve())
    })
  })
  await Promise.all(runs)
  printReports(reports)
}

function printProblems({ seed, problems }: Report): void {
  console.log(`seed ${seed}: ${problems.slice(0, 3).join('\n  ')}`)
  console.log(`  npm run simulate -- --seed ${seed}`)
}

function printReports(reports: readonly Report[]): void {
  const mean = (of: (report: Report) => number): string =>
    (reports.reduce((sum, report) => sum + of(report), 0) / reports.length).toFixed(1)
  const failed = reports.filter(({ problems }) => problems.length > 0)
  console.log(
    [
      `${reports.length} worlds, ${failed.length} with problems; each on average:`,
      `${mean((report) => report.callCount)} calls, ${mean((report) => report.faultCount)} faults,`,
      `${mean((report) => report.crashCount)} processes ended, ${mean((report) => report.jobCount)} jobs,`,
      `${mean((report) => report.checkCount)} checks`,
    ].join(' '),
  )
  for (const { seed, problems } of failed) console.log(`seed ${seed}: ${problems.join('\n  ')}`)
  if (failed.length > 0 || reports.length === 0) process.exitCode = 1
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: { seed: text, seeds: text, minutes: text, workers: text },
  })
  const workers = Number(values.workers ?? availableParallelism())
  const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '')
  if (values.seed !== undefined) return replay(Number(values.seed))
  if (range !== null) return explore(Number(range[1]), Number(range[2]), Infinity, workers)
  if (values.minutes === undefined) throw new Error(USAGE)
  // Not the same worlds every time.
  const from = EXPLORED_FROM + (Math.floor(Date.now() / 1000) % 1_000_000) * 1_000
  await explore(from, Infinity, Date.now() + Number(values.minutes) * 60_000, workers)
}

await (isMainThread ? main() : work(workerData))
