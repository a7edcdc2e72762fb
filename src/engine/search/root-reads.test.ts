import { describe, expect, test } from 'vitest'
import { splitKey } from '../metastore/layout.ts'
import { READ_SIZES } from './fetch.ts'
import { spreadOut } from './testing/handed-leaf.ts'
import { EXACT_READS, SearchFixture, type Ask } from './testing/search-fixture.ts'
import { FIRST_TS, SHOP, shop } from './testing/shop.ts'

/** Of the first documents in fifty; two that stand in one block of the dictionary. */
const WORDS: readonly string[] = ['needle', 'needless']

describe('reads', () => {
  /** Big enough not to be read whole. */
  async function bigSplit(): Promise<SearchFixture> {
    const fixture = await SearchFixture.create(SHOP, { default_search_fields: ['body'] })
    let state = 1
    const word = (): string => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state.toString(36)
    }
    await fixture.addSplit(
      Array.from({ length: 20_000 }, (_, id) => {
        const body = `${word()} ${word()} ${word()} ${WORDS[id % 50] ?? 'straw'}`
        return JSON.stringify({ ts: FIRST_TS + id, id, shop: 'a', quantity: id % 10, body })
      }),
    )
    fixture.forget()
    return fixture
  }

  function rounds(fixture: SearchFixture): number {
    // A round is a run of requests that overlap in time.
    let count = 0
    let end = -1
    for (const request of fixture.store.requests) {
      if (request.started > end) count++
      end = Math.max(end, request.ended)
    }
    return count
  }

  test('a cold term query with ten hits takes four rounds, the metastore included', async () => {
    const fixture = await bigSplit()
    const [split] = await fixture.splits()
    expect(split?.footer.end).toBeGreaterThan(READ_SIZES.wholeSplitBytes)
    fixture.forget()
    const { numHits, hits } = await fixture.search({ query: 'needle', maxHits: 10 })
    expect([numHits, hits.length]).toEqual([400, 10])
    expect(rounds(fixture)).toBeLessThanOrEqual(4)
  })

  test('columns do not wait for a dictionary that is there, nor posting lists for columns', async () => {
    const fixture = await bigSplit()
    await fixture.search({ query: 'needle', maxHits: 0 }, { readSizes: EXACT_READS })
    fixture.store.reset()
    const aggs = { most: { max: { field: 'quantity' } } }
    await fixture.search({ query: 'needless', maxHits: 0, aggs }, { readSizes: EXACT_READS })
    const reads = fixture.store.requests.filter(({ key }) => key.endsWith('.split'))
    expect(reads).toHaveLength(2)
    expect(rounds(fixture)).toBe(2)
  })

  test('what stands before the footer comes along, and no more than that', async () => {
    const fixture = await bigSplit()
    await fixture.search({ query: 'needle', maxHits: 10 })
    const [first, ...others] = fixture.store.requests.filter(({ key }) => key.endsWith('.split'))
    const [split] = await fixture.splits()
    const { start = 0, end = 0 } = split?.footer ?? {}
    expect(first?.bytes).toBe(READ_SIZES.tailBytes + end - start)
    expect(others).toHaveLength(2)
  })

  test('a small split is read whole: two rounds in all', async () => {
    const fixture = await shop()
    fixture.forget()
    await fixture.search({ query: 'red', maxHits: 10 })
    expect(rounds(fixture)).toBe(2)
  })

  test('a count without query is answered by the metastore alone', async () => {
    const fixture = await shop()
    fixture.forget()
    expect((await fixture.search({ maxHits: 0 })).numHits).toBe(100)
    expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toEqual([])
  })

  test('the same search again reads nothing but the metastore', async () => {
    const fixture = await bigSplit()
    const ask: Ask = {
      query: 'needle AND quantity:>5',
      maxHits: 10,
      sort: [{ by: 'field', field: 'ts', order: 'desc', dateUnit: 'ms' }],
    }
    const first = await fixture.search(ask)
    fixture.store.reset()
    expect((await fixture.search(ask)).hits).toEqual(first.hits)
    expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toEqual([])
  })

  test('splits outside the time bounds, tags or column bounds are not opened', async () => {
    const fixture = await shop()
    const searched = async (ask: Ask): Promise<number> => (await fixture.search(ask)).splitsSearched
    expect(await searched({ startTimestamp: FIRST_TS + 70 })).toBe(1)
    expect(await searched({ query: 'id:>70' })).toBe(1)
    expect(await searched({ query: 'shop:elsewhere' })).toBe(0)
  })
})

