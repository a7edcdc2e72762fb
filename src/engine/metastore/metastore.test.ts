import { describe, expect, test } from 'vitest'
import { countingStore } from '../../stores/counting-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { parseIndexConfig } from '../schema/config-text.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import type { IndexFile } from './index-metadata.ts'
import { metastoreKey } from './layout.ts'
import { Metastore } from './metastore.ts'
import type { SplitRecord } from './split-record.ts'

function config(indexId = 'logs', tag: string[] = []): IndexConfig {
  return parseIndexConfig({
    version: '0.9',
    index_id: indexId,
    doc_mapping: {
      field_mappings: [{ name: 'tenant', type: 'u64' }],
      tag_fields: tag,
    },
  })
}

function world() {
  const clock = instantClock()
  const store = countingStore(memoryStore(clock))
  let byte = 0
  const random = {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => byte++ & 255),
  }
  return { clock, store, random, metastore: new Metastore(store, { clock, random }) }
}

function splitOf(
  metastore: Metastore,
  file: IndexFile,
  more: Partial<SplitRecord> = {},
): SplitRecord {
  return {
    splitId: metastore.newId(),
    indexUid: file.metadata.indexUid,
    sourceId: 's',
    nodeId: 'n',
    state: 'Staged',
    createTimestamp: 1,
    updateTimestamp: 1,
    publishTimestamp: undefined,
    docCount: 10,
    sourceBytes: 100,
    timeRange: { startSeconds: 1, endSeconds: 2 },
    tags: [],
    footer: { start: 5, end: 9 },
    maturity: { kind: 'mature' },
    mergeOpCount: 0,
    deleteOpstamp: 0,
    docMappingUid: 'm',
    columnBounds: [],
    ...more,
  }
}

describe('indexes', () => {
  test('an index is created once; a second create is refused and changes nothing', async () => {
    const { metastore, store, clock, random } = world()
    const created = await metastore.createIndex(config())
    expect(created.metadata.indexUid).toMatch(/^logs:[0-9A-Z]{26}$/)
    expect(created.metadata.config.docMapping.docMappingUid).toMatch(/^[0-9A-Z]{26}$/)
    const other = new Metastore(store, { clock, random })
    await expect(other.createIndex(config())).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INDEX-EXISTS',
    })
    expect(await other.load('logs')).toEqual(created)
  })

  test('of two creates at the same time one succeeds', async () => {
    const { metastore, store, clock, random } = world()
    const other = new Metastore(store, { clock, random })
    const ends = await Promise.allSettled([metastore, other].map((m) => m.createIndex(config())))
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  test('ids that would leave the folder are refused', async () => {
    const { metastore } = world()
    for (const indexId of ['..', 'a/b', '', 'x'.repeat(300)]) {
      await expect(metastore.load(indexId)).rejects.toMatchObject({ kind: 'invalid' })
    }
  })

  test('a missing index is not found, and the nearest names are the way out', async () => {
    const { metastore } = world()
    await metastore.createIndex(config('mock-sales'))
    await expect(metastore.load('mocksales')).rejects.toMatchObject({
      kind: 'notFound',
      code: 'INDEX-NONE',
      fix: /mock-sales/,
    })
  })

  test('patterns include, exclude and may match nothing; a plain id must exist', async () => {
    const { metastore } = world()
    for (const id of ['logs-a', 'logs-b', 'sales']) await metastore.createIndex(config(id))
    const ids = async (...patterns: string[]): Promise<string[]> =>
      (await metastore.listIndexes(patterns)).map(({ metadata }) => metadata.indexId)
    expect(await ids('*')).toEqual(['logs-a', 'logs-b', 'sales'])
    expect(await ids('logs-*', '-*b')).toEqual(['logs-a'])
    expect(await ids('l*g*a', 'sales')).toEqual(['logs-a', 'sales'])
    expect(await ids('nothing*')).toEqual([])
    await expect(ids('sales', 'other')).rejects.toMatchObject({ kind: 'notFound' })
  })

  test('a deleted index takes all its objects with it, and its name is free again', async () => {
    const { metastore, store } = world()
    const file = await metastore.createIndex(config())
    await metastore.createIndex(config('logs-2'))
    await store.put('logs/x/y.bin', Buffer.from('x'), { condition: { kind: 'always' } })
    const split = splitOf(metastore, file)
    await metastore.publish('logs', { builtFor: file.metadata, splits: [split] })
    expect((await metastore.deleteIndex('logs')).map(({ splitId }) => splitId)).toEqual([
      split.splitId,
    ])
    expect(await metastore.listIndexIds()).toEqual(['logs-2'])
    const left: string[] = []
    for await (const { key } of store.list('')) left.push(key)
    expect(left).toEqual(['logs-2/metastore.json', 'manifest.json'])
    const again = await metastore.createIndex(config())
    expect(again.metadata.indexUid).not.toBe(file.metadata.indexUid)
  })

  test('a changed mapping gets a new uid, other settings keep it', async () => {
    const { metastore } = world()
    const before = await metastore.createIndex(config())
    const uid = before.metadata.config.docMapping.docMappingUid
    const next = config()
    const settings = { ...next, searchSettings: { defaultSearchFields: ['tenant'] } }
    const same = await metastore.updateConfig(settings)
    expect(same.metadata.config.docMapping.docMappingUid).toBe(uid)
    expect(same.metadata.config.searchSettings.defaultSearchFields).toEqual(['tenant'])
    const changed = await metastore.updateConfig(config('logs', ['tenant']))
    expect(changed.metadata.config.docMapping.docMappingUid).not.toBe(uid)
  })
})

