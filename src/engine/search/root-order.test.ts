import { describe, expect, test } from 'vitest'
import { JsonFloat, type JsonValue } from '../bytes/json.ts'
import { SearchFixture, type Ask } from './testing/search-fixture.ts'
import { shop } from './testing/shop.ts'

describe('order', () => {
  test('without sort keys the newest address comes first', async () => {
    const fixture = await shop()
    expect(await fixture.ids({ maxHits: 3 })).toEqual([99, 98, 97])
  })

  test('documents without a value are last in both directions', async () => {
    const fixture = await shop([[0, 8]])
    const by = (order: 'asc' | 'desc'): Ask => ({
      sort: [{ by: 'field', field: 'price', order, dateUnit: 'ms' }],
    })
    expect(await fixture.ids(by('desc'))).toEqual([7, 5, 4, 2, 1, 6, 3, 0])
    expect(await fixture.ids(by('asc'))).toEqual([1, 2, 4, 5, 7, 0, 3, 6])
  })

  test('documents without a value may be first, on every page and over splits', async () => {
    const fixture = await shop([
      [0, 4],
      [4, 8],
    ])
    const sort: Ask['sort'] = [
      { by: 'field', field: 'price', order: 'asc', dateUnit: 'ms', missing: 'first' },
      { by: 'doc', order: 'asc' },
    ]
    expect(await fixture.ids({ sort })).toEqual([0, 3, 6, 1, 2, 4, 5, 7])
    const first = await fixture.search({ sort, maxHits: 2 })
    const last = first.hits.at(-1)?.sort.map((value) => value?.value ?? null)
    expect(await fixture.ids({ sort, searchAfter: last as JsonValue[] })).toEqual([
      6, 1, 2, 4, 5, 7,
    ])
  })

  test('of several values the smallest or the largest may count', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64', fast: true },
        { name: 'n', type: 'array<i64>', fast: true },
      ],
    })
    await fixture.addSplit(['{"id":1,"n":[5,1,9]}', '{"id":2,"n":[4]}', '{"id":3,"n":[6,7]}'])
    const by = (several: 'min' | 'max', order: 'asc' | 'desc'): Ask => ({
      sort: [{ by: 'field', field: 'n', order, dateUnit: 'ms', several }],
    })
    expect(await fixture.ids(by('min', 'asc'))).toEqual([1, 2, 3])
    expect(await fixture.ids(by('max', 'asc'))).toEqual([2, 3, 1])
  })

  test('a field that may be absent sorts as if no document had a value', async () => {
    const fixture = await SearchFixture.create({
      mode: 'strict',
      field_mappings: [{ name: 'id', type: 'u64', fast: true }],
    })
    await fixture.addSplit(['{"id":1}', '{"id":2}'])
    const key = { by: 'field', field: 'gone', order: 'asc', dateUnit: 'ms' } as const
    expect(await fixture.ids({ sort: [{ ...key, isOptional: true }] })).toEqual([1, 2])
    await expect(fixture.ids({ sort: [key] })).rejects.toThrow('field does not exist')
  })

  test('paging by search_after with _doc sees every document once', async () => {
    const fixture = await shop()
    const sort: Ask['sort'] = [
      { by: 'field', field: 'quantity', order: 'desc', dateUnit: 'ms' },
      { by: 'field', field: 'price', order: 'asc', dateUnit: 'ms' },
      { by: 'doc', order: 'asc' },
    ]
    const whole = await fixture.search({ sort, maxHits: 1000 })
    const paged: string[] = []
    let searchAfter: Ask['searchAfter']
    for (;;) {
      const page = await fixture.search({ sort, maxHits: 7, searchAfter })
      if (page.hits.length === 0) break
      paged.push(...page.hits.map(({ json }) => json))
      searchAfter = page.hits.at(-1)?.sort.map((value) => value?.value ?? null)
    }
    expect(paged).toEqual(whole.hits.map(({ json }) => json))
    expect(paged).toHaveLength(100)
  })

  test('search_after takes scores back as they were printed, whole ones too', async () => {
    const fixture = await shop()
    const sort: Ask['sort'] = [
      { by: 'score', order: 'desc' },
      { by: 'doc', order: 'asc' },
    ]
    const first = await fixture.search({ sort, maxHits: 60 })
    const [score, address] = first.hits.at(-1)?.sort ?? []
    const searchAfter = [new JsonFloat(Number(score?.value)), address?.value ?? null]
    const rest = await fixture.search({ sort, maxHits: 1000, searchAfter })
    expect(rest.hits).toHaveLength(40)
  })

  test('a rarer term and a shorter document score higher', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64' },
        { name: 'body', type: 'text', record: 'position', fieldnorms: true },
      ],
    })
    await fixture.addSplit(
      [
        'common rare',
        'common',
        'common word word word word',
        'common rare word word',
        'common x',
      ].map((body, id) => JSON.stringify({ id, body })),
    )
    const sort: Ask['sort'] = [{ by: 'score', order: 'desc' }]
    expect(await fixture.ids({ query: 'body:rare OR body:common', sort })).toEqual([0, 3, 1, 4, 2])
  })
})
