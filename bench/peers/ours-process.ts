import { text } from 'node:stream/consumers'
import { stringifyJson } from '../../src/engine/bytes/json.ts'
import { runMerges } from '../../src/engine/indexing/merge.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { publishedSplits } from '../../src/engine/metastore/index-metadata.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../../src/engine/search/caches.ts'
import type { SearchResponse, SortValue } from '../../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../../src/engine/search/root.ts'
import { fileSource } from '../../src/local/file-source.ts'
import { folderStore } from '../../src/stores/folder-store.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'
import { createBenchIndex, HDFS, SALES } from '../bench-index.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS } from '../questions.ts'
import { searchRequest } from '../search-request.ts'
import { aggregationValues } from './answer.ts'
import type { Answer, Asked, Asking, Indexing, PeerQuestion } from './peer.ts'
import { peerQuestion } from './peer-question.ts'

const [, , task, indexId = '', folder = '', file = ''] = process.argv
const set = indexId === SALES.indexId ? SALES : HDFS
const store = folderStore({ root: folder })
const result =
  task === 'index' ? await index() : await ask(JSON.parse(await text(process.stdin)) as Asking)
console.log(JSON.stringify(result))

async function index(): Promise<Indexing> {
  const start = performance.now()
  const { indexing } = await createBenchIndex(set, store)
  const { docCount } = await indexSource(indexing, { indexId, source: await fileSource(file) })
  const searchableMs = performance.now() - start
  await runMerges(indexing, { indexId })
  const wholeMs = performance.now() - start
  const { user, system } = process.cpuUsage()
  const splits = publishedSplits(await indexing.metastore.load(indexId))
  const bytes = splits.reduce((sum, { footer }) => sum + footer.end, 0)
  return { docs: docCount, searchableMs, wholeMs, cpuMs: (user + system) / 1_000, bytes }
}

async function ask({ questions, runs, warmUps }: Asking): Promise<Asked[]> {
  const metastore = new Metastore(store, { clock: systemClock, random: systemRandom })
  // Without the cache of partial results: a repeated question has to be computed again.
  const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
  const context: SearchContext = { store, metastore, caches, clock: systemClock }
  const all = indexId === SALES.indexId ? SALES_QUESTIONS : HDFS_QUESTIONS
  const asked: Asked[] = []
  for (const question of questions) {
    const key = JSON.stringify(question)
    const ours = all.find(({ request }) => JSON.stringify(peerQuestion(request)) === key)
    if (ours === undefined) throw new Error(`no request for ${key}`)
    const request = searchRequest(indexId, ours.request)
    const answer = answerOf(await searchRoot(request, context), question)
    const timesMs: number[] = []
    for (let run = -warmUps; run < runs; run++) {
      const start = performance.now()
      await searchRoot(request, context)
      if (run >= 0) timesMs.push(performance.now() - start)
    }
    asked.push({ answer, timesMs })
  }
  return asked
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
  return Number(value.value / 1_000_000n)
}
