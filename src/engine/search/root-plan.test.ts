import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { parseQueryString } from '../query/query-string.ts'
import type { SearchRequest, SortKey } from './request.ts'
import { leafRequest, planRoot } from './root-plan.ts'
import { SearchFixture } from './testing/search-fixture.ts'

const MAPPING: JsonObject = {
  mode: 'strict',
  timestamp_field: 'ts',
  tag_fields: ['shop'],
  field_mappings: [
    { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
    { name: 'shop', type: 'text', tokenizer: 'raw' },
    { name: 'price', type: 'f64', fast: true },
    { name: 'note', type: 'text', fast: true },
    { name: 'slow', type: 'u64' },
  ],
}

/** Two splits: shop `a` with price 1, and a hundred seconds later shop `b` with price 9. */
async function shops(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(MAPPING)
  await fixture.addSplit(['{"ts":1700000100,"shop":"a","price":1}'])
  await fixture.addSplit(['{"ts":1700000200,"shop":"b","price":9}'])
  return fixture
}

function request(query: string, rest: Partial<SearchRequest> = {}): SearchRequest {
  return {
    indexIdPatterns: ['events'],
    missingIndexes: 'error',
    query: parseQueryString(query, { defaultOperator: 'and' }),
    maxHits: 20,
    startOffset: 5,
    sort: [],
    countAll: true,
    snippetFields: [],
    allowFailedSplits: false,
    ...rest,
  }
}

const by = (field: string): SortKey => ({ by: 'field', field, order: 'asc', dateUnit: 'ms' })

describe('the plan of a search', () => {
  test.each<[string, string, Partial<SearchRequest>, number]>([
    ['everything', '*', {}, 2],
    ['time', '*', { startTimestamp: 1_700_000_150 }, 1],
    ['tags', 'shop:a', {}, 1],
    ['bounds of columns', 'price:>5', {}, 1],
    ['all of them together', 'shop:a AND price:>5', {}, 0],
    ['either of them', 'shop:a OR price:>5', {}, 2],
  ])('keeps the splits that may match, by %s', async (_, query, rest, count) => {
    const files = await (await shops()).metastore.listIndexes(['events'])
    const [index] = planRoot(request(query, rest), files).indexes
    expect([index?.splitsTotal, index?.splits.length]).toEqual([2, count])
  })

  test('asks the leaf for as many hits as the page and all before it', async () => {
    const files = await (await shops()).metastore.listIndexes(['events'])
    const asked = request('*', { sort: [by('price')] })
    const [index] = planRoot(asked, files).indexes
    if (index === undefined) throw new Error('one index was named')
    expect(leafRequest(asked, index)).toMatchObject({ indexId: 'events', hitLimit: 25 })
    expect(leafRequest({ ...asked, maxHits: 0 }, index).hitLimit).toBe(0)
    expect(leafRequest(asked, index).splits).toHaveLength(2)
  })

  test.each([['absent'], ['note'], ['slow']])('refuses to sort by %s', async (field) => {
    const files = await (await shops()).metastore.listIndexes(['events'])
    expect(() => planRoot(request('*', { sort: [by(field)] }), files)).toThrow(
      expect.objectContaining({ kind: 'invalid', message: expect.stringContaining(field) }),
    )
  })

  test('takes several indexes only where the query means the same in all of them', async () => {
    const [first] = await (await shops()).metastore.listIndexes(['events'])
    const other = await SearchFixture.create({
      ...MAPPING,
      tag_fields: [],
      field_mappings: [
        ...(MAPPING['field_mappings'] as JsonObject[]).slice(0, 1), // the list above
        { name: 'shop', type: 'text' },
      ],
    })
    const [second] = await other.metastore.listIndexes(['events'])
    if (first === undefined || second === undefined) throw new Error('both were created')
    expect(planRoot(request('*'), [first, second]).indexes).toHaveLength(2)
    expect(() => planRoot(request('shop:A'), [first, second])).toThrow(
      /means different things in indexes/,
    )
  })
})
