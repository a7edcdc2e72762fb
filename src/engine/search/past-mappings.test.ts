import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringifyJson, type JsonObject } from '../bytes/json.ts'
import { applyRemove } from '../metastore/index-file-changes.ts'
import { checkDeleteQuery, docMatcher } from './match-docs.ts'
import type { SearchResponse } from './request.ts'
import { SearchFixture, type Ask } from './testing/search-fixture.ts'

const NUMBERS = ['u64', 'i64', 'f64'] as const
const TOKENIZERS = ['raw', 'default', 'lowercase'] as const

/** A mapping as users change it: another type of a number, another tokenizer, a field more or less. */
const mappings = fc.record({
  size: fc.constantFrom(...NUMBERS),
  tokenizer: fc.constantFrom(...TOKENIZERS),
  hasColour: fc.boolean(),
})
type Mapping = typeof mappings extends fc.Arbitrary<infer M> ? M : never

function docMapping({ size, tokenizer, hasColour }: Mapping): JsonObject {
  const colour = [{ name: 'colour', type: 'text', tokenizer: 'raw', fast: true }]
  return {
    mode: 'lenient',
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'size', type: size, fast: true },
      { name: 'body', type: 'text', tokenizer },
      ...(hasColour ? colour : []),
    ],
  }
}

const docs = fc.array(
  fc.record({
    size: fc.integer({ min: 0, max: 9 }),
    body: fc.constantFrom('Red fox', 'red', 'Fox', 'blue fox'),
    colour: fc.constantFrom('Red', 'blue'),
  }),
  { minLength: 1, maxLength: 4 },
)

const ASKS: readonly Ask[] = [
  { query: 'size:3' },
  { query: 'size:>4' },
  { query: 'size:[2 TO 6]' },
  { query: 'body:red' },
  { query: 'body:Fox' },
  { query: '*', maxHits: 0, aggs: { total: { sum: { field: 'size' } } } },
]

const EVERYTHING = {
  dialect: 'native',
  text: '*',
  searchFields: undefined,
  startTimestamp: undefined,
  endTimestamp: undefined,
} as const

function totalOf({ aggregations }: SearchResponse): number {
  const { total } = JSON.parse(stringifyJson(aggregations ?? null)) as { total: { value: number } }
  return total.value
}

test('an index whose mapping was changed finds what indexes of each mapping find', async () => {
  const era = fc.record({ mapping: mappings, docs })
  await fc.assert(
    fc.asyncProperty(fc.array(era, { minLength: 2, maxLength: 4 }), async (eras) => {
      const [first] = eras
      if (first === undefined) return
      const changed = await SearchFixture.create(docMapping(first.mapping))
      const separate: SearchFixture[] = []
      for (const [i, { mapping, docs: own }] of eras.entries()) {
        const lines = own.map((doc, n) => JSON.stringify({ id: i * 10 + n, ...doc }))
        await changed.remap(docMapping(mapping))
        await changed.addSplit(lines)
        const alone = await SearchFixture.create(docMapping(mapping))
        await alone.addSplit(lines)
        separate.push(alone)
      }
      for (const ask of ASKS) {
        const all = await changed.search(ask)
        const each = await Promise.all(separate.map((index) => index.search(ask)))
        expect(all.numHits).toBe(each.reduce((sum, { numHits }) => sum + numHits, 0))
        const jsons = (from: typeof each): string[] =>
          from.flatMap(({ hits }) => hits.map(({ json }) => json)).toSorted()
        expect(jsons([all])).toEqual(jsons(each))
        if (ask.aggs === undefined) continue
        expect(totalOf(all)).toBe(each.map(totalOf).reduce((a, b) => a + b, 0))
      }
    }),
    { numRuns: 30 },
  )
})

test('a field that was added since is absent in older documents, whatever is asked of it', async () => {
  const before = { size: 'u64', tokenizer: 'raw', hasColour: false } as const
  const index = await SearchFixture.create(docMapping(before))
  await index.addSplit(['{"id":1,"size":1,"colour":"Red"}'])
  await index.remap(docMapping({ ...before, hasColour: true }))
  await index.addSplit(['{"id":2,"size":1,"colour":"Red"}'])
  expect(await index.ids({ query: 'colour:Red' })).toEqual([2])
  expect(await index.ids({ query: 'NOT colour:Red' })).toEqual([1])
  const { aggregations } = await index.search({ aggs: { c: { terms: { field: 'colour' } } } })
  expect(aggregations).toMatchObject({ c: { buckets: [{ key: 'Red' }] } })
})

