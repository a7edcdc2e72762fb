import { createHash } from 'node:crypto'
import { runMerges } from '../src/engine/indexing/merge.ts'
import { indexSource } from '../src/engine/indexing/pipeline.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import { objectSource } from '../src/engine/sources/source.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { instantClock } from '../src/stores/testing/instant-clock.ts'
import { HDFS, SALES, type DataSet } from './bench-index.ts'

/** Bytes of a batch, some twenty thousand documents of it. */
const BYTES = 4_000_000
const NEWLINE = 10

// A hash of what the engine writes for two small files of each set and for their merge, by a clock and ids
// that are the same every time: programs with the same hash make the same indexes.
const hash = createHash('sha256')
for (const set of [SALES, HDFS]) await addIndex(set)
console.log(hash.digest('hex').slice(0, 12))

async function addIndex(set: DataSet): Promise<void> {
  const config = shippedConfig(set.indexId)
  if (config === undefined) throw new Error(`no shipped config ${set.indexId}`)
  const clock = instantClock()
  let next = 0
  const random = {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => next++ % 256),
  }
  const store = memoryStore(clock)
  const indexing = { metastore: new Metastore(store, { clock, random }), clock, random }
  await indexing.metastore.createIndex(config)
  const staging = memoryStore(clock)
  for (const number of [0, 1]) {
    const batch = set.batch(number)
    const body = batch.subarray(0, batch.lastIndexOf(NEWLINE, BYTES) + 1)
    const info = await staging.put(`${number}`, body, { condition: { kind: 'always' } })
    const source = objectSource(staging, info, `s3://staging/${number}`)
    await indexSource(indexing, { indexId: set.indexId, source })
  }
  await runMerges(indexing, { indexId: set.indexId, targetDocs: Infinity })
  for await (const { key } of store.list('')) hash.update((await store.get(key))?.bytes ?? '')
}
