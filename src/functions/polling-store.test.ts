import { expect, test } from 'vitest'
import { countingStore } from '../stores/counting-store.ts'
import { memoryStore } from '../stores/memory-store.ts'
import { pollingStore } from './polling-store.ts'

const ALWAYS = { condition: { kind: 'always' } } as const

function setUp(intervalMs: number) {
  const time = { nowMs: 1_000_000 }
  const clock = { nowMs: () => time.nowMs, sleep: () => Promise.resolve() }
  const inner = countingStore(memoryStore())
  return { time, inner, store: pollingStore(inner, { clock, intervalMs }) }
}

test('a version that was just read is good for the interval, and asked about after it', async () => {
  const { time, inner, store } = setUp(60_000)
  const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  await inner.put('m', Buffer.from('two'), ALWAYS)
  inner.reset()
  time.nowMs += 59_999
  expect(await store.get('m', { ifNoneMatch: etag })).toBeUndefined()
  expect(inner.requests).toHaveLength(0)
  time.nowMs += 1
  expect(Buffer.from((await store.get('m', { ifNoneMatch: etag }))?.bytes ?? []).toString()).toBe(
    'two',
  )
})

test('a confirmation by the store counts as an answer', async () => {
  const { time, inner, store } = setUp(60_000)
  const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  time.nowMs += 60_000
  await store.get('m', { ifNoneMatch: etag })
  inner.reset()
  time.nowMs += 59_999
  await store.get('m', { ifNoneMatch: etag })
  expect(inner.requests).toHaveLength(0)
})

test('a reader without a version, or with another one, is given the object', async () => {
  const { inner, store } = setUp(60_000)
  await inner.put('m', Buffer.from('one'), ALWAYS)
  await store.get('m')
  expect(await store.get('m')).toBeDefined()
  expect(await store.get('m', { ifNoneMatch: 'older' })).toBeDefined()
})

test('what does not exist is asked for every time', async () => {
  const { inner, store } = setUp(60_000)
  await expect(store.get('m')).rejects.toMatchObject({ kind: 'notFound' })
  await inner.put('m', Buffer.from('one'), ALWAYS)
  expect(await store.get('m')).toBeDefined()
})

test('an interval of 0 asks every time', async () => {
  const { inner, store } = setUp(0)
  const { etag } = await inner.put('m', Buffer.from('one'), ALWAYS)
  inner.reset()
  await store.get('m', { ifNoneMatch: etag })
  await store.get('m', { ifNoneMatch: etag })
  expect(inner.requests).toHaveLength(2)
})
