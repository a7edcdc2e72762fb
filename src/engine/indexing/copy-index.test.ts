import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import type { Fault, FaultPlan } from '../../stores/testing/faulty-store.ts'
import { ORPHAN_GRACE_MS } from '../metastore/index-file-changes.ts'
import { splitKey } from '../metastore/layout.ts'
import { Metastore } from '../metastore/metastore.ts'
import { docMatcher } from '../search/match-docs.ts'
import { copyLiveIndex } from './copy-live-index.ts'
import { runDeletes } from './deletes.ts'
import { asked, keysOf, numbersTo, published, snapshotWorld } from './testing/snapshot-world.ts'

type World = Awaited<ReturnType<typeof snapshotWorld>>

/** Another store, as in another account. */
function elsewhere({ components: { clock, random } }: World) {
  const store = countingStore(memoryStore(clock))
  return {
    store,
    components: { metastore: new Metastore(store, { clock, random }), clock, random },
  }
}

test('a copy is an index of its own: same documents, checkpoint and config, byte for byte', async () => {
  const world = await snapshotWorld(3)
  await world.take('monday')
  const there = elsewhere(world)
  expect(await world.copy('monday', 'events-2', there.components)).toMatchObject({
    docCount: 30,
    splitCount: 3,
    copiedSplitCount: 3,
    foundSplitCount: 0,
  })
  const { metastore } = there.components
  expect(await published(metastore, 'events-2')).toEqual(numbersTo(30))
  const [ours, copy] = [await world.metastore.load('events'), await metastore.load('events-2')]
  expect(copy.metadata.checkpoint).toEqual(ours.metadata.checkpoint)
  expect(copy.metadata.config.docMapping).toEqual(ours.metadata.config.docMapping)
  expect(copy.metadata.indexUid).toMatch(/^events-2:/)
  expect(await metastore.listIndexIds()).toEqual(['events-2'])
  for (const { splitId } of copy.splits) {
    const bytes = await world.store.get(splitKey('events', splitId))
    expect((await there.store.get(splitKey('events-2', splitId)))?.bytes).toEqual(bytes?.bytes)
  }
  await world.drop('monday')
  await world.metastore.deleteIndex('events')
  expect(await published(metastore, 'events-2')).toEqual(numbersTo(30))
})

test('it goes on where it was killed, and sends nothing twice', async () => {
  const world = await snapshotWorld(20)
  await world.take('monday')
  const there = elsewhere(world)
  const { store } = there
  const put = store.put.bind(store)
  let left = 11
  store.put = async (key, body, options) => {
    if (key.endsWith('.split') && left-- <= 0) throw new Error('killed')
    return await put(key, body, options)
  }
  await expect(world.copy('monday', 'events', there.components)).rejects.toThrow('killed')
  const { metastore } = there.components
  await expect(metastore.load('events')).rejects.toMatchObject({ code: 'INDEX-NONE' })
  left = Infinity
  expect(await world.copy('monday', 'events', there.components)).toMatchObject({
    docCount: 200,
    copiedSplitCount: 9,
    foundSplitCount: 11,
  })
  expect(await published(metastore)).toEqual(numbersTo(200))
})

test('a half-made copy is no index, and a delete removes what there is of it', async () => {
  const world = await snapshotWorld(2)
  await world.take('monday')
  const there = elsewhere(world)
  const { splits } = await world.metastore.load('events')
  const broken = splitKey('events', splits[1]?.splitId ?? '')
  const { bytes } = (await world.inner.get(broken))!
  bytes[200]! ^= 1
  await world.inner.put(broken, bytes, { condition: { kind: 'always' } })
  // A flipped byte is found on the way, and is not handed on.
  await expect(world.copy('monday', 'events', there.components)).rejects.toMatchObject({
    kind: 'corrupt',
  })
  await there.components.metastore.deleteIndex('events')
  expect(await keysOf(there.store, '')).toEqual([])
})

test('splits that lay there so long that they may be collected are sent again', async () => {
  const world = await snapshotWorld(2)
  await world.take('monday')
  const there = elsewhere(world)
  const key = splitKey('events', (await world.metastore.load('events')).splits[0]!.splitId)
  const { bytes } = (await world.inner.get(key))!
  await there.store.put(key, bytes, { condition: { kind: 'always' } })
  world.clock.advance(ORPHAN_GRACE_MS - 60_000)
  expect(await world.copy('monday', 'events', there.components)).toMatchObject({
    copiedSplitCount: 2,
    foundSplitCount: 0,
  })
})

test('a live index is pinned while it is copied; a killed copy goes on from what it pinned', async () => {
  const world = await snapshotWorld(4)
  const there = elsewhere(world)
  const { store } = there
  const put = store.put.bind(store)
  let left = 2
  store.put = async (key, body, options) => {
    if (key.endsWith('.split') && left-- <= 0) throw new Error('killed')
    return await put(key, body, options)
  }
  const copy = () =>
    copyLiveIndex({
      source: world.components,
      indexId: 'events',
      name: 'copy-to-there',
      target: there.components,
      targetId: 'events',
      matchDocs: docMatcher(world.store),
    })
  await expect(copy()).rejects.toThrow('killed')
  left = Infinity
  await world.merge()
  await world.add(40, 50)
  await world.cleanUp()
  there.store.reset()
  await copy()
  expect(await published(there.components.metastore)).toEqual(numbersTo(40))
  expect((await world.metastore.load('events')).snapshots).toEqual([])
  // Once it is there, the next copy is one of now.
  await there.components.metastore.deleteIndex('events')
  await copy()
  expect(await published(there.components.metastore)).toEqual(numbersTo(50))
})

test('an index that is there is never copied over', async () => {
  const world = await snapshotWorld(1)
  await world.take('monday')
  await expect(world.copy('monday', 'events')).rejects.toMatchObject({ code: 'INDEX-EXISTS' })
})

test('what was erased since is not copied, and erasures in the copy begin anew', async () => {
  const world = await snapshotWorld(2)
  await world.ask('n:1')
  await world.erase()
  await world.take('monday')
  await world.ask('n:2 OR n:>=10')
  await world.erase()
  expect(await world.copy('monday', 'copied')).toMatchObject({ docCount: 8, erasedDocCount: 11 })
  expect(await published(world.metastore, 'copied')).toEqual([0, 3, 4, 5, 6, 7, 8, 9])
  await world.metastore.addDeleteTask('copied', asked('n:5'))
  await runDeletes(world.components, { indexId: 'copied', matchDocs: docMatcher(world.store) })
  expect(await published(world.metastore, 'copied')).toEqual([0, 3, 4, 6, 7, 8, 9])
})

test('whatever call fails, the copy is whole or no index, and whole when it is repeated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 30 }), fc.boolean(), async (at, happened) => {
      let left = Infinity
      const fault: Fault = { kind: happened ? 'failAfter' : 'failBefore' }
      const plan: FaultPlan = () => (left-- === 0 ? fault : undefined)
      const world = await snapshotWorld(3, plan)
      const { metastore, take, ask, erase, copy, cleanUp, inner } = world
      await take('monday')
      await ask('n:17')
      await erase()
      const whole = numbersTo(30, (n) => n === 17)
      left = at
      await copy('monday', 'copied').catch(() => undefined)
      left = Infinity
      const isThere = await metastore.load('copied').catch(() => undefined)
      if (isThere === undefined) await copy('monday', 'copied')
      expect(await published(metastore, 'copied')).toEqual(whole)
      await cleanUp('copied')
      expect(await keysOf(inner, '.split', 'copied')).toHaveLength(3)
    }),
    { numRuns: 40 },
  )
})
