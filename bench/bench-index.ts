import { gzipSync } from 'node:zlib'
import type { IndexingComponents } from '../src/engine/indexing/components.ts'
import { indexSource } from '../src/engine/indexing/pipeline.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../src/engine/ports.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import type { SplitWork } from '../src/engine/split/split-work.ts'
import { objectSource } from '../src/engine/sources/source.ts'
import { salesBatch } from '../src/functions/sales-batch.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'
import { hdfsLines } from './hdfs-lines.ts'
import { Stopwatch } from './stopwatch.ts'

export const BATCH_DOCS = 100_000
/** The tutorial's interval between batches. */
const BATCH_EVERY_MS = 5 * 60_000
const FIRST_MS = Date.UTC(2026, 10, 1)

/** Documents that are the same wherever they are made. */
export interface DataSet {
  readonly indexId: string
  /** What its documents are called in a sentence. */
  readonly what: string
  /** BATCH_DOCS documents as NDJSON. */
  readonly batch: (number: number) => Uint8Array
}

export const SALES: DataSet = {
  indexId: 'mock-sales',
  what: 'mock sales',
  batch: (number) => {
    const startMs = FIRST_MS + number * BATCH_EVERY_MS
    return salesBatch({ seed: number, count: BATCH_DOCS, startMs })
  },
}

export const HDFS: DataSet = {
  indexId: 'hdfs-logs',
  what: 'HDFS-shaped lines',
  batch: (number) => Buffer.from(hdfsLines(number, BATCH_DOCS)),
}

export interface BenchIndex {
  readonly set: DataSet
  readonly store: ObjectStore
  readonly indexing: IndexingComponents
}

/** One that is there is gone on with. `splitWork`: as of the components of indexing. */
export async function createBenchIndex(
  set: DataSet,
  store: ObjectStore,
  splitWork?: SplitWork,
): Promise<BenchIndex> {
  const config = shippedConfig(set.indexId)
  if (config === undefined) throw new Error(`no shipped config ${set.indexId}`)
  const components = { clock: systemClock, random: systemRandom }
  const metastore = new Metastore(store, components)
  await metastore.createIfAbsent(config)
  return { set, store, indexing: { metastore, splitWork, ...components } }
}

/** From gzip bytes in a store to published; returns the milliseconds, those of the processor and those of a
 *  machine that does nothing else, and the split's bytes. */
export async function indexBatch(
  { set, indexing }: BenchIndex,
  batch: number,
): Promise<{ elapsedMs: number; cpuMs: number; computeMs: number; splitBytes: number }> {
  const staging = memoryStore()
  const key = `${set.indexId}/${batch}.gz`
  const body = gzipSync(set.batch(batch), { level: 6 })
  const info = await staging.put(key, body, { condition: { kind: 'always' } })
  const start = performance.now()
  const usedBefore = process.cpuUsage()
  const watch = new Stopwatch()
  const result = await indexSource(indexing, {
    indexId: set.indexId,
    source: objectSource(staging, info, `s3://staging/${key}`),
  })
  if (result.docCount !== BATCH_DOCS) throw new Error(`indexed ${result.docCount} documents`)
  const computeMs = watch.elapsedMs()
  const { user, system } = process.cpuUsage(usedBefore)
  const elapsedMs = performance.now() - start
  return { elapsedMs, cpuMs: (user + system) / 1_000, computeMs, splitBytes: result.splitBytes }
}
