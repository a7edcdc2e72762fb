import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { publishedNumbers, testConfig } from '../engine/indexing/testing/indexing-fixture.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { folderStore } from '../stores/folder-store.ts'
import type { FaultPlan } from '../stores/testing/faulty-store.ts'
import {
  COMMIT_MS,
  diskWithIndex,
  docs,
  keysOf,
  numbersOn,
  settle,
  startQueue,
  upTo,
} from './testing/ingest-queue-fixture.ts'

const FIRST_RETRY_MS = 1_000

describe('commit modes', () => {
  test('`force` is searchable on return and leaves nothing behind', async () => {
    const disk = await diskWithIndex()
    const { queue, store } = startQueue(disk)
    expect(await queue.ingest('events', docs(0, 3), 'force')).toMatchObject({ ingestedCount: 3 })
    expect(await numbersOn(disk)).toEqual(upTo(3))
    expect(await keysOf(store)).toEqual([])
  })

  test('`auto` returns with the documents kept; they become one split when the time is over', async () => {
    const disk = await diskWithIndex()
    const { queue, store, clock, metastore } = startQueue(disk)
    await queue.ingest('events', docs(0, 3), 'auto')
    await queue.ingest('events', docs(3, 5), 'auto')
    expect(await numbersOn(disk)).toEqual([])
    expect(await keysOf(store)).toHaveLength(2)
    clock.advance(COMMIT_MS)
    await queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(5))
    expect(publishedSplits(await metastore.load('events'))).toHaveLength(1)
    expect(await keysOf(store)).toEqual([])
  })

  test('a refresh commits what waits and what is being committed, in no time', async () => {
    const disk = await diskWithIndex()
    const { queue, metastore } = startQueue(disk)
    await queue.ingest('events', docs(0, 2), 'auto')
    const earlier = queue.refresh('events')
    await queue.ingest('events', docs(2, 3), 'auto')
    await queue.refresh('events')
    await earlier
    expect(await numbersOn(disk)).toEqual(upTo(3))
    await queue.refresh('events')
    expect(publishedSplits(await metastore.load('events'))).toHaveLength(2)
    await expect(queue.refresh('absent')).rejects.toMatchObject({ code: 'INDEX-NONE' })
  })

  test('`wait_for` returns when the scheduled commit is done', async () => {
    const disk = await diskWithIndex()
    const { queue, clock } = startQueue(disk)
    let isDone = false
    const waiting = queue.ingest('events', docs(0, 2), 'waitFor').then(() => (isDone = true))
    await settle()
    expect(isDone).toBe(false)
    clock.advance(COMMIT_MS)
    await waiting
    expect(await numbersOn(disk)).toEqual(upTo(2))
  })

  test('bodies that come while a batch is being committed count once, in it or in the next', async () => {
    const disk = await diskWithIndex()
    const { queue, clock } = startQueue(disk)
    const sent: Promise<unknown>[] = []
    for (let i = 0; i < 30; i++) {
      sent.push(queue.ingest('events', docs(i, i + 1), 'auto'))
      if (i % 4 === 0) clock.advance(COMMIT_MS)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(sent)
    await queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(30))
  })

  test('an unknown index is refused before anything is kept', async () => {
    const { queue, store } = startQueue(await diskWithIndex())
    await expect(queue.ingest('other', docs(0, 1), 'auto')).rejects.toThrow(/no index `other`/)
    expect(await keysOf(store)).toEqual([])
  })
})

