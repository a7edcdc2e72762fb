import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { BATCH_DOCS } from './bench-index.ts'
import { printTable } from './measure.ts'

const RUNS = 5

interface Once {
  readonly elapsedMs: number
  readonly splitBytes: number
  readonly peakBytes: number
}

/** Each run in a fresh process, as a cold function would do it. */
export function benchIndexing(): void {
  const script = join(import.meta.dirname, 'index-once.mjs')
  const runs = Array.from(
    { length: RUNS },
    () => JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as Once,
  )
  const median = (pick: (run: Once) => number): number =>
    runs.map(pick).toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? NaN
  printTable(`Indexing, cold process (median of ${RUNS})`, [
    {
      measure: `${BATCH_DOCS} mock sales, gzip in the store to published`,
      value: `${(median((run) => run.elapsedMs) / 1_000).toFixed(2)} s`,
      must: '1.5 s',
      aim: '0.6 s',
    },
    {
      measure: 'peak memory of the process',
      value: `${Math.round(median((run) => run.peakBytes) / 1e6)} MB`,
      must: '600 MB',
      aim: '300 MB',
    },
    {
      measure: 'index bytes per document',
      value: (median((run) => run.splitBytes) / BATCH_DOCS).toFixed(1),
      must: '75',
      aim: '35',
    },
  ])
}
