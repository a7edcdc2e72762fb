import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { indexFile, stageFile, type DataSetId } from './counted-index.ts'

// Run by indexing.test.ts in a process whose flags leave all garbage where it is: what the heap grows by
// is then what was allocated.
const [, , indexId, docs] = process.argv
let collections = 0
const observer = new PerformanceObserver((list) => (collections += list.getEntries().length))
const staged = await stageFile(indexId as DataSetId, Number(docs))
globalThis.gc?.()
await nextTurn()
observer.observe({ entryTypes: ['gc'] })
const before = getHeapStatistics().used_heap_size
await indexFile(staged)
const heapBytes = getHeapStatistics().used_heap_size - before
// What was observed is told in a later turn.
await nextTurn()
await nextTurn()
console.log(JSON.stringify({ heapBytes, collections }))
