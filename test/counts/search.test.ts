import { beforeAll, expect, test } from 'vitest'
import { searchRequest } from '../../bench/search-request.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'
import { searchRoot } from '../../src/engine/search/root.ts'
import { countingStore, readRounds } from '../../src/stores/counting-store.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'
import { indexFile, stageFile, type StagedFile } from './counted-index.ts'
import { expectCount } from './expect-count.ts'

/** A search in a process that has read nothing, of 20,000 HDFS-shaped lines in one split. */
interface ColdSearch {
  readonly what: string
  readonly ask: Partial<SearchRequest>
  readonly numHits: number
  /** The metastore file's among them. */
  readonly requests: number
  /** Reads of which each had to wait for the one before. */
  readonly rounds: number
  readonly bytes: number
}

const BY_TIME: Partial<SearchRequest> = {
  maxHits: 10,
  sort: [{ by: 'field', field: 'timestamp', order: 'desc', dateUnit: 'ms' }],
}

const COLD_SEARCHES: readonly ColdSearch[] = [
  {
    what: 'a term, ten hits',
    ask: { ...words('body:terminating'), maxHits: 10 },
    numHits: 3_137,
    requests: 4,
    rounds: 4,
    bytes: 144_927,
  },
  {
    what: 'a rare value, top ten by time',
    ask: { ...words('severity_text:ERROR'), ...BY_TIME },
    numHits: 18,
    requests: 3,
    rounds: 3,
    bytes: 263_190,
  },
  {
    what: 'an AND of three, top ten by time',
    ask: { ...words('body:received AND body:block AND severity_text:INFO'), ...BY_TIME },
    numHits: 2_890,
    requests: 4,
    rounds: 4,
    bytes: 264_160,
  },
  {
    what: 'a phrase of two, ten hits',
    ask: { ...words('body:"for block"'), maxHits: 10 },
    numHits: 3_137,
    requests: 4,
    rounds: 4,
    bytes: 175_651,
  },
  {
    what: 'a histogram of all documents by severity',
    ask: {
      aggs: {
        hours: {
          date_histogram: { field: 'timestamp', fixed_interval: '1h' },
          aggs: { by: { terms: { field: 'severity_text' } } },
        },
      },
    },
    numHits: 20_000,
    requests: 2,
    rounds: 2,
    bytes: 135_576,
  },
]

let index: StagedFile

beforeAll(async () => {
  index = await stageFile('hdfs-logs')
  await indexFile(index)
}, 120_000)

test.each(COLD_SEARCHES)('reads of a cold search: $what', async ({ what, ask, ...kept }) => {
  const clock = instantClock()
  const store = countingStore(index.store)
  const random = { bytes: (count: number) => new Uint8Array(count) }
  const metastore = new Metastore(store, { clock, random })
  const context = { store, metastore, caches: new SearchCaches(), clock }
  const { numHits } = await searchRoot(searchRequest(index.indexId, ask), context)
  const { requests } = store
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0)
  const each = requests.map((request) => `${request.verb} of ${request.bytes} bytes`).join(', ')
  const look = `What was read: ${each}. Which part needs it: qw-lambda search-plan.`
  expect(numHits).toBe(kept.numHits)
  expectCount({ what: `requests of ${what}`, kept: kept.requests, counted: requests.length, look })
  const rounds = readRounds(requests)
  expectCount({ what: `rounds of ${what}`, kept: kept.rounds, counted: rounds, look })
  // Another version of zlib packs a little tighter or less.
  expectCount({ what: `bytes of ${what}`, kept: kept.bytes, counted: bytes, within: 0.01, look })
})

function words(text: string): Partial<SearchRequest> {
  return { query: parseQueryString(text, { defaultOperator: 'and' }) }
}
