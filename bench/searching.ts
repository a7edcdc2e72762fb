import type { JsonObject } from '../src/engine/bytes/json.ts'
import { runMerges } from '../src/engine/indexing/merge.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../src/engine/search/caches.ts'
import type { SearchRequest, SearchResponse } from '../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../src/engine/search/root.ts'
import { Metastore } from '../src/engine/metastore/metastore.ts'
import { countingStore, readRounds } from '../src/stores/counting-store.ts'
import { latencyStore } from '../src/stores/testing/latency-store.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'
import { medianMs, ms, printTable, type Row } from './measure.ts'
import {
  BATCH_DOCS,
  createSalesIndex,
  INDEX_ID,
  indexBatch,
  type SalesIndex,
} from './sales-index.ts'

const BATCHES = 20
const RUNS = 21

export async function benchSearching(): Promise<void> {
  const index = await createSalesIndex(memoryStore())
  const staging = memoryStore()
  for (let batch = 0; batch < BATCHES; batch++) {
    await indexBatch(index, staging, { batch, withShop: true })
  }
  const docs = BATCHES * BATCH_DOCS
  await printWarm(`Searching ${docs} documents in ${BATCHES} splits, warm`, index)
  const single = await createSalesIndex(memoryStore())
  await indexBatch(single, staging, { batch: 0, withShop: false })
  await printCold(`One split of ${BATCH_DOCS}, cold`, single)
  const merged = await runMerges(index.indexing, { indexId: INDEX_ID })
  await printWarm(`The same after ${merged.mergeCount} merges, warm`, index)
}

async function printWarm(title: string, index: SalesIndex): Promise<void> {
  const context = contextOf(index.indexing.metastore)
  const measure = async (request: Partial<SearchRequest>): Promise<string> =>
    ms(await medianMs(() => search(request, context), { runs: RUNS, warmUps: 5 }))
  const rows: Row[] = [
    {
      measure: '`quantity:>5`, top 10 by ts',
      value: await measure({
        query: parseQueryString('quantity:>5', { defaultOperator: 'and' }),
        sort: [{ by: 'field', field: 'ts', order: 'desc', dateUnit: 'ms' }],
        maxHits: 10,
      }),
      must: '30 ms',
      aim: '5 ms',
    },
    {
      measure: 'one term in `description`, 10 hits',
      value: await measure({
        query: parseQueryString('description:animal', { defaultOperator: 'and' }),
        maxHits: 10,
      }),
      must: '10 ms',
      aim: '1 ms',
    },
    {
      measure: 'daily histogram by a text column of 10 values',
      value: await measure({ aggs: DAILY_BY_SHOP }),
      must: '150 ms',
      aim: '30 ms',
    },
  ]
  printTable(title, rows)
}

/** Over a store that takes its time, so that parallel reads are seen to be parallel. */
async function printCold(title: string, { store }: SalesIndex): Promise<void> {
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
    { query: parseQueryString('description:animal', { defaultOperator: 'and' }), maxHits: 10 },
    contextOf(metastore),
  )
  const elapsedMs = performance.now() - start
  const bytes = counted.requests.reduce((sum, request) => sum + request.bytes, 0)
  printTable(title, [
    {
      measure: 'rounds of reads, term query with 10 hits, metastore included',
      value: String(readRounds(counted.requests)),
      must: '5',
      aim: '4',
    },
    {
      measure: 'the same: requests, bytes, time with 15 ms a request',
      value: `${counted.requests.length} / ${(bytes / 1e3).toFixed(0)} kB / ${ms(elapsedMs)}`,
      must: '',
      aim: '',
    },
  ])
}

const DAILY_BY_SHOP: JsonObject = {
  days: {
    date_histogram: { field: 'ts', fixed_interval: '1d' },
    aggs: { shop: { terms: { field: 'shop' } } },
  },
}

/** Without the cache of partial results: a repeated query has to be computed again. */
function contextOf(metastore: Metastore): SearchContext {
  const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
  return { store: metastore.store, metastore, caches, clock: systemClock }
}

async function search(
  request: Partial<SearchRequest>,
  context: SearchContext,
): Promise<SearchResponse> {
  return await searchRoot(
    {
      indexIdPatterns: [INDEX_ID],
      missingIndexes: 'error',
      query: { kind: 'matchAll' },
      maxHits: 0,
      startOffset: 0,
      sort: [],
      countAll: true,
      snippetFields: [],
      allowFailedSplits: false,
      ...request,
    },
    context,
  )
}
