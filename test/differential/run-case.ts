import { stringifyJson, type JsonObject } from '../../src/engine/bytes/json.ts'
import type { SortKey } from '../../src/engine/search/request.ts'
import type { SearchContext } from '../../src/engine/search/root.ts'
import { handedLeaf, spreadOut } from '../../src/engine/search/testing/handed-leaf.ts'
import { SearchFixture, type Ask } from '../../src/engine/search/testing/search-fixture.ts'
import {
  docMapping,
  printDoc,
  randomDoc,
  randomFields,
  type ModelDoc,
  type ModelField,
  type ModelValue,
} from './model.ts'
import { Choices } from './random.ts'
import { firstDifference } from './difference.ts'
import { requestOf, resultOf, type Json, type ModelAggregations } from './model-aggregation.ts'
import { randomAggregations, randomTimeBounds } from './random-aggregation.ts'
import { compare, randomQuery, tokens, type ModelQuery } from './random-query.ts'

/** The splits as they stand, ascending by id, and the documents in each. */
type Layout = { readonly splitId: string; readonly docs: readonly ModelDoc[] }[]

const ROUNDS = 3
const QUERIES_PER_ROUND = 8

/** What one case checked, and the first difference it found. */
export interface CaseReport {
  readonly checks: number
  readonly difference: string | undefined
}

/**
 * One random index: documents spread over splits, random searches compared with a walk over all
 * documents, a merge of random splits, searches again.
 */
export async function runCase(seed: number): Promise<CaseReport> {
  const choices = new Choices(seed)
  const fields = randomFields(choices)
  const mapping = docMapping(fields) as JsonObject // strings, booleans and arrays of them
  const fixture = await SearchFixture.create(mapping)
  let layout: Layout = []
  let nextId = 0
  let checks = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (let split = choices.between(1, 3); split > 0; split--) {
      const docs = Array.from({ length: choices.of([1, 7, 40, 150]) }, () =>
        randomDoc(fields, nextId++, choices),
      )
      layout.push({
        splitId: await fixture.addSplit(docs.map((doc) => printDoc(doc, fields))),
        docs,
      })
    }
    for (let query = 0; query < QUERIES_PER_ROUND; query++) {
      const difference = await checkSearch(fixture, { fields, layout, choices })
      checks++
      if (difference !== undefined) return { checks, difference }
    }
    const difference = await checkScores(fixture, { fields, layout, choices })
    if (difference !== undefined) return { checks, difference }
    layout = await mergeSome(fixture, layout, choices)
  }
  return { checks, difference: undefined }
}

async function mergeSome(
  fixture: SearchFixture,
  layout: Layout,
  choices: Choices,
): Promise<Layout> {
  const merged = layout.filter(() => choices.chance(0.6))
  if (merged.length < 2) return layout
  const splitId = await fixture.merge(merged.map((split) => split.splitId))
  const rest = layout.filter((split) => !merged.includes(split))
  return [...rest, { splitId, docs: merged.flatMap(({ docs }) => docs) }]
}

/** Every third search goes through other processes, as far as its answer can tell, and every other through
 *  other threads, its splits cut anywhere. */
function handedOut({ context }: SearchFixture, choices: Choices): Partial<SearchContext> {
  switch (choices.of(['process', 'process', 'thread', 'thread', 'thread', 'here'])) {
    case 'process':
      return { leaf: handedLeaf(context) }
    case 'thread':
      return { leaf: spreadOut(context) }
    default:
      return {}
  }
}

interface World {
  readonly fields: readonly ModelField[]
  readonly layout: Layout
  readonly choices: Choices
}

