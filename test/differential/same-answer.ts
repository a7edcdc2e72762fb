import { JsonFloat, type JsonObject } from '../../src/engine/bytes/json.ts'
import { runDeletes } from '../../src/engine/indexing/deletes.ts'
import { refreshHotCache } from '../../src/engine/indexing/refresh-hot-cache.ts'
import { hotCacheKey, splitKey } from '../../src/engine/metastore/layout.ts'
import { getIfThere, type ObjectStore } from '../../src/engine/ports.ts'
import { docMatcher } from '../../src/engine/search/match-docs.ts'
import type { SortKey } from '../../src/engine/search/request.ts'
import type { SearchContext } from '../../src/engine/search/root.ts'
import { handedLeaf, spreadOut } from '../../src/engine/search/testing/handed-leaf.ts'
import {
  EXACT_READS,
  SearchFixture,
  type Ask,
} from '../../src/engine/search/testing/search-fixture.ts'
import { firstDifference } from './difference.ts'
import { requestOf } from './model-aggregation.ts'
import { docMapping, printDoc, randomDoc, randomFields, type ModelField } from './model.ts'
import { randomAggregations, randomTimeBounds } from './random-aggregation.ts'
import { randomQuery } from './random-query.ts'
import { Choices } from './random.ts'
import type { CaseReport } from './run-case.ts'

const ROUNDS = 3
const ASKS_PER_ROUND = 4

/** How a search may be done. Each begins with nothing cached. */
type Way = readonly [name: string, context: (fixture: SearchFixture) => Partial<SearchContext>]

const WAYS: readonly Way[] = [
  ['one thread that reads each part by itself', () => ({})],
  ['other threads', ({ context }) => ({ leaf: spreadOut(context) })],
  ['other processes', ({ context }) => ({ leaf: handedLeaf(context) })],
  [
    'other processes, each with threads',
    ({ context }) => ({ leaf: handedLeaf(context, { here: spreadOut(context) }) }),
  ],
]

/**
 * One random index: random searches, each done in every way, with and without a hot cache, with damage to
 * it and to a split, and again with what was cached. All answers are one: hits with their scores, sort
 * values and snippets, counts, aggregations and failures. In between documents are erased and splits merged.
 */
export async function runSameAnswers(seed: number): Promise<CaseReport> {
  const choices = new Choices(seed)
  const fields = randomFields(choices)
  const mapping = docMapping(fields) as JsonObject // strings, booleans and arrays of them
  const fixture = await SearchFixture.create(mapping)
  let nextId = 0
  let checks = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (let split = choices.between(1, 4); split > 0; split--) {
      const docs = Array.from({ length: choices.of([1, 7, 40, 400]) }, () =>
        printDoc(randomDoc(fields, nextId++, choices), fields),
      )
      await fixture.addSplit(docs)
    }
    if (choices.chance(0.5)) await eraseSome(fixture, randomQuery(fields, choices).text)
    if (choices.chance(0.5)) await mergeSome(fixture, choices)
    for (let ask = 0; ask < ASKS_PER_ROUND; ask++) {
      const difference = await differenceOf(fixture, randomAsk(fields, choices), choices)
      if (difference !== undefined) return { checks, difference }
      checks++
    }
  }
  return { checks, difference: undefined }
}

async function eraseSome(fixture: SearchFixture, text: string): Promise<void> {
  const query = { dialect: 'native', text, searchFields: undefined } as const
  const bounds = { startTimestamp: undefined, endTimestamp: undefined }
  await fixture.metastore.addDeleteTask('events', { ...query, ...bounds })
  const matchDocs = docMatcher(fixture.store)
  const { failures } = await runDeletes(componentsOf(fixture), {
    indexId: 'events',
    matchDocs,
  })
  if (failures.length > 0) throw new Error(failures[0]?.error)
}

async function mergeSome(fixture: SearchFixture, choices: Choices): Promise<void> {
  const merged = (await fixture.splits()).filter(() => choices.chance(0.5))
  if (merged.length > 1) await fixture.merge(merged.map(({ splitId }) => splitId))
}

/** Every split is large enough for the hot cache. */
function componentsOf({ metastore, context }: SearchFixture) {
  const random = { bytes: (count: number) => new Uint8Array(count).fill(7) }
  return { metastore, clock: context.clock, random, hotSplitBytes: 0 }
}

