import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ObjectStore } from '../ports.ts'
import { instantClock } from '../../stores/testing/instant-clock.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { advance, encodePosition, finishedHashes, partitionHash } from './checkpoint.ts'
import {
  decodeHanded,
  encodeHanded,
  forgetHandedSince,
  readHandedObjects,
  readHandedRecords,
  writeHandedPage,
  type HandedRecord,
} from './handed-objects.ts'
import { handedPageKey } from './layout.ts'

const RECORD: HandedRecord = {
  ingestId: '01M8C6TWXZD0VV2PCAXHEPQ116',
  indexId: 'logs',
  uri: 's3://data/in/',
  startedMs: 1_790_000_000_000,
  cursor: '',
  isListed: false,
  pageCount: 0,
  objectCount: 0,
  sizeBytes: 0,
  isFollowed: true,
}

function objects(...uris: string[]): Map<string, number> {
  return new Map(uris.map((uri) => [partitionHash(uri), uri.length]))
}

test('any objects come back as they were, 20 bytes each', () => {
  const entries = fc.array(fc.tuple(fc.string().map(partitionHash), fc.maxSafeNat()), {
    maxLength: 50,
  })
  fc.assert(
    fc.property(entries, (list) => {
      const handed = new Map(list)
      const bytes = encodeHanded(handed)
      expect(bytes.length).toBe(20 * handed.size)
      expect(decodeHanded(bytes, 'page')).toEqual(handed)
    }),
  )
})

test('half an entry is damage, and no shorter list', () => {
  const bytes = encodeHanded(objects('a', 'b')).subarray(0, 39)
  expect(() => decodeHanded(bytes, 'a/page')).toThrow('a/page has 39 bytes')
})

test('a listing is read back with everything it handed over, and where it stopped', async () => {
  const store = memoryStore()
  const first = await writeHandedPage(store, RECORD, objects('a', 'b'), {
    cursor: 'in/b',
    isListed: false,
  })
  const second = await writeHandedPage(store, first, objects('c'), {
    cursor: 'in/c',
    isListed: true,
  })
  const [read, ...more] = await readHandedRecords(store, 'logs')
  expect(more).toEqual([])
  expect(read).toEqual(second)
  expect(read).toMatchObject({ cursor: 'in/c', isListed: true, objectCount: 3, sizeBytes: 3 })
  expect(await readHandedObjects(store, second)).toEqual(objects('a', 'b', 'c'))
})

test('a page whose record was not written any more does not count: its objects go out again', async () => {
  const store = memoryStore()
  const first = await writeHandedPage(store, RECORD, objects('a'), { cursor: 'a', isListed: false })
  await writeHandedPage(store, first, objects('b'), { cursor: 'b', isListed: true })
  expect(await readHandedObjects(store, first)).toEqual(objects('a'))
})

test('a listing whose pages a killed clearing took goes out again where they are missing', async () => {
  const store = memoryStore()
  const first = await writeHandedPage(store, RECORD, objects('a'), { cursor: 'a', isListed: false })
  const second = await writeHandedPage(store, first, objects('b'), { cursor: 'b', isListed: true })
  await store.delete(handedPageKey('logs', RECORD.ingestId, 0))
  expect(await readHandedObjects(store, second)).toEqual(objects('b'))
})

test('what was handed over since a moment goes out again, in a store that tells whole seconds too', async () => {
  const clock = instantClock(RECORD.startedMs + 200)
  const inner = memoryStore(clock)
  const store: ObjectStore = {
    ...inner,
    async *list(prefix, signal) {
      for await (const info of inner.list(prefix, signal)) {
        yield { ...info, modifiedMs: Math.floor(info.modifiedMs / 1000) * 1000 }
      }
    },
  }
  const before = await writeHandedPage(store, RECORD, objects('a'), {
    cursor: 'a',
    isListed: false,
  })
  clock.advance(5_000)
  const sinceMs = clock.nowMs()
  clock.advance(300)
  await writeHandedPage(store, before, objects('b'), { cursor: 'b', isListed: true })
  await forgetHandedSince(store, 'logs', sinceMs)
  const [record] = await readHandedRecords(store, 'logs')
  expect(record).toMatchObject({ cursor: '', isListed: false, pageCount: 1 })
  expect(await readHandedObjects(store, record!)).toEqual(objects('a'))
  clock.advance(1_000)
  await forgetHandedSince(store, 'logs', RECORD.startedMs)
  expect(await readHandedRecords(store, 'logs')).toEqual([])
})

test('a checkpoint tells the same hashes of files that it knows by name and by hash', () => {
  let checkpoint: Parameters<typeof advance>[0] = new Map()
  const ids = Array.from({ length: 150 }, (_, i) => `s3://data/in/${i}#e`)
  for (const partitionId of ids) {
    const delta = { sourceId: 's', partitionId, from: '', to: encodePosition(9, true) }
    checkpoint = advance(checkpoint, delta, 1_790_000_000) ?? new Map()
  }
  const half = { sourceId: 's', partitionId: 'half', from: '', to: encodePosition(4, false) }
  const all = finishedHashes(advance(checkpoint, half, 1_790_000_000) ?? new Map(), 's')
  expect(all).toEqual(new Set(ids.map(partitionHash)))
})
