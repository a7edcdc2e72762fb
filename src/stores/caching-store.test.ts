import { expect, test } from 'vitest'
import type { ObjectStore } from '../engine/ports.ts'
import { cachingStore } from './caching-store.ts'
import { countingStore } from './counting-store.ts'
import { faultyStore, scriptedFaults } from './testing/faulty-store.ts'
import { instantClock } from './testing/instant-clock.ts'
import { memoryStore } from './memory-store.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'

const always = { condition: { kind: 'always' } } as const
const settings = {
  limitBytes: 1_000_000,
  wholeObjectBytesMax: 1000,
  isImmutable: (key: string) => key.endsWith('.split'),
}

for (const [which, isImmutable] of [
  ['no key is', () => false],
  ['every key is', () => true],
] as const) {
  objectStoreContract(`the caching store where ${which} immutable`, async () => ({
    store: cachingStore(memoryStore(), { ...settings, isImmutable }),
    close: async () => {},
  }))
}

async function cached(overrides: Partial<ObjectStore> = {}) {
  const memory = memoryStore()
  await memory.put(
    'a.split',
    Uint8Array.from({ length: 100 }, (_, i) => i),
    always,
  )
  await memory.put('meta.json', Uint8Array.of(1), always)
  const inner = countingStore({ ...memory, ...overrides })
  return { memory, inner, store: cachingStore(inner, settings) }
}

test('a range of an immutable object is read once, and ranges inside it never', async () => {
  const { inner, store } = await cached()
  await store.read('a.split', { start: 10, end: 20 })
  await store.read('a.split', { start: 10, end: 20 })
  expect(await store.read('a.split', { start: 12, end: 14 })).toEqual(Uint8Array.of(12, 13))
  expect(inner.requests).toHaveLength(1)
})

test('a small immutable object is fetched once, and its ranges never', async () => {
  const { inner, store } = await cached()
  const first = await store.get('a.split')
  await store.get('a.split')
  await store.read('a.split', { start: 0, end: 100 })
  expect(await store.get('a.split', { ifNoneMatch: first?.etag ?? '' })).toBeUndefined()
  expect(inner.requests).toHaveLength(1)
})

test('an immutable object over the limit for whole objects is not kept', async () => {
  const { memory, inner, store } = await cached()
  await memory.put('big.split', new Uint8Array(1001), always)
  await store.get('big.split')
  await store.get('big.split')
  expect(inner.requests).toHaveLength(2)
})

test('a mutable object is confirmed by ETag at every get and moves its bytes only once', async () => {
  const { inner, store } = await cached()
  await store.get('meta.json')
  expect((await store.get('meta.json'))?.bytes).toEqual(Uint8Array.of(1))
  expect(inner.requests.map(({ bytes }) => bytes)).toEqual([1, 0])
})

test('a mutable object changed by somebody else is seen at the next get and read', async () => {
  const { memory, store } = await cached()
  const old = await store.get('meta.json')
  await store.read('meta.json', { start: 0, end: 1 })
  await memory.put('meta.json', Uint8Array.of(2), always)
  expect((await store.get('meta.json', { ifNoneMatch: old?.etag ?? '' }))?.bytes).toEqual(
    Uint8Array.of(2),
  )
  expect(await store.read('meta.json', { start: 0, end: 1 })).toEqual(Uint8Array.of(2))
  await memory.delete('meta.json')
  await expect(store.get('meta.json')).rejects.toMatchObject({ kind: 'notFound' })
})

test('identical reads in flight are sent once', async () => {
  const { inner, store } = await cached()
  const range = { start: 0, end: 9 }
  const all = await Promise.all(Array.from({ length: 5 }, () => store.read('a.split', range)))
  await Promise.all([store.get('a.split'), store.get('a.split')])
  expect(all.map((bytes) => bytes.byteLength)).toEqual([9, 9, 9, 9, 9])
  expect(inner.requests.map(({ verb }) => verb)).toEqual(['read', 'get'])
})

test('one caller that aborts leaves the others their answer', async () => {
  const { store } = await cached()
  const abort = new AbortController()
  const reason = new Error('enough')
  const leaving = store.read('a.split', { start: 0, end: 9 }, abort.signal)
  const staying = store.read('a.split', { start: 0, end: 9 })
  abort.abort(reason)
  await expect(leaving).rejects.toBe(reason)
  await expect(staying).resolves.toHaveLength(9)
})

test('when every caller aborts, the request is aborted too, and the next call starts anew', async () => {
  let innerSignal: AbortSignal | undefined
  const { store } = await cached({
    read: (_key, _range, signal) => {
      innerSignal = signal
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    },
  })
  const abort = new AbortController()
  const reason = new Error('enough')
  const both = [0, 1].map(() => store.read('a.split', { start: 0, end: 9 }, abort.signal))
  await Promise.resolve()
  abort.abort(reason)
  for (const one of both) await expect(one).rejects.toBe(reason)
  expect(innerSignal?.aborted).toBe(true)
})

test('a failed read is not remembered', async () => {
  const memory = memoryStore()
  await memory.put('a.split', Uint8Array.of(7), always)
  const faulty = faultyStore(memory, scriptedFaults([{ kind: 'failBefore' }]), instantClock())
  const store = cachingStore(faulty, settings)
  const range = { start: 0, end: 1 }
  await expect(store.read('a.split', range)).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(store.read('a.split', range)).resolves.toEqual(Uint8Array.of(7))
})

test('a read that was under way during a put does not fill the cache with the old bytes', async () => {
  const answers: (() => void)[] = []
  const { memory, store } = await cached({
    read: async () => {
      await new Promise<void>((resolve) => answers.push(resolve))
      return Uint8Array.of(1)
    },
  })
  const slow = store.read('a.split', { start: 0, end: 1 })
  await expect.poll(() => answers.length).toBe(1)
  await store.put('a.split', Uint8Array.of(2), always)
  answers[0]?.()
  expect(await slow).toEqual(Uint8Array.of(1))
  const next = store.read('a.split', { start: 0, end: 1 })
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.()
  await next
  expect((await memory.get('a.split'))?.bytes).toEqual(Uint8Array.of(2))
})
