import { availableParallelism } from 'node:os'
import { stringifyJson } from '../../src/engine/bytes/json.ts'
import { runMerges } from '../../src/engine/indexing/merge.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../../src/engine/ports.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../../src/engine/search/caches.ts'
import type { SearchResponse, SortValue } from '../../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../../src/engine/search/root.ts'
import { fileSource } from '../../src/local/file-source.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'
import { openSplitThread } from '../../src/threads/split-thread.ts'
import { createBenchIndex, HDFS, SALES } from '../bench-index.ts'
import { repeated } from '../measure.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS } from '../questions.ts'
import { searchRequest } from '../search-request.ts'
import { aggregationValues } from './answer.ts'
import type { Answer, Asked, Asking, Indexing, PeerQuestion } from './peer.ts'
import { peerQuestion } from './peer-question.ts'

const NS_PER_MS = 1_000_000n

/** NDJSON of one file, as `ingest` indexes it, then merged as its index says. */
export async function indexOurs(
  store: ObjectStore,
  indexId: string,
  file: string,
): Promise<Indexing> {
  const start = performance.now()
  const set = indexId === SALES.indexId ? SALES : HDFS
  const { indexing } = await createBenchIndex(set, store, openSplitThread(availableParallelism()))
  const { docCount } = await indexSource(indexing, { indexId, source: await fileSource(file) })
  const searchableMs = performance.now() - start
  await runMerges(indexing, { indexId })
  const wholeMs = performance.now() - start
  const { user, system } = process.cpuUsage()
  const splits = publishedSplits(await indexing.metastore.load(indexId))
  const bytes = splits.reduce((sum, { footer }) => sum + footer.end, 0)
  return { docs: docCount, searchableMs, wholeMs, cpuMs: (user + system) / 1_000, bytes }
}

/** Without the cache of partial results: a repeated question has to be computed again. */
export async function askOurs(
  store: ObjectStore,
  indexId: string,
  { questions, runs, warmUps, leastMs }: Asking,
): Promise<Asked[]> {
  const metastore = new Metastore(store, { clock: systemClock, random: systemRandom })
  const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
  const context: SearchContext = { store, metastore, caches, clock: systemClock }
  const asked: Asked[] = []
  for (const question of questions) {
    const request = searchRequest(indexId, requestOf(indexId, question))
    const answer = answerOf(await searchRoot(request, context), question)
    const ask = async (): Promise<number> => {
      const start = performance.now()
      await searchRoot(request, context)
      return performance.now() - start
    }
    await repeated(ask, warmUps, leastMs)
    const timesMs = await repeated(ask, runs, leastMs)
    asked.push({ answer, timesMs })
  }
  return asked
}

/** The request that the question was made of. */
function requestOf(indexId: string, question: PeerQuestion): Parameters<typeof peerQuestion>[0] {
  const all = indexId === SALES.indexId ? SALES_QUESTIONS : HDFS_QUESTIONS
  const text = JSON.stringify(question)
  const ours = all.find(({ request }) => JSON.stringify(peerQuestion(request)) === text)
  if (ours === undefined) throw new Error(`the benchmark has no question ${text}`)
  return ours.request
}

function answerOf(response: SearchResponse, { newestBy }: PeerQuestion): Answer {
  const { numHits, hits, aggregations } = response
  return {
    count: numHits,
    hits: hits.length,
    newestMs: newestBy === undefined ? [] : hits.map(({ sort: [value] }) => millisecondsOf(value)),
    ...aggregationValues(JSON.parse(stringifyJson(aggregations ?? null))),
  }
}

function millisecondsOf(value: SortValue | undefined): number {
  if (value?.type !== 'date') throw new Error('hits were not sorted by a date')
  return Number(value.value / NS_PER_MS)
}