async function checkSearch(fixture: SearchFixture, world: World): Promise<string | undefined> {
  const { fields, layout, choices } = world
  const query = randomQuery(fields, choices)
  const bounds = randomTimeBounds(choices)
  const aggregations = choices.chance(0.6) ? randomAggregations(fields, choices) : new Map()
  const overAll = choices.chance(0.2) ? randomAggregations(fields, choices, 1) : undefined
  const sort = randomSort(fields, choices)
  const ask: Ask = {
    query: query.text,
    ...bounds,
    sort,
    maxHits: choices.of([0, 3, 20, 1000]),
    startOffset: choices.of([0, 0, 5]),
    ...(aggregations.size === 0 ? {} : { aggs: withGlobal(requestOf(aggregations), overAll) }),
  }
  if (choices.chance(0.5)) fixture.forget()
  const found = matching(layout, query, bounds).sort((a, b) => compareHits(a, b, sort, fields))
  const offset = ask.startOffset ?? 0
  const expected = {
    numHits: found.length,
    ids:
      ask.maxHits === 0
        ? []
        : found.slice(offset, offset + ask.maxHits!).map(({ doc }) => doc.get('id')?.[0]),
    aggregations:
      aggregations.size === 0
        ? undefined
        : {
            ...resultOf(
              aggregations,
              found.map(({ doc }) => doc),
            ),
            ...globalResult(overAll, layout),
          },
  }
  const response = await fixture
    .search(ask, handedOut(fixture, choices))
    .catch((error: unknown) => String(error))
  const actual =
    typeof response === 'string'
      ? response
      : {
          numHits: response.numHits,
          ids: response.hits.map(({ json }) => (JSON.parse(json) as { id: number }).id), // the model's own field
          aggregations:
            response.aggregations === undefined
              ? undefined
              : JSON.parse(stringifyJson(response.aggregations)),
        }
  const path = firstDifference(expected, actual, 'answer')
  if (path !== undefined) return explain(path, ask, { expected, actual })
  return checkPaging(fixture, ask, { found, sort })
}

/** The aggregations of the query beside those of all documents. */
function withGlobal(aggs: Json, overAll: ModelAggregations | undefined): JsonObject {
  const all = overAll === undefined ? {} : { all: { global: {}, aggs: requestOf(overAll) } }
  return { ...aggs, ...all } as JsonObject // JSON by construction
}

function globalResult(overAll: ModelAggregations | undefined, layout: Layout): Json {
  if (overAll === undefined) return {}
  const docs = layout.flatMap((split) => [...split.docs])
  return { all: { doc_count: docs.length, ...resultOf(overAll, docs) } }
}

function explain(path: string, ask: Ask, answers: object): string {
  const print = (value: unknown): string =>
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))
  return `${path}\nask ${print(ask)}\n${print(answers).slice(0, 6000)}`
}

/** Pages by search_after, with the address as the last key, see every hit once and in order. */
async function checkPaging(
  fixture: SearchFixture,
  ask: Ask,
  expected: { readonly found: readonly Found[]; readonly sort: readonly SortKey[] },
): Promise<string | undefined> {
  if (ask.maxHits !== 3 || expected.sort.length === 0) return undefined
  const seen: unknown[] = []
  let searchAfter: Ask['searchAfter']
  const sort: SortKey[] = [...expected.sort, { by: 'doc', order: expected.sort[0]!.order }]
  for (let page = 0; page < 30; page++) {
    const { hits } = await fixture.search({
      ...ask,
      aggs: undefined,
      sort,
      startOffset: 0,
      maxHits: 20,
      searchAfter,
    })
    if (hits.length === 0) break
    seen.push(...hits.map(({ json }) => (JSON.parse(json) as { id: number }).id)) // the model's own field
    searchAfter = hits
      .at(-1)!
      .sort.map((value) =>
        value === undefined ? null : value.type === 'doc' ? value.value : value.value,
      )
  }
  const ids = expected.found.map(({ doc }) => doc.get('id')?.[0])
  const path = firstDifference(ids.slice(0, 600), seen.slice(0, 600), 'pages')
  return path === undefined ? undefined : explain(path, ask, { ids, seen })
}

