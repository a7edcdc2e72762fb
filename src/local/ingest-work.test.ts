import { expect, test } from 'vitest'
import {
  countingRandom,
  publishedNumbers,
  testConfig,
  testLines,
} from '../engine/indexing/testing/indexing-fixture.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import type { ObjectStore } from '../engine/ports.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { systemClock as clock } from '../stores/system-clock.ts'
import { ingestWork } from './ingest-work.ts'

async function batchOf(keys: readonly string[], change: (store: ObjectStore) => ObjectStore) {
  const random = countingRandom(11)
  const metastore = new Metastore(memoryStore(), { clock, random })
  await metastore.createIndex(testConfig())
  const { indexUid } = (await metastore.load('events')).metadata
  const bodies = memoryStore()
  for (const [i, key] of keys.entries()) {
    // Without the line end of the last document.
    const body = Buffer.from(testLines(i * 2, i * 2 + 2).trimEnd())
    await bodies.put(key, body, { condition: { kind: 'always' } })
  }
  const work = ingestWork({
    indexing: { metastore, clock, random },
    store: change(bodies),
    log: () => undefined,
  })
  const indexBatch = (): Promise<boolean> => work.indexBatch({ indexUid, batchKey: 'b', keys })
  return { bodies, indexBatch, numbers: () => publishedNumbers(metastore) }
}

test('bodies of a batch are read one after the other, and their documents told apart', async () => {
  const reads: string[] = []
  const keys = ['one', 'two', 'three']
  const { indexBatch, numbers } = await batchOf(keys, (store) => ({
    ...store,
    get(key, options) {
      reads.push(key)
      return store.get(key, options)
    },
  }))
  expect(await indexBatch()).toBe(true)
  expect(await numbers()).toEqual([0, 1, 2, 3, 4, 5])
  expect(reads).toEqual(keys)
})

test('a body that goes away while its batch is read publishes nothing: the next try tells why', async () => {
  const { bodies, indexBatch, numbers } = await batchOf(['one', 'two'], (store) => ({
    ...store,
    async get(key, options) {
      if (key === 'two') await store.delete(key)
      return store.get(key, options)
    },
  }))
  await expect(indexBatch()).rejects.toMatchObject({ kind: 'conflict' })
  expect(await numbers()).toEqual([])
  // What is gone before it is read was published by an earlier run.
  expect(await indexBatch()).toBe(true)
  expect((await bodies.get('one'))?.bytes.length).toBeGreaterThan(0)
})
