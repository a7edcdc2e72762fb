import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { Fault, FaultPlan } from '../../stores/testing/faulty-store.ts'
import { runJanitor } from '../indexing/janitor.ts'
import { runMerges } from '../indexing/merge.ts'
import { publishedNumbers } from '../indexing/testing/indexing-fixture.ts'
import { keysOf, numbersOf, numbersTo, snapshotWorld } from '../indexing/testing/snapshot-world.ts'
import { DELETION_GRACE_MS } from './index-file-changes.ts'
import { snapshotsPrefix } from './layout.ts'
import { Metastore } from './metastore.ts'
import { docMatcher } from '../search/match-docs.ts'
import { restoreSnapshot } from '../indexing/restore.ts'
import { heldAlone, MAX_SNAPSHOTS } from './snapshot-record.ts'
import { deleteSnapshot, readSnapshot, takeSnapshot } from './snapshots.ts'

type World = Awaited<ReturnType<typeof snapshotWorld>>

/** Another process acts just before the next write of the metastore file, which loses to it. */
function overtake(
  { inner, components }: World,
  act: (other: World['components']) => Promise<void>,
) {
  const put = inner.put.bind(inner)
  inner.put = async (key, body, options) => {
    if (key.endsWith('metastore.json')) {
      inner.put = put
      await act({ ...components, metastore: new Metastore(inner, components) })
    }
    return await put(key, body, options)
  }
}

