import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { searchRequest } from '../../bench/search-request.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../../src/engine/search/caches.ts'
import { searchRoot } from '../../src/engine/search/root.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'
import { indexFile, stageFile } from './counted-index.ts'
import { WARM_SEARCHES } from './warm-searches.ts'

// Run by search-allocations.test.ts in a process whose flags leave all garbage where it is: what the heap
// and the buffers grow by is then what was allocated.
const DOCS = 20_000
/** Until every structure that a search keeps for the next one is there, V8's own too. */
const WARM_UPS = 30
/** Of which the middle counts: now and then V8 itself keeps something. */
const RUNS = 15

interface Allocated {
  readonly heapBytes: number
  readonly bufferBytes: number
}

const staged = await stageFile('hdfs-logs', DOCS)
await indexFile(staged)
const { store, indexId } = staged
const clock = instantClock()
const random = { bytes: (count: number) => new Uint8Array(count) }
// A repeated question has to be computed again.
const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
const context = { store, metastore: new Metastore(store, { clock, random }), caches, clock }
let collections = 0
const observer = new PerformanceObserver((list) => (collections += list.getEntries().length))
observer.observe({ entryTypes: ['gc'] })
const counted: Record<string, Allocated> = {}
for (const { what, ask } of WARM_SEARCHES) {
  const request = searchRequest(indexId, ask)
  for (let run = 0; run < WARM_UPS; run++) await searchRoot(request, context)
  globalThis.gc?.()
  // What was observed is told in a later turn.
  await nextTurn()
  await nextTurn()
  collections = 0
  const searches: Allocated[] = []
  for (let run = 0; run < RUNS; run++) {
    const before = allocated()
    await searchRoot(request, context)
    const { heapBytes, bufferBytes } = allocated()
    searches.push({
      heapBytes: heapBytes - before.heapBytes,
      bufferBytes: bufferBytes - before.bufferBytes,
    })
  }
  await nextTurn()
  await nextTurn()
  if (collections > 0)
    throw new Error(`${collections} collections make the count of ${what} too small`)
  counted[what] = {
    heapBytes: middle(searches.map(({ heapBytes }) => heapBytes)),
    bufferBytes: middle(searches.map(({ bufferBytes }) => bufferBytes)),
  }
}
console.log(JSON.stringify(counted))

function allocated(): Allocated {
  const { arrayBuffers } = process.memoryUsage()
  return { heapBytes: getHeapStatistics().used_heap_size, bufferBytes: arrayBuffers }
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