describe('failed splits', () => {
  /** One byte of the first split is damaged: counted from the end (the footer) when negative, else from the
   *  start (the documents). */
  async function withFlippedByte(place = -20): Promise<SearchFixture> {
    const fixture = await shop()
    const [split] = await fixture.splits()
    const key = splitKey('events', split?.splitId ?? '')
    const stored = await fixture.store.get(key)
    const bytes = stored?.bytes ?? new Uint8Array()
    const at = place < 0 ? bytes.length + place : place
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await fixture.store.put(key, bytes, { condition: { kind: 'always' } })
    fixture.forget()
    return fixture
  }

  test('a corrupt split fails the search and names the split', async () => {
    const fixture = await withFlippedByte()
    const [split] = await fixture.splits()
    await expect(fixture.search({ query: 'red' })).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining(split?.splitId ?? 'no split'),
    })
  })

  test('where failed splits are allowed the others answer, and the failure is listed', async () => {
    const fixture = await withFlippedByte()
    const response = await fixture.search({ query: 'quantity:<100', allowFailedSplits: true })
    expect(response.failedSplits).toHaveLength(1)
    expect(response.errors).toHaveLength(1)
    expect([40, 60]).toContain(response.numHits)
  })

  test('a split whose documents are damaged is named, and where that is allowed the others show theirs', async () => {
    const fixture = await withFlippedByte(100)
    const [split] = await fixture.splits()
    const request: Ask = { query: 'id:<100', maxHits: 1000 }
    await expect(fixture.search(request)).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining(split?.splitId ?? 'no split'),
    })
    const partly = await fixture.search({ ...request, allowFailedSplits: true })
    expect(partly.failedSplits.map(({ splitId }) => splitId)).toEqual([split?.splitId])
    expect(partly.hits).toHaveLength(100 - (split?.docCount ?? 0))
  })

  test('a split that fails more than once is one failed split, and the others answer', async () => {
    const damagedFooter = await withFlippedByte()
    const allowed = { allowFailedSplits: true, maxHits: 1000 }
    const inPieces: Ask = {
      ...allowed,
      query: 'red',
      aggs: { shops: { terms: { field: 'shop' } } },
    }
    const alone = await damagedFooter.search(inPieces)
    damagedFooter.forget()
    const leaf = spreadOut(damagedFooter.context)
    const spread = await damagedFooter.search(inPieces, { leaf })
    expect(spread).toEqual({ ...alone, elapsedMicros: spread.elapsedMicros })
    expect(spread.failedSplits).toHaveLength(1)

    const damagedDocs = await withFlippedByte(100)
    const best = { top_hits: { size: 100, sort: [{ id: 'asc' }] } }
    const twice = await damagedDocs.search({ ...allowed, query: 'id:<100', aggs: { best } })
    expect(twice.failedSplits).toHaveLength(1)
  })

  test('a split whose object is gone fails the search as damage, after a second look', async () => {
    const fixture = await shop()
    const [split] = await fixture.splits()
    await fixture.store.delete(splitKey('events', split?.splitId ?? ''))
    fixture.forget()
    await expect(fixture.search({ query: 'red' })).rejects.toMatchObject({ kind: 'corrupt' })
    const partly = await fixture.search({ query: 'id:<100', allowFailedSplits: true })
    expect(partly.failedSplits.map(({ splitId }) => splitId)).toEqual([split?.splitId])
  })

  test('a split that a merge replaced after the metastore was read is found in its successor', async () => {
    const fixture = await shop()
    const stale = await fixture.metastore.listIndexes(['events'])
    const old = (await fixture.splits()).map(({ splitId }) => splitId)
    await fixture.merge(old)
    for (const id of old) await fixture.store.delete(splitKey('events', id))
    fixture.forget()
    const { metastore } = fixture.context
    const fresh = metastore.listIndexes.bind(metastore)
    let calls = 0
    metastore.listIndexes = async (patterns, signal) => {
      calls++
      return calls === 1 ? stale : fresh(patterns, signal)
    }
    expect((await fixture.search({ query: 'quantity:>5' })).numHits).toBe(40)
    expect(calls).toBe(2)
  })

  test('what is kept of splits that a merge replaced is dropped when the merge is seen', async () => {
    const ask = { query: 'quantity:>5', maxHits: 10 }
    const used = (): number[] => {
      const { parts, docs, partialResults } = fixture.context.caches
      return [parts.usedBytes, docs.usedBytes, partialResults.usedBytes]
    }
    const fixture = await shop()
    const [first, ...others] = (await fixture.splits()).map(({ splitId }) => splitId)
    await fixture.search(ask)
    await fixture.merge(others)
    await fixture.search(ask)
    const kept = used()
    fixture.store.reset()
    await fixture.search({ ...ask, pinnedSplits: new Set([first ?? '']) })
    expect(fixture.store.requests.filter(({ verb }) => verb === 'read')).toEqual([])
    fixture.forget()
    await fixture.search(ask)
    expect(kept).toEqual(used())
  })
})
