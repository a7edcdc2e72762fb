import { describe, expect, test } from 'vitest'
import { QwError } from '../errors.ts'
import { applyRemove, DELETION_GRACE_MS, ORPHAN_GRACE_MS } from '../metastore/index-file-changes.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { CLOCK_MARGIN_MS, GONE_KEPT_MS, MAX_RETRY_MS } from '../metastore/margins.ts'
import { Metastore } from '../metastore/metastore.ts'
import { takeSnapshot } from '../metastore/snapshots.ts'
import { indexDocs } from './index-docs.ts'
import { runJanitor } from './janitor.ts'
import { testLines } from './testing/indexing-fixture.ts'
import { numbersTo, published, snapshotWorld } from './testing/snapshot-world.ts'

const indexId = 'events'

type World = Awaited<ReturnType<typeof snapshotWorld>>

/** A process to which something happens after its first put of such a key was done. */
function afterPut({ inner, components }: World, suffix: string, act: () => Promise<unknown>) {
  let isFirst = true
  const store: typeof inner = {
    ...inner,
    async put(key, body, options) {
      const info = await inner.put(key, body, options)
      if (!isFirst || !key.endsWith(suffix)) return info
      isFirst = false
      await act()
      return info
    },
  }
  return { ...components, metastore: new Metastore(store, components) }
}

/** One whose write of the metastore file is not answered, and which sleeps meanwhile: then the conflict
 *  with its own write is all that it sees. */
function sleeper(world: World, meanwhile: () => Promise<unknown>) {
  return afterPut(world, '/metastore.json', async () => {
    await meanwhile()
    throw new QwError('conflict', 'another version')
  })
}

const TWENTY_TO_THIRTY = { indexId, body: Buffer.from(testLines(20, 30)) }

describe('a process that sleeps before it learns that it has published', () => {
  test('does not publish a split again that was merged away and deleted meanwhile', async () => {
    const world = await snapshotWorld(2)
    const asleep = sleeper(world, async () => {
      await world.merge()
      world.clock.advance(DELETION_GRACE_MS)
      await runJanitor(world.components, { indexId })
      expect(await world.metastore.load(indexId)).toMatchObject({ splits: [{ docCount: 30 }] })
    })
    expect(await indexDocs(asleep, TWENTY_TO_THIRTY)).toMatchObject({ docCount: 10 })
    expect(await published(world.metastore)).toEqual(numbersTo(30))
  })

  test('gives up after an hour, when it may have been forgotten what it did', async () => {
    const world = await snapshotWorld(2)
    const asleep = sleeper(world, async () => world.clock.advance(MAX_RETRY_MS))
    await expect(indexDocs(asleep, TWENTY_TO_THIRTY)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await published(world.metastore)).toEqual(numbersTo(30))
  })

  test('leaves what of its splits is still there when others of them are gone', async () => {
    const { metastore } = await snapshotWorld(2)
    const { metadata, splits } = await metastore.load(indexId)
    const [gone] = splits.map(({ splitId }) => splitId)
    await metastore.markForDeletion(indexId, [gone ?? ''])
    await metastore.update(indexId, (file, nowMs) => applyRemove(file, [gone ?? ''], nowMs))
    const { kind, file } = await metastore.publish(indexId, { builtFor: metadata, splits })
    expect(kind).toBe('published')
    expect(publishedSplits(file)).toHaveLength(1)
  })

  test('does not name a snapshot again that was deleted meanwhile', async () => {
    const world = await snapshotWorld(1)
    const asleep = sleeper(world, () => world.drop('monday'))
    await takeSnapshot(asleep, { indexId, name: 'monday' })
    expect((await world.metastore.load(indexId)).snapshots).toEqual([])
  })

  test('is remembered by the file for as long as it may try, and not for ever', async () => {
    const { metastore, components, merge, clock } = await snapshotWorld(3)
    await merge()
    clock.advance(DELETION_GRACE_MS)
    await runJanitor(components, { indexId })
    expect((await metastore.load(indexId)).gone.size).toBe(3)
    clock.advance(GONE_KEPT_MS + 1_000)
    await runJanitor(components, { indexId })
    expect((await metastore.load(indexId)).gone.size).toBe(0)
  })
})

describe('a process that sleeps between its upload and the publication', () => {
  test('does not publish what a clock that is ahead took for an orphan', async () => {
    const world = await snapshotWorld(1)
    const { components, clock, metastore } = world
    const ahead = { ...clock, nowMs: () => clock.nowMs() + CLOCK_MARGIN_MS / 2 }
    const collect = () => runJanitor({ ...components, clock: ahead }, { indexId })
    const asleep = afterPut(world, '.split', async () => {
      clock.advance(ORPHAN_GRACE_MS - CLOCK_MARGIN_MS / 2)
      expect(await collect()).toMatchObject({ deletedOrphanCount: 1 })
    })
    await expect(indexDocs(asleep, TWENTY_TO_THIRTY)).rejects.toMatchObject({ kind: 'conflict' })
    expect(await published(metastore)).toEqual(numbersTo(10))
    expect((await metastore.load(indexId)).splits).toHaveLength(2)
    clock.advance(CLOCK_MARGIN_MS)
    await collect()
    expect((await metastore.load(indexId)).splits).toHaveLength(1)
  })
})
