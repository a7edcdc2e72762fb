import { expect, test } from 'vitest'
import { indexDocs } from '../engine/indexing/index-docs.ts'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import type { ObjectStore } from '../engine/ports.ts'
import { faultyStore } from '../stores/testing/faulty-store.ts'
import { instantClock } from '../stores/testing/instant-clock.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { Upkeep } from './upkeep.ts'

const MERGING = { merge_policy: { type: 'stable_log', merge_factor: 3, max_merge_factor: 4 } }

async function world(wrap = (store: ObjectStore): ObjectStore => store) {
  const clock = instantClock()
  const random = countingRandom()
  const indexing = {
    metastore: new Metastore(wrap(memoryStore(clock)), { clock, random }),
    clock,
    random,
  }
  await indexing.metastore.createIndex(testConfig(MERGING))
  const lines: Readonly<Record<string, unknown>>[] = []
  const upkeep = new Upkeep(indexing, (fields) => lines.push(fields))
  const add = (n: number): Promise<unknown> =>
    indexDocs(indexing, { indexId: 'events', body: Buffer.from(testLines(n, n + 1)) })
  return { indexing, upkeep, add, lines, clock }
}

test('split by split, what comes by HTTP is merged and replaced splits go in time', async () => {
  const { indexing, upkeep, add, clock } = await world()
  for (let n = 0; n < 30; n++) {
    await add(n)
    upkeep.ask('events')
  }
  await upkeep.settled()
  const file = await indexing.metastore.load('events')
  expect(publishedSplits(file).length).toBeLessThan(6)
  expect(await publishedNumbers(indexing.metastore)).toEqual(
    Array.from({ length: 30 }, (_, n) => n),
  )
  clock.advance(3_600_000)
  upkeep.ask('events')
  await upkeep.settled()
  const { splits } = await indexing.metastore.load('events')
  expect(splits.filter(({ state }) => state === 'MarkedForDeletion')).toEqual([])
})

test('a failure is logged and the next call does the work', async () => {
  let isFull = false
  const { indexing, upkeep, add, lines } = await world((store) =>
    faultyStore(
      store,
      ({ verb }) => (isFull && verb === 'put' ? { kind: 'failBefore' } : undefined),
      instantClock(),
    ),
  )
  for (let n = 0; n < 4; n++) await add(n)
  isFull = true
  upkeep.ask('events')
  upkeep.ask('missing')
  await upkeep.settled()
  expect(lines.map(({ event }) => event)).toEqual(['maintenance-failed', 'maintenance-failed'])
  isFull = false
  upkeep.ask('events')
  await upkeep.settled()
  expect(publishedSplits(await indexing.metastore.load('events'))).toHaveLength(1)
})

test('after a stop nothing is begun', async () => {
  const { indexing, upkeep, add } = await world()
  for (let n = 0; n < 4; n++) await add(n)
  upkeep.ask('events')
  await upkeep.stop()
  upkeep.ask('events')
  await upkeep.settled()
  expect(publishedSplits(await indexing.metastore.load('events'))).toHaveLength(4)
})
