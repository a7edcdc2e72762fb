import { describe, expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { faultyStore } from '../../stores/testing/faulty-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { splitKey } from '../metastore/layout.ts'
import { Metastore } from '../metastore/metastore.ts'
import type { ObjectStore } from '../ports.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { indexDocs } from './index-docs.ts'
import {
  countingRandom,
  FIRST_TS,
  publishedNumbers,
  testConfig,
  testLine,
  testLines,
} from './testing/indexing-fixture.ts'
import { REJECTED_KEPT_MS } from '../metastore/reject-set.ts'
import { LIST_EVERY_MS, runJanitor } from './janitor.ts'
import { runMerges } from './merge.ts'

const MERGING = { merge_policy: { type: 'stable_log', merge_factor: 3, max_merge_factor: 4 } }
const HOUR_MS = 3_600_000

async function world(
  config: IndexConfig,
  splitCount: number,
  wrap = (store: ObjectStore) => store,
) {
  const clock = instantClock(FIRST_TS * 1000)
  const store = countingStore(wrap(memoryStore(clock)))
  const random = countingRandom()
  const components = { metastore: new Metastore(store, { clock, random }), clock, random }
  await components.metastore.createIndex(config)
  for (let i = 0; i < splitCount; i++) {
    const body = Buffer.from(testLines(i * 10, i * 10 + 10))
    await indexDocs(components, { indexId: 'events', body })
  }
  store.reset()
  return { ...components, clock, store, components }
}

const numbersTo = (end: number): number[] => Array.from({ length: end }, (_, n) => n)

describe('merging', () => {
  test('the oldest splits become one; the inputs stay for a while and then go', async () => {
    const { components, metastore, clock } = await world(testConfig(MERGING), 5)
    expect(await runMerges(components, { indexId: 'events' })).toEqual({
      mergeCount: 1,
      mergedSplitCount: 4,
      mergedDocCount: 40,
      lostCount: 0,
      deferredCount: 0,
      failures: [],
      incomplete: false,
    })
    const merged = publishedSplits(await metastore.load('events')).find((s) => s.mergeOpCount === 1)
    expect(merged).toMatchObject({
      docCount: 40,
      timeRange: { startSeconds: FIRST_TS, endSeconds: FIRST_TS + 39 },
      sourceId: '_ingest-api-source',
    })
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(50))
    expect(await runJanitor(components, { indexId: 'events' })).toMatchObject({
      deletedSplitCount: 0,
    })
    clock.advance(HOUR_MS)
    expect(await runJanitor(components, { indexId: 'events' })).toMatchObject({
      deletedSplitCount: 4,
    })
    expect((await metastore.load('events')).splits).toHaveLength(2)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(50))
  })

  test('a merge costs a read per input and two puts', async () => {
    const { components, store } = await world(testConfig(MERGING), 3)
    await runMerges(components, { indexId: 'events' })
    const verbs = store.requests.map(({ verb }) => verb)
    expect(verbs).toEqual(['get', 'read', 'read', 'read', 'put', 'put'])
  })

  test('a damaged split is named and keeps nobody else from merging', async () => {
    const { components, metastore, store } = await world(testConfig(MERGING), 9)
    const [first] = (await metastore.load('events')).splits
    const key = splitKey('events', first?.splitId ?? '')
    const size = first?.footer.end ?? 0
    await store.put(key, new Uint8Array(size), { condition: { kind: 'always' } })
    const result = await runMerges(components, { indexId: 'events' })
    expect(result).toMatchObject({ mergeCount: 2, mergedSplitCount: 4 + 4 })
    expect(result.failures.map(({ splitIds }) => splitIds)).toEqual([[first?.splitId]])
  })

  test('a store that takes no write ends the run, and no split is blamed or read again', async () => {
    let isFull = false
    const { components, store } = await world(testConfig(MERGING), 9, (inner) =>
      faultyStore(
        inner,
        ({ verb }) => (isFull && verb === 'put' ? { kind: 'failBefore' } : undefined),
        instantClock(),
      ),
    )
    isFull = true
    await expect(runMerges(components, { indexId: 'events' })).rejects.toThrow(/injected/)
    const reads = store.requests.filter(({ verb }) => verb === 'read')
    expect(reads).toHaveLength(4)
  })

  test('no merge holds more bytes than allowed, and splits of half of that are left alone', async () => {
    const { components, metastore } = await world(testConfig(MERGING), 9)
    const sizes = publishedSplits(await metastore.load('events')).map(({ footer }) => footer.end)
    const one = Math.max(...sizes)
    const read: number[] = []
    await runMerges(components, {
      indexId: 'events',
      maxMergeBytes: 3.9 * one,
      onProgress: ({ sizeBytes }) => void read.push(sizeBytes),
    })
    expect(Math.max(...read)).toBeLessThanOrEqual(3.9 * one)
    // Two that are not full would have been merged.
    const left = publishedSplits(await metastore.load('events')).map(({ footer }) => footer.end)
    expect(left.filter((size) => size < 1.95 * one).length).toBeLessThan(3)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(90))
  })

  test('a merge that the time left is too short for is deferred, and counted', async () => {
    const { components, clock } = await world(testConfig(MERGING), 5)
    const soon = { indexId: 'events', deadlineMs: clock.nowMs() + 900 }
    const deferred = { mergeCount: 0, deferredCount: 1, incomplete: true }
    expect(await runMerges(components, soon)).toMatchObject(deferred)
    const later = { indexId: 'events', deadlineMs: clock.nowMs() + 5_000 }
    const done = { mergeCount: 1, deferredCount: 0, incomplete: false }
    expect(await runMerges(components, later)).toMatchObject(done)
  })

  test('two mergers of many splits share the work, and seldom do the same merge twice', async () => {
    const limit = { merge_policy: { type: 'limit_merge', merge_factor: 3, max_merge_factor: 3 } }
    const { components, metastore } = await world(testConfig(limit), 27)
    const both = [0, 1].map(() => runMerges(components, { indexId: 'events' }))
    const ends = await Promise.all(both)
    const sum = (pick: (end: (typeof ends)[0]) => number) => ends.reduce((n, e) => n + pick(e), 0)
    // In the same order both would have made all 13.
    expect(sum(({ lostCount }) => lostCount)).toBeLessThanOrEqual(6)
    expect(sum(({ mergeCount }) => mergeCount)).toBeGreaterThanOrEqual(9 + 3)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(270))
  })

  test('a forced merge puts neighbours in time together, mature or not', async () => {
    const { components, metastore, clock } = await world(testConfig(MERGING), 7)
    clock.advance(100 * HOUR_MS)
    expect(await runMerges(components, { indexId: 'events' })).toMatchObject({ mergeCount: 0 })
    const result = await runMerges(components, { indexId: 'events', targetDocs: 30 })
    expect(result).toMatchObject({ mergeCount: 2, mergedSplitCount: 6, incomplete: false })
    const splits = publishedSplits(await metastore.load('events'))
    expect(splits.map(({ docCount }) => docCount)).toEqual([10, 30, 30])
  })
})