test('a field that was taken out is found in the documents that were indexed with it', async () => {
  const mapping = (mode: string, ...more: JsonObject[]): JsonObject => ({
    mode,
    field_mappings: [{ name: 'id', type: 'u64', fast: true }, ...more],
  })
  const colour = { name: 'colour', type: 'text', tokenizer: 'raw', fast: true }
  const size = { name: 'size', type: 'u64', fast: true }
  const inner = { name: 'box', type: 'object', field_mappings: [size, colour] }
  for (const mode of ['lenient', 'dynamic']) {
    const index = await SearchFixture.create(mapping(mode, colour, inner))
    await index.addSplit(['{"id":1,"colour":"Red","box":{"size":3,"colour":"Red"}}'])
    await index.remap(mapping(mode, { ...inner, field_mappings: [colour] }))
    await index.addSplit(['{"id":2,"colour":"Blue","box":{"size":4,"colour":"Red"}}'])
    expect(await index.ids({ query: 'colour:Red' }), mode).toEqual([1])
    expect(await index.ids({ query: 'box.size:3 AND box.colour:Red' }), mode).toEqual([1])
    const sort: Ask['sort'] = [{ by: 'field', field: 'box.size', order: 'asc', dateUnit: 'ms' }]
    expect((await index.ids({ sort }))[0], mode).toBe(1)
    const { aggregations } = await index.search({ aggs: { c: { terms: { field: 'colour' } } } })
    const red = { key: 'Red', doc_count: 1 }
    expect(aggregations, mode).toMatchObject({
      c: { buckets: expect.arrayContaining([expect.objectContaining(red)]) },
    })
    const file = await index.metastore.load('events')
    checkDeleteQuery(file, { ...EVERYTHING, text: 'colour:Red' }, 0)
  }
  const index = await SearchFixture.create(mapping('strict', colour))
  await expect(index.search({ query: 'size:3' })).rejects.toMatchObject({ code: 'QUERY-FIELD' })
})

test('a new field may be searched by default, and older documents are searched as before', async () => {
  const mapping = (tokenizer: string, ...more: JsonObject[]): JsonObject => ({
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'body', type: 'text', tokenizer, record: 'position' },
      ...more,
    ],
  })
  const searched = (...default_search_fields: string[]) => ({ default_search_fields })
  const index = await SearchFixture.create(mapping('raw'), searched('body'))
  await index.addSplit(['{"id":1,"body":"Red fox"}'])
  const title = { name: 'title', type: 'text', record: 'position' }
  await index.remap(mapping('default', title), searched('title', 'body'))
  await index.addSplit(['{"id":2,"body":"Red fox"}', '{"id":3,"body":"dog","title":"fox"}'])
  // A new process has the index from its file alone.
  index.forget()
  const sort: Ask['sort'] = [{ by: 'field', field: 'id', order: 'asc', dateUnit: 'ms' }]
  expect(await index.ids({ query: 'fox', sort })).toEqual([2, 3])
  expect(await index.ids({ query: '"Red fox"', sort })).toEqual([1, 2])
})

test('what became fast is not counted without those documents that have no column of it', async () => {
  const mapping = (fast: boolean): JsonObject => ({
    field_mappings: [{ name: 'size', type: 'u64', fast }],
  })
  const index = await SearchFixture.create(mapping(false))
  await index.addSplit(['{"id":1,"size":4}'])
  await index.remap(mapping(true))
  await index.addSplit(['{"id":2,"size":8}'])
  const aggs = { total: { sum: { field: 'size' } } }
  await expect(index.search({ aggs })).rejects.toThrow(/indexed before the mapping changed.*fast/)
  const partial = await index.search({ aggs, allowFailedSplits: true })
  expect(partial.failedSplits).toHaveLength(1)
  expect(totalOf(partial)).toBe(8)
  // Sorting shows every document; those without a column of it come last.
  const sort: Ask['sort'] = [{ by: 'field', field: 'size', order: 'desc', dateUnit: 'ms' }]
  expect(await index.ids({ sort })).toEqual([2, 1])
})

test('an erasure that older documents were not indexed for is refused, and never takes them for looked at', async () => {
  const mapping = (indexed: boolean): JsonObject => ({
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'owner', type: 'text', indexed },
    ],
  })
  const index = await SearchFixture.create(mapping(false))
  await index.addSplit(['{"id":1,"owner":"ann"}'])
  await index.remap(mapping(true))
  await index.addSplit(['{"id":2,"owner":"ann"}'])
  const file = await index.metastore.load('events')
  const found = (text: string) => {
    const task = { query: { ...EVERYTHING, text }, createdMs: 0 }
    const matchDocs = docMatcher(index.store)
    return Promise.allSettled(file.splits.map((split) => matchDocs(file.metadata, split, task)))
  }
  const refusal = /indexed before the mapping changed.*owner.*not full-text searchable/
  expect(() => checkDeleteQuery(file, { ...EVERYTHING, text: 'owner:ann' }, 0)).toThrow(refusal)
  expect(await found('owner:ann')).toMatchObject([
    { reason: { message: expect.stringMatching(refusal) as string } },
    { value: Uint32Array.of(0) },
  ])
  // Where none of the older documents can be meant they are in nobody's way.
  checkDeleteQuery(file, { ...EVERYTHING, text: 'id:2 AND owner:ann' }, 0)
  expect(await found('id:2 AND owner:ann')).toMatchObject([
    { value: new Uint32Array(0) },
    { value: Uint32Array.of(0) },
  ])
})

test('a mapping is forgotten with its last split', async () => {
  const mapping = (size: string): JsonObject => ({ field_mappings: [{ name: 'size', type: size }] })
  const index = await SearchFixture.create(mapping('u64'))
  await index.remap(mapping('i64'))
  expect((await index.metastore.load('events')).metadata.pastMappings).toEqual([])
  await index.addSplit(['{"id":1,"size":4}'])
  await index.remap(mapping('f64'))
  expect((await index.metastore.load('events')).metadata.pastMappings).toHaveLength(1)
  const cleared = await index.metastore.clearIndex('events')
  const ids = cleared.map(({ splitId }) => splitId)
  // As the janitor does after the grace.
  await index.metastore.update('events', (file, nowMs) => applyRemove(file, ids, nowMs))
  await index.remap(mapping('u64'))
  expect((await index.metastore.load('events')).metadata.pastMappings).toEqual([])
})
