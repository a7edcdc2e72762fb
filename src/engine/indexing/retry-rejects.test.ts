import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../stores/memory-store.ts'
import { faultyStore, type FaultPlan } from '../../stores/testing/faulty-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { seededFractions } from '../../stores/testing/seeded-fractions.ts'
import { isQwError } from '../errors.ts'
import { takeSnapshot } from '../metastore/snapshots.ts'
import type { ObjectStore } from '../ports.ts'
import { docMatcher } from '../search/match-docs.ts'
import { objectSource, type Source } from '../sources/source.ts'
import type { IndexingComponents } from './components.ts'
import { dropFailures } from './drop-failures.ts'
import { indexSource } from './pipeline.ts'
import { restoreSnapshot } from './restore.ts'
import { checkRejects, rejectName, retryRejects } from './retry-rejects.ts'
import {
  publishedNumbers,
  testConfig,
  testLine,
  waitingRejects,
} from './testing/indexing-fixture.ts'
import { processOver } from './testing/processes.ts'

/** As the fixture's, where `n` may be negative. */
const MENDED = testConfig(
  { split_num_docs_target: 7 },
  {
    doc_mapping: {
      mode: 'strict',
      timestamp_field: 'ts',
      field_mappings: [
        { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
        { name: 'n', type: 'i64', fast: true },
        { name: 'text', type: 'text' },
      ],
    },
  },
)
const indexId = 'events'

async function staged(lines: readonly string[], key = 'a.ndjson'): Promise<Source> {
  const store = memoryStore()
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const info = await store.put(key, body, { condition: { kind: 'always' } })
  return objectSource(store, info, `s3://staging/${key}`)
}

/** Nothing but what a deployed mistake rejects: negative numbers, until the mapping is mended. */
const mendMapping = ({ metastore }: IndexingComponents) =>
  metastore.update(indexId, (file) => ({
    ...file,
    metadata: { ...file.metadata, config: { ...file.metadata.config, ...MENDED } },
  }))

/** Where every document is: a number that is published, or the text of one that waits. */
async function everyDoc({ metastore }: IndexingComponents) {
  const file = await metastore.load(indexId)
  const waiting = await waitingRejects(metastore)
  expect(file.rejectSets.reduce((sum, set) => sum + set.docCount, 0)).toBe(waiting.length)
  const published = (await publishedNumbers(metastore)).map((n) => testLine(n))
  return {
    waiting,
    texts: [...published, ...waiting.map(({ text }) => text)].toSorted(),
  }
}

async function world(lines: readonly string[]) {
  const clock = instantClock()
  const store = memoryStore(clock)
  const components = processOver(store, clock)
  await components.metastore.createIndex(testConfig({ split_num_docs_target: 7 }))
  await indexSource(components, { indexId, source: await staged(lines) })
  return { components, store, clock }
}

const BAD = [-1, 2, -3, 4, -5].map(testLine)

test('after the mapping was mended they are searchable, and no failure any more', async () => {
  const { components, store } = await world([...BAD, 'not json'])
  const [first] = (await everyDoc(components)).waiting
  expect(first).toMatchObject({ line: 1, bytePosition: 0, path: 'n' })
  expect(await checkRejects(components, { indexId })).toMatchObject({ docCount: 0 })
  await mendMapping(components)
  expect(await checkRejects(components, { indexId })).toMatchObject({
    docCount: 3,
    rejectedCount: 1,
  })
  const result = await retryRejects(components, { indexId })
  expect(result).toMatchObject({ docCount: 3, rejectedCount: 1, untriedCount: 0, goneCount: 0 })
  expect(await publishedNumbers(components.metastore)).toEqual([-5, -3, -1, 2, 4])
  const { waiting } = await everyDoc(components)
  expect(waiting).toMatchObject([{ line: 6, text: 'not json', runId: first?.runId }])
  const kept: string[] = []
  for await (const { key } of store.list('events/rejected/')) kept.push(key)
  expect(kept).toHaveLength(1)
  const [run] = (await components.metastore.load(indexId)).runs
  expect(run).toMatchObject({ runId: result.runId, sourceUri: 'retry:all', docCount: 3 })
})

test('what is rejected again has its new reason, its line and its file', async () => {
  const { components } = await world(['{"ts":1700000001,"n":-1,"text":1}'])
  const before = (await everyDoc(components)).waiting
  await mendMapping(components)
  await retryRejects(components, { indexId })
  const after = (await everyDoc(components)).waiting
  expect(before).toMatchObject([{ path: 'n', sourceUri: 's3://staging/a.ndjson' }])
  expect(after).toMatchObject([{ path: 'text', sourceUri: 's3://staging/a.ndjson', line: 1 }])
})

test('a mended copy takes the place of its document alone, however often it is sent', async () => {
  const { components } = await world(BAD)
  const [, second] = (await everyDoc(components)).waiting
  if (second === undefined) throw new Error('nothing was rejected')
  const mended = new Map([[rejectName(second), Buffer.from(testLine(30))]])
  const sent = { indexId, mended }
  expect(await retryRejects(components, sent)).toMatchObject({ docCount: 1, untriedCount: 2 })
  expect(await retryRejects(components, sent)).toMatchObject({ docCount: 0, untriedCount: 2 })
  expect(await publishedNumbers(components.metastore)).toEqual([2, 4, 30])
  expect((await everyDoc(components)).waiting.map(({ text }) => text)).toEqual([BAD[0], BAD[4]])
})

test('documents of a file that was given up come with the file, not by themselves', async () => {
  const { components } = await world([])
  const source = await staged(BAD, 'b.ndjson')
  const maxRejects = { kind: 'count' as const, count: 0 }
  await indexSource(components, { indexId, source, maxRejects })
  const shown = await waitingRejects(components.metastore)
  expect(shown.map(({ text }) => text)).toEqual([BAD[0], BAD[2], BAD[4]])
  await mendMapping(components)
  expect(await retryRejects(components, { indexId })).toMatchObject({ docCount: 0 })
  await indexSource(components, { indexId, source, maxRejects })
  expect(await publishedNumbers(components.metastore)).toEqual([-5, -3, -1, 2, 4])
  expect((await everyDoc(components)).waiting).toEqual([])
})

test('what was dropped is in no object, and nothing is left to retry', async () => {
  const { components, store } = await world(BAD)
  expect(await dropFailures(components.metastore, { indexId, runId: 'ZZZ' })).toMatchObject({
    docCount: 0,
  })
  expect(await dropFailures(components.metastore, { indexId })).toEqual({
    docCount: 3,
    runCount: 0,
  })
  for await (const { key } of store.list('events/rejected/')) expect(key).toBe('none')
  await mendMapping(components)
  expect(await retryRejects(components, { indexId })).toMatchObject({ docCount: 0, goneCount: 0 })
})

test('a set whose object is gone is told once', async () => {
  const { components, store } = await world(BAD)
  for await (const { key } of store.list('events/rejected/')) await store.delete(key)
  expect(await retryRejects(components, { indexId })).toMatchObject({ goneCount: 3 })
  expect(await retryRejects(components, { indexId })).toMatchObject({ goneCount: 0 })
})

/** The process dies at its k-th request, before it reaches the store or with its answer lost. */
function dyingAt(k: number, moment: 'failBefore' | 'failAfter'): FaultPlan {
  let requests = 0
  return () =>
    ++requests < k
      ? undefined
      : { kind: requests > k ? 'failBefore' : moment, errorKind: 'internal' }
}

async function dying(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    if (!isQwError(error, 'internal')) throw error
    return true
  }
}