describe('a snapshot', () => {
  test('costs a read, one object and a write of the metastore', async () => {
    const { store, take } = await snapshotWorld(3)
    expect(await take('monday')).toMatchObject({ name: 'monday', docCount: 30, deleteOpstamp: 0 })
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get', 'put', 'put'])
  })

  test('keeps its documents through merges, clean-up and the emptying of the index', async () => {
    const { metastore, components, take, cleanUp, add } = await snapshotWorld(4)
    await take('monday')
    await runMerges(components, { indexId: 'events' })
    await cleanUp()
    expect(await numbersOf(metastore, 'monday')).toEqual(numbersTo(40))
    // The records of what nobody searches any more are gone.
    expect((await metastore.load('events')).splits).toHaveLength(1)
    const dry = await runJanitor(components, { indexId: 'events', dryRun: true })
    expect(dry).toMatchObject({ deletedSplitCount: 0, deletedOrphanCount: 0 })
    await add(40, 50)
    await metastore.clearIndex('events')
    await cleanUp()
    await cleanUp()
    expect(await numbersOf(metastore, 'monday')).toEqual(numbersTo(40))
    expect(await keysOf(metastore.store, '.split')).toHaveLength(4)
  })

  test('is the index as it was, checkpoint and config included, with published splits alone', async () => {
    const { metastore, components, take } = await snapshotWorld(4)
    await runMerges(components, { indexId: 'events' })
    const { metadata } = await metastore.load('events')
    await take('monday')
    const { file } = await readSnapshot(metastore, { indexId: 'events', name: 'monday' })
    expect(file.metadata).toEqual(metadata)
    expect(file.splits.map(({ state }) => state)).toEqual(['Published'])
  })

  test('holds alone what is published no more and no other snapshot has', async () => {
    const { metastore, components, take, add } = await snapshotWorld(4)
    const [first] = [await take('first')]
    expect(heldAlone(await metastore.load('events'), first!).size).toBe(0)
    await runMerges(components, { indexId: 'events' })
    await add(40, 50)
    const second = await take('second')
    await metastore.clearIndex('events')
    const file = await metastore.load('events')
    expect(heldAlone(file, first!).size).toBe(4)
    expect(heldAlone(file, second).size).toBe(2)
  })

  test('gives its objects back at once when it is deleted, but for what is published or searched', async () => {
    const { metastore, components, take, drop, cleanUp, add } = await snapshotWorld(4)
    await take('monday')
    await runMerges(components, { indexId: 'events' })
    await cleanUp()
    await add(40, 50)
    await take('tuesday')
    expect(await drop('monday')).toMatchObject({ splitCount: 4 })
    expect(await keysOf(metastore.store, '.split')).toHaveLength(2)
    expect(await drop('tuesday')).toMatchObject({ splitCount: 0, bytes: 0 })
    expect(await keysOf(metastore.store, '.json')).toEqual(['events/metastore.json'])
    await take('wednesday')
    const { splits } = await metastore.load('events')
    await metastore.markForDeletion('events', [splits[0]?.splitId ?? ''])
    // A search that began before may still be on it.
    expect(await drop('wednesday')).toMatchObject({ splitCount: 0 })
    expect(await keysOf(metastore.store, '.split')).toHaveLength(2)
  })

  test('that is deleted while somebody restores it leaves the objects to the index', async () => {
    const w = await snapshotWorld(2)
    await w.take('monday')
    await w.metastore.clearIndex('events')
    overtake(w, async (components) => {
      const matchDocs = docMatcher(w.inner)
      const request = { indexId: 'events', name: 'monday', checkpoint: 'kept', matchDocs } as const
      await restoreSnapshot(components, request)
      await deleteSnapshot(components.metastore, { indexId: 'events', name: 'monday' })
    })
    await w.drop('monday')
    expect(await publishedNumbers(w.metastore)).toEqual(numbersTo(20))
  })

  test('that is taken while somebody empties the index keeps its objects', async () => {
    const w = await snapshotWorld(2)
    overtake(w, async (components) => {
      await takeSnapshot(components, { indexId: 'events', name: 'monday' })
      await components.metastore.clearIndex('events')
    })
    await w.metastore.clearIndex('events')
    expect(await numbersOf(w.metastore, 'monday')).toEqual(numbersTo(20))
  })

  test('leaves to another snapshot what that one holds too', async () => {
    const { metastore, components, take, drop, cleanUp } = await snapshotWorld(4)
    await take('monday')
    await take('tuesday')
    await runMerges(components, { indexId: 'events' })
    await cleanUp()
    expect(await drop('monday')).toMatchObject({ splitCount: 0 })
    expect(await numbersOf(metastore, 'tuesday')).toEqual(numbersTo(40))
    expect(await drop('tuesday')).toMatchObject({ splitCount: 4 })
  })

  test('has a name of its own that can be a file’s, and there is an end to how many', async () => {
    const { take, metastore, drop } = await snapshotWorld(1)
    await take('monday')
    await expect(take('monday')).rejects.toMatchObject({ code: 'SNAPSHOT-EXISTS' })
    for (const name of ['', '../x', '.x', 'a b', 'x'.repeat(64)]) {
      await expect(take(name)).rejects.toMatchObject({ kind: 'invalid' })
    }
    await expect(drop('mondax')).rejects.toMatchObject({ code: 'SNAPSHOT-NONE', fix: /monday/ })
    for (let i = 1; i < MAX_SNAPSHOTS; i++) await take(`s${i}`)
    await expect(take('one-more')).rejects.toMatchObject({ kind: 'tooLarge' })
    expect((await metastore.load('events')).snapshots).toHaveLength(MAX_SNAPSHOTS)
  })

  test('is taken anew when a split was replaced between its two writes', async () => {
    let onPut: (() => Promise<unknown>) | undefined
    const { metastore, components, inner, take } = await snapshotWorld(4)
    const put = inner.put.bind(inner)
    inner.put = async (key, body, options) => {
      const info = await put(key, body, options)
      const act = key.startsWith(snapshotsPrefix('events')) ? onPut : undefined
      onPut = act === undefined ? onPut : undefined
      await act?.()
      return info
    }
    const other = new Metastore(inner, components)
    onPut = async () => {
      const elsewhere = { ...components, metastore: other }
      await runMerges(elsewhere, { indexId: 'events' })
      components.clock.advance(DELETION_GRACE_MS)
      await runJanitor(elsewhere, { indexId: 'events' })
    }
    expect((await take('monday')).splitBytes.size).toBe(1)
    expect(await numbersOf(metastore, 'monday')).toEqual(numbersTo(40))
    expect(await keysOf(metastore.store, '.json')).toHaveLength(2)
  })

  test('whatever call fails, it is there whole or not at all, and nothing else is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 12 }), fc.boolean(), async (at, happened) => {
        let left = Infinity
        const fault: Fault = { kind: happened ? 'failAfter' : 'failBefore' }
        const plan: FaultPlan = () => (left-- === 0 ? fault : undefined)
        const { metastore, components, take, drop, cleanUp } = await snapshotWorld(4, plan)
        await take('before')
        left = at
        await take('monday').catch(() => undefined)
        await drop('before').catch(() => undefined)
        left = Infinity
        await runMerges(components, { indexId: 'events' })
        await cleanUp()
        const { snapshots } = await metastore.load('events')
        for (const { name } of snapshots) {
          expect(await numbersOf(metastore, name)).toEqual(numbersTo(40))
        }
        // No object is left that nothing names.
        expect(await keysOf(metastore.store, '.json')).toHaveLength(1 + snapshots.length)
        expect(await keysOf(metastore.store, '.split')).toHaveLength(snapshots.length > 0 ? 5 : 1)
      }),
      { numRuns: 40 },
    )
  })
})

describe('an index with snapshots', () => {
  test('is deleted only together with them', async () => {
    const { metastore, take } = await snapshotWorld(1)
    await take('monday')
    await expect(metastore.deleteIndex('events')).rejects.toMatchObject({ code: 'INDEX-SNAPSHOTS' })
    await metastore.deleteIndex('events', { withSnapshots: true })
    expect(await keysOf(metastore.store, '')).toEqual([])
  })

  test('is not deleted in silence either when its file cannot be read', async () => {
    const { metastore, inner, take } = await snapshotWorld(1)
    await take('monday')
    const damaged = { condition: { kind: 'always' } } as const
    await inner.put('events/metastore.json', Buffer.from('{'), damaged)
    await expect(metastore.deleteIndex('events')).rejects.toMatchObject({ code: 'INDEX-SNAPSHOTS' })
  })
})
