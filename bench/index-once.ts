import { memoryStore } from '../src/stores/memory-store.ts'
import { createSalesIndex, indexBatch } from './sales-index.ts'

// A process of its own, so that its peak memory is that of indexing one batch and nothing else.
const index = await createSalesIndex(memoryStore())
const { elapsedMs, splitBytes } = await indexBatch(index, memoryStore(), {
  batch: 0,
  withShop: false,
})
const peakBytes = process.resourceUsage().maxRSS * 1_024
console.log(JSON.stringify({ elapsedMs, splitBytes, peakBytes }))
