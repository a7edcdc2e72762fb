import { describe, expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { QwError } from '../errors.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { MANIFEST_KEY, metastoreKey, splitKey } from '../metastore/layout.ts'
import { encodeIndexFile } from '../metastore/index-file-codec.ts'
import { encodeManifest } from '../metastore/manifest.ts'
import { Metastore } from '../metastore/metastore.ts'
import { settleManifest } from '../metastore/settle-manifest.ts'
import type { ObjectStore } from '../ports.ts'
import { indexDocs } from './index-docs.ts'
import { runJanitor } from './janitor.ts'
import { runMerges } from './merge.ts'
import { deleteStray } from './stray-objects.ts'
import { countingRandom, FIRST_TS, testConfig, testLines } from './testing/indexing-fixture.ts'
import { indexesDue, keepUp } from './upkeep.ts'

const ID = 'events'
const MERGING = { merge_policy: { type: 'stable_log', merge_factor: 2, max_merge_factor: 4 } }
const DAY_MS = 24 * 3_600_000

/** The same numbers from the same seed, in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** Every request waits for a while that the seed draws, so that actors overtake each other anywhere. */
function unevenStore(inner: ObjectStore, random: () => number): ObjectStore {
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 12); turns > 0; turns--) await Promise.resolve()
  }
  return {
    async get(...args) {
      await wait()
      return await inner.get(...args)
    },
    async read(...args) {
      await wait()
      return await inner.read(...args)
    },
    async head(...args) {
      await wait()
      return await inner.head(...args)
    },
    async put(...args) {
      await wait()
      const info = await inner.put(...args)
      await wait()
      return info
    },
    async *list(...args) {
      await wait()
      for await (const info of inner.list(...args)) {
        yield info
        await wait()
      }
    },
    async delete(...args) {
      await wait()
      await inner.delete(...args)
      await wait()
    },
  }
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

