import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { splitKey } from '../metastore/layout.ts'
import type { countNeeds } from './explain.ts'
import { needKey, type Need } from './needs.ts'
import { readRounds } from './read-rounds.ts'
import { EXACT_READS, SearchFixture, type Ask } from './testing/search-fixture.ts'

const MAPPING: JsonObject = {
  index_field_presence: true,
  timestamp_field: 'ts',
  field_mappings: [
    { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
    { name: 'id', type: 'u64', fast: true },
    { name: 'body', type: 'text', record: 'position', fieldnorms: true },
    { name: 'size', type: 'i64' },
    { name: 'price', type: 'f64', fast: true },
  ],
}

const FIRST_TS = 1_700_000_000

function doc(id: number): string {
  const body = `${'the '.repeat(id % 4)}${id % 3 === 0 ? 'red' : 'blue'} fox`
  return JSON.stringify({ ts: FIRST_TS + id, id, body, size: (id * id) % 13, price: id / 8 })
}

async function twoSplits(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(MAPPING, { default_search_fields: ['body'] })
  const docs = Array.from({ length: 1000 }, (_, id) => doc(id))
  await fixture.addSplit(docs.slice(0, 700))
  await fixture.addSplit(docs.slice(700))
  return fixture
}

describe('a search plan', () => {
  test.each<[string, Ask, Partial<ReturnType<typeof countNeeds>>]>([
    ['a term', { query: 'red' }, { sstable: 1, posting: 1 }],
    ['a phrase', { query: '"blue fox"' }, { sstable: 1, posting: 1, position: 2 }],
    ['a range on a fast field', { query: 'price:>5' }, { fastfield: 1 }],
    ['a range on a field without column', { query: 'size:[10 TO 12]' }, { sstable: 1, posting: 2 }],
    ['a field that exists, by presence', { query: 'body:*' }, { sstable: 1 }],
    ['a fast field that exists', { query: 'price:*' }, { fastfield: 1, sstable: 1 }],
    [
      'sorting by a field',
      { sort: [{ by: 'field', field: 'ts', order: 'desc', dateUnit: 'ms' }] },
      { fastfield: 1 },
    ],
    [
      'sorting by score',
      { query: 'red', sort: [{ by: 'score', order: 'desc' }] },
      { sstable: 1, posting: 1, fieldnorm: 1 },
    ],
    [
      'aggregations, each column once',
      {
        query: 'price:>5',
        aggs: {
          a: { terms: { field: 'id' }, aggs: { b: { max: { field: 'price' } } } },
        },
      },
      { fastfield: 2 },
    ],
  ])('counts the parts that %s needs of the larger split', async (_, ask, counts) => {
    const fixture = await twoSplits()
    const { searchedSplits, storageRequests } = await fixture.plan(ask)
    expect(searchedSplits.length).toBeGreaterThan(0)
    const none = { fastfield: 0, fieldnorm: 0, sstable: 0, posting: 0, position: 0 }
    expect(storageRequests).toEqual({ footer: 1, ...none, ...counts })
  })

  test('reads nothing where the metastore knows the answer, or no split is left', async () => {
    const fixture = await twoSplits()
    const nothing = { footer: 0, fastfield: 0, fieldnorm: 0, sstable: 0, posting: 0, position: 0 }
    for (const ask of [{ maxHits: 0 }, { endTimestamp: FIRST_TS - 1 }]) {
      fixture.forget()
      expect((await fixture.plan(ask)).storageRequests).toEqual(nothing)
      expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toEqual([])
    }
  })

  test('of a split that a merge replaced is made again of its successor', async () => {
    const fixture = await twoSplits()
    const stale = await fixture.metastore.listIndexes(['events'])
    const old = (await fixture.splits()).map(({ splitId }) => splitId)
    const merged = await fixture.merge(old)
    for (const id of old) await fixture.store.delete(splitKey('events', id))
    fixture.forget()
    const { metastore } = fixture.context
    const fresh = metastore.listIndexes.bind(metastore)
    const lists = [stale]
    metastore.listIndexes = async (patterns, signal) => lists.pop() ?? fresh(patterns, signal)
    const plan = await fixture.plan({ query: 'red' })
    expect(plan.searchedSplits).toEqual([`events/${merged}`])
  })
})

/** What a cold search asks of the store. */
async function requestsOf(fixture: SearchFixture, ask: Ask): Promise<string[]> {
  fixture.forget()
  await fixture.search(ask, { readSizes: EXACT_READS })
  const reads = fixture.store.requests.filter(({ key }) => key.endsWith('.split'))
  return reads.map(({ key, range }) => `${key} ${range?.start}..${range?.end}`).sort()
}

async function explainedRequests(fixture: SearchFixture, ask: Ask): Promise<string[]> {
  const explained = [...(await fixture.explain(ask))]
  const print = (id: string, { start, end }: Need): string =>
    `${splitKey('events', id)} ${start}..${end}`
  return explained.flatMap(([id, needs]) => needs.map((need) => print(id, need))).sort()
}

describe('what is explained', () => {
  test.each<[string, Ask]>([
    ['a term', { query: 'red' }],
    ['a phrase', { query: '"blue fox"' }],
    ['presence', { query: 'body:* AND price:*' }],
    ['a range without column', { query: 'size:>3 OR size:<2' }],
    ['time bounds that cut one split', { startTimestamp: FIRST_TS + 100, query: 'NOT red' }],
    ['columns of aggregations', { aggs: { a: { stats: { field: 'price' } } } }],
  ])('is asked of the store, byte for byte, and nothing else is: %s', async (_, ask) => {
    const fixture = await twoSplits()
    const counting = { ...ask, maxHits: 0 }
    const requests = await requestsOf(fixture, counting)
    expect(requests.length).toBeGreaterThan(1)
    expect(await explainedRequests(fixture, counting)).toEqual(requests)
  })

  test('is plain data: it survives being sent as a message', async () => {
    const fixture = await twoSplits()
    for (const needs of (await fixture.explain({ query: '"blue fox" AND price:>5' })).values()) {
      expect(structuredClone(needs)).toEqual(needs)
      expect(new Set(needs.map(needKey)).size).toBe(needs.length)
    }
  })
})

describe('the rounds of a cold split', () => {
  test.each([
    ['parts that are far apart', { wholeSplitBytes: 0, tailBytes: 0, gapBytes: 0 }],
    ['parts that stand close together', { wholeSplitBytes: 0, tailBytes: 0, gapBytes: 4_000 }],
    ['what stands before the footer', { wholeSplitBytes: 0, tailBytes: 2_000, gapBytes: 0 }],
    ['a split that is read whole', { wholeSplitBytes: 1_000_000, tailBytes: 0, gapBytes: 0 }],
  ])('are the requests and bytes that a search really makes: %s', async (_, readSizes) => {
    const fixture = await twoSplits()
    for (const query of ['red', '"blue fox"', 'price:>5 AND the', 'size:[3 TO 4]', 'nowhere']) {
      for (const aggs of [undefined, { a: { max: { field: 'price' } } }]) {
        const ask = { query, maxHits: 0, ...(aggs === undefined ? {} : { aggs }) }
        fixture.forget()
        await fixture.search(ask, { readSizes })
        const requests = [...fixture.store.requests]
        const explained = await fixture.explain(ask)
        for (const { splitId, footer } of await fixture.splits()) {
          const made = requests
            .filter(({ key }) => key === splitKey('events', splitId))
            .flatMap(({ range }) => range ?? [])
          const rounds = readRounds(explained.get(splitId) ?? [], footer, { sizes: readSizes })
          expect(
            rounds.reduce((sum, { requests }) => sum + requests, 0),
            query,
          ).toBe(made.length)
          expect(
            rounds.reduce((sum, { bytes }) => sum + bytes, 0),
            query,
          ).toBe(made.reduce((sum, { start, end }) => sum + end - start, 0))
        }
      }
    }
  })
})
