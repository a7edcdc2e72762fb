import { describe, expect, test } from 'vitest'
import { DELETION_GRACE_MS } from '../metastore/index-file-changes.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { hotCacheKey } from '../metastore/layout.ts'
import { Metastore } from '../metastore/metastore.ts'
import { getIfThere, type ObjectStore } from '../ports.ts'
import { hotTerms } from '../split/testing/hot-terms.ts'
import { runJanitor } from './janitor.ts'
import { refreshHotCache } from './refresh-hot-cache.ts'
import { deleteStray } from './stray-objects.ts'
import { testConfig } from './testing/indexing-fixture.ts'
import { snapshotWorld } from './testing/snapshot-world.ts'

const KEY = hotCacheKey('events')
const ALL = 0

/** What the hot cache says, by split; undefined: there is none. */
async function hot(store: ObjectStore): Promise<ReadonlyMap<string, string[]> | undefined> {
  const object = await getIfThere(store, KEY)
  return object && hotTerms(object.bytes)
}

async function publishedIds(metastore: Metastore): Promise<string[]> {
  return publishedSplits(await metastore.load('events'))
    .map(({ splitId }) => splitId)
    .toSorted()
}

async function hotIds(store: ObjectStore): Promise<string[]> {
  return [...((await hot(store)) ?? new Map<string, string[]>()).keys()].toSorted()
}

describe('the hot cache', () => {
  test('names what is published after merges: footers and small dictionaries', async () => {
    const { inner, metastore, merge } = await snapshotWorld(4, undefined, ALL)
    expect(await hot(inner)).toBeUndefined()
    expect(await merge()).toMatchObject({ mergeCount: 1 })
    expect(await hotIds(inner)).toEqual(await publishedIds(metastore))
    for (const terms of ((await hot(inner)) ?? new Map<string, string[]>()).values()) {
      expect(terms).toEqual(expect.arrayContaining(['text', 'word3', 'näme']))
    }
  })

  test('takes over what it has: only a new split is read', async () => {
    const { store, components, add } = await snapshotWorld(5, undefined, ALL)
    await refreshHotCache(components, 'events')
    await add(50, 60)
    store.reset()
    await refreshHotCache(components, 'events')
    expect(store.requests.map(({ verb, key }) => `${verb} ${key.slice(-6)}`)).toEqual([
      'get he.bin',
      'get e.json',
      'read .split',
      'put he.bin',
    ])
    store.reset()
    await refreshHotCache(components, 'events')
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get', 'get'])
  })

  test('is not there for splits that are read whole, and costs nothing then', async () => {
    const { inner, store, merge } = await snapshotWorld(4)
    await merge()
    expect(await hot(inner)).toBeUndefined()
    expect(store.requests.filter(({ key }) => key === KEY)).toEqual([])
  })

  test('is written without merges too, each eighth split', async () => {
    const { inner, components, metastore, add, merge } = await snapshotWorld(0, undefined, ALL)
    await metastore.updateConfig(testConfig({ merge_policy: { type: 'no_merge' } }))
    const sizes: number[] = []
    for (let n = 0; n < 9; n++) {
      await add(n * 10, n * 10 + 10)
      await merge()
      sizes.push((await hotIds(inner)).length)
    }
    expect(sizes).toEqual([0, 0, 0, 0, 0, 0, 0, 8, 8])
    await refreshHotCache(components, 'events')
    expect(await hotIds(inner)).toHaveLength(9)
  })

  test('left damaged, by another version or for another index, is written anew', async () => {
    const { inner, components, metastore } = await snapshotWorld(2, undefined, ALL)
    await inner.put(KEY, Buffer.from('nonsense'), { condition: { kind: 'always' } })
    await refreshHotCache(components, 'events')
    expect(await hotIds(inner)).toEqual(await publishedIds(metastore))
  })

  test('loses its race quietly, and no fault of the store stops a merge', async () => {
    let hasRace = true
    const { inner, metastore, merge } = await snapshotWorld(
      4,
      ({ verb, key }) => {
        if (verb !== 'put' || key !== KEY || !hasRace) return undefined
        hasRace = false
        return { kind: 'failBefore' }
      },
      ALL,
    )
    expect(await merge()).toMatchObject({ mergeCount: 1 })
    expect(await hot(inner)).toBeUndefined()
    expect(await publishedIds(metastore)).toHaveLength(1)
  })
})