test('killed at any request, indexing and then retrying, every document is there once', async () => {
  const lines = [-1, 2, -3, 4, 5, 6, 7, -8, 9, 10, 11, 12, -13, 14].map(testLine)
  const source = await staged(lines)
  let deaths = 0
  const survives = async (k: number, moment: 'failBefore' | 'failAfter'): Promise<boolean> => {
    const clock = instantClock()
    const store = memoryStore(clock)
    const setUp = processOver(store, clock)
    await setUp.metastore.createIndex(testConfig({ split_num_docs_target: 4 }))
    const killed = (): IndexingComponents =>
      processOver(faultyStore(store, dyingAt(k, moment), clock), clock)
    const hasDied = [await dying(() => indexSource(killed(), { indexId, source }))]
    await indexSource(processOver(store, clock), { indexId, source })
    expect((await everyDoc(processOver(store, clock))).texts).toEqual(lines.toSorted())
    await mendMapping(processOver(store, clock))
    hasDied.push(await dying(() => retryRejects(killed(), { indexId })))
    const between = await everyDoc(processOver(store, clock))
    expect(between.texts).toEqual(lines.toSorted())
    await retryRejects(processOver(store, clock), { indexId })
    const { texts, waiting } = await everyDoc(processOver(store, clock))
    expect(texts).toEqual(lines.toSorted())
    expect(waiting).toEqual([])
    deaths += hasDied.filter(Boolean).length
    return !hasDied.includes(true)
  }
  for (let k = 1; ; k++) {
    const before = await survives(k, 'failBefore')
    const after = await survives(k, 'failAfter')
    if (before && after) break
  }
  expect(deaths).toBeGreaterThan(30)
})

