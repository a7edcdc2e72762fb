import { describe, expect, test } from 'vitest'
import { readRounds } from '../../stores/counting-store.ts'
import { refreshHotCache } from '../indexing/refresh-hot-cache.ts'
import { hotCacheKey, splitKey } from '../metastore/layout.ts'
import { decodeHotCache, encodeHotCache } from '../split/hot-cache.ts'
import { coldReads } from './cold-reads.ts'
import { EXACT_READS, SearchFixture, type Ask } from './testing/search-fixture.ts'
import { FIRST_TS } from './testing/shop.ts'

const KEY = hotCacheKey('events')
/** Every split is as a large one: footer, then each part by itself. */
const LARGE = { readSizes: EXACT_READS }

/** Splits of 40 documents, each with the word `red` 20 times and one word of its own. */
async function index(splitCount: number): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(
    {
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'id', type: 'u64' },
        { name: 'colour', type: 'text' },
      ],
    },
    { default_search_fields: ['colour'] },
  )
  for (let n = 0; n < splitCount; n++) {
    await fixture.addSplit(
      Array.from({ length: 40 }, (_, i) => {
        const id = n * 40 + i
        const colour = i % 2 === 0 ? 'red' : `blue own${n}`
        return JSON.stringify({ ts: FIRST_TS + id, id, colour })
      }),
    )
  }
  fixture.forget()
  return fixture
}

async function withHotCache(fixture: SearchFixture): Promise<void> {
  const { metastore, context } = fixture
  const random = { bytes: (count: number) => new Uint8Array(count).fill(7) }
  const components = { metastore, clock: context.clock, random, hotSplitBytes: 0 }
  await refreshHotCache(components, 'events')
  fixture.forget()
}

interface Cost {
  /** Of splits and of the hot cache. */
  readonly splits: number
  readonly hot: number
}

function costOf(fixture: SearchFixture): Cost {
  const { requests } = fixture.store
  return {
    splits: requests.filter(({ key }) => key.endsWith('.split')).length,
    hot: requests.filter(({ key }) => key === KEY).length,
  }
}

async function cold(fixture: SearchFixture, ask: Ask): Promise<Cost & { readonly ids: unknown }> {
  fixture.forget()
  const { hits } = await fixture.search(ask, LARGE)
  return { ...costOf(fixture), ids: hits.map(({ json }) => JSON.parse(json) as unknown) }
}

const RED: Ask = { query: 'red', maxHits: 3 }

describe('a cold search of many splits', () => {
  test.each([
    // Without: a footer and a dictionary block of each, and the documents of one.
    [1, { splits: 3, hot: 0 }, { splits: 3, hot: 0 }],
    [10, { splits: 21, hot: 1 }, { splits: 1, hot: 1 }],
    [100, { splits: 201, hot: 1 }, { splits: 1, hot: 1 }],
  ])('of %i reads the hot cache instead of each footer', async (splitCount, without, with_) => {
    const fixture = await index(splitCount)
    const before = await cold(fixture, RED)
    expect(before).toMatchObject(without)
    await withHotCache(fixture)
    expect(await cold(fixture, RED)).toEqual({ ...with_, ids: before.ids })
  })

  test('takes no round more: the metastore, the hot cache, the documents', async () => {
    const fixture = await index(10)
    await withHotCache(fixture)
    await fixture.search(RED, LARGE)
    const order = fixture.store.requests.map(({ key }) => key.replace(/^.*\./, ''))
    expect(order).toEqual(['json', 'bin', 'split'])
  })

  test('reads of a split that no document can match nothing at all', async () => {
    const fixture = await index(10)
    await withHotCache(fixture)
    expect(await cold(fixture, { query: 'own3', maxHits: 1 })).toMatchObject({ splits: 1, hot: 1 })
    expect(await cold(fixture, { query: 'green', maxHits: 1 })).toMatchObject({ splits: 0, hot: 1 })
  })

  test('asks for it once: not again for what it has, nor for what it lacks', async () => {
    const fixture = await index(6)
    await withHotCache(fixture)
    await fixture.search({ ...RED, endTimestamp: FIRST_TS + 170 }, LARGE)
    await fixture.search(RED, LARGE)
    expect(costOf(fixture).hot).toBe(1)
    const without = await index(6)
    await without.search({ query: 'id:3', maxHits: 0 }, LARGE)
    await without.search({ query: 'id:4', maxHits: 0 }, LARGE)
    expect(costOf(without).hot).toBe(1)
  })

  test('asks for it again when there are new splits, and reads the others as ever', async () => {
    const fixture = await index(5)
    await withHotCache(fixture)
    await fixture.search(RED, LARGE)
    for (let n = 0; n < 4; n++) {
      await fixture.addSplit([JSON.stringify({ ts: FIRST_TS, id: 900 + n, colour: 'red' })])
    }
    fixture.store.reset()
    const { numHits } = await fixture.search({ query: 'red', maxHits: 0 }, LARGE)
    expect(numHits).toBe(5 * 20 + 4)
    // Each of the new ones: its footer and its dictionary block.
    expect(costOf(fixture)).toEqual({ hot: 1, splits: 8 })
  })

  test('of a small part of a large index reads those splits by themselves', async () => {
    const fixture = await index(80)
    await withHotCache(fixture)
    // Its times are those of four splits, and of five.
    await fixture.search({ ...RED, maxHits: 0, endTimestamp: FIRST_TS + 160 }, LARGE)
    expect(costOf(fixture)).toEqual({ hot: 0, splits: 8 })
    fixture.forget()
    await fixture.search({ ...RED, maxHits: 0, endTimestamp: FIRST_TS + 200 }, LARGE)
    expect(costOf(fixture)).toEqual({ hot: 1, splits: 0 })
  })

  test('reads small splits meanwhile, which are not in it', async () => {
    const fixture = await index(4)
    await withHotCache(fixture)
    const smallest = Math.min(...(await fixture.splits()).map(({ footer }) => footer.end))
    await fixture.addSplit([JSON.stringify({ ts: FIRST_TS, id: 900, colour: 'red' })])
    fixture.forget()
    const readSizes = { ...EXACT_READS, wholeSplitBytes: smallest - 1 }
    const { numHits } = await fixture.search({ query: 'red', maxHits: 0 }, { readSizes })
    expect(numHits).toBe(4 * 20 + 1)
    expect(costOf(fixture)).toEqual({ hot: 1, splits: 1 })
    expect(readRounds(fixture.store.requests)).toBe(2)
  })

  test('needs none for a count that the metastore answers', async () => {
    const fixture = await index(5)
    await withHotCache(fixture)
    await fixture.search({ maxHits: 0 }, LARGE)
    expect(costOf(fixture)).toEqual({ hot: 0, splits: 0 })
  })

  test('is explained as it is done', async () => {
    const fixture = await index(10)
    for (const isThere of [false, true]) {
      if (isThere) await withHotCache(fixture)
      const aggs = { last: { max: { field: 'ts' } } }
      const asks: Ask[] = ['red', 'blue OR red', 'green'].map((query) => ({
        query,
        maxHits: 0,
        aggs,
      }))
      for (const ask of [...asks, { query: 'red', maxHits: 1 }, { maxHits: 1 }]) {
        fixture.forget()
        await fixture.search(ask, LARGE)
        const { requests } = fixture.store
        const made = { requests: requests.length, hot: costOf(fixture).hot }
        const { reads, searchedSplits, hitRequests } = await fixture.plan(ask, LARGE)
        const plan = { rounds: reads, searched: searchedSplits.length, hitRequests }
        const shared = reads.filter(({ isShared }) => isShared)
        const what = JSON.stringify(ask)
        expect(coldReads(plan).requests, what).toBe(made.requests)
        // The other ones are of the split that has the hit.
        expect(shared.length - made.hot, what).toBe('aggs' in ask || made.hot > 0 ? 0 : 1)
      }
    }
  })
})

