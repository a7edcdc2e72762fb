import { beforeAll, test } from 'vitest'
import { hdfsLines } from '../../bench/hdfs-lines.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { refreshHotCache } from '../../src/engine/indexing/refresh-hot-cache.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { shippedConfig } from '../../src/engine/schema/shipped-configs.ts'
import { objectSource } from '../../src/engine/sources/source.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'
import { READ_SIZES } from '../../src/engine/search/fetch.ts'
import { BY_TIME, expectReads, words, type ColdSearch } from './cold-search.ts'
import { countingRandom } from './counted-index.ts'

const SPLITS = 12
const SPLIT_DOCS = 2_000

/** Of HDFS-shaped lines in twelve splits with a hot cache, as if they were large. */
const COLD_SEARCHES: readonly ColdSearch[] = [
  {
    what: 'a term of a large dictionary, ten hits',
    ask: { ...words('body:terminating'), maxHits: 10 },
    numHits: 3_779,
    requests: 16,
    rounds: 5,
    bytes: 109_821,
  },
  {
    what: 'a frequent value, top ten by time',
    ask: { ...words('severity_text:INFO'), ...BY_TIME },
    numHits: 23_055,
    requests: 4,
    rounds: 4,
    bytes: 175_854,
  },
  {
    what: 'all documents, top ten by time',
    ask: { ...words('*'), ...BY_TIME },
    numHits: 24_000,
    requests: 3,
    rounds: 3,
    bytes: 163_584,
  },
  {
    what: 'an AND of two, top ten by time',
    ask: { ...words('body:received AND severity_text:INFO'), ...BY_TIME },
    numHits: 3_447,
    requests: 27,
    rounds: 5,
    bytes: 219_760,
  },
]

const readSizes = { ...READ_SIZES, wholeSplitBytes: 0 }
const indexId = 'hdfs-logs'
const store = memoryStore(instantClock())

beforeAll(async () => {
  const config = shippedConfig(indexId)
  if (config === undefined) throw new Error(`no shipped config ${indexId}`)
  const components = { clock: instantClock(), random: countingRandom(), hotSplitBytes: 0 }
  const metastore = new Metastore(store, components)
  await metastore.createIndex(config)
  const staging = memoryStore(instantClock())
  for (let batch = 0; batch < SPLITS; batch++) {
    const lines = Buffer.from(hdfsLines(batch, SPLIT_DOCS))
    const file = await staging.put(String(batch), lines, { condition: { kind: 'always' } })
    const source = objectSource(staging, file, `s3://staging/${batch}`)
    await indexSource({ ...components, metastore }, { indexId, source })
  }
  await refreshHotCache({ ...components, metastore }, indexId)
}, 120_000)

test.each(COLD_SEARCHES)('reads of a cold search of many splits: $what', async (search) => {
  await expectReads(search, { store, indexId, readSizes })
})