/** Each request fails with some probability, before or after. */
function unreliable(store: ObjectStore, seed: number, clock: ReturnType<typeof instantClock>) {
  const fractions = seededFractions(seed)
  const plan: FaultPlan = () => {
    const fraction = fractions()
    if (fraction < 0.08) return { kind: 'failBefore' }
    return fraction < 0.16 ? { kind: 'failAfter' } : undefined
  }
  return faultyStore(store, plan, clock)
}

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      if (!isQwError(error, 'unavailable')) throw error
    }
  }
  throw new Error('two hundred attempts failed')
}

test('whatever fails and however many retry at once, every document is there once', async () => {
  const doc = fc.oneof(
    { weight: 3, arbitrary: fc.constant('good' as const) },
    { weight: 2, arbitrary: fc.constant('mended' as const) },
    { weight: 1, arbitrary: fc.constant('bad' as const) },
  )
  const files = fc.array(fc.array(doc, { maxLength: 15 }), { minLength: 1, maxLength: 4 })
  const retries = fc.integer({ min: 1, max: 3 })
  const property = fc.asyncProperty(files, retries, fc.nat(), async (kinds, retryCount, seed) => {
    let n = 0
    const texts = kinds.map((file) =>
      file.map((kind) => {
        n++
        return kind === 'bad' ? `bad ${n}` : testLine(kind === 'good' ? n : -n)
      }),
    )
    const all = texts.flat().toSorted()
    const clock = instantClock()
    const store = memoryStore(clock)
    const steady = processOver(store, clock)
    await steady.metastore.createIndex(testConfig({ split_num_docs_target: 4 }))
    const faulty = unreliable(store, seed, clock)
    const sources = await Promise.all(texts.map((lines, i) => staged(lines, `${i}.ndjson`)))
    const parallel = (
      work: (c: IndexingComponents, i: number) => Promise<unknown>,
      count: number,
    ) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          untilDone(() => work(processOver(faulty, clock), i)),
        ),
      )
    // Each file by two indexers at once.
    await parallel((c, i) => {
      const source = sources[i % sources.length]
      if (source === undefined) throw new Error('no source')
      return indexSource(c, { indexId, source })
    }, sources.length * 2)
    expect((await everyDoc(steady)).texts).toEqual(all)
    await mendMapping(steady)
    await parallel((c) => retryRejects(c, { indexId }), retryCount)
    const { waiting, texts: found } = await everyDoc(steady)
    expect(found).toEqual(all)
    expect(waiting.every(({ text }) => text.startsWith('bad'))).toBe(true)
  })
  await fc.assert(property, { numRuns: 30 })
})

test('an index that is brought back reads later files again, and has what they reject but once', async () => {
  const { components } = await world(BAD)
  await takeSnapshot(components, { indexId, name: 'before' })
  const later = await staged([-6, 7].map(testLine), 'later.ndjson')
  await indexSource(components, { indexId, source: later })
  expect((await everyDoc(components)).waiting).toHaveLength(4)
  const matchDocs = docMatcher(components.metastore.store)
  await restoreSnapshot(components, { indexId, name: 'before', checkpoint: 'restored', matchDocs })
  expect((await everyDoc(components)).waiting).toHaveLength(3)
  await indexSource(components, { indexId, source: later })
  await mendMapping(components)
  await retryRejects(components, { indexId })
  expect(await publishedNumbers(components.metastore)).toEqual([-6, -5, -3, -1, 2, 4, 7])
})
