import { hdfsLines } from '../../bench/hdfs-lines.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { ObjectInfo, ObjectStore, Random } from '../../src/engine/ports.ts'
import { shippedConfig } from '../../src/engine/schema/shipped-configs.ts'
import { objectSource } from '../../src/engine/sources/source.ts'
import { salesBatch } from '../../src/functions/sales-batch.ts'
import { countingStore, type CountingStore } from '../../src/stores/counting-store.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'

/** Their split is large enough not to be read whole, and made quickly enough for a test. */
export const DOCS = 20_000

/** The data sets of the benchmarks, the same bytes everywhere. */
const DATA_SETS = {
  'mock-sales': (count: number) => salesBatch({ seed: 0, count, startMs: Date.UTC(2026, 10, 1) }),
  'hdfs-logs': (count: number) => Buffer.from(hdfsLines(0, count)),
} as const

export type DataSetId = keyof typeof DATA_SETS

/** A file of documents, and the index that it is for, which has nothing yet. */
export interface StagedFile {
  readonly indexId: DataSetId
  readonly store: CountingStore
  readonly staging: ObjectStore
  readonly file: ObjectInfo
  readonly docCount: number
}

/** Clock and ids are the same every time. */
const clock = instantClock()
const always = { condition: { kind: 'always' } } as const

export async function stageFile(indexId: DataSetId, docCount = DOCS): Promise<StagedFile> {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  const store = countingStore(memoryStore(clock))
  await new Metastore(store, { clock, random: countingRandom() }).createIndex(config)
  const staging = memoryStore(clock)
  const file = await staging.put('file', DATA_SETS[indexId](docCount), always)
  store.reset()
  return { indexId, store, staging, file, docCount }
}

/** Into one split; the store counts what that asks for, from a metastore that was not read yet on. */
export async function indexFile({ indexId, store, staging, file, docCount }: StagedFile) {
  const random = countingRandom()
  const result = await indexSource(
    { metastore: new Metastore(store, { clock, random }), clock, random },
    { indexId, source: objectSource(staging, file, 's3://staging/file') },
  )
  if (result.docCount !== docCount) throw new Error(`indexed ${result.docCount} documents`)
  return result
}

/** The same bytes every time. */
export function countingRandom(): Random {
  let next = 0
  return { bytes: (count) => Uint8Array.from({ length: count }, () => next++ % 256) }
}