function randomAsk(fields: readonly ModelField[], choices: Choices): Ask {
  const aggregations = choices.chance(0.6)
    ? requestOf(randomAggregations(fields, choices))
    : undefined
  const texts = fields.filter(({ kind }) => kind === 'text').map(({ path }) => path)
  const sort = randomSort(fields, choices)
  const style = { marks: ['<', '>'], escapesHtml: false, maxChars: 30, fragments: 2 } as const
  return {
    query: randomQuery(fields, choices).text,
    ...randomTimeBounds(choices),
    sort,
    maxHits: choices.of([0, 3, 20, 1000]),
    startOffset: choices.of([0, 0, 5]),
    ...(aggregations === undefined ? {} : { aggs: aggregations as JsonObject }),
    ...(choices.chance(0.3) ? { snippetFields: texts } : {}),
    ...(choices.chance(0.3)
      ? {
          highlights: [
            {
              pattern: '*',
              style: { ...style, bestFirst: true, marksAllTerms: choices.chance(0.5) },
            },
          ],
        }
      : {}),
    ...(choices.chance(0.3) ? { wantsScores: true } : {}),
    ...(choices.chance(0.15) ? { minScore: choices.of([0.1, 0.5, 1.2]) } : {}),
    ...(choices.chance(0.15) ? { terminateAfter: choices.of([1, 5, 30]) } : {}),
  }
}

function randomSort(fields: readonly ModelField[], choices: Choices): SortKey[] {
  const sortable = fields.filter(
    ({ fast, kind }) => fast && ['i64', 'u64', 'f64', 'bool', 'date'].includes(kind),
  )
  const keys = choices.some(sortable, 2).map(({ path }): SortKey => ({
    by: 'field',
    field: path,
    order: choices.of(['asc', 'desc']),
    dateUnit: 'ns',
    missing: choices.of(['first', undefined]),
    several: choices.of(['min', 'max', undefined]),
  }))
  if (choices.chance(0.3))
    keys.splice(0, keys.length, { by: 'score', order: choices.of(['asc', 'desc']) })
  return keys
}

async function differenceOf(
  fixture: SearchFixture,
  asked: Ask,
  choices: Choices,
): Promise<string | undefined> {
  const { store } = fixture
  const ask: Ask = { ...asked, allowFailedSplits: true }
  const hotKey = hotCacheKey('events')
  await store.delete(hotKey)
  // An erasure may have left none.
  const splits = await fixture.splits()
  if (splits.length > 0 && choices.chance(0.3)) {
    const key = splitKey('events', choices.of(splits).splitId)
    const repair = await flipBit(store, key, choices.fraction())
    const difference = await differenceOfWays(fixture, ask, await alone(fixture, ask))
    await repair()
    return difference && `with a damaged split: ${difference}`
  }
  const expected = await alone(fixture, ask)
  const hotCache = choices.of(['no', 'a', 'a damaged'])
  if (hotCache !== 'no') await refreshHotCache(componentsOf(fixture), 'events')
  if (hotCache === 'a damaged') await flipBit(store, hotKey, choices.fraction())
  const difference = await differenceOfWays(fixture, ask, expected)
  return difference && `with ${hotCache} hot cache: ${difference}`
}

/** By one thread that has read nothing. */
function alone(fixture: SearchFixture, ask: Ask): Promise<unknown> {
  fixture.forget()
  return answerOf(fixture, ask, {})
}

/** The first way that answers something else; each is asked twice. */
async function differenceOfWays(
  fixture: SearchFixture,
  ask: Ask,
  expected: unknown,
): Promise<string | undefined> {
  for (const [way, contextOf] of WAYS) {
    fixture.forget()
    const context = { readSizes: EXACT_READS, ...contextOf(fixture) }
    for (const time of ['first', 'second']) {
      const actual = await answerOf(fixture, ask, context)
      const path = firstDifference(expected, actual, 'answer')
      if (path === undefined) continue
      const answers = print({ expected, actual }).slice(0, 6000)
      return `by ${way}, the ${time} time: ${path}\nask ${print(ask)}\n${answers}`
    }
  }
  return undefined
}

/** Undone by what it returns. Nothing where there is no such object. */
async function flipBit(
  store: ObjectStore,
  key: string,
  fraction: number,
): Promise<() => Promise<void>> {
  const stored = await getIfThere(store, key)
  if (stored === undefined) return () => Promise.resolve()
  const put = async (bytes: Uint8Array): Promise<void> => {
    await store.put(key, bytes, { condition: { kind: 'always' } })
  }
  const before = stored.bytes.slice()
  const at = Math.floor(before.length * fraction)
  await put(before.with(at, (before[at] ?? 0) ^ 4))
  return () => put(before)
}

/** As plain values, or the error. */
async function answerOf(
  fixture: SearchFixture,
  ask: Ask,
  context: Partial<SearchContext>,
): Promise<unknown> {
  try {
    const answer = await fixture.search(ask, context)
    return JSON.parse(print({ ...answer, elapsedMicros: 0 }))
  } catch (error) {
    return String(error)
  }
}

/** Whether a float is whole depends on its last digits, which sums in another order change. */
function print(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof JsonFloat) return part.value
    return typeof part === 'bigint' ? `${part}n` : part
  })
}