describe('a hot cache that is', () => {
  const answers = async (fixture: SearchFixture): Promise<unknown> => {
    const asks = [RED, { query: 'own2 OR own3', maxHits: 50 }, { query: 'id:[30 TO 90]' }]
    const all = []
    for (const ask of asks) all.push((await cold(fixture, ask)).ids)
    return all
  }

  test.each<[string, (bytes: Uint8Array, ids: readonly string[]) => Uint8Array | undefined]>([
    ['lost', () => undefined],
    ['empty', () => new Uint8Array()],
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 100)],
    ['damaged', (bytes) => bytes.with(bytes.length - 60, (bytes.at(-60) ?? 0) ^ 4)],
    ['of a later version', (bytes) => bytes.with(8, 9)],
    [
      'old',
      (bytes, ids) => {
        const cache = decodeHotCache(bytes)
        const splits = [...cache.splits].filter(([id]) => id !== ids[2] && id !== ids[3])
        return encodeHotCache({ ...cache, splits: new Map(splits) })
      },
    ],
    [
      'ahead of the list of splits',
      (bytes) => {
        const cache = decodeHotCache(bytes)
        const [chunks = []] = cache.splits.values()
        const splits = new Map(cache.splits).set('01ZZZZZZZZZZZZZZZZZZZZZZZZ', chunks)
        return encodeHotCache({ ...cache, splits })
      },
    ],
  ])('%s changes no answer', async (_, change) => {
    const fixture = await index(6)
    const right = await answers(fixture)
    await withHotCache(fixture)
    expect(await answers(fixture)).toEqual(right)
    const { bytes = new Uint8Array() } = (await fixture.store.get(KEY)) ?? {}
    const ids = (await fixture.splits()).map(({ splitId }) => splitId)
    const changed = change(bytes, ids)
    if (changed === undefined) await fixture.store.delete(KEY)
    else await fixture.store.put(KEY, changed, { condition: { kind: 'always' } })
    expect(await answers(fixture)).toEqual(right)
  })

  test('there while a split is not, still fails the search for that split', async () => {
    const fixture = await index(6)
    await withHotCache(fixture)
    const [gone] = await fixture.splits()
    await fixture.store.delete(splitKey('events', gone?.splitId ?? ''))
    fixture.forget()
    const { failedSplits } = await fixture.search(
      { query: '*', maxHits: 300, allowFailedSplits: true },
      LARGE,
    )
    expect(failedSplits.map(({ splitId }) => splitId)).toEqual([gone?.splitId])
  })
})
