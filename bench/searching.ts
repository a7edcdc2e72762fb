import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import { parseQueryString } from '../src/engine/query/query-string.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../src/engine/search/root.ts'
import { countingStore, readRounds } from '../src/stores/counting-store.ts'
import { memoryStore } from '../src/stores/memory-store.ts'
import { systemClock } from '../src/stores/system-clock.ts'
import { latencyStore } from '../src/stores/testing/latency-store.ts'
import {
  BATCH_DOCS,
  createBenchIndex,
  HDFS,
  indexBatch,
  SALES,
  type DataSet,
} from './bench-index.ts'
import { isWanted, sampleOf, splitsOf, timed } from './measure.ts'
import { openWholeIndexes, searchContext } from './open-index.ts'
import type { BenchContext } from './parts.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS, type Question } from './questions.ts'
import type { BenchRow, BenchSection, PartResult } from './report.ts'
import { BOUNDED_DOCS, datasetName, searchRowId } from './row-ids.ts'
import { searchRequest } from './search-request.ts'
import { ensureWholeIndexes } from './whole-index.ts'

const TIMING = { runs: 21, warmUps: 5, leastMs: 150 }

export async function benchSearching(context: BenchContext): Promise<PartResult> {
  const { only } = context
  await ensureWholeIndexes(context)
  const opened = openWholeIndexes(context)
  const warmSections = [
    await warm(SALES, wanted(SALES_QUESTIONS, only), opened),
    await warm(HDFS, wanted(HDFS_QUESTIONS, only), opened),
  ]
  return { sections: only === undefined ? [...warmSections, await cold()] : warmSections }
}

function wanted(questions: readonly Question[], only: string | undefined): Question[] {
  return questions.filter((question) => isWanted(only, question))
}

async function warm(
  { indexId, what }: DataSet,
  questions: readonly Question[],
  context: SearchContext,
): Promise<BenchSection> {
  const splits = publishedSplits(await context.metastore.load(indexId))
  const docs = splits.reduce((sum, { docCount }) => sum + docCount, 0)
  const rows: BenchRow[] = []
  for (const { id, measure, request, must, aim } of questions) {
    const work = () => search(indexId, request, context)
    const sample = await timed(work, TIMING)
    rows.push({
      id: searchRowId(id, docs),
      measure,
      unit: 'ms',
      ...sample,
      ...(docs === BOUNDED_DOCS && { must, aim }),
      dataset: datasetName(indexId, docs),
    })
  }
  return { title: `Searching ${docs} ${what}, ${splitsOf(splits.length)}, warm, one thread`, rows }
}

/** Over a store that takes its time, so that parallel reads are seen to be parallel. */
async function cold(): Promise<BenchSection> {
  const { store, set, indexing } = await createBenchIndex(SALES, memoryStore())
  await indexBatch({ store, set, indexing }, 0)
  const slow = latencyStore(store, {
    clock: systemClock,
    seed: 1,
    // S3 in the same Region: usually 10 to 40 ms to the first byte.
    firstByteMs: { median: 15, p99: 80 },
    requestMegabytesPerSecond: 80,
    networkMegabytesPerSecond: 300,
  })
  const counted = countingStore(slow)
  const query = parseQueryString('description:animal', { defaultOperator: 'and' })
  const start = performance.now()
  await search(set.indexId, { query, maxHits: 10 }, searchContext(counted))
  const elapsedMs = performance.now() - start
  const bytes = counted.requests.reduce((sum, request) => sum + request.bytes, 0)
  const once = (
    row: Pick<BenchRow, 'id' | 'measure' | 'unit' | 'must' | 'aim'>,
    value: number,
  ): BenchRow => ({ ...row, ...sampleOf([value]), dataset: `${set.indexId}-100k` })
  return {
    title: `A term query with 10 hits over one split of ${BATCH_DOCS} ${set.what}, cold`,
    rows: [
      once(
        { id: 'cold-rounds', measure: 'rounds of reads', unit: 'rounds', must: 5, aim: 4 },
        readRounds(counted.requests),
      ),
      once({ id: 'cold-requests', measure: 'requests', unit: 'requests' }, counted.requests.length),
      once({ id: 'cold-bytes', measure: 'bytes', unit: 'kB' }, bytes / 1e3),
      once({ id: 'cold-time', measure: 'time at 15 ms a request', unit: 'ms' }, elapsedMs),
    ],
  }
}

async function search(
  indexId: string,
  request: Partial<SearchRequest>,
  context: SearchContext,
): Promise<void> {
  await searchRoot(searchRequest(indexId, request), context)
}