describe('what is accepted', () => {
  test('`auto` and `force` answer alike, and what they counted is what is found', async () => {
    const body = Buffer.concat([
      Buffer.from('\ufeff'),
      docs(0, 1),
      Buffer.from('\n  \r\nnot json\n[{"n": 1}]\n'),
      docs(1, 2).subarray(0, -1),
    ])
    const disk = await diskWithIndex()
    const { queue } = startQueue(disk)
    const answer = await queue.ingest('events', body, 'auto')
    expect(answer).toMatchObject({ ingestedCount: 2, rejectedCount: 2 })
    await queue.ingest('events', docs(2, 3), 'auto')
    await queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(3))
    const other = startQueue(await diskWithIndex())
    expect(await other.queue.ingest('events', body, 'force')).toEqual(answer)
  })

  test('packed or foreign bytes in one request take nothing from the requests beside it', async () => {
    const disk = await diskWithIndex()
    const { queue } = startQueue(disk)
    const packed = await queue.ingest('events', gzipSync(docs(0, 5)), 'auto')
    expect(packed.ingestedCount).toBe(0)
    const parquet = Buffer.concat([Buffer.from('PAR1\n'), docs(0, 1)])
    expect(await queue.ingest('events', parquet, 'auto')).toMatchObject({ ingestedCount: 1 })
    await queue.ingest('events', docs(1, 3), 'auto')
    await queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(3))
  })

  test('a request that could not be kept is not found later', async () => {
    const disk = await diskWithIndex()
    const { queue, store } = startQueue(disk, ({ verb, key }) =>
      verb === 'put' && key.endsWith('.ndjson') ? { kind: 'failAfter' } : undefined,
    )
    await expect(queue.ingest('events', docs(0, 1), 'auto')).rejects.toThrow(/injected/)
    expect(await keysOf(store)).toEqual([])
  })
})

describe('failing commits', () => {
  test('a full disk is tried again until it has room; whoever waits learns of the first failure', async () => {
    const disk = await diskWithIndex()
    let isFull = false
    const full = startQueue(disk, ({ verb }) =>
      isFull && verb === 'put' ? { kind: 'failBefore' } : undefined,
    )
    const waiting = full.queue.ingest('events', docs(0, 2), 'waitFor')
    const failed = expect(waiting).rejects.toMatchObject({ kind: 'unavailable' })
    await settle()
    isFull = true
    full.clock.advance(COMMIT_MS)
    await failed
    expect(full.lines).toContainEqual(expect.objectContaining({ event: 'commit-failed' }))
    isFull = false
    full.clock.advance(FIRST_RETRY_MS)
    await settle()
    await full.queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(2))
    expect(await keysOf(full.store)).toEqual([])
  })

  test('a stop does not wait for a disk that stays full', async () => {
    const disk = await diskWithIndex()
    let isFull = false
    const { queue } = startQueue(disk, ({ verb }) =>
      isFull && verb === 'put' ? { kind: 'failBefore' } : undefined,
    )
    await queue.ingest('events', docs(0, 2), 'auto')
    isFull = true
    await queue.drain()
    expect(await numbersOn(disk)).toEqual([])
    await startQueue(disk).queue.recover()
    expect(await numbersOn(disk)).toEqual(upTo(2))
  })
})

