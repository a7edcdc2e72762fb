import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BATCH_DOCS } from './bench-index.ts'
import { sampleOf } from './measure.ts'
import type { PartResult } from './report.ts'

const RUNS = 5

interface Once {
  readonly elapsedMs: number
  readonly splitBytes: number
  readonly peakBytes: number
}

/** Each run in a fresh process, as a cold function would do it. */
export async function benchIndexing(nodeArgs: readonly string[]): Promise<PartResult> {
  const args = [...nodeArgs, join(import.meta.dirname, 'index-once.mjs')]
  const runs: Once[] = []
  for (let i = 0; i < RUNS; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, args)
    runs.push(JSON.parse(stdout) as Once)
  }
  const sample = (pick: (run: Once) => number) => sampleOf(runs.map(pick))
  const dataset = 'sales-100k'
  return {
    sections: [
      {
        title: `Indexing ${BATCH_DOCS} mock sales in a cold process`,
        rows: [
          {
            id: 'index-cold',
            measure: 'gzip in the store to published',
            unit: 's',
            ...sample((run) => run.elapsedMs / 1_000),
            must: 0.8,
            aim: 0.5,
            dataset,
          },
          {
            id: 'index-cold-memory',
            measure: 'peak memory of the process',
            unit: 'MB',
            ...sample((run) => run.peakBytes / 1e6),
            must: 600,
            aim: 300,
            dataset,
          },
          {
            id: 'index-cold-size',
            measure: 'index bytes per document',
            unit: 'bytes/doc',
            ...sample((run) => run.splitBytes / BATCH_DOCS),
            must: 75,
            aim: 35,
            dataset,
          },
        ],
      },
    ],
  }
}
