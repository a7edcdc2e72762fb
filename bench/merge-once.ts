import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMerges } from '../src/engine/indexing/merge.ts'
import { folderStore } from '../src/stores/folder-store.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { createSalesIndex, INDEX_ID, indexBatch } from './sales-index.ts'

const BATCHES = Number(process.argv[2] ?? 10)
const MEMORY_SAMPLE_MS = 5

// A process of its own, so that its peak memory is that of one merge.
const folder = mkdtempSync(join(tmpdir(), 'qw-merge-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const index = await createSalesIndex(folderStore({ root: folder }))
const staging = memoryStore()
let indexMs = 0
for (let batch = 0; batch < BATCHES; batch++) {
  indexMs += (await indexBatch(index, staging, { batch, withShop: false })).elapsedMs
}
const { metastore } = index.indexing
const sizes = async (): Promise<number> => {
  const splits = publishedSplits(await metastore.load(INDEX_ID))
  return splits.reduce((sum, { footer }) => sum + footer.end, 0)
}
const inputBytes = await sizes()
globalThis.gc?.()
const restingBytes = process.memoryUsage().rss
let peakBytes = restingBytes
const sampler = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
}, MEMORY_SAMPLE_MS)
const start = performance.now()
const { mergedDocCount: docCount } = await runMerges(index.indexing, {
  indexId: INDEX_ID,
  targetDocs: Infinity,
})
const mergeMs = performance.now() - start
clearInterval(sampler)
peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
const outputBytes = await sizes()
console.log(
  JSON.stringify({ indexMs, mergeMs, inputBytes, outputBytes, docCount, restingBytes, peakBytes }),
)
