import { availableParallelism } from 'node:os'
import { memoryStore } from '../src/stores/memory-store.ts'
import { openSplitThread } from '../src/threads/split-thread.ts'
import { createBenchIndex, indexBatch, SALES } from './bench-index.ts'

// A process of its own, so that its peak memory is that of indexing one batch and nothing else.
const index = await createBenchIndex(SALES, memoryStore(), openSplitThread(availableParallelism()))
const { elapsedMs, cpuMs, splitBytes } = await indexBatch(index, 0)
const peakBytes = process.resourceUsage().maxRSS * 1_024
console.log(JSON.stringify({ elapsedMs, cpuMs, splitBytes, peakBytes }))
