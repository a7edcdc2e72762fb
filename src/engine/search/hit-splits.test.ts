import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitKey } from '../metastore/layout.ts'
import type { SearchResponse, SortKey } from './request.ts'
import { handedLeaf, spreadOut } from './testing/handed-leaf.ts'
import { EXACT_READS, SearchFixture, type Ask } from './testing/search-fixture.ts'
import { FIRST_TS } from './testing/shop.ts'

const MAPPING = {
  timestamp_field: 'ts',
  field_mappings: [
    {
      name: 'ts',
      type: 'datetime',
      input_formats: ['unix_timestamp'],
      fast: true,
      fast_precision: 'milliseconds',
    },
    { name: 'id', type: 'u64', fast: true },
    { name: 'word', type: 'text' },
  ],
}
const BY_WORD = { default_search_fields: ['word'] }

interface Doc {
  readonly ts: number
  readonly id: number
  readonly word: string
}

function byTime(order: 'asc' | 'desc', dateUnit: 'ms' | 'ns' = 'ms', field = 'ts'): SortKey {
  return { by: 'field', field, order, dateUnit }
}

async function index(splits: readonly (readonly Doc[])[]): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(MAPPING, BY_WORD)
  for (const docs of splits) await fixture.addSplit(docs.map((doc) => JSON.stringify(doc)))
  fixture.forget()
  return fixture
}

/** Enough that posting lists stand outside of their dictionary. */
const SPLIT_DOCS = 1000

/** Every split has both words; split after split in time. */
function inTime(splitCount: number): Promise<SearchFixture> {
  const docs = (split: number): Doc[] =>
    Array.from({ length: SPLIT_DOCS }, (_, at) => {
      const id = split * SPLIT_DOCS + at
      return { ts: FIRST_TS + id, id, word: at % 10 === 0 ? 'tenth' : 'other' }
    })
  return index(Array.from({ length: splitCount }, (_, split) => docs(split)))
}

/** Reads of each split, the latest first. */
async function readsOf(fixture: SearchFixture, ask: Ask): Promise<number[]> {
  fixture.forget()
  await fixture.search(ask, { readSizes: EXACT_READS })
  const splits = await fixture.splits()
  const reads = splits.map(({ splitId }) => {
    const key = splitKey('events', splitId)
    return fixture.store.requests.filter((request) => request.key === key).length
  })
  return reads.toReversed()
}

describe('splits that cannot have a hit', () => {
  test.each<[string, Ask, number[]]>([
    // Footer, dictionary block, posting list and the documents; the others: the first two.
    ['a term', { query: 'other', maxHits: 10 }, [4, 2, 2, 2]],
    ['a term, oldest first', { query: 'other', sort: [{ by: 'doc', order: 'asc' }] }, [2, 2, 2, 4]],
    ['a term that needs two splits', { query: 'tenth', maxHits: 107 }, [4, 4, 2, 2]],
    ['a term by time', { query: 'tenth', maxHits: 3, sort: [byTime('desc')] }, [5, 2, 2, 2]],
    ['a term by time, oldest', { query: 'tenth', maxHits: 4, sort: [byTime('asc')] }, [2, 2, 2, 5]],
    ['all documents', { maxHits: 10 }, [2, 0, 0, 0]],
    ['all documents by time', { maxHits: 1001, sort: [byTime('desc')] }, [3, 3, 0, 0]],
    ['a term that is only counted', { query: 'other', maxHits: 0 }, [2, 2, 2, 2]],
    [
      // The column of the time is read where it decides which documents match.
      'a term in a time that ends inside a split',
      { query: 'other', maxHits: 10, endTimestamp: FIRST_TS + 2500 },
      [0, 5, 3, 2],
    ],
    [
      // The split of the page's last hit may have any number of hits after it.
      'a term after a page',
      {
        query: 'other',
        maxHits: 10,
        sort: [byTime('desc')],
        searchAfter: [(FIRST_TS + 1999) * 1000],
      },
      [2, 2, 5, 4],
    ],
  ])('%s: only their dictionaries are read', async (_, ask, reads) => {
    expect(await readsOf(await inTime(4), ask)).toEqual(reads)
  })

  test.each<[string, Ask]>([
    ['aggregations', { query: 'other', aggs: { most: { max: { field: 'id' } } } }],
    ['scores', { query: 'other', wantsScores: true }],
    ['an order by another field', { query: 'other', sort: [byTime('desc', 'ms', 'id')] }],
    ['several terms', { query: 'other OR tenth' }],
  ])('%s: every split is searched', async (_, ask) => {
    const reads = await readsOf(await inTime(4), { maxHits: 2, ...ask })
    expect(Math.min(...reads)).toBeGreaterThan(2)
  })

  test.each(['footer', 'postings'])('take the place of one with a damaged %s', async (damaged) => {
    const fixture = await inTime(3)
    const [, , last] = await fixture.splits()
    const splitId = last?.splitId ?? ''
    const ask: Ask = { query: 'other', maxHits: 5, allowFailedSplits: true }
    const needs = (await fixture.explain(ask)).get(splitId) ?? []
    const { start, end } = needs.find(({ part }) => part === damaged)!
    const key = splitKey('events', splitId)
    const bytes = (await fixture.store.get(key))?.bytes.slice() ?? new Uint8Array()
    bytes.fill(255, start, end)
    await fixture.store.put(key, bytes, { condition: { kind: 'always' } })
    fixture.forget()
    const answer = await fixture.search(ask)
    expect(answer.failedSplits).toHaveLength(1)
    expect(answer.numHits).toBe(2 * 900)
    expect(answer.hits.map(({ json }) => (JSON.parse(json) as Doc).id)).toEqual([
      1999, 1998, 1997, 1996, 1995,
    ])
  })
})

