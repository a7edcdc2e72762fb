import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { BATCH_DOCS, HDFS, SALES } from './bench-index.ts'
import { sampleOf, splitsOf } from './measure.ts'
import type { BenchContext } from './parts.ts'
import type { BenchRow, BenchSection, PartResult } from './report.ts'
import { BOUNDED_DOCS, datasetName, indexingRowId } from './row-ids.ts'
import { openWholeIndexes } from './open-index.ts'
import { buildWholeIndexes, documentsOf, type WholeIndexing } from './whole-index.ts'

const RUNS = 5

type Bounds = Pick<BenchRow, 'must' | 'aim'>

const BOUNDS: Readonly<Record<string, Readonly<Record<'wall' | 'bytes' | 'memory', Bounds>>>> = {
  [SALES.indexId]: {
    wall: { must: 15, aim: 9 },
    bytes: { must: 30.6, aim: 28 },
    memory: {},
  },
  [HDFS.indexId]: {
    wall: { must: 24, aim: 15 },
    bytes: { must: 55.5, aim: 45 },
    memory: { must: 500, aim: 400 },
  },
}

export async function benchIndexing(context: BenchContext): Promise<PartResult> {
  const sections = [await coldSection(context)]
  for (const each of await buildWholeIndexes(context)) {
    sections.push(await wholeSection(context, each))
  }
  return { sections }
}

/** `qw-lambda ingest` of one file, as somebody who compares programs would run it. */
async function wholeSection(
  context: BenchContext,
  { set, docs, searchableMs, wallMs, cpuMs, peakBytes }: WholeIndexing,
): Promise<BenchSection> {
  const { metastore } = openWholeIndexes(context)
  const splits = publishedSplits(await metastore.load(set.indexId))
  const bytes = splits.reduce((sum, { footer }) => sum + footer.end, 0)
  // What is aimed at is for two million.
  const bounds = docs === BOUNDED_DOCS ? BOUNDS[set.indexId] : undefined
  const row = (
    what: string,
    measure: string,
    [value, unit]: readonly [number, BenchRow['unit']],
    more: Bounds = {},
  ): BenchRow => ({
    id: indexingRowId(set.indexId, docs, what),
    measure,
    unit,
    ...sampleOf([value]),
    ...more,
    dataset: datasetName(set.indexId, docs),
  })
  const megabytes = (statSync(documentsOf(context, set)).size / 1e6).toFixed(0)
  return {
    title: `Indexing ${docs} ${set.what}, ${megabytes} MB, into ${splitsOf(splits.length)}`,
    rows: [
      row('searchable', 'until all can be searched', [searchableMs / 1_000, 's'], bounds?.wall),
      row('whole', 'the whole process, merges too', [wallMs / 1_000, 's'], bounds?.wall),
      row('cpu', 'the whole process, all threads', [cpuMs / 1_000, 'CPU s']),
      row('memory', 'peak memory of the process', [peakBytes / 1e6, 'MB'], bounds?.memory),
      row('bytes', 'size of the index', [bytes / docs, 'bytes/doc'], bounds?.bytes),
    ],
  }
}

interface Once {
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly splitBytes: number
  readonly peakBytes: number
}

/** Each run in a fresh process, as a cold function would do it. */
async function coldSection({ nodeArgs }: BenchContext): Promise<BenchSection> {
  const args = [...nodeArgs, join(import.meta.dirname, 'index-once.mjs')]
  const runs: Once[] = []
  for (let i = 0; i < RUNS; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, args)
    runs.push(JSON.parse(stdout) as Once)
  }
  const sample = (pick: (run: Once) => number) => sampleOf(runs.map(pick))
  const dataset = `${SALES.indexId}-100k`
  return {
    title: `Indexing ${BATCH_DOCS} ${SALES.what} in a cold process, as a function does`,
    rows: [
      {
        id: 'index-cold',
        measure: 'gzip in the store to published',
        unit: 's',
        ...sample((run) => run.elapsedMs / 1_000),
        cpu: sample((run) => run.cpuMs / 1_000).value,
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
        id: 'index-cold-bytes',
        measure: 'size of the index',
        unit: 'bytes/doc',
        ...sample((run) => run.splitBytes / BATCH_DOCS),
        must: 75,
        aim: 35,
        dataset,
      },
    ],
  }
}
