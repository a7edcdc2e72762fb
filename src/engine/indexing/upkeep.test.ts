import { describe, expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { faultyStore } from '../../stores/testing/faulty-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { MANIFEST_KEY, metastoreKey, splitKey } from '../metastore/layout.ts'
import { encodeManifest, type IndexState } from '../metastore/manifest.ts'
import { Metastore } from '../metastore/metastore.ts'
import type { ObjectStore } from '../ports.ts'
import { indexDocs } from './index-docs.ts'
import { deleteStray } from './stray-objects.ts'
import { countingRandom, FIRST_TS, testConfig, testLines } from './testing/indexing-fixture.ts'
import { indexesDue, keepUp } from './upkeep.ts'

const BOTH = { merges: true, janitor: true }
const MERGING = { merge_policy: { type: 'stable_log', merge_factor: 3, max_merge_factor: 4 } }
const DAY_MS = 24 * 3_600_000
const matchDocs = () => Promise.resolve(new Uint32Array(0))

function makeWorld(wrap = (store: ObjectStore) => store) {
  const clock = instantClock(FIRST_TS * 1000)
  const store = countingStore(wrap(memoryStore(clock)))
  const random = countingRandom()
  const components = { metastore: new Metastore(store, { clock, random }), clock, random }
  const create = async (indexId: string): Promise<void> => {
    await components.metastore.createIndex({ ...testConfig(MERGING), indexId })
  }
  const index = async (indexId: string, first: number): Promise<void> => {
    await indexDocs(components, { indexId, body: Buffer.from(testLines(first, first + 10)) })
  }
  const verbs = (): string[] => store.requests.map(({ verb }) => verb)
  return { clock, store, components, create, index, verbs }
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

describe('what is due', () => {
  test('idle indexes cost a conditional read each, and two for the manifest', async () => {
    const { components, create, store, verbs } = makeWorld()
    for (const id of ['aaa', 'bbb', 'ccc']) await create(id)
    store.reset()
    expect(await indexesDue(components, BOTH)).toEqual([])
    expect(verbs()).toEqual(['get', 'get', 'get', 'get', 'get'])
  })

  test('only indexes with something to do are named, and none again when it is done', async () => {
    const { components, create, index } = makeWorld()
    for (const id of ['idle', 'merges']) await create(id)
    for (const first of [0, 10, 20]) await index('merges', first)
    await index('idle', 0)
    expect(await indexesDue(components, BOTH)).toEqual(['merges'])
    expect(await indexesDue(components, { merges: false, janitor: true })).toEqual([])
    const done = await keepUp(components, { indexId: 'merges', matchDocs, parts: BOTH })
    expect(done).toMatchObject({
      merged: { mergeCount: 1 },
      incomplete: false,
      hasProgressed: true,
    })
    expect(await indexesDue(components, BOTH)).toEqual([])
  })

  test('what was merged away is deleted by a run after the grace, and objects are listed once a day', async () => {
    const { components, create, index, clock } = makeWorld()
    await create('merges')
    for (const first of [0, 10, 20]) await index('merges', first)
    await keepUp(components, { indexId: 'merges', matchDocs, parts: BOTH })
    clock.advance(33 * 60_000)
    expect(await indexesDue(components, BOTH)).toEqual(['merges'])
    const later = await keepUp(components, { indexId: 'merges', matchDocs, parts: BOTH })
    expect(later.cleaned).toMatchObject({ deletedSplitCount: 3 })
    expect(await indexesDue(components, BOTH)).toEqual([])
    clock.advance(DAY_MS)
    expect(await indexesDue(components, BOTH)).toEqual(['merges'])
  })

  test('a changed retention is honoured at the next run', async () => {
    const { components, create, index, clock } = makeWorld()
    await create('logs')
    await index('logs', 0)
    clock.advance(3 * 3_600_000)
    expect(await indexesDue(components, BOTH)).toEqual([])
    const retention = { period: '1 hour', periodMs: 3_600_000, schedule: 'hourly' }
    await components.metastore.update('logs', (file) => ({
      ...file,
      metadata: { ...file.metadata, config: { ...file.metadata.config, retention } },
    }))
    expect(await indexesDue(components, BOTH)).toEqual(['logs'])
    const { cleaned } = await keepUp(components, { indexId: 'logs', matchDocs, parts: BOTH })
    expect(cleaned).toMatchObject({ retiredSplitCount: 1 })
    expect(publishedSplits(await components.metastore.load('logs'))).toEqual([])
  })
})

describe('what killed creates and deletes leave', () => {
  /** After how many requests the process dies; until none is left. */
  test('a delete that is killed at any request is finished, and nothing of the index stays', async () => {
    let died = 0
    for (let calls = 0; calls < 20; calls++) {
      let left = Infinity
      const { components, create, index, store, clock } = makeWorld((inner) =>
        faultyStore(
          inner,
          () => (left-- <= 0 ? { kind: 'failBefore' } : undefined),
          instantClock(),
        ),
      )
      await create('gone')
      await index('gone', 0)
      left = calls
      const isDead = await components.metastore.deleteIndex('gone').then(
        () => false,
        () => true,
      )
      left = Infinity
      if (isDead) died++
      const { random } = components
      const next = { metastore: new Metastore(store, { clock, random }), clock, random }
      await indexesDue(next, BOTH)
      const ids = await next.metastore.listIndexIds()
      // Killed before it was written down: the index is as it was.
      if (ids.length > 0) expect((await next.metastore.load('gone')).splits).toHaveLength(1)
      else expect(await keysOf(store)).toEqual([MANIFEST_KEY])
    }
    expect(died).toBeGreaterThan(3)
  })

  test.each<[IndexState, boolean, string[]]>([
    ['creating', false, []],
    ['creating', true, ['half']],
    ['deleting', true, []],
    ['deleting', false, []],
    ['active', false, []],
  ])('an index left as %s, its file there: %s', async (state, hasFile, ids) => {
    const { components, create, store } = makeWorld()
    await create('half')
    if (!hasFile) await store.delete(metastoreKey('half'))
    const manifest = encodeManifest(new Map([['half', state]]))
    await store.put(MANIFEST_KEY, manifest, { condition: { kind: 'always' } })
    await indexesDue(components, BOTH)
    expect(await components.metastore.listIndexIds()).toEqual(ids)
    if (ids.length === 0) expect(await keysOf(store)).toEqual([MANIFEST_KEY])
    await create('half-again')
    expect(await components.metastore.listIndexIds()).toEqual([...ids, 'half-again'])
  })
})

test('finishing a deletion that somebody else has finished leaves the index that was made since', async () => {
  const { components, create, index } = makeWorld()
  await create('anew')
  await index('anew', 0)
  await components.metastore.finishDeletion('anew')
  expect(publishedSplits(await components.metastore.load('anew'))).toHaveLength(1)
})

test('an index that is being copied keeps its objects, and those of a copy that was given up go', async () => {
  const { components, store, clock } = makeWorld()
  await components.metastore.reserveIndex('copied')
  const key = splitKey('copied', components.metastore.newId())
  await store.put(key, Buffer.from('split'), { condition: { kind: 'ifAbsent' } })
  await indexesDue(components, BOTH)
  await deleteStray(components)
  expect(await keysOf(store)).toEqual([key, MANIFEST_KEY])
  expect((await components.metastore.indexStates()).get('copied')).toBe('creating')
  clock.advance(DAY_MS)
  await deleteStray(components)
  await indexesDue(components, BOTH)
  expect(await keysOf(store)).toEqual([MANIFEST_KEY])
  expect([...(await components.metastore.indexStates())]).toEqual([])
})

describe('objects of indexes that there are not', () => {
  test('go when they are a day old and bear names of ours; all else stays', async () => {
    const { components, create, index, store, clock } = makeWorld()
    await create('there')
    await index('there', 0)
    const put = async (key: string): Promise<void> => {
      await store.put(key, Buffer.from('12345'), { condition: { kind: 'always' } })
    }
    const id = components.metastore.newId()
    const foreign = ['gone/readme.txt', 'photos/a.split', 'gone/rejected/x.ndjson', 'loose.split']
    // A file that the manifest lost is an index still.
    const unlisted = [metastoreKey('unlisted'), splitKey('unlisted', id)]
    const kept = [...foreign, ...unlisted]
    const stray = [splitKey('gone', id), `gone/rejected/${id}-00001.ndjson`]
    for (const key of [...kept, ...stray]) await put(key)
    const before = await keysOf(store)
    expect(await deleteStray(components)).toEqual({ deletedCount: 0, deletedBytes: 0 })
    clock.advance(DAY_MS)
    expect(await deleteStray(components, { dryRun: true })).toMatchObject({ deletedCount: 2 })
    expect(await keysOf(store)).toEqual(before)
    expect(await deleteStray(components)).toEqual({ deletedCount: 2, deletedBytes: 10 })
    expect(await keysOf(store)).toEqual(before.filter((key) => !stray.includes(key)))
  })
})
