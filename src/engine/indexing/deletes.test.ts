import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../stores/testing/faulty-store.ts'
import { DELETION_GRACE_MS } from '../metastore/index-file-changes.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { indexPrefix, splitKey } from '../metastore/layout.ts'
import type { ObjectStore } from '../ports.ts'
import type { DeletesProgress } from './deletes.ts'
import { runJanitor } from './janitor.ts'
import { runMerges } from './merge.ts'
import { FIRST_TS, numbersIn, publishedNumbers } from './testing/indexing-fixture.ts'
import { asked, numbersTo, snapshotWorld } from './testing/snapshot-world.ts'

describe('an erasure by query', () => {
  test('takes the documents out of every split, and says what it did', async () => {
    const { metastore, erase } = await snapshotWorld(3)
    const task = await metastore.addDeleteTask('events', asked('text:word3'))
    expect(task).toMatchObject({ opstamp: 1, finishedMs: undefined })
    expect(await erase()).toEqual({
      checkedSplitCount: 3,
      rewrittenSplitCount: 3,
      droppedSplitCount: 0,
      erasedDocCount: 4,
      failures: [],
      incomplete: false,
    })
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(30, (n) => n % 7 === 3))
    const [done] = (await metastore.load('events')).deleteTasks
    expect(done).toMatchObject({ erasedDocCount: 4, rewrittenSplitCount: 3 })
    expect(done?.finishedMs).toBeDefined()
  })

  test('reads only the splits that can have a match, and writes those that have one', async () => {
    const { metastore, store, erase } = await snapshotWorld(4)
    await metastore.addDeleteTask('events', asked('n:[12 TO 14]'))
    store.reset()
    expect(await erase()).toMatchObject({ rewrittenSplitCount: 1, erasedDocCount: 3 })
    const ofSplits = store.requests.filter(({ key }) => key.endsWith('.split'))
    // Searched, read to be written anew, and written: three requests for one split of four.
    expect(ofSplits.map(({ verb }) => verb)).toEqual(['read', 'read', 'put'])
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(40, (n) => n >= 12 && n <= 14))
  })

  test('drops a split in which no document is left', async () => {
    const { metastore, erase } = await snapshotWorld(2)
    await metastore.addDeleteTask('events', asked('n:<10'))
    expect(await erase()).toMatchObject({ droppedSplitCount: 1, rewrittenSplitCount: 0 })
    expect(publishedSplits(await metastore.load('events'))).toHaveLength(1)
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(20, (n) => n < 10))
  })

  test('leaves documents alone that were published after it was asked for, whatever merges', async () => {
    const { metastore, components, add, erase } = await snapshotWorld(3)
    await metastore.addDeleteTask('events', asked('text:word3'))
    await add(30, 40)
    expect(await runMerges(components, { indexId: 'events' })).toMatchObject({ mergeCount: 0 })
    await erase()
    expect(await runMerges(components, { indexId: 'events' })).toMatchObject({ mergeCount: 1 })
    expect(await erase()).toMatchObject({ checkedSplitCount: 0 })
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(40, (n) => n < 30 && n % 7 === 3))
  })

  test('comes to what merges put together while it was asked for', async () => {
    const { metastore, components, erase } = await snapshotWorld(3)
    const before = await metastore.load('events')
    const asking = metastore.addDeleteTask('events', asked('n:5'))
    await Promise.all([asking, runMerges(components, { indexId: 'events' })])
    expect(publishedSplits(before)).toHaveLength(3)
    await erase()
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(30, (n) => n === 5))
  })

  test('understands bounds of time, fields and the Elasticsearch dialect, with `now` as it was', async () => {
    const { metastore, clock, erase } = await snapshotWorld(2)
    const bounds = { startTimestamp: FIRST_TS + 2, endTimestamp: FIRST_TS + 5 }
    await metastore.addDeleteTask('events', asked('word3', { ...bounds, searchFields: ['text'] }))
    const range = { range: { ts: { lt: 'now-1h' } } }
    clock.advance(3_600_000 + 12_000)
    const elastic = asked(JSON.stringify(range), { dialect: 'elastic' })
    await metastore.addDeleteTask('events', elastic)
    clock.advance(3_600_000)
    await erase()
    expect(await publishedNumbers(metastore)).toEqual(numbersTo(20, (n) => n < 12))
  })

  test('leaves no byte of the documents behind once the grace is over', async () => {
    const { metastore, components, inner, clock, erase } = await snapshotWorld(4)
    await runMerges(components, { indexId: 'events' })
    await metastore.addDeleteTask('events', asked('n:17'))
    await erase()
    expect((await keysWith(inner, 17)).length).toBeGreaterThan(0)
    clock.advance(DELETION_GRACE_MS)
    await runJanitor(components, { indexId: 'events' })
    expect(await keysWith(inner, 17)).toEqual([])
    expect(await keysWith(inner, 18)).toHaveLength(1)
  })

  test('goes on where a run had to stop', async () => {
    const { metastore, clock, erase } = await snapshotWorld(3)
    await metastore.addDeleteTask('events', asked('*'))
    const steps: DeletesProgress[] = []
    const stop = new AbortController()
    const onProgress = (step: DeletesProgress) => {
      steps.push(step)
      stop.abort()
    }
    expect(await erase({ signal: stop.signal, onProgress })).toMatchObject({ incomplete: true })
    expect(steps).toEqual([{ doneSplitCount: 1, splitCount: 3, erasedDocCount: 10 }])
    expect(await erase({ deadlineMs: clock.nowMs() })).toMatchObject({ checkedSplitCount: 0 })
    expect(await erase()).toMatchObject({ droppedSplitCount: 2, incomplete: false })
    const [task] = (await metastore.load('events')).deleteTasks
    expect(task).toMatchObject({ erasedDocCount: 30, droppedSplitCount: 3 })
  })

  test('names a split that cannot be read, erases from the others and stays unfinished', async () => {
    const { metastore, inner, erase } = await snapshotWorld(2)
    const [broken] = publishedSplits(await metastore.load('events'))
    await inner.put(splitKey('events', broken?.splitId ?? ''), new Uint8Array(2_000), {
      condition: { kind: 'always' },
    })
    await metastore.addDeleteTask('events', asked('text:word3'))
    const result = await erase()
    expect(result.failures.map(({ splitId }) => splitId)).toEqual([broken?.splitId])
    expect(result).toMatchObject({ rewrittenSplitCount: 1 })
    const [task] = (await metastore.load('events')).deleteTasks
    expect(task?.finishedMs).toBeUndefined()
  })

  test('of an index without documents is finished as it is asked for, and costs a read after that', async () => {
    const { metastore, store, erase } = await snapshotWorld(0)
    expect((await metastore.addDeleteTask('events', asked('*'))).finishedMs).toBeDefined()
    store.reset()
    await erase()
    expect(store.requests.map(({ verb }) => verb)).toEqual(['get'])
  })

  test('is refused when a hundred are unfinished, and finished ones are forgotten in time', async () => {
    const { metastore, erase } = await snapshotWorld(1)
    for (let i = 0; i < 100; i++) await metastore.addDeleteTask('events', asked('n:77'))
    await expect(metastore.addDeleteTask('events', asked('n:77'))).rejects.toMatchObject({
      kind: 'tooLarge',
    })
    await erase()
    const last = await metastore.addDeleteTask('events', asked('n:77'))
    expect(last.opstamp).toBe(101)
    expect((await metastore.load('events')).deleteTasks).toHaveLength(26)
  })

  test('whatever call fails, with or without having happened, ends in the same documents', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 40 }), fc.boolean(), async (at, happened) => {
        let left = Infinity
        const fault: Fault = { kind: happened ? 'failAfter' : 'failBefore' }
        const { metastore, erase } = await snapshotWorld(3, () =>
          left-- === 0 ? fault : undefined,
        )
        await metastore.addDeleteTask('events', asked('text:word3 OR n:<10'))
        left = at
        await erase().catch(() => undefined)
        left = Infinity
        await erase()
        expect(await publishedNumbers(metastore)).toEqual(
          numbersTo(30, (n) => n < 10 || n % 7 === 3),
        )
        const [task] = (await metastore.load('events')).deleteTasks
        expect(task).toMatchObject({ erasedDocCount: 13, rewrittenSplitCount: 2 })
        expect(task?.finishedMs).toBeDefined()
      }),
      { numRuns: 40 },
    )
  })
})

/** Keys of the splits that hold the document. */
async function keysWith(store: ObjectStore, n: number): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(indexPrefix('events'))) {
    if (!key.endsWith('.split')) continue
    const { bytes = new Uint8Array() } = (await store.get(key)) ?? {}
    if (numbersIn(bytes).includes(n)) keys.push(key)
  }
  return keys
}