/** Works in turns until all are over; every error is told to the caller. */
async function churn(seed: number) {
  const random = seeded(seed)
  const clock = instantClock(FIRST_TS * 1000)
  const store = memoryStore(clock)
  const errors: unknown[] = []
  const uids = new Set<string>()
  const unevenness = unevenStore(store, random)
  /** A process of its own. */
  const process = () => {
    const bytes = countingRandom(Math.floor(random() * 1e9))
    return { metastore: new Metastore(unevenness, { clock, random: bytes }), clock, random: bytes }
  }
  const repeat = async (times: number, act: (round: number) => Promise<unknown>) => {
    for (let round = 0; round < times; round++) {
      try {
        await act(round)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  const [maker, dropper, other, first] = [process(), process(), process(), process()]
  const [second, merger, janitor, reader] = [process(), process(), process(), process()]
  const keeper = process()
  const index = (indexer: typeof first) => async (round: number) => {
    const body = Buffer.from(testLines(round * 2, round * 2 + 2))
    await indexDocs(indexer, { indexId: ID, body })
  }
  await Promise.all([
    repeat(25, () => maker.metastore.createIndex(testConfig(MERGING))),
    repeat(8, () => dropper.metastore.deleteIndex(ID)),
    repeat(8, () => other.metastore.deleteIndex(ID)),
    repeat(20, index(first)),
    repeat(20, index(second)),
    repeat(30, () => runMerges(merger, { indexId: ID })),
    repeat(20, () => runJanitor(janitor, { indexId: ID, deletionGraceMs: 0 })),
    repeat(15, () => indexesDue(keeper, { merges: true, janitor: true })),
    repeat(60, async () => {
      const { metadata, splits } = await reader.metastore.load(ID)
      uids.add(metadata.indexUid)
      expect(splits.filter(({ indexUid }) => indexUid !== metadata.indexUid)).toEqual([])
      for (const split of splits) {
        const key = splitKey(ID, split.splitId)
        const isThere = await store.head(key).then(
          () => true,
          () => false,
        )
        if (isThere || split.state !== 'Published') continue
        // Gone meanwhile together with its index, or merged away.
        const newest = await reader.metastore.load(ID)
        expect(
          newest.splits.filter((s) => s.splitId === split.splitId && s.state === 'Published'),
        ).toEqual([])
      }
    }),
  ])
  return { ...process(), store, errors, uids }
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed + 1)

describe('an index that is made and dropped while others work on it', () => {
  test('has nothing of the one before, and what is published can be read', async () => {
    let incarnations = 0
    for (const seed of SEEDS) {
      const { store, metastore, uids, errors } = await churn(seed)
      incarnations += uids.size
      for (const error of errors) {
        // A reader's finding, or one of ours that says what happened.
        expect(error, `seed ${seed}: ${String(error)}`).toBeInstanceOf(QwError)
        const { kind, code } = error as QwError
        expect([kind, code ?? ''], `seed ${seed}`).toSatisfy(
          ([k, c]: [string, string]) =>
            c === 'INDEX-NONE' || c === 'INDEX-EXISTS' || k === 'conflict' || k === 'notFound',
        )
      }
      if (!(await metastore.listIndexIds()).includes(ID)) continue
      const file = await metastore.load(ID).catch(() => undefined)
      for (const { splitId, footer } of file === undefined ? [] : publishedSplits(file)) {
        const { sizeBytes } = await store.head(splitKey(ID, splitId))
        expect(sizeBytes, `seed ${seed}`).toBe(footer.end)
      }
    }
    expect(incarnations).toBeGreaterThan(SEEDS.length * 2)
  })

  test('leaves nothing behind that the upkeep does not find', async () => {
    for (const seed of SEEDS) {
      const { store, clock, metastore, random } = await churn(seed)
      await indexesDue({ metastore, clock, random }, { merges: true, janitor: true })
      const ids = await metastore.listIndexIds()
      for (const id of ids) await metastore.deleteIndex(id)
      clock.advance(DAY_MS)
      await deleteStray({ metastore, clock, random })
      expect(await keysOf(store), `seed ${seed}`).toEqual([MANIFEST_KEY])
    }
  })

  test('its orphans go with the janitor of the next one', async () => {
    for (const seed of SEEDS.slice(0, 5)) {
      const { store, clock, ...rest } = await churn(seed)
      const all = { ...rest, clock }
      await settleManifest(all.metastore)
      await all.metastore.createIfAbsent(testConfig(MERGING))
      clock.advance(2 * DAY_MS)
      const parts = { merges: false, janitor: true }
      const matchDocs = () => Promise.resolve(new Uint32Array(0))
      await keepUp(all, { indexId: ID, matchDocs, parts })
      clock.advance(2 * DAY_MS)
      await keepUp(all, { indexId: ID, matchDocs, parts })
      const { splits } = await all.metastore.load(ID)
      const named = splits.map(({ splitId }) => splitKey(ID, splitId))
      const stored = (await keysOf(store)).filter((key) => key.endsWith('.split'))
      expect(stored.toSorted(), `seed ${seed}`).toEqual(named.toSorted())
    }
  })
})

test('a thousand indexes are listed with one read each, sixteen at once, and a second time without bytes', async () => {
  const clock = instantClock(FIRST_TS * 1000)
  let [open, most] = [0, 0]
  const inner = memoryStore(clock)
  const counted = countingStore({
    ...inner,
    async get(...args) {
      most = Math.max(most, ++open)
      await Promise.resolve()
      open--
      return await inner.get(...args)
    },
  })
  const random = countingRandom()
  const metastore = new Metastore(counted, { clock, random })
  // One by one the manifest would be written a thousand times.
  const ids = Array.from({ length: 1_000 }, (_, n) => `index-${n}`)
  const { metadata, ...file } = await metastore.createIndex(testConfig({}))
  const condition = { kind: 'always' } as const
  for (const indexId of ids) {
    const config = { ...metadata.config, indexId }
    const body = encodeIndexFile({ ...file, metadata: { ...metadata, indexId, config } })
    await inner.put(metastoreKey(indexId), body, { condition })
  }
  const manifest = encodeManifest(new Map(ids.map((id) => [id, 'active'])))
  await inner.put(MANIFEST_KEY, manifest, { condition })
  counted.reset()
  expect(await metastore.listIndexes(['*'])).toHaveLength(1_000)
  expect(counted.requests).toHaveLength(1_001)
  expect(most).toBeLessThanOrEqual(16)
  counted.reset()
  await metastore.listIndexes(['*'])
  expect(counted.requests.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(0)
  expect(await indexesDue({ metastore, clock, random }, { merges: true, janitor: true })).toEqual(
    [],
  )
})
