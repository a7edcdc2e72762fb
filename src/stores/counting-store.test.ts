import { expect, test } from 'vitest'
import { countingStore, readRounds } from './counting-store.ts'
import { latencyStore } from './testing/latency-store.ts'
import { memoryStore } from './memory-store.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'
import { systemClock } from './system-clock.ts'

const always = { condition: { kind: 'always' } } as const

objectStoreContract('the counting store', async () => ({
  store: countingStore(memoryStore()),
  close: async () => {},
}))

test('each request is recorded with verb, key, range and bytes', async () => {
  const store = countingStore(memoryStore())
  await store.put('a/k', new Uint8Array(10), always)
  const stored = await store.get('a/k')
  await store.get('a/k', { ifNoneMatch: stored?.etag ?? '' })
  await store.read('a/k', { start: 2, end: 5 })
  await store.head('a/k')
  for await (const info of store.list('a/')) expect(info.key).toBe('a/k')
  await store.delete('a/k')
  await expect(store.get('a/k')).rejects.toMatchObject({ kind: 'notFound' })
  expect(store.requests.map(({ verb, key, bytes }) => [verb, key, bytes])).toEqual([
    ['put', 'a/k', 10],
    ['get', 'a/k', 10],
    ['get', 'a/k', 0],
    ['read', 'a/k', 3],
    ['head', 'a/k', 0],
    ['list', 'a/', 0],
    ['delete', 'a/k', 0],
    ['get', 'a/k', 0],
  ])
  expect(store.requests[3]?.range).toEqual({ start: 2, end: 5 })
})

test('reads in flight together are one round, dependent ones are one each', async () => {
  const store = await slowStore()
  const read = (start: number) => store.read('k', { start, end: start + 1 })
  await store.get('k')
  await Promise.all([read(0), read(1), read(2)])
  await Promise.all([read(3), read(4).then(() => read(5))])
  expect(store.requests).toHaveLength(7)
  expect(readRounds(store.requests)).toBe(4)
})

test('writes are no rounds, and reset starts anew', async () => {
  const store = await slowStore()
  await store.get('k')
  store.reset()
  expect(readRounds(store.requests)).toBe(0)
  await store.put('k', new Uint8Array(1), always)
  await store.head('k')
  expect(readRounds(store.requests)).toBe(1)
})

async function slowStore() {
  const memory = memoryStore()
  await memory.put('k', new Uint8Array(10), always)
  return countingStore(
    latencyStore(memory, {
      clock: systemClock,
      seed: 1,
      firstByteMs: { median: 3, p99: 4 },
      requestMegabytesPerSecond: 100,
      networkMegabytesPerSecond: 100,
    }),
  )
}