describe('requests', () => {
  test('loading again moves no bytes when nothing changed', async () => {
    const { metastore, store } = world()
    await metastore.createIndex(config())
    store.reset()
    await metastore.load('logs')
    expect(store.requests.map(({ verb, bytes }) => [verb, bytes])).toEqual([['get', 0]])
  })

  test('a publication costs one put when nobody else wrote', async () => {
    const { metastore, store } = world()
    const file = await metastore.createIndex(config())
    store.reset()
    await metastore.publish('logs', {
      builtFor: file.metadata,
      splits: [splitOf(metastore, file)],
    })
    expect(store.requests.map(({ verb }) => verb)).toEqual(['put'])
  })

  test('publications of one process wait for each other instead of losing races', async () => {
    const { metastore, store } = world()
    const file = await metastore.createIndex(config())
    store.reset()
    const publications = Array.from({ length: 20 }, () =>
      metastore.publish('logs', {
        builtFor: file.metadata,
        splits: [splitOf(metastore, file)],
      }),
    )
    await Promise.all(publications)
    expect(store.requests).toHaveLength(20)
    expect((await metastore.load('logs')).splits).toHaveLength(20)
  })
})

describe('publishing', () => {
  async function published() {
    const w = world()
    const file = await w.metastore.createIndex(config())
    const split = splitOf(w.metastore, file)
    const builtFor = file.metadata
    const delta = { sourceId: 's', partitionId: 'p', from: '', to: '00000000000000000010' }
    const request = { builtFor, splits: [split], checkpointDelta: delta }
    const outcome = await w.metastore.publish('logs', request)
    expect(outcome.kind).toBe('published')
    return { ...w, file, split, builtFor, delta, request }
  }

  test('splits, checkpoint and publication time come in one step', async () => {
    const { metastore, split, clock } = await published()
    const file = await metastore.load('logs')
    expect(file.splits).toMatchObject([
      { splitId: split.splitId, state: 'Published', publishTimestamp: clock.nowMs() / 1000 },
    ])
    expect(file.metadata.checkpoint.get('s')?.get('p')?.position).toBe('00000000000000000010')
  })

  test('the same publication twice is one, for its answer may have been lost', async () => {
    const { metastore, request } = await published()
    expect(await metastore.publish('logs', request)).toMatchObject({ kind: 'published' })
    expect((await metastore.load('logs')).splits).toHaveLength(1)
  })

  test('an overlapping or a gapping checkpoint delta loses, and changes nothing', async () => {
    const { metastore, file, builtFor, delta } = await published()
    for (const from of ['', '00000000000000000020']) {
      const splits = [splitOf(metastore, file)]
      const checkpointDelta = { ...delta, from, to: '00000000000000000030' }
      const outcome = await metastore.publish('logs', { builtFor, splits, checkpointDelta })
      expect(outcome.kind).toBe('lost')
    }
    expect((await metastore.load('logs')).splits).toHaveLength(1)
  })

  test('replaced splits are marked, and a merge of splits that are gone loses', async () => {
    const { metastore, file, split, builtFor } = await published()
    const merge = () =>
      metastore.publish('logs', {
        builtFor,
        splits: [splitOf(metastore, file)],
        replacedSplitIds: [split.splitId],
      })
    expect((await merge()).kind).toBe('published')
    expect((await metastore.load('logs')).splits.map(({ state }) => state)).toEqual([
      'MarkedForDeletion',
      'Published',
    ])
    expect((await merge()).kind).toBe('lost')
  })

  test('a split that waited a day for its publication is refused: the janitor may have its object', async () => {
    const { metastore, file, builtFor, clock } = await published()
    const splits = [splitOf(metastore, file)]
    clock.advance(24 * 3600 * 1000)
    expect((await metastore.publish('logs', { builtFor, splits })).kind).toBe('lost')
  })

  test('a mapping that gave way while splits were built by it is known again with them', async () => {
    const { metastore, file, builtFor } = await published()
    const { docMappingUid = '' } = file.metadata.config.docMapping
    const changed = config()
    await metastore.updateConfig({
      ...changed,
      docMapping: { ...changed.docMapping, storeSource: !changed.docMapping.storeSource },
    })
    expect((await metastore.load('logs')).metadata.pastMappings).toEqual([])
    await metastore.publish('logs', {
      builtFor,
      splits: [splitOf(metastore, file, { docMappingUid })],
    })
    const { pastMappings } = (await metastore.load('logs')).metadata
    expect(pastMappings).toEqual([file.metadata.config.docMapping])
  })

  test('marking twice does not restart the grace', async () => {
    const { metastore, split, clock } = await published()
    const first = await metastore.markForDeletion('logs', [split.splitId, 'unknown'])
    clock.advance(60_000)
    expect(await metastore.markForDeletion('logs', [split.splitId])).toEqual(first)
  })

  test('clearing removes splits and checkpoints, or splits alone', async () => {
    const { metastore, request } = await published()
    await metastore.clearIndex('logs', { keepCheckpoints: true })
    const kept = await metastore.load('logs')
    expect([kept.splits.length, kept.metadata.checkpoint.size]).toEqual([0, 1])
    await metastore.clearIndex('logs')
    expect((await metastore.load('logs')).metadata.checkpoint.size).toBe(0)
    expect((await metastore.publish('logs', request)).kind).toBe('published')
  })

  test('a reset checkpoint lets a file be indexed again', async () => {
    const { metastore } = await published()
    const file = await metastore.resetCheckpoint('logs', 's', 'p')
    expect(file.metadata.checkpoint.get('s')?.size).toBe(0)
  })
})