describe('what was erased', () => {
  const says = async (store: ObjectStore, word: string): Promise<boolean> =>
    [...((await hot(store)) ?? []).values()].flat().includes(word)

  test('is gone from the hot cache when its splits are, after the grace', async () => {
    const world = await snapshotWorld(4, undefined, ALL)
    const { inner, clock, components } = world
    await refreshHotCache(components, 'events')
    expect(await says(inner, 'word3')).toBe(true)
    await world.ask('text:word3')
    await world.erase()
    clock.advance(DELETION_GRACE_MS + 1_000)
    await runJanitor(components, { indexId: 'events' })
    expect(await says(inner, 'word3')).toBe(false)
    expect(await hotIds(inner)).toEqual(await publishedIds(world.metastore))
  })

  test.each<[when: string, isThere: boolean, erased: string]>([
    ['before it put', true, 'text:word3'],
    ['before it put the first one', false, 'text:word3'],
    ['before it put, and all of a split went', true, 'n:>=40'],
    ['between what it read', true, 'text:word3'],
  ])('is not brought back by a writer that slept %s', async (when, isThere, erased) => {
    const world = await snapshotWorld(4, undefined, ALL)
    const { inner, clock, components, metastore } = world
    if (isThere) await refreshHotCache(components, 'events')
    await world.add(40, 50)
    const before = await publishedIds(metastore)
    let [reads, sleeps] = [0, 0]
    const sleep = async (): Promise<void> => {
      if (sleeps++ > 0) return
      await world.ask(erased)
      await world.erase()
      clock.advance(DELETION_GRACE_MS + 1_000)
      await runJanitor(components, { indexId: 'events' })
    }
    const { store } = metastore
    const drowsy: ObjectStore = {
      ...store,
      get: async (key, options) => {
        if (++reads === 2 && when.startsWith('between')) await sleep()
        return await store.get(key, options)
      },
      put: async (key, body, options) => {
        if (when.startsWith('before')) await sleep()
        return await store.put(key, body, options)
      },
    }
    const sleeper = { ...components, metastore: new Metastore(drowsy, components) }
    await refreshHotCache(sleeper, 'events')
    expect(sleeps).toBe(1)
    const after = await publishedIds(metastore)
    expect(after).not.toEqual(before)
    expect((await hotIds(inner)).filter((id) => !after.includes(id))).toEqual([])
  })

  test('keeps its records while the hot cache cannot be written, and goes the next time', async () => {
    let fails = false
    const world = await snapshotWorld(
      4,
      ({ verb, key }) =>
        fails && verb === 'put' && key === KEY ? { kind: 'failBefore' } : undefined,
      ALL,
    )
    const { inner, clock, components, metastore } = world
    await refreshHotCache(components, 'events')
    await world.ask('text:word3')
    await world.erase()
    clock.advance(DELETION_GRACE_MS + 1_000)
    fails = true
    await expect(runJanitor(components, { indexId: 'events' })).rejects.toThrow()
    expect((await metastore.load('events')).splits.length).toBeGreaterThan(4)
    fails = false
    await runJanitor(components, { indexId: 'events' })
    expect((await metastore.load('events')).splits).toHaveLength(4)
    expect(await says(inner, 'word3')).toBe(false)
  })
})

describe('with its splits', () => {
  test('it goes when the index is cleared or deleted', async () => {
    const { inner, components, metastore, add, clear } = await snapshotWorld(3, undefined, ALL)
    await refreshHotCache(components, 'events')
    await clear()
    expect(await hot(inner)).toBeUndefined()
    await add(0, 10)
    await refreshHotCache(components, 'events')
    expect(await hotIds(inner)).toHaveLength(1)
    await metastore.deleteIndex('events')
    expect(await hot(inner)).toBeUndefined()
  })

  test('one that is left of an index that there is not, or of which no split is large, is collected', async () => {
    const { inner, components, metastore, cleanUp } = await snapshotWorld(3, undefined, ALL)
    await refreshHotCache(components, 'events')
    const left = (await getIfThere(inner, KEY))?.bytes ?? new Uint8Array()
    await runJanitor({ ...components, hotSplitBytes: undefined }, { indexId: 'events' })
    expect(await hot(inner)).toBeDefined()
    await metastore.clearIndex('events')
    await inner.put(KEY, left, { condition: { kind: 'always' } })
    await cleanUp()
    await cleanUp()
    expect(await hotIds(inner)).toEqual([])
    await metastore.deleteIndex('events')
    await inner.put(KEY, left, { condition: { kind: 'always' } })
    components.clock.advance(48 * 3_600_000)
    expect(await deleteStray(components)).toMatchObject({ deletedCount: 1 })
  })
})
