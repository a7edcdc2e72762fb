import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../bytes/json.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import type { Fault, FaultPlan } from '../../stores/testing/faulty-store.ts'
import { DELETION_GRACE_MS } from '../metastore/index-file-changes.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { Metastore } from '../metastore/metastore.ts'
import { configOfMapping } from '../metastore/past-mappings.ts'
import { deleteSnapshot } from '../metastore/snapshots.ts'
import { objectSource } from '../sources/source.ts'
import { indexSource } from './pipeline.ts'
import { testConfig, testLines } from './testing/indexing-fixture.ts'
import { keysOf, numbersTo, published, snapshotWorld } from './testing/snapshot-world.ts'

/** Another mapping of `text`. */
const withText = (options: JsonObject) =>
  testConfig(
    {},
    {
      doc_mapping: {
        mode: 'strict',
        timestamp_field: 'ts',
        field_mappings: [
          { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
          { name: 'n', type: 'u64', fast: true },
          { name: 'text', type: 'text', ...options },
        ],
      },
    },
  )
const RAW_TEXT = withText({ tokenizer: 'raw' })

describe('restoring a snapshot in place', () => {
  test('brings the index back by one write, whatever merged, was added or emptied since', async () => {
    const { metastore, merge, add, clear, take, restore, cleanUp } = await snapshotWorld(4)
    await take('monday')
    await merge()
    await add(40, 50)
    await cleanUp()
    expect(await restore('monday')).toEqual({
      docCount: 40,
      splitCount: 4,
      withdrawnSplitCount: 2,
      erasedDocCount: 0,
    })
    expect(await published(metastore)).toEqual(numbersTo(40))
    await clear()
    await cleanUp()
    expect(await restore('monday')).toMatchObject({ docCount: 40, withdrawnSplitCount: 0 })
    expect(await published(metastore)).toEqual(numbersTo(40))
  })

  test('leaves to running searches what it withdraws, until their grace is over', async () => {
    const { metastore, clock, add, take, restore, cleanUp, inner } = await snapshotWorld(1)
    await take('monday')
    await add(10, 20)
    await restore('monday')
    expect(await keysOf(inner, '.split')).toHaveLength(2)
    clock.advance(DELETION_GRACE_MS)
    await cleanUp()
    expect(await keysOf(inner, '.split')).toHaveLength(1)
    expect(await published(metastore)).toEqual(numbersTo(10))
  })

  test('leaves them the mapping that these splits were written with', async () => {
    const { metastore, add, take, restore } = await snapshotWorld(1)
    await take('monday')
    const { config } = (await metastore.updateConfig(RAW_TEXT)).metadata
    await add(10, 20)
    await restore('monday')
    const { metadata, splits } = await metastore.load('events')
    const withdrawn = splits.find(({ state }) => state === 'MarkedForDeletion')
    const { docMapping } = configOfMapping(metadata, withdrawn!.docMappingUid)
    expect(docMapping).toEqual(config.docMapping)
    expect(metadata.config.docMapping).not.toEqual(docMapping)
  })

  test('keeps the snapshot, whose splits go with it only where they are not published', async () => {
    const { metastore, merge, take, drop, restore, cleanUp } = await snapshotWorld(4)
    await take('monday')
    await merge()
    await restore('monday')
    expect(await drop('monday')).toMatchObject({ splitCount: 0 })
    await cleanUp()
    expect(await published(metastore)).toEqual(numbersTo(40))
  })

  test('forgets what was indexed since, so that it can be indexed again; or keeps it in mind', async () => {
    const { metastore, components, take, restore } = await snapshotWorld(1)
    const staging = memoryStore()
    const late = Buffer.from(testLines(10, 20))
    const info = await staging.put('late.ndjson', late, { condition: { kind: 'always' } })
    const ingest = async () => {
      const source = objectSource(staging, info, 's3://staging/late.ndjson')
      return (await indexSource(components, { indexId: 'events', source })).docCount
    }
    await take('monday')
    expect(await ingest()).toBe(10)
    await restore('monday', 'kept')
    expect(await ingest()).toBe(0)
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(10))
    expect(await ingest()).toBe(10)
    expect(await ingest()).toBe(0)
    expect(await published(metastore)).toEqual(numbersTo(20))
  })

  test('is refused for a snapshot that is not there, and changes nothing', async () => {
    const { metastore, restore } = await snapshotWorld(1)
    await expect(restore('monday')).rejects.toMatchObject({ code: 'SNAPSHOT-NONE' })
    expect(await published(metastore)).toEqual(numbersTo(10))
  })

  test('fails and changes nothing when the snapshot is deleted while it is under way', async () => {
    const { metastore, components, inner, take, merge, cleanUp, restore } = await snapshotWorld(4)
    await take('monday')
    await merge()
    await cleanUp()
    const elsewhere = new Metastore(inner, components)
    const put = inner.put.bind(inner)
    let isFirst = true
    inner.put = async (key, body, options) => {
      const mustAct = isFirst
      isFirst = false
      if (mustAct) await deleteSnapshot(elsewhere, { indexId: 'events', name: 'monday' })
      return await put(key, body, options)
    }
    await expect(restore('monday')).rejects.toMatchObject({ code: 'SNAPSHOT-NONE' })
    expect(await published(metastore)).toEqual(numbersTo(40))
    expect(await keysOf(inner, '.split')).toHaveLength(1)
  })

  test('writes nothing when the index is as it was', async () => {
    const { inner, take, restore } = await snapshotWorld(2)
    await take('monday')
    await restore('monday')
    const { etag } = await inner.head('events/metastore.json')
    await restore('monday')
    expect((await inner.head('events/metastore.json')).etag).toBe(etag)
  })
})

