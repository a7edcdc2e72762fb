import { describe, expect, test } from 'vitest'
import { JsonFloat, stringifyJson, type JsonValue } from '../bytes/json.ts'
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

describe('splits written under an older mapping', () => {
  test('a clause that they cannot answer matches nothing there', async () => {
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
    expect(await fixture.ids({ query: 'size:>5' })).toEqual([2])
    expect(await fixture.ids({ query: 'body:"red fox"' })).toEqual([2])
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

describe('snippets', () => {
  test('the best fragment of each value has its matched tokens marked and its text escaped', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [
        { name: 'id', type: 'u64' },
        { name: 'body', type: 'text' },
      ],
    })
    await fixture.addSplit([
      JSON.stringify({ id: 1, body: `${'padding '.repeat(30)} a <Fox> & a hound` }),
    ])
    const { hits } = await fixture.search({ query: 'body:fox', snippetFields: ['body'] })
    expect(hits[0]?.snippets?.['body']?.[0]).toContain('&lt;<b>Fox</b>&gt; &amp; a hound')
    expect(hits[0]?.snippets?.['body']?.[0]?.length).toBeLessThan(200)
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

describe('highlights', () => {
  const style = {
    marks: ['[', ']'],
    escapesHtml: false,
    maxChars: 12,
    fragments: 2,
    bestFirst: false,
    marksAllTerms: false,
  } as const

  test('a pattern marks the fields that the query asks for words, dynamic ones too', async () => {
    const fixture = await SearchFixture.create({
      mode: 'dynamic',
      dynamic_mapping: { tokenizer: 'default' },
      field_mappings: [{ name: 'body', type: 'text' }],
    })
    await fixture.addSplit([
      JSON.stringify({
        body: 'a fox, a hound & a fox again',
        other: 'fox',
        deep: { note: 'A Fox!' },
      }),
    ])
    const shown = async (query: string, rest: object = {}): Promise<unknown> => {
      const highlights = [{ pattern: '*', style: { ...style, ...rest } }]
      return (await fixture.search({ query, highlights })).hits[0]?.snippets
    }
    expect(await shown('body:fox deep.note:fox')).toEqual({
      body: ['a [fox], a', '[fox] again'],
      'deep.note': ['A [Fox]!'],
    })
    expect(await shown('body:fox', { fragments: 0 })).toEqual({
      body: ['a [fox], a hound & a [fox] again'],
    })
    expect(await shown('body:hound', { fragments: 1 })).toEqual({ body: ['[hound] & a'] })
  })
})

describe('aggregations', () => {
  test('nested aggregations count each document once, over several splits', async () => {
    const fixture = await shop()
    const { aggregations } = await fixture.search({
      maxHits: 0,
      aggs: {
        time: {
          date_histogram: { field: 'ts', fixed_interval: '50s' },
          aggs: {
            shops: {
              terms: { field: 'shop', size: 2 },
              aggs: { most: { max: { field: 'quantity' } } },
            },
          },
        },
      },
    })
    expect(JSON.parse(stringifyJson(aggregations ?? null))).toEqual({
      time: {
        buckets: [
          bucket(1_700_000_000_000, '2023-11-14T22:13:20Z', 50, [
            ['shop-0', 13, 8],
            ['shop-1', 13, 9],
          ]),
          bucket(1_700_000_050_000, '2023-11-14T22:14:10Z', 50, [
            ['shop-2', 13, 8],
            ['shop-3', 13, 9],
          ]),
        ],
      },
    })
  })

  function bucket(
    key: number,
    text: string,
    count: number,
    shops: [string, number, number][],
  ): unknown {
    return {
      key,
      key_as_string: text,
      doc_count: count,
      shops: {
        buckets: shops.map(([name, docs, most]) => ({
          key: name,
          doc_count: docs,
          most: { value: most },
        })),
        sum_other_doc_count: count - shops.reduce((sum, [, docs]) => sum + docs, 0),
        doc_count_error_upper_bound: 0,
      },
    }
  }

  test('negative zero is in the bucket of zero, whichever comes first', async () => {
    const fixture = await SearchFixture.create({
      field_mappings: [{ name: 'x', type: 'f64', fast: true }],
    })
    await fixture.addSplit(['{"x":-0.0}', '{"x":0}', '{"x":0.5}'])
    await fixture.addSplit(['{"x":-0.0}'])
    const response = await fixture.search({ aggs: { x: { terms: { field: 'x' } } } })
    expect(stringifyJson(response.aggregations ?? null)).toContain(
      '"buckets":[{"key":0.0,"doc_count":3},{"key":0.5,"doc_count":1}]',
    )
  })

  test('more buckets than the limit is an error that names the limit', async () => {
    const fixture = await shop()
    const aggs = { a: { date_histogram: { field: 'ts', fixed_interval: '1ms' } } }
    await expect(fixture.search({ aggs })).rejects.toMatchObject({
      kind: 'tooLarge',
      message: expect.stringContaining('BUCKET_LIMIT'),
    })
  })
})
