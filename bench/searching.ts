import { runMerges } from '../src/engine/indexing/merge.ts'
import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../src/engine/search/caches.ts'
import type { SearchRequest, SearchResponse } from '../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../src/engine/search/root.ts'
import { countingStore, readRounds } from '../src/stores/counting-store.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'
import { latencyStore } from '../src/stores/testing/latency-store.ts'
import {
  BATCH_DOCS,
  createBenchIndex,
  HDFS,
  indexBatch,
  SALES,
  type BenchIndex,
} from './bench-index.ts'
import { sampleOf, timed } from './measure.ts'
import type { BenchRow, BenchSection, PartResult } from './report.ts'
import { searchRequest } from './search-request.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS, type Question } from './questions.ts'

const BATCHES = 20
const RUNS = 21

export async function benchSearching(): Promise<PartResult> {
  const single = await createBenchIndex(SALES, memoryStore())
  await indexBatch(single, 0)
  return {
    sections: [
      await warm('mock sales', await filled(SALES, undefined), SALES_QUESTIONS),
      await warm('HDFS-shaped lines', await filled(HDFS, Infinity), HDFS_QUESTIONS),
      await cold(`One split of ${BATCH_DOCS} mock sales, cold`, single),
    ],
  }
}

/** `targetDocs`: of the merges behind it; undefined: as the index says. */
async function filled(set: BenchIndex['set'], targetDocs: number | undefined): Promise<BenchIndex> {
  const index = await createBenchIndex(set, memoryStore())
  for (let batch = 0; batch < BATCHES; batch++) await indexBatch(index, batch)
  const target = targetDocs === undefined ? {} : { targetDocs }
  await runMerges(index.indexing, { indexId: set.indexId, ...target })
  return index
}

async function warm(
  what: string,
  index: BenchIndex,
  questions: readonly Question[],
): Promise<BenchSection> {
  const { metastore } = index.indexing
  const splits = publishedSplits(await metastore.load(index.set.indexId))
  const context = contextOf(metastore)
  const rows: BenchRow[] = []
  for (const { request, ...row } of questions) {
    const work = (): Promise<SearchResponse> => search(index.set.indexId, request, context)
    rows.push({ ...row, unit: 'ms', ...(await timed(work, { runs: RUNS, warmUps: 5 })) })
  }
  const title = `Searching ${BATCHES * BATCH_DOCS} ${what}, ${splits.length} splits, warm, one thread`
  return { title, rows }
}

/** Over a store that takes its time, so that parallel reads are seen to be parallel. */
async function cold(title: string, { store, set }: BenchIndex): Promise<BenchSection> {
  const slow = latencyStore(store, {
    clock: systemClock,
    seed: 1,
    // S3 in the same Region: usually 10 to 40 ms to the first byte.
    firstByteMs: { median: 15, p99: 80 },
    requestMegabytesPerSecond: 80,
    networkMegabytesPerSecond: 300,
  })
  const counted = countingStore(slow)
  const metastore = new Metastore(counted, { clock: systemClock, random: systemRandom })
  const start = performance.now()
  await search(
    set.indexId,
    { query: parseQueryString('description:animal', { defaultOperator: 'and' }), maxHits: 10 },
    contextOf(metastore),
  )
  const elapsedMs = performance.now() - start
  const bytes = counted.requests.reduce((sum, request) => sum + request.bytes, 0)
  const rows: BenchRow[] = [
    {
      id: 'cold-rounds',
      measure: 'rounds of reads, term query with 10 hits, metastore included',
      unit: 'rounds',
      ...sampleOf([readRounds(counted.requests)]),
      must: 5,
      aim: 4,
    },
    {
      id: 'cold-requests',
      measure: 'requests of the same, metastore included',
      unit: 'requests',
      ...sampleOf([counted.requests.length]),
    },
    { id: 'cold-bytes', measure: 'bytes', unit: 'kB', ...sampleOf([bytes / 1e3]) },
    { id: 'cold-time', measure: 'time, 15 ms a request', unit: 'ms', ...sampleOf([elapsedMs]) },
  ]
  return { title, rows }
}

/** Without the cache of partial results: a repeated query has to be computed again. */
function contextOf(metastore: Metastore): SearchContext {
  const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
  return { store: metastore.store, metastore, caches, clock: systemClock }
}

async function search(
  indexId: string,
  request: Partial<SearchRequest>,
  context: SearchContext,
): Promise<SearchResponse> {
  return await searchRoot(searchRequest(indexId, request), context)
}
