import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runMerges } from '../src/engine/indexing/merge.ts'
import { folderStore } from '../src/stores/folder-store.ts'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { createBenchIndex, HDFS, indexBatch, SALES } from './bench-index.ts'

const set = process.argv[2] === 'hdfs' ? HDFS : SALES
const BATCHES = 10
const MEMORY_SAMPLE_MS = 5

// A process of its own, so that its peak memory is that of one merge.
const folder = mkdtempSync(join(tmpdir(), 'qw-merge-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const index = await createBenchIndex(set, folderStore({ root: folder }))
let indexMs = 0
for (let batch = 0; batch < BATCHES; batch++) {
  indexMs += (await indexBatch(index, batch)).elapsedMs
}
const { metastore } = index.indexing
const sizes = async (): Promise<number> => {
  const splits = publishedSplits(await metastore.load(set.indexId))
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
  indexId: set.indexId,
  targetDocs: Infinity,
})
const mergeMs = performance.now() - start
clearInterval(sampler)
peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
const outputBytes = await sizes()
console.log(
  JSON.stringify({ indexMs, mergeMs, inputBytes, outputBytes, docCount, restingBytes, peakBytes }),
)
