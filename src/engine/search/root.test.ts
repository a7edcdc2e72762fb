import { describe, expect, test } from 'vitest'
import { stringifyJson } from '../bytes/json.ts'
import { SearchFixture, type Ask } from './testing/search-fixture.ts'
import { all, BY_ID, FIRST_TS, shop } from './testing/shop.ts'

describe('queries', () => {
  test.each([
    ['*', () => true],
    ['quantity:>5', (id: number) => id % 10 > 5],
    ['quantity:[2 TO 4}', (id: number) => id % 10 >= 2 && id % 10 < 4],
    ['stock:>3', (id: number) => id % 5 > 3],
    ['id:17', (id: number) => id === 17],
    ['shop:shop-1', (id: number) => id % 4 === 1],
    ['shop: IN [shop-1 shop-2 nowhere]', (id: number) => id % 4 === 1 || id % 4 === 2],
    ['price:*', (id: number) => id % 3 !== 0],
    ['sold:true', (id: number) => id % 2 === 0],
    ['price:<1', (id: number) => id % 3 !== 0 && (id % 10) / 4 < 1],
    ['NOT quantity:>5', (id: number) => id % 10 <= 5],
    [
      'quantity:3 OR (shop:shop-0 AND quantity:4)',
      (id: number) => id % 10 === 3 || (id % 4 === 0 && id % 10 === 4),
    ],
    [
      'body:"red green"',
      (id: number) => id % 6 === 0 || ((id + 1) % 6 === 0 && (id * 7) % 6 === 1),
    ],
    ['body:re*', (id: number) => [id % 6, (id + 1) % 6, (id * 7) % 6].includes(0)],
    ['nothing', () => false],
  ])('%s finds exactly its documents', async (query, matches) => {
    const fixture = await shop()
    const ids = await fixture.ids({ ...BY_ID, query })
    expect(ids).toEqual(all.filter(matches))
    const { numHits } = await fixture.search({ query, maxHits: 0 })
    expect(numHits).toBe(ids.length)
  })

  test('time bounds are seconds, the start inclusive and the end exclusive', async () => {
    const fixture = await shop()
    const ids = await fixture.ids({
      ...BY_ID,
      startTimestamp: FIRST_TS + 58,
      endTimestamp: FIRST_TS + 62,
    })
    expect(ids).toEqual([58, 59, 60, 61])
  })
})

describe('what counts as a match', () => {
  const texts = async (): Promise<SearchFixture> => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64', fast: true },
        { name: 'body', type: 'text' },
      ],
    })
    await fixture.addSplit(['{"id":1,"body":"fox"}', '{"id":2,"body":"fox hound"}'])
    await fixture.addSplit(['{"id":3,"body":"fox"}', '{"id":4,"body":"fox hound"}'])
    return fixture
  }

  test('may be what scores enough, which hits, count and aggregations follow', async () => {
    const fixture = await texts()
    const ask: Ask = { query: 'body:fox OR body:hound', sort: [{ by: 'score', order: 'desc' }] }
    const { hits, maxScore } = await fixture.search({ ...ask, wantsScores: true })
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ sort }) => sort[0]?.value))
    expect(maxScore).toBe(hits[0]?.score)
    const least = ((hits[1]?.score ?? 0) + (hits[2]?.score ?? 0)) / 2
    const aggs = { ids: { sum: { field: 'id' } } }
    const answer = await fixture.search({ ...ask, minScore: least, aggs })
    expect(answer.numHits).toBe(2)
    expect(stringifyJson(answer.aggregations ?? null)).toBe('{"ids":{"value":6.0}}')
    expect((await fixture.search({ ...ask, minScore: 99, maxHits: 0 })).numHits).toBe(0)
  })

  test('may end in each split after so many', async () => {
    const fixture = await texts()
    const { numHits, isTerminated } = await fixture.search({ query: 'body:fox', terminateAfter: 1 })
    expect([numHits, isTerminated]).toEqual([2, true])
    const all = await fixture.search({ query: '*', terminateAfter: 2, maxHits: 0 })
    expect([all.numHits, all.isTerminated]).toEqual([4, false])
  })
})