describe('cleaning up', () => {
  test('a split is retired when its newest document is past the retention period', async () => {
    const retention = { period: '1 hour', schedule: 'hourly' }
    const { components, metastore, clock } = await world(testConfig({}, { retention }), 3)
    clock.advance(HOUR_MS + 20_000)
    const dry = await runJanitor(components, { indexId: 'events', dryRun: true })
    expect(dry.retiredSplitCount).toBe(2)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(30))
    expect((await runJanitor(components, { indexId: 'events' })).retiredSplitCount).toBe(2)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(30).slice(20))
  })

  test('an upload that nobody published goes after its grace, anything else in the folder stays', async () => {
    const { components, metastore, store, clock } = await world(testConfig(), 1)
    const orphan = splitKey('events', metastore.newId())
    for (const key of [orphan, 'events/notes.txt', 'events/backup.split']) {
      await store.put(key, Buffer.from('some bytes'), { condition: { kind: 'always' } })
    }
    const early = await runJanitor(components, { indexId: 'events' })
    expect(early.deletedOrphanCount).toBe(0)
    clock.advance(25 * HOUR_MS)
    const late = await runJanitor(components, { indexId: 'events' })
    expect(late).toMatchObject({ deletedOrphanCount: 1, deletedBytes: 10, incomplete: false })
    const keys: string[] = []
    for await (const { key } of store.list('events/')) keys.push(key)
    expect(keys).not.toContain(orphan)
    expect(keys).toEqual(expect.arrayContaining(['events/notes.txt', 'events/backup.split']))
    expect((await metastore.load('events')).splits).toHaveLength(1)
  })

  test('called after every file it lists the objects once a day, whoever calls', async () => {
    const { components, store, clock } = await world(testConfig(), 1)
    const request = { indexId: 'events', listEveryMs: LIST_EVERY_MS }
    const verbsOfRun = async (): Promise<string[]> => {
      store.reset()
      await runJanitor(components, request)
      return store.requests.map(({ verb }) => verb)
    }
    expect(await verbsOfRun()).toEqual(['get'])
    clock.advance(25 * HOUR_MS)
    expect(await verbsOfRun()).toEqual(['get', 'list', 'put'])
    expect(await verbsOfRun()).toEqual(['get'])
    clock.advance(-50 * HOUR_MS)
    expect(await verbsOfRun()).toContain('list')
  })

  test('rejected documents are kept for a month', async () => {
    const { components, store, clock } = await world(testConfig(), 0)
    await store.put('events/rejected/R-00000.ndjson', Buffer.from('{}\n'), {
      condition: { kind: 'always' },
    })
    clock.advance(REJECTED_KEPT_MS - 1)
    expect((await runJanitor(components, { indexId: 'events' })).deletedRejectedCount).toBe(0)
    clock.advance(1)
    expect((await runJanitor(components, { indexId: 'events' })).deletedRejectedCount).toBe(1)
  })

  test('a file that cannot be deleted keeps its record and is tried again', async () => {
    let isStuck = true
    const { components, metastore, clock } = await world(testConfig(), 2, (inner) =>
      faultyStore(
        inner,
        ({ verb }) => (isStuck && verb === 'delete' ? { kind: 'failBefore' } : undefined),
        instantClock(),
      ),
    )
    const [first] = (await metastore.load('events')).splits
    await metastore.markForDeletion('events', [first?.splitId ?? ''])
    clock.advance(HOUR_MS)
    const stuck = await runJanitor(components, { indexId: 'events' })
    expect(stuck).toMatchObject({ deletedSplitCount: 0, failedDeleteCount: 1 })
    isStuck = false
    const freed = await runJanitor(components, { indexId: 'events' })
    expect(freed).toMatchObject({ deletedSplitCount: 1, failedDeleteCount: 0 })
  })
})

