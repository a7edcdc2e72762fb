import { expect, test } from 'vitest'
import { indexDocs } from '../engine/indexing/index-docs.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import { shippedConfig } from '../engine/schema/shipped-configs.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock, systemRandom } from '../stores/system-clock.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { makeIndexerHandler } from './indexer-handler.ts'
import { SimulatedQueue } from './testing/simulated-queue.ts'

const NOON_MS = Date.UTC(2026, 10, 23, 12)

/** A deployment whose indexes have so many splits each. */
async function setUp(splitCounts: Readonly<Record<string, number>>, maxMergeBytes?: number) {
  const clock = instantClock(NOON_MS)
  const store = memoryStore(clock)
  const lines: Readonly<Record<string, unknown>>[] = []
  const metastore = new Metastore(store, { clock, random: systemRandom })
  const nowMs = () => clock.nowMs()
  const queue = new SimulatedQueue({ visibilitySeconds: 1_800, maxReceiveCount: 5, nowMs })
  const components = { metastore, clock, random: systemRandom }
  const config = shippedConfig('mock-sales')
  for (const [indexId, count] of Object.entries(splitCounts)) {
    if (config !== undefined) await metastore.createIndex({ ...config, indexId })
    for (let id = 0; id < count; id++) {
      const body = Buffer.from(JSON.stringify({ ts: 1_700_000_000, id }))
      await indexDocs(components, { indexId, body })
    }
  }
  const handler = makeIndexerHandler(
    {
      ...components,
      // Sleeping is how messages are held: that must not move the time.
      clock: { nowMs, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
      openBucket: () => store,
      queue,
      configFor: () => Promise.resolve(undefined),
      log: (fields) => lines.push(fields),
    },
    { mergesEnabled: true, janitorEnabled: true, maxMergeBytes },
  )
  const splitsOf = async (id: string) => publishedSplits(await metastore.load(id)).length
  const keepUp = (leftMs = 120_000) =>
    handler({ action: 'upkeep' }, { requestId: 'r', deadlineMs: clock.nowMs() + leftMs })
  const tellOf = (event: string) => lines.filter((line) => line['event'] === event)
  return { handler, keepUp, splitsOf, store, clock, queue, metastore, tellOf }
}

test('every index that needs it is merged, and the others are only looked at', async () => {
  const { keepUp, splitsOf, tellOf } = await setUp({ shop: 10, stall: 3, store: 10 })
  expect(await keepUp()).toMatchObject({ num_merges: 2, num_docs: 0 })
  expect([await splitsOf('shop'), await splitsOf('stall'), await splitsOf('store')]).toEqual([
    1, 3, 1,
  ])
  expect(tellOf('kept-up').map((line) => line['indexId'])).toEqual(['shop', 'store'])
  expect(tellOf('upkeep')).toMatchObject([{ num_due: 2, num_merges: 2, incomplete: false }])
  await keepUp()
  expect(tellOf('upkeep').at(-1)).toMatchObject({ num_due: 0 })
})

test('what is more than the function can hold is neither due nor merged', async () => {
  const { handler, keepUp, splitsOf, tellOf } = await setUp({ shop: 10 }, 1)
  expect(await keepUp()).toMatchObject({ num_merges: 0 })
  expect(tellOf('upkeep')).toMatchObject([{ num_due: 0, incomplete: false }])
  const invocation = { requestId: 'r', deadlineMs: undefined }
  expect(await handler({ action: 'merge', index_id: 'shop' }, invocation)).toMatchObject({
    num_merges: 0,
  })
  expect(await splitsOf('shop')).toBe(10)
})

test('one index that cannot be read keeps no other from its turn', async () => {
  const { keepUp, splitsOf, store, tellOf } = await setUp({ broken: 1, shop: 10 })
  const condition = { kind: 'always' } as const
  await store.put('broken/metastore.json', Buffer.from('no JSON'), { condition })
  expect(await keepUp()).toMatchObject({ num_merges: 1 })
  expect(await splitsOf('shop')).toBe(1)
  expect(tellOf('maintenance-failed')).toMatchObject([{ indexId: 'broken' }])
})

test('a round that the time was too short for, and that did something, goes on by the queue', async () => {
  // A merge is taken to need more than a second of the time that the answer leaves.
  const { keepUp, queue, splitsOf, clock, metastore } = await setUp({ shop: 10, stall: 10 })
  await keepUp(5_500)
  expect(await splitsOf('shop')).toBe(10)
  expect(queue.size).toBe(0)
  // Something to delete is something done.
  await metastore.markForDeletion('shop', [
    publishedSplits(await metastore.load('shop'))[0]?.splitId ?? '',
  ])
  clock.advance(3_600_000)
  await keepUp(5_500)
  expect(queue.size).toBe(1)
})

test('what upload ended after its index was gone is found by one round of a day', async () => {
  const { keepUp, store, clock, tellOf } = await setUp({ shop: 1 })
  const stray = 'gone/01ARZ3NDEKTSV4RRFFQ69G5FAV.split'
  await store.put(stray, Buffer.from('split'), { condition: { kind: 'ifAbsent' } })
  for (let hour = 0; hour < 48; hour++) {
    clock.advance(3_600_000)
    await keepUp()
  }
  expect(tellOf('upkeep').filter((line) => line['stray'] !== undefined)).toHaveLength(2)
  await expect(store.head(stray)).rejects.toMatchObject({ kind: 'notFound' })
})