describe('splits written under an older mapping', () => {
  test('answer as they were indexed, and fail where they cannot be asked so', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64' },
        { name: 'size', type: 'text', tokenizer: 'raw', fast: true },
        { name: 'body', type: 'text' },
      ],
    })
    await fixture.addSplit(['{"id":1,"size":"large","body":"red fox"}'])
    await fixture.remap({
      field_mappings: [
        { name: 'id', type: 'u64' },
        { name: 'size', type: 'u64', fast: true },
        { name: 'body', type: 'text', record: 'position' },
      ],
    })
    await fixture.addSplit(['{"id":2,"size":7,"body":"red fox"}', '{"id":3}'])
    expect(await fixture.ids({ query: 'size:7' })).toEqual([2])
    // In the older one sizes are texts, and "large" comes after "5".
    expect(await fixture.ids({ query: 'size:>5' })).toEqual([2, 1])
    // What the present mapping cannot read is refused, whatever an older one would make of it.
    await expect(fixture.ids({ query: 'size:large' })).rejects.toMatchObject({
      code: 'QUERY-VALUE',
    })
    await expect(fixture.ids({ query: 'body:"red fox"' })).rejects.toThrow(
      'its documents were indexed before the mapping changed',
    )
    expect(await fixture.ids({ query: 'body:"red fox"', allowFailedSplits: true })).toEqual([2])
    expect(await fixture.ids({ query: 'body:fox' })).toEqual([2, 1])
  })

  test('their texts are no values to sort by once the field is a number', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [{ name: 'size', type: 'text', tokenizer: 'raw', fast: true }],
    })
    await fixture.addSplit(['{"id":1,"size":"large"}'])
    await fixture.remap({ field_mappings: [{ name: 'size', type: 'u64', fast: true }] })
    await fixture.addSplit(['{"id":2,"size":7}', '{"id":3,"size":9}'])
    const sort: Ask['sort'] = [{ by: 'field', field: 'size', order: 'asc', dateUnit: 'ms' }]
    expect(await fixture.ids({ sort })).toEqual([2, 3, 1])
  })

  test('a number of a field that is declared no more is found by its path', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'small', type: 'u64' },
        { name: 'price', type: 'f64' },
      ],
    })
    await fixture.addSplit(['{"id":1,"small":7,"price":2}'])
    await fixture.remap({ field_mappings: [] })
    await fixture.addSplit(['{"id":2,"small":7,"price":2}'])
    expect(await fixture.ids({ query: 'small:7' })).toEqual([2, 1])
    expect(await fixture.ids({ query: 'price:2' })).toEqual([2, 1])
  })
})

describe('bad requests', () => {
  test.each<[string, Ask, string]>([
    [
      'an unknown sort field',
      { sort: [{ by: 'field', field: 'body.x', order: 'asc', dateUnit: 'ms' }] },
      'field does not exist: `body.x`',
    ],
    [
      'a text sort field',
      { sort: [{ by: 'field', field: 'body', order: 'asc', dateUnit: 'ms' }] },
      'not supported',
    ],
    ['too many hits', { maxHits: 10_001 }, 'max_hits'],
    [
      'a bad interval',
      { aggs: { a: { date_histogram: { field: 'ts', fixed_interval: '1.5d' } } } },
      'fixed_interval',
    ],
    ['an unknown aggregation', { aggs: { a: { median: { field: 'ts' } } } }, 'unknown type'],
    [
      'an aggregation on a field that is not fast',
      { aggs: { a: { terms: { field: 'stock' } } } },
      'not configured as a fast field',
    ],
    [
      'a range that is none',
      { aggs: { a: { range: { field: 'price', ranges: [{ from: 5, to: 3 }] } } } },
      'ends where it starts',
    ],
    [
      'an order by nothing',
      { aggs: { a: { terms: { field: 'shop', order: { x: 'asc' } } } } },
      'order',
    ],
  ])('%s is invalid before any split is opened', async (_, ask, message) => {
    const fixture = await shop()
    fixture.forget()
    await expect(fixture.search(ask)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(message),
    })
    expect(fixture.store.requests.filter(({ key }) => key.endsWith('.split'))).toEqual([])
  })

  test.each([
    ['patterns', 'shop:*a* OR shop:*b*', 'shop'],
    ['ranges of terms', 'stock:>0 OR stock:>1', 'stock'],
    ['phrases of common words', '"red green" OR "green blue"', 'body'],
    ['ranges of columns', 'id:>1 AND id:>2 AND id:>3', 'id'],
  ])('%s that take too many steps together are refused', async (_, query, field) => {
    const fixture = await shop()
    await expect(fixture.search({ query }, { splitWorkLimit: 20 })).rejects.toMatchObject({
      kind: 'tooLarge',
      message: expect.stringMatching(`SPLIT_WORK_LIMIT=20 .*\`${field}\``),
      fix: expect.stringContaining('fewer'),
    })
    await expect(fixture.search({ query })).resolves.toBeDefined()
  })
})