describe('what was erased since a snapshot was taken', () => {
  test('does not come back with it', async () => {
    const { metastore, take, ask, erase, restore, merge, cleanUp, inner } = await snapshotWorld(3)
    await take('monday')
    await merge()
    await ask('n:17 OR n:<10')
    await erase()
    expect(await restore('monday')).toMatchObject({ docCount: 19, erasedDocCount: 11 })
    const left = numbersTo(30, (n) => n < 10 || n === 17)
    expect(await published(metastore)).toEqual(left)
    // Nothing is owed to the erasure any more: the next one concerns these splits again.
    const { splits, deleteTasks } = await metastore.load('events')
    expect(publishedSplits({ ...(await metastore.load('events')), splits })).toHaveLength(2)
    expect(deleteTasks.every(({ finishedMs }) => finishedMs !== undefined)).toBe(true)
    await ask('n:18')
    await erase()
    expect(await published(metastore)).toEqual(left.filter((n) => n !== 18))
    await cleanUp()
    expect(await keysOf(inner, '.split')).toHaveLength(3 + 1)
  })

  test('does not come back either when the index did not hold it then', async () => {
    const { metastore, take, ask, erase, restore, clear } = await snapshotWorld(2)
    await take('monday')
    await clear()
    await ask('n:5')
    await erase()
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(20, (n) => n === 5))
  })

  test('is remembered as long as the oldest snapshot, however many erasures follow', async () => {
    const { metastore, take, drop, ask, erase, restore } = await snapshotWorld(1)
    await take('monday')
    await ask('n:3')
    await erase()
    for (let i = 0; i < 60; i++) await ask(`n:${100 + i}`)
    await erase()
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(10, (n) => n === 3))
    await drop('monday')
    await ask('n:200')
    expect((await metastore.load('events')).deleteTasks).toHaveLength(26)
  })

  test('does not come back when the erasure was unfinished as the snapshot was taken', async () => {
    const { metastore, take, ask, erase, restore } = await snapshotWorld(2)
    await ask('n:5')
    await take('monday')
    await erase()
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(20, (n) => n === 5))
  })

  test('does not come back when it is asked for while the snapshot is being restored', async () => {
    let onNextRead: (() => Promise<unknown>) | undefined
    const { metastore, components, inner, take, ask, restore } = await snapshotWorld(2)
    await take('monday')
    await ask('n:1')
    const other = new Metastore(inner, components)
    const put = inner.put.bind(inner)
    let metastorePuts = 0
    inner.put = async (key, body, options) => {
      if (key.endsWith('metastore.json')) metastorePuts++
      const act = onNextRead
      onNextRead = undefined
      await act?.()
      return await put(key, body, options)
    }
    const query = (await ask('n:2')).query
    onNextRead = () => other.addDeleteTask('events', { ...query, text: 'n:3' })
    metastorePuts = 0
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(20, (n) => [1, 2, 3].includes(n)))
    // The task, a restore that lost to it, and one that knows it: none that shows what is asked for.
    expect(metastorePuts).toBe(3)
  })

  test('is looked for by the mapping that the snapshot was written with, though the index forgot it', async () => {
    const { metastore, take, ask, erase, restore, clear } = await snapshotWorld(1)
    await take('monday')
    await clear()
    await metastore.updateConfig(RAW_TEXT)
    await ask('text:WORD3')
    await erase()
    await restore('monday')
    expect(await published(metastore)).toEqual(numbersTo(10, (n) => n % 7 === 3))
  })

  test('stops a restore of documents that cannot be searched for it', async () => {
    const { metastore, add, take, ask, erase, restore, clear } = await snapshotWorld(0)
    await metastore.updateConfig(withText({ indexed: false }))
    await add(0, 10)
    await take('monday')
    await clear()
    await metastore.updateConfig(withText({}))
    await ask('text:word3')
    await erase()
    await expect(restore('monday')).rejects.toMatchObject({
      kind: 'invalid',
      why: expect.stringContaining('not full-text searchable') as string,
    })
    expect(await published(metastore)).toEqual([])
  })

  test('stops a restore that cannot take it out, with the way', async () => {
    const { metastore, components, take, restore, ask } = await snapshotWorld(1)
    await take('monday')
    await ask('n:3')
    const file = await metastore.load('events')
    const { query } = file.deleteTasks[0]!
    await components.metastore.update('events', (newest) => ({
      ...newest,
      deleteTasks: newest.deleteTasks.map((task) => ({
        ...task,
        query: { ...query, text: 'x:1' },
      })),
    }))
    await expect(restore('monday')).rejects.toMatchObject({
      kind: 'invalid',
      fix: /snapshot delete monday/,
    })
  })
})

