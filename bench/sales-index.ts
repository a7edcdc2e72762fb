import { gzipSync } from 'node:zlib'
import { indexSource } from '../src/engine/indexing/pipeline.ts'
import { objectSource } from '../src/engine/sources/source.ts'
import type { IndexingComponents } from '../src/engine/indexing/components.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../src/engine/ports.ts'
import { shippedConfig } from '../src/engine/schema/shipped-configs.ts'
import { salesBatch } from '../src/functions/sales-batch.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'

export const INDEX_ID = 'mock-sales'
export const BATCH_DOCS = 100_000
/** The tutorial's interval between batches. */
const BATCH_EVERY_MS = 5 * 60_000
const FIRST_MS = Date.UTC(2026, 10, 1)

/** `withShop` adds a text of ten values, which the shipped config keeps as a dynamic fast field. */
function stagedBatch(batch: number, withShop: boolean): Uint8Array {
  const startMs = FIRST_MS + batch * BATCH_EVERY_MS
  const plain = salesBatch({ seed: batch, count: BATCH_DOCS, startMs })
  const body = withShop
    ? Buffer.from(plain)
        .toString('latin1')
        .replaceAll(/"quantity":\s*(\d+)/g, '$&,"shop":"shop $1"')
    : plain
  return gzipSync(body, { level: 6 })
}

export interface SalesIndex {
  readonly store: ObjectStore
  readonly indexing: IndexingComponents
}

export async function createSalesIndex(store: ObjectStore): Promise<SalesIndex> {
  const config = shippedConfig(INDEX_ID)
  if (config === undefined) throw new Error(`no shipped config ${INDEX_ID}`)
  const components = { clock: systemClock, random: systemRandom }
  const metastore = new Metastore(store, components)
  await metastore.createIndex(config)
  return { store, indexing: { metastore, ...components } }
}

/** From gzip bytes in a store to published; returns the milliseconds and the split's bytes. */
export async function indexBatch(
  { indexing }: SalesIndex,
  staging: ObjectStore,
  { batch, withShop }: { readonly batch: number; readonly withShop: boolean },
): Promise<{ elapsedMs: number; splitBytes: number }> {
  const key = `${INDEX_ID}/${batch}.gz`
  const info = await staging.put(key, stagedBatch(batch, withShop), {
    condition: { kind: 'always' },
  })
  const start = performance.now()
  const result = await indexSource(indexing, {
    indexId: INDEX_ID,
    source: objectSource(staging, info, `s3://staging/${key}`),
  })
  if (result.docCount !== BATCH_DOCS) throw new Error(`indexed ${result.docCount} documents`)
  return { elapsedMs: performance.now() - start, splitBytes: result.splitBytes }
}
