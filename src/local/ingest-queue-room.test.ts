import { expect, test } from 'vitest'
import { publishedNumbers, testConfig } from '../engine/indexing/testing/indexing-fixture.ts'
import {
  COMMIT_MS,
  diskWithIndex,
  docs,
  keysOf,
  noFaults,
  numbersOn,
  settle,
  startQueue,
  upTo,
} from './testing/ingest-queue-fixture.ts'

const ROOM_LOOK_MS = 50
const ROOM_WAIT_LOOKS = 300
const body = docs(0, 1)

test('whoever sends it waits until what was sent before is committed, and loses nothing', async () => {
  const disk = await diskWithIndex()
  const { queue, store, clock } = startQueue(disk, noFaults, { maxPendingBytes: body.length })
  await queue.ingest('events', body, 'auto')
  const second = queue.ingest('events', docs(1, 2), 'auto')
  await settle()
  expect(await keysOf(store)).toHaveLength(1)
  clock.advance(COMMIT_MS)
  await settle()
  clock.advance(ROOM_LOOK_MS)
  expect(await second).toMatchObject({ ingestedCount: 1 })
  await queue.drain()
  expect(await numbersOn(disk)).toEqual(upTo(2))
})

test('what finds no room in 15 seconds is refused, and is not found later', async () => {
  const disk = await diskWithIndex()
  const { queue, clock } = startQueue(disk, noFaults, { maxPendingBytes: body.length })
  await queue.ingest('events', body, 'auto')
  let refusal: unknown
  queue.ingest('events', docs(1, 2), 'auto').catch((error: unknown) => (refusal = error))
  await settle()
  for (let look = 1; look <= ROOM_WAIT_LOOKS; look++) {
    expect(refusal, `look ${look}`).toBeUndefined()
    clock.advance(ROOM_LOOK_MS)
    await settle()
  }
  expect(refusal).toMatchObject({ kind: 'unavailable', code: 'THROTTLED' })
  await queue.drain()
  expect(await numbersOn(disk)).toEqual([0])
})

test('batches are indexed one after the other, of whatever index', async () => {
  const disk = await diskWithIndex()
  const begun: (() => void)[] = []
  const beforeBatch = (): Promise<void> => new Promise((go) => begun.push(go))
  const { queue, clock, metastore } = startQueue(disk, noFaults, { beforeBatch })
  const names = ['events', 'orders', 'visits', 'errors', 'audits']
  for (const indexId of names) {
    if (indexId !== 'events') await metastore.createIndex({ ...testConfig(), indexId })
    await queue.ingest(indexId, body, 'auto')
  }
  clock.advance(COMMIT_MS)
  const atOnce: number[] = []
  for (let done = 0; done < names.length; done++) {
    await settle()
    atOnce.push(begun.length - done)
    begun[done]?.()
  }
  await queue.drain()
  expect(atOnce).toEqual([1, 1, 1, 1, 1])
  for (const name of names) expect(await publishedNumbers(metastore, name)).toEqual([0])
})