describe('recovery', () => {
  /** Everything fails from the n-th change on, as after a kill; `failAfter` lets that one happen. */
  function killedAt(n: number, kind: 'failBefore' | 'failAfter'): FaultPlan {
    let changes = 0
    return ({ verb }) => {
      const isChange = verb === 'put' || verb === 'delete'
      if (isChange) changes++
      if (changes < n) return undefined
      return { kind: changes === n && isChange ? kind : 'failBefore', errorKind: 'internal' }
    }
  }

  // Two bodies, the batch, the split, the metastore, three deletions: eight changes.
  for (const kind of ['failBefore', 'failAfter'] as const) {
    test(`a process killed at any change (${kind}) loses and doubles nothing`, async () => {
      for (let n = 1; n <= 9; n++) {
        const disk = await diskWithIndex()
        const killed = startQueue(disk, killedAt(n, kind))
        const answers = await Promise.allSettled([
          killed.queue.ingest('events', docs(0, 2), 'auto'),
          killed.queue.ingest('events', docs(2, 5), 'auto'),
        ])
        await killed.queue.drain()
        const next = startQueue(disk)
        await next.queue.recover()
        const found = await numbersOn(disk)
        expect(found, `kill at ${n}`).toEqual([...new Set(found)])
        if (answers[0].status === 'fulfilled')
          expect(found, `${n}`).toEqual(expect.arrayContaining([0, 1]))
        if (answers[1].status === 'fulfilled')
          expect(found, `${n}`).toEqual(expect.arrayContaining([2, 3, 4]))
        expect(await keysOf(next.store), `kill at ${n}`).toEqual([])
      }
    })
  }

  test('bodies taken before recovery looks are left to their own batch', async () => {
    const disk = await diskWithIndex()
    const { queue, clock } = startQueue(disk)
    await queue.ingest('events', docs(0, 1), 'auto')
    await queue.recover()
    await queue.ingest('events', docs(1, 2), 'auto')
    clock.advance(COMMIT_MS)
    await queue.drain()
    expect(await numbersOn(disk)).toEqual(upTo(2))
  })

  test('documents of a deleted index are dropped, and do not turn up in the next of its name', async () => {
    const disk = await diskWithIndex()
    const before = startQueue(disk)
    await before.queue.ingest('events', docs(0, 3), 'auto')
    await before.metastore.deleteIndex('events')
    const after = startQueue(disk)
    await after.metastore.createIndex(testConfig())
    await after.queue.recover()
    expect(await numbersOn(disk)).toEqual([])
    expect(await keysOf(after.store)).toEqual([])
    expect(after.lines).toMatchObject([{ event: 'documents-dropped' }])
  })

  test('an index deleted while a batch of it is committed keeps no other from going on', async () => {
    const disk = await diskWithIndex()
    const { queue, metastore, lines } = startQueue(disk)
    await queue.ingest('events', docs(0, 3), 'auto')
    await metastore.deleteIndex('events')
    await queue.drain()
    expect(lines).toMatchObject([{ event: 'documents-dropped' }])
  })

  test('what cannot be recovered stays for the next start and hinders nobody', async () => {
    const disk = await diskWithIndex()
    const { metastore } = startQueue(disk)
    await metastore.createIndex({ ...testConfig(), indexId: 'other' })
    const first = startQueue(disk)
    await first.queue.ingest('events', docs(0, 1), 'auto')
    await first.queue.ingest('other', docs(0, 1), 'auto')
    const second = startQueue(disk, ({ key }) =>
      key.includes('index/events') ? { kind: 'failBefore' } : undefined,
    )
    await second.queue.recover()
    expect(second.lines).toMatchObject([{ event: 'recovery-failed' }])
    expect(await publishedNumbers(metastore, 'other')).toEqual([0])
    await startQueue(disk).queue.recover()
    expect(await numbersOn(disk)).toEqual([0])
  })
})

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

test('over a real folder, with the longest index id, a restart commits what was kept', async () => {
  const root = await mkdtemp(join(tmpdir(), 'qwl-queue-'))
  folders.push(root)
  const indexId = `e${'v'.repeat(254)}`
  const disk = folderStore({ root, survives: 'processEnd' })
  await startQueue(disk).metastore.createIndex({ ...testConfig(), indexId })
  await startQueue(disk).queue.ingest(indexId, docs(0, 4), 'auto')
  await startQueue(disk).queue.recover()
  expect(await publishedNumbers(startQueue(disk).metastore, indexId)).toEqual(upTo(4))
})

test('a stopping queue promises no commit', async () => {
  const disk = await diskWithIndex()
  const { queue } = startQueue(disk)
  await queue.drain()
  await expect(queue.ingest('events', docs(0, 1), 'waitFor')).rejects.toThrow(QwError)
  expect(await queue.ingest('events', docs(1, 2), 'auto')).toMatchObject({ ingestedCount: 1 })
  await startQueue(disk).queue.recover()
  expect(await numbersOn(disk)).toEqual([0, 1])
})
