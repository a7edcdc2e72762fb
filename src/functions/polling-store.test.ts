import { expect, test } from 'vitest'
import type { ObjectStore } from '../engine/ports.ts'
import { countingStore } from '../stores/counting-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { pollingStore } from './polling-store.ts'

const ALWAYS = { condition: { kind: 'always' } } as const
const SECOND = 1_000

function setUp(intervalMs: number, modifiedMs?: number) {
  const time = { nowMs: 0 }
  const clock = { nowMs: () => time.nowMs, sleep: () => Promise.resolve() }
  const inner = countingStore(memoryStore())
  const telling: ObjectStore = {
    ...inner,
    get: async (...asked) => {
      const object = await inner.get(...asked)
      return object && { ...object, modifiedMs }
    },
  }
  return { time, inner, store: pollingStore(telling, { clock, intervalMs }) }
}

/** Seconds at which a reader that looks every second makes the store be asked. */
async function askedAt(intervalMs: number, seconds: number): Promise<number[]> {
  const { time, inner, store } = setUp(intervalMs)
  const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  const asked: number[] = []
  for (let second = 1; second <= seconds; second++) {
    time.nowMs = second * SECOND
    inner.reset()
    await store.get('m', { ifNoneMatch: etag })
    if (inner.requests.length > 0) asked.push(second)
  }
  return asked
}

test('a version is asked about less and less often, and at least once an interval', async () => {
  expect(await askedAt(60 * SECOND, 200)).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184])
})

test('a new version is found when it is asked for, and is watched closely again', async () => {
  const { time, inner, store } = setUp(60 * SECOND)
  const old = await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  time.nowMs = 100 * SECOND
  expect(await store.get('m', { ifNoneMatch: old.etag })).toBeUndefined()
  const fresh = await inner.put('m', Buffer.from('two'), ALWAYS)
  time.nowMs = 159 * SECOND
  expect(await store.get('m', { ifNoneMatch: old.etag })).toBeUndefined()
  time.nowMs = 160 * SECOND
  expect((await store.get('m', { ifNoneMatch: old.etag }))?.etag).toBe(fresh.etag)
  const third = await inner.put('m', Buffer.from('three'), ALWAYS)
  time.nowMs = 161 * SECOND
  expect((await store.get('m', { ifNoneMatch: fresh.etag }))?.etag).toBe(third.etag)
})

test('a version that is known to be old is not asked about for five seconds', async () => {
  for (const [ageMs, asksAt] of [
    [3_600 * SECOND, 5 * SECOND],
    [2 * SECOND, 2 * SECOND],
    // By a clock that is behind the store's.
    [-SECOND, 0],
  ] as const) {
    const { time, inner, store } = setUp(60 * SECOND, -ageMs)
    const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
    await store.get('m')
    inner.reset()
    time.nowMs = asksAt - 1
    if (asksAt > 0) await store.get('m', { ifNoneMatch: etag })
    expect(inner.requests).toHaveLength(0)
    time.nowMs = asksAt
    await store.get('m', { ifNoneMatch: etag })
    expect(inner.requests).toHaveLength(1)
  }
})

test('a reader without a version, or with another one, is given the object', async () => {
  const { time, inner, store } = setUp(60 * SECOND)
  const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  time.nowMs = 50 * SECOND
  await store.get('m', { ifNoneMatch: etag })
  expect(await store.get('m')).toBeDefined()
  expect(await store.get('m', { ifNoneMatch: 'older' })).toBeDefined()
})

test('what does not exist is asked for every time', async () => {
  const { inner, store } = setUp(60 * SECOND)
  await expect(store.get('m')).rejects.toMatchObject({ kind: 'notFound' })
  await inner.put('m', Buffer.from('one'), ALWAYS)
  expect(await store.get('m')).toBeDefined()
})

test('an interval of 0 asks every time', async () => {
  expect(await askedAt(0, 5)).toEqual([1, 2, 3, 4, 5])
})
