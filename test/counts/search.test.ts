import { beforeAll, test } from 'vitest'
import { BY_TIME, expectReads, words, type ColdSearch } from './cold-search.ts'
import { indexFile, stageFile, type StagedFile } from './counted-index.ts'
import { HOURS_BY_SEVERITY } from './warm-searches.ts'

/** Of 20,000 HDFS-shaped lines in one split. */
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
    bytes: 261_458,
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
    ask: HOURS_BY_SEVERITY,
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

test.each(COLD_SEARCHES)('reads of a cold search: $what', async (search) => {
  await expectReads(search, index)
})