describe('the file', () => {
  test('everything in it comes back, to the last digit', async () => {
    const { metastore, store, clock, random } = world()
    const file = await metastore.createIndex(config())
    const columnBounds = [
      { path: 'id', type: 'u64', min: 0, max: 18_446_744_073_709_551_615n },
      { path: 'id', type: 'i64', min: -9_223_372_036_854_775_808n, max: 5 },
      { path: 'x', type: 'f64', min: -0.1, max: 1e300 },
      { path: 'ts', type: 'date', min: 1_700_000_000_000, max: 1_700_000_000_123_456_789n },
    ] as const
    const split = splitOf(metastore, file, {
      columnBounds,
      tags: ['tenant!', 'tenant:7'],
      maturity: { kind: 'immature', maturationPeriodMs: 1000 },
      timeRange: undefined,
    })
    const run = {
      runId: 'r',
      sourceUri: 's3://b/ä.gz',
      state: 'done',
      docCount: 1,
      rejectedCount: 2,
      sourceBytes: 3,
      splitCount: 4,
      startedMs: 5,
      updatedMs: 6,
      error: undefined,
    } as const
    const builtFor = file.metadata
    const checkpointDelta = { sourceId: '__proto__', partitionId: '__proto__', from: '', to: '~1' }
    const outcome = await metastore.publish('logs', {
      builtFor,
      splits: [split],
      run,
      checkpointDelta,
    })
    const reread = await new Metastore(store, { clock, random }).load('logs')
    expect(reread).toEqual(outcome.file)
    expect(reread.splits[0]?.columnBounds).toEqual(columnBounds)
  })

  test('a newer format is refused with the way out, damage is corrupt, and both can be deleted', async () => {
    const { metastore, store, clock, random } = world()
    await metastore.createIndex(config())
    const put = (text: string) =>
      store.put(metastoreKey('logs'), Buffer.from(text), { condition: { kind: 'always' } })
    const fresh = () => new Metastore(store, { clock, random })
    await put('{"format":99}')
    await expect(fresh().load('logs')).rejects.toMatchObject({ kind: 'invalid', fix: /upgrade/ })
    await put('{"format":1,"index":')
    await expect(fresh().load('logs')).rejects.toMatchObject({ kind: 'corrupt', message: /logs/ })
    await put('{"format":1,"index":{"index_config":{}},"splits":[],"runs":[]}')
    await expect(fresh().load('logs')).rejects.toMatchObject({ kind: 'corrupt' })
    await fresh().deleteIndex('logs')
    expect(await fresh().listIndexIds()).toEqual([])
  })
})