test('whatever call fails, a restore has happened whole or not at all, and happens when it is repeated', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 25 }), fc.boolean(), async (at, happened) => {
      let left = Infinity
      const fault: Fault = { kind: happened ? 'failAfter' : 'failBefore' }
      const plan: FaultPlan = () => (left-- === 0 ? fault : undefined)
      const world = await snapshotWorld(3, plan)
      const { metastore, take, ask, erase, add, restore, merge, cleanUp, inner } = world
      await take('monday')
      await merge()
      await ask('n:17 OR n:<10')
      await erase()
      await add(30, 40)
      left = at
      await restore('monday').catch(() => undefined)
      left = Infinity
      const after = numbersTo(40, (n) => n < 10 || n === 17)
      const restored = after.filter((n) => n < 30)
      expect([after, restored]).toContainEqual(await published(metastore))
      await cleanUp()
      await restore('monday')
      expect(await published(metastore)).toEqual(restored)
      await cleanUp()
      // Three that the snapshot holds, and one of them written anew: no orphan is left.
      expect(await keysOf(inner, '.split')).toHaveLength(4)
    }),
    { numRuns: 60 },
  )
})

test('an index that was cleared since and keeps its checkpoint has read what comes back', async () => {
  const { take, clear, restore, metastore } = await snapshotWorld(1)
  await metastore.update('events', (file) => ({
    ...file,
    metadata: {
      ...file.metadata,
      checkpoint: new Map([['s', new Map([['p', { position: '~1', updateTimestamp: 1 }]])]]),
    },
  }))
  await take('monday')
  await clear()
  await restore('monday', 'kept')
  expect((await metastore.load('events')).metadata.checkpoint.get('s')?.has('p')).toBe(true)
})
