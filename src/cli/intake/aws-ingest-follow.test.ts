import { expect, test } from 'vitest'
import {
  countingRandom,
  testConfig,
  testLines,
} from '../../engine/indexing/testing/indexing-fixture.ts'
import { indexSource } from '../../engine/indexing/pipeline.ts'
import { findIngest, writeIngest } from '../../engine/metastore/ingest-record.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import { objectSource } from '../../engine/sources/source.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { followObjects, progressOf } from './aws-ingest-follow.ts'

async function setUp() {
  const clock = instantClock()
  const staging = memoryStore(clock)
  const indexing = { clock, random: countingRandom() }
  const metastore = new Metastore(memoryStore(clock), indexing)
  await metastore.createIndex(testConfig({ merge_policy: { type: 'no_merge' } }))
  const stage = async (name: string) => {
    const condition = { kind: 'always' } as const
    const info = await staging.put(name, Buffer.from(testLines(0, 1)), { condition })
    return { info, uri: `s3://staging/${name}`, etag: info.etag }
  }
  const index = ({ info, uri }: Awaited<ReturnType<typeof stage>>) => {
    const source = objectSource(staging, info, uri)
    return indexSource({ ...indexing, metastore }, { indexId: 'events', source })
  }
  const context = { clock, signal: new AbortController().signal }
  return { clock, metastore, stage, index, context }
}

test('more files than the checkpoint remembers by name are all found indexed', async () => {
  const { metastore, stage, index, context } = await setUp()
  const objects = await Promise.all(Array.from({ length: 130 }, (_, i) => stage(`piece-${i}`)))
  for (const object of objects) await index(object)
  const onProgress = () => {}
  const found = await followObjects(context, metastore, { indexId: 'events', objects, onProgress })
  expect([...found.values()].map(({ state }) => state)).toEqual(objects.map(() => 'done'))
})

test('a file is not taken for another whose name begins the same, nor for what it was before', async () => {
  const { metastore, stage, index } = await setUp()
  const long = await stage('piece-10')
  await index(long)
  const file = await metastore.load('events')
  expect(progressOf(file, long).state).toBe('done')
  expect(progressOf(file, await stage('piece-1')).state).toBe('unknown')
  expect(progressOf(file, { uri: long.uri, etag: 'newer' }).state).not.toBe('done')
})

test('the wait lasts as long as anything moves in the index, and not for ever', async () => {
  const { clock, metastore, stage, index, context } = await setUp()
  const ours = await stage('ours')
  const others = await Promise.all(Array.from({ length: 20 }, (_, i) => stage(`other-${i}`)))
  const startMs = clock.nowMs()
  const patient = {
    ...context,
    clock: {
      nowMs: () => clock.nowMs(),
      // Ten minutes for each file of somebody else's backlog, then silence.
      async sleep() {
        clock.advance(600_000)
        const next = others.shift()
        if (next !== undefined) await index(next)
      },
    },
  }
  const wait = followObjects(patient, metastore, {
    indexId: 'events',
    objects: [ours],
    onProgress: () => {},
  })
  await expect(wait).rejects.toMatchObject({ code: 'INGEST-TIMEOUT' })
  expect(clock.nowMs() - startMs).toBeGreaterThan(20 * 600_000)
})

test('what was handed over is found again by the beginning of its id, when that names one', async () => {
  const { metastore } = await setUp()
  const record = (ingestId: string) => ({
    ingestId,
    indexId: 'events',
    startedMs: 7,
    objects: [{ uri: 's3://b/é', etag: 'e', sizeBytes: 3 }],
  })
  await writeIngest(metastore.store, record('01AAA'))
  await writeIngest(metastore.store, record('01AAB'))
  expect(await findIngest(metastore.store, 'events', '01AAB')).toEqual(record('01AAB'))
  expect(await findIngest(metastore.store, 'events', '01AA')).toBeUndefined()
  expect(await findIngest(metastore.store, 'other', '01AAA')).toBeUndefined()
})