/** The best scores of a few words, worked out by BM25 over each split's own statistics. */
async function checkScores(
  fixture: SearchFixture,
  { fields, layout, choices }: World,
): Promise<string | undefined> {
  const field = fields.find(({ kind }) => kind === 'text')!
  const words = Array.from({ length: choices.between(1, 3) }, () =>
    choices.of(['alpha', 'beta', 'al', '42']),
  )
  const distinct = [...new Set(words)]
  const expected = layout
    .flatMap(({ docs }) =>
      splitScores(
        docs.map((doc) => tokens(String(doc.get(field.path)?.[0] ?? ''))),
        distinct,
      ),
    )
    .sort((a, b) => b - a)
  const ask: Ask = {
    query: distinct.map((word) => `${field.path}:${word}`).join(' OR '),
    sort: [{ by: 'score', order: 'desc' }],
    maxHits: 1000,
  }
  const { hits } = await fixture.search(ask)
  const scores = hits.map(({ sort }) => sort[0]?.value)
  const path = firstDifference(expected.slice(0, 1000), scores, 'scores')
  return path === undefined ? undefined : explain(path, ask, { expected, scores })
}

function splitScores(docs: readonly string[][], words: readonly string[]): number[] {
  const averageLength = docs.reduce((sum, doc) => sum + doc.length, 0) / docs.length
  return docs.flatMap((doc) => {
    const present = words.filter((word) => doc.includes(word))
    if (present.length === 0) return []
    const parts = present.map((word) => {
      const having = docs.filter((other) => other.includes(word)).length
      const idf = Math.log(1 + (docs.length - having + 0.5) / (having + 0.5))
      const count = doc.filter((token) => token === word).length
      return (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * doc.length) / averageLength))
    })
    return [parts.reduce((sum, part) => sum + part, 0)]
  })
}

interface Found {
  readonly splitId: string
  readonly docId: number
  readonly doc: ModelDoc
}

function matching(
  layout: Layout,
  query: ModelQuery,
  { startTimestamp, endTimestamp }: { startTimestamp?: number; endTimestamp?: number },
): Found[] {
  return layout.flatMap(({ splitId, docs }) =>
    docs.flatMap((doc, docId) => {
      const ms = Number(doc.get('ts')?.[0])
      if (startTimestamp !== undefined && ms < startTimestamp * 1000) return []
      if (endTimestamp !== undefined && ms >= endTimestamp * 1000) return []
      return query.matches(doc) ? [{ splitId, docId, doc }] : []
    }),
  )
}

export function randomSort(fields: readonly ModelField[], choices: Choices): SortKey[] {
  const sortable = fields.filter(
    ({ fast, kind }) => fast && ['i64', 'u64', 'f64', 'bool', 'date'].includes(kind),
  )
  return choices.some(sortable, 2).map(({ path }) => ({
    by: 'field',
    field: path,
    order: choices.of(['asc', 'desc']),
    dateUnit: 'ns',
  }))
}

function compareHits(
  a: Found,
  b: Found,
  sort: readonly SortKey[],
  fields: readonly ModelField[],
): number {
  for (const key of sort) {
    if (key.by !== 'field') continue
    const kind = fields.find(({ path }) => path === key.field)!.kind
    const order = compareFirst(a.doc.get(key.field)?.[0], b.doc.get(key.field)?.[0], {
      kind,
      order: key.order,
    })
    if (order !== 0) return order
  }
  const sign = (sort[0]?.order ?? 'desc') === 'desc' ? -1 : 1
  return sign * (a.splitId === b.splitId ? a.docId - b.docId : a.splitId < b.splitId ? -1 : 1)
}

/** A document sorts by its first value; without one it is last. */
function compareFirst(
  a: ModelValue | undefined,
  b: ModelValue | undefined,
  { kind, order }: { kind: ModelField['kind']; order: 'asc' | 'desc' },
): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1
  return (order === 'asc' ? 1 : -1) * compare(a, b, kind)
}
