import { expect, test } from 'vitest'
import { DEFAULT_ASSUMPTIONS } from '../../src/cost/assumptions.ts'
import { COLD_QUERY_ROUNDS } from '../../src/cost/measured.ts'
import { refreshHotCache } from '../../src/engine/indexing/refresh-hot-cache.ts'
import { READ_SIZES } from '../../src/engine/search/fetch.ts'
import { SearchFixture, type Ask } from '../../src/engine/search/testing/search-fixture.ts'
import { readRounds } from '../../src/stores/counting-store.ts'
import { systemRandom } from '../../src/stores/system-clock.ts'

const { splitsPerQuery, readsPerSplit, readsPerQuery } = DEFAULT_ASSUMPTIONS
const SPLIT_DOCS = 1000
const FIRST_TS = 1_700_000_000
const BY_TIME: Ask = {
  maxHits: 10,
  sort: [{ by: 'field', field: 'ts', order: 'desc', dateUnit: 'ms' }],
}

/** As many splits as the estimate takes a query to search, with a hot cache, as if they were large. */
async function index(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(
    {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'colour', type: 'text', fast: true },
      ],
    },
    { default_search_fields: ['colour'] },
  )
  for (let split = 0; split < splitsPerQuery; split++) {
    const docs = Array.from({ length: SPLIT_DOCS }, (_, at) => {
      const colour = `${at % 2 === 0 ? 'red' : 'blue'} ${at % 3 === 0 ? 'light' : 'dark'}`
      return JSON.stringify({ ts: FIRST_TS + split * SPLIT_DOCS + at, colour })
    })
    await fixture.addSplit(docs)
  }
  const { metastore, context } = fixture
  const components = { metastore, clock: context.clock, random: systemRandom, hotSplitBytes: 0 }
  await refreshHotCache(components, 'events')
  return fixture
}

test('the estimate counts the reads of a cold query as a search makes them', async () => {
  const fixture = await index()
  const readsOf = async (ask: Ask): Promise<number> => {
    fixture.forget()
    await fixture.search(ask, { readSizes: { ...READ_SIZES, wholeSplitBytes: 0 } })
    const { requests } = fixture.store
    expect(readRounds(requests)).toBeLessThanOrEqual(COLD_QUERY_ROUNDS)
    return requests.length
  }
  const estimated = splitsPerQuery * readsPerSplit + readsPerQuery
  expect(await readsOf({ ...BY_TIME, query: 'red AND dark' })).toBe(estimated)
  const hours = { date_histogram: { field: 'ts', fixed_interval: '1h' } }
  // Without documents.
  expect(await readsOf({ query: 'red', maxHits: 0, aggs: { hours } })).toBe(estimated - 1)
  expect(await readsOf({ ...BY_TIME, query: 'red' })).toBe(readsPerQuery + 1)
})
