import { describe, expect, test } from 'vitest'
import { faultyStore, type FaultPlan } from '../../stores/testing/faulty-store.ts'
import { instantClock, type InstantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { retryingStore } from '../../stores/retrying-store.ts'
import { seededFractions } from '../../stores/testing/seeded-fractions.ts'
import { isQwError } from '../errors.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import type { Metastore } from '../metastore/metastore.ts'
import { splitWorkHere } from '../split/split-work.ts'
import type { IndexingComponents } from './components.ts'
import { countingRandom, publishedNumbers, testLines } from './testing/indexing-fixture.ts'
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

const isMutation = (verb: string): boolean => verb === 'put' || verb === 'delete'

/** The process dies at its k-th write: before it reaches the store, or after, with its answer lost. */
function dyingAt(k: number, moment: 'before' | 'after'): FaultPlan {
  let mutations = 0
  let isDead = false
  return ({ verb }) => {
    if (isDead) return { kind: 'failBefore', errorKind: 'internal' }
    if (!isMutation(verb) || ++mutations < k) return undefined
    isDead = true
    return { kind: moment === 'before' ? 'failBefore' : 'failAfter', errorKind: 'internal' }
  }
}

/** Runs `work` in processes that die at every possible write in turn, each over a fresh world; then
 *  once more in a process that lives. Returns how many deaths there were. */
async function dieEverywhere(
  setUp: (components: IndexingComponents) => Promise<void>,
  work: (components: IndexingComponents) => Promise<unknown>,
  check: (components: IndexingComponents) => Promise<void>,
): Promise<number> {
  for (let k = 1; ; k++) {
    let hasDied = false
    for (const moment of ['before', 'after'] as const) {
      const clock = instantClock()
      const store = memoryStore(clock)
      await setUp(processOver(store, clock))
      try {
        await work(processOver(faultyStore(store, dyingAt(k, moment), clock), clock))
      } catch (error) {
        if (!isQwError(error, 'internal')) throw error
        hasDied = true
      }
      const survivor = processOver(store, clock)
      await work(survivor)
      await check(survivor)
    }
    if (!hasDied) return k - 1
  }
}

describe('killed between any two writes and run again', () => {
  test.each([
    ['one after the other', undefined],
    ['while the next one is filled', splitWorkHere()],
  ])(
    'a file whose splits are committed %s is there exactly once, and orphans go',
    async (_, splitWork) => {
      const source = await staged(testLines(0, DOCS))
      const deaths = await dieEverywhere(
        async ({ metastore }) => void (await metastore.createIndex(CONFIG)),
        (components) => indexSource({ ...components, splitWork }, { indexId: 'events', source }),
        async (components) => {
          expect(await publishedNumbers(components.metastore)).toEqual(allNumbers)
          const clock = components.clock as InstantClock
          clock.advance(25 * 3600 * 1000)
          await runJanitor(components, { indexId: 'events' })
          expect(await splitObjects(components.metastore.store)).toHaveLength(5)
          expect(await publishedNumbers(components.metastore)).toEqual(allNumbers)
        },
      )
      // Five splits, their five publications, and the rejected line.
      expect(deaths).toBeGreaterThanOrEqual(11)
    },
  )

  test('merges lose and double nothing', async () => {
    const files = await Promise.all(
      [0, 1, 2, 3, 4].map((i) => staged(testLines(i * 10, i * 10 + 10), `${i}.ndjson`)),
    )
    const deaths = await dieEverywhere(
      async (components) => {
        await components.metastore.createIndex(MERGING_CONFIG)
        for (const source of files) await indexSource(components, { indexId: 'events', source })
      },
      async (components) => {
        const { failures } = await runMerges(components, { indexId: 'events' })
        // A merge that a fault stopped is reported, not thrown; the process is dead all the same.
        if (failures.length > 0) await components.metastore.load('events')
      },
      async ({ metastore }) => {
        expect(await publishedNumbers(metastore)).toEqual(allNumbers)
        expect(publishedSplits(await metastore.load('events')).length).toBeLessThan(5)
      },
    )
    expect(deaths).toBeGreaterThanOrEqual(2)
  })

  test('the janitor deletes marked splits without touching others', async () => {
    const source = await staged(testLines(0, DOCS))
    await dieEverywhere(
      async (components) => {
        const { metastore } = components
        await metastore.createIndex(CONFIG)
        await indexSource(components, { indexId: 'events', source })
        const [first, second] = publishedSplits(await metastore.load('events'))
        await metastore.markForDeletion('events', [first?.splitId ?? '', second?.splitId ?? ''])
        await metastore.store.put(`events/${metastore.newId()}.split`, Buffer.from('orphan'), {
          condition: { kind: 'always' },
        })
        const clock = components.clock as InstantClock
        clock.advance(25 * 3600 * 1000)
      },
      async (components) => {
        const { failedDeleteCount } = await runJanitor(components, { indexId: 'events' })
        if (failedDeleteCount > 0) await components.metastore.load('events')
      },
      async ({ metastore }) => {
        expect(await publishedNumbers(metastore)).toEqual(allNumbers.slice(20))
        expect(await splitObjects(metastore.store)).toHaveLength(3)
        expect((await metastore.load('events')).splits).toHaveLength(3)
      },
    )
  })

  test('creating and deleting an index can be done again', async () => {
    const names = async (metastore: Metastore): Promise<string[]> =>
      (await metastore.listIndexes(['*'])).map(({ metadata }) => metadata.indexId)
    const createOnce = async ({ metastore }: IndexingComponents): Promise<void> => {
      try {
        await metastore.createIndex(CONFIG)
      } catch (error) {
        if (!isQwError(error, 'invalid')) throw error
      }
    }
    await dieEverywhere(
      async () => undefined,
      createOnce,
      async ({ metastore }) => expect(await names(metastore)).toEqual(['events']),
    )
    await dieEverywhere(
      createOnce,
      async ({ metastore }) => {
        try {
          await metastore.deleteIndex('events')
        } catch (error) {
          if (!isQwError(error, 'notFound')) throw error
        }
      },
      async (components) => {
        expect(await names(components.metastore)).toEqual([])
        await createOnce(components)
        expect(await publishedNumbers(components.metastore)).toEqual([])
      },
    )
  })
})

describe('over a store that fails', () => {
  test('an answer that was lost is not taken for a failure, nor published twice', async () => {
    const fractions = seededFractions(42)
    const clock = instantClock()
    const store = memoryStore(clock)
    const steady = processOver(store, clock)
    await steady.metastore.createIndex(CONFIG)
    const lossy = faultyStore(
      store,
      ({ verb, key }) =>
        verb === 'put' && !key.includes('rejected') && fractions() < 0.4
          ? { kind: 'failAfter' }
          : undefined,
      clock,
    )
    const source = await staged(testLines(0, DOCS))
    const retrying = retryingStore(lossy, {
      clock,
      random: countingRandom(),
      attemptsMax: 10,
      pauseMsFirst: 10,
      pauseMsMax: 100,
      timeoutMs: 60_000,
    })
    const result = await indexSource(processOver(retrying, clock), { indexId: 'events', source })
    expect(result).toMatchObject({ state: 'done', docCount: DOCS })
    expect(await publishedNumbers(steady.metastore)).toEqual(allNumbers)
    expect(await splitObjects(store)).toHaveLength(5)
  })

  test('random faults in indexers and mergers, run until they succeed, lose and double nothing', async () => {
    const fractions = seededFractions(7)
    const clock = instantClock()
    const store = memoryStore(clock)
    await processOver(store, clock).metastore.createIndex(MERGING_CONFIG)
    const files = await Promise.all(
      Array.from({ length: 10 }, (_, i) => staged(testLines(i * 5, i * 5 + 5), `${i}.ndjson`)),
    )
    const faulty = faultyStore(
      store,
      () => {
        const fraction = fractions()
        if (fraction < 0.05) return { kind: 'failBefore' }
        return fraction < 0.1 ? { kind: 'failAfter' } : undefined
      },
      clock,
    )
    const untilDone = async (work: (c: IndexingComponents) => Promise<unknown>): Promise<void> => {
      for (let attempt = 0; attempt < 50; attempt++) {
        try {
          await work(processOver(faulty, clock))
          return
        } catch (error) {
          if (!isQwError(error, 'unavailable')) throw error
        }
      }
      throw new Error('fifty attempts failed')
    }
    await Promise.all([
      ...files.map((source) => untilDone((c) => indexSource(c, { indexId: 'events', source }))),
      untilDone((c) => runMerges(c, { indexId: 'events' })),
      untilDone((c) => runMerges(c, { indexId: 'events' })),
    ])
    const steady = processOver(store, clock)
    expect(await publishedNumbers(steady.metastore)).toEqual(allNumbers)
    clock.advance(25 * 3600 * 1000)
    await runJanitor(steady, { indexId: 'events' })
    const named = (await steady.metastore.load('events')).splits.map(({ splitId }) => splitId)
    expect(await splitObjects(store)).toHaveLength(named.length)
    expect(await publishedNumbers(steady.metastore)).toEqual(allNumbers)
  })
})