describe('documents sent in a request', () => {
  test('they are searchable on return, with blank lines passed over and bad ones told', async () => {
    const { components, metastore } = await world(testConfig(), 0)
    const body = Buffer.from(`\n${testLine(0)}\r\n   \nbad\n${testLine(1)}`)
    const result = await indexDocs(components, { indexId: 'events', body })
    expect(result).toMatchObject({ docCount: 2, rejectedCount: 1 })
    expect(result.rejects).toMatchObject([{ kind: 'json', text: 'bad', line: 4 }])
    expect(await publishedNumbers(metastore)).toEqual([0, 1])
  })

  test('a request of bad documents alone publishes nothing', async () => {
    const { components, store } = await world(testConfig(), 0)
    const body = Buffer.from('bad')
    const result = await indexDocs(components, { indexId: 'events', body })
    expect(result).toMatchObject({ docCount: 0, rejectedCount: 1, splitIds: [] })
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get'])
  })

  test('a request larger than a split becomes several', async () => {
    const { components, metastore } = await world(testConfig({ split_num_docs_target: 4 }), 0)
    const body = Buffer.from(testLines(0, 10))
    const { splitIds } = await indexDocs(components, { indexId: 'events', body })
    expect(splitIds).toHaveLength(3)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(10))
  })
})