/** Few seconds and words, so that bounds meet and documents are equal. */
const docs = fc.array(
  fc.record({
    ts: fc.integer({ min: 0, max: 12 }).map((second) => FIRST_TS + second),
    word: fc.constantFrom('red', 'red blue', 'blue', 'green'),
  }),
  { minLength: 1, maxLength: 12 },
)
const SORTS: readonly (readonly SortKey[])[] = [
  [],
  [{ by: 'doc', order: 'asc' }],
  [byTime('desc')],
  [byTime('asc', 'ns')],
  [byTime('desc', 'ns'), { by: 'doc', order: 'desc' }],
  [byTime('asc'), { by: 'field', field: 'id', order: 'desc', dateUnit: 'ms' }],
]
const QUERIES = [
  '*',
  'red',
  'green',
  'word:blue',
  'red AND blue',
  'red OR green',
  'NOT red',
  'none',
]

test('hits and counts are those of a search of every split', async () => {
  const search = fc.record({
    query: fc.constantFrom(...QUERIES),
    sort: fc.constantFrom(...SORTS),
    maxHits: fc.integer({ min: 0, max: 9 }),
    startOffset: fc.integer({ min: 0, max: 3 }),
    from: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    to: fc.option(fc.integer({ min: 0, max: 13 }), { nil: undefined }),
    how: fc.constantFrom('here', 'processes', 'threads'),
  })
  const world = fc.record({
    splits: fc.array(docs, { minLength: 1, maxLength: 6 }),
    // A document of each split that is erased afterwards; splits of one document keep it.
    erased: fc.array(fc.nat(11), { minLength: 6, maxLength: 6 }),
    older: fc.boolean(),
    searches: fc.array(search, { minLength: 4, maxLength: 8 }),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ splits, erased, older, searches }) => {
      let id = 0
      const fixture = await index(splits.map((some) => some.map((doc) => ({ ...doc, id: id++ }))))
      for (const [at, { splitId, docCount }] of (await fixture.splits()).entries()) {
        if (docCount > 1 && at % 2 === 0) await fixture.erase(splitId, [erased[at]! % docCount])
      }
      if (older) {
        const added = { name: 'more', type: 'u64', fast: true }
        await fixture.remap(
          { ...MAPPING, field_mappings: [...MAPPING.field_mappings, added] },
          BY_WORD,
        )
        await fixture.addSplit([JSON.stringify({ ts: FIRST_TS + 5, id, word: 'red', more: 1 })])
      }
      for (const { from, to, how, ...asked } of searches) {
        const ask: Ask = {
          ...asked,
          ...(from !== undefined && { startTimestamp: FIRST_TS + from }),
          ...(to !== undefined && { endTimestamp: FIRST_TS + to }),
        }
        fixture.forget()
        const leaf = {
          here: undefined,
          processes: handedLeaf(fixture.context),
          threads: spreadOut(fixture.context),
        }[how]
        const first = await fixture.search(ask, { leaf })
        expect(first).toEqual({
          ...(await plain(fixture, ask)),
          elapsedMicros: first.elapsedMicros,
        })
        const last = first.hits.at(-1)
        if (last === undefined || asked.sort.length === 0) continue
        const searchAfter = last.sort.map((value, at) => {
          const key = asked.sort[at]
          const isMs = key?.by === 'field' && key.field === 'ts' && key.dateUnit === 'ms'
          return isMs ? Number(value?.value) / 1e6 : (value?.value ?? null)
        })
        const next = await fixture.search({ ...ask, searchAfter, startOffset: 0 }, { leaf })
        const expected = await plain(fixture, { ...ask, searchAfter, startOffset: 0 })
        expect(next).toEqual({ ...expected, elapsedMicros: next.elapsedMicros })
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)

/** A limit of matches that none reaches: every split is searched whole. */
async function plain(fixture: SearchFixture, ask: Ask): Promise<SearchResponse> {
  fixture.forget()
  return await fixture.search({ ...ask, terminateAfter: 1e9 })
}
