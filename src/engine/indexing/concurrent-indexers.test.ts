import { describe, expect, test } from 'vitest'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { publishedNumbers, testConfig, testLines } from './testing/indexing-fixture.ts'
import { runJanitor } from './janitor.ts'
import { runMerges } from './merge.ts'
import { indexSource } from './pipeline.ts'
import {
  allNumbers,
  CONFIG,
  DOCS,
  MERGING_CONFIG,
  processOver,
  splitObjects,
  staged,
} from './testing/processes.ts'

describe('at the same time', () => {
  async function world(config: IndexConfig) {
    const clock = instantClock()
    const store = memoryStore(clock)
    const first = processOver(store, clock)
    await first.metastore.createIndex(config)
    return { clock, store, first }
  }

  test('two indexers of one file publish it once and leave no object of the loser', async () => {
    const { clock, store, first } = await world(CONFIG)
    const source = await staged(testLines(0, DOCS))
    const runs = [first, processOver(store, clock), processOver(store, clock)].map((components) =>
      indexSource(components, { indexId: 'events', source }),
    )
    const results = await Promise.all(runs)
    expect(results.reduce((sum, { docCount }) => sum + docCount, 0)).toBe(DOCS)
    expect(results.reduce((sum, { rejectedCount }) => sum + rejectedCount, 0)).toBe(1)
    expect(await publishedNumbers(first.metastore)).toEqual(allNumbers)
    expect(await splitObjects(store)).toHaveLength(5)
  })

  test('many indexers of different files all get through', async () => {
    const { clock, store, first } = await world(testConfig())
    const files = await Promise.all(
      Array.from({ length: 25 }, (_, i) => staged(testLines(i * 2, i * 2 + 2), `${i}.ndjson`)),
    )
    await Promise.all(
      files.map((source) => indexSource(processOver(store, clock), { indexId: 'events', source })),
    )
    expect(await publishedNumbers(first.metastore)).toEqual(allNumbers)
    expect(clock.sleptMs.length).toBeGreaterThan(0)
  })

  test('indexers, two mergers and a janitor with no patience leave every document once', async () => {
    const { clock, store, first } = await world(MERGING_CONFIG)
    const files = await Promise.all(
      Array.from({ length: 25 }, (_, i) => staged(testLines(i * 2, i * 2 + 2), `${i}.ndjson`)),
    )
    const chores = Array.from({ length: 6 }, async (_, i) => {
      const components = processOver(store, clock)
      for (let round = 0; round < 4; round++) {
        if (i % 3 < 2) await runMerges(components, { indexId: 'events' })
        else {
          await runJanitor(components, {
            indexId: 'events',
            deletionGraceMs: 3_600_000,
            orphanGraceMs: 0,
          })
        }
      }
    })
    const runs = files.map((source) =>
      indexSource(processOver(store, clock), { indexId: 'events', source }),
    )
    const results = await Promise.all(runs)
    await Promise.all(chores)
    expect(await publishedNumbers(first.metastore)).toEqual(allNumbers)
    expect(results.reduce((sum, { docCount }) => sum + docCount, 0)).toBe(DOCS)
  })

  test('a file that is being indexed while the index is cleared is indexed from its beginning', async () => {
    const { clock, store, first } = await world(CONFIG)
    const source = await staged(testLines(0, DOCS))
    let isCleared = false
    await indexSource(first, {
      indexId: 'events',
      source: {
        ...source,
        async verifyUnchanged() {
          const other = processOver(store, clock)
          if (isCleared || (await other.metastore.load('events')).splits.length < 2) return
          isCleared = true
          await other.metastore.clearIndex('events')
        },
      },
    })
    expect(isCleared).toBe(true)
    expect(await publishedNumbers(first.metastore)).toEqual(allNumbers)
  })

  test('a file that is being indexed while the index is deleted ends with an error and leaves no object', async () => {
    const { clock, store, first } = await world(CONFIG)
    const source = await staged(`broken\n${testLines(0, DOCS)}`)
    const run = indexSource(first, {
      indexId: 'events',
      source: {
        ...source,
        async verifyUnchanged() {
          await processOver(store, clock).metastore.deleteIndex('events')
        },
      },
    })
    await expect(run).rejects.toMatchObject({ kind: 'notFound' })
    const left: string[] = []
    for await (const { key } of store.list('events/')) left.push(key)
    expect(left).toEqual([])
  })

  test('a pipe whose index is cleared meanwhile is told about, since it cannot be read again', async () => {
    const { clock, store, first } = await world(CONFIG)
    const source = await staged(testLines(0, DOCS))
    let commits = 0
    const run = indexSource(first, {
      indexId: 'events',
      source: {
        ...source,
        opensOnce: true,
        async verifyUnchanged() {
          if (++commits === 3) await processOver(store, clock).metastore.clearIndex('events')
        },
      },
    })
    await expect(run).rejects.toMatchObject({ kind: 'conflict', fix: 'send the same input again' })
  })

  test('an index that is deleted and created again meanwhile gets the file from its beginning', async () => {
    const { clock, store, first } = await world(CONFIG)
    const source = await staged(testLines(0, DOCS))
    const { indexUid } = (await first.metastore.load('events')).metadata
    await indexSource(first, {
      indexId: 'events',
      source: {
        ...source,
        async verifyUnchanged() {
          const { metastore } = processOver(store, clock)
          const file = await metastore.load('events')
          if (file.metadata.indexUid !== indexUid || file.splits.length < 2) return
          await metastore.deleteIndex('events')
          await metastore.createIndex(CONFIG)
        },
      },
    })
    expect((await first.metastore.load('events')).metadata.indexUid).not.toBe(indexUid)
    expect(await publishedNumbers(first.metastore)).toEqual(allNumbers)
    expect(await splitObjects(store)).toHaveLength(5)
  })
})
