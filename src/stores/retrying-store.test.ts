import { expect, test } from 'vitest'
import type { ObjectStore } from '../engine/ports.ts'
import { countingStore } from './counting-store.ts'
import { faultyStore, scriptedFaults, seededFaults, type Fault } from './testing/faulty-store.ts'
import { instantClock } from './testing/instant-clock.ts'
import { memoryStore } from './memory-store.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'
import { retryingStore } from './retrying-store.ts'

const always = { condition: { kind: 'always' } } as const
const ifAbsent = { condition: { kind: 'ifAbsent' } } as const
const before: Fault = { kind: 'failBefore' }
const after: Fault = { kind: 'failAfter' }
const highestRandom = { bytes: (count: number) => new Uint8Array(count).fill(0xff) }
const settings = {
  random: highestRandom,
  attemptsMax: 4,
  pauseMsFirst: 10,
  pauseMsMax: 25,
  timeoutMs: 1000,
}

function retrying(inner: ObjectStore, script: readonly (Fault | undefined)[], limits = {}) {
  const clock = instantClock()
  const counted = countingStore(inner)
  const faulty = faultyStore(counted, scriptedFaults(script), clock)
  return { clock, counted, store: retryingStore(faulty, { ...settings, clock, ...limits }) }
}

objectStoreContract('the retrying store', async () => ({
  store: retrying(memoryStore(), []).store,
  close: async () => {},
}))

objectStoreContract('the retrying store over many faults', async () => {
  const clock = instantClock()
  const plan = seededFaults({ seed: 11, failBefore: 0.15, failAfter: 0.15, delay: 0.1, delayMs: 3 })
  const faulty = faultyStore(memoryStore(clock), plan, clock)
  const limits = { attemptsMax: 50, timeoutMs: 60_000 }
  return { store: retryingStore(faulty, { ...settings, clock, ...limits }), close: async () => {} }
})

test('pauses double up to their ceiling', async () => {
  const { clock, store } = retrying(memoryStore(), [before, before, before])
  await store.put('k', new Uint8Array(), always)
  expect(clock.sleptMs.map((ms) => Math.round(ms))).toEqual([10, 20, 25])
})

test('the last failure is thrown when tries are used up', async () => {
  const { clock, store } = retrying(memoryStore(), [before, before, before, before])
  await expect(store.head('k')).rejects.toMatchObject({ kind: 'unavailable' })
  expect(clock.sleptMs).toHaveLength(3)
})

test('no try starts after the time is over', async () => {
  const { clock, store } = retrying(memoryStore(), [before, before, before], { timeoutMs: 15 })
  await expect(store.head('k')).rejects.toMatchObject({ kind: 'unavailable' })
  expect(clock.sleptMs).toHaveLength(1)
})

test('other kinds of errors are not retried', async () => {
  const { clock, store } = retrying(memoryStore(), [{ kind: 'failBefore', errorKind: 'corrupt' }])
  await expect(store.head('k')).rejects.toMatchObject({ kind: 'corrupt' })
  expect(clock.sleptMs).toEqual([])
})

test('an abort ends the retries with its reason', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const clock = instantClock()
  const failing = faultyStore(
    memoryStore(),
    () => {
      abort.abort(reason)
      return before
    },
    clock,
  )
  const store = retryingStore(failing, { ...settings, clock })
  await expect(store.head('k', abort.signal)).rejects.toBe(reason)
})

test('a create whose answer was lost is no conflict with itself', async () => {
  const { counted, store } = retrying(memoryStore(), [after])
  const info = await store.put('k', Uint8Array.of(1, 2), ifAbsent)
  expect(info).toEqual(await counted.head('k'))
})

test('a replacement whose answer was lost is no conflict with itself', async () => {
  const inner = memoryStore()
  const { etag } = await inner.put('k', Uint8Array.of(1), always)
  const { store } = retrying(inner, [after, before, undefined, before, after])
  const info = await store.put('k', Uint8Array.of(2), { condition: { kind: 'ifMatch', etag } })
  expect(info).toEqual(await inner.head('k'))
})

test('a conflict stays one when somebody else wrote after the lost request', async () => {
  const inner = memoryStore()
  await inner.put('k', Uint8Array.of(9), always)
  const { store } = retrying(inner, [before])
  await expect(store.put('k', Uint8Array.of(1), ifAbsent)).rejects.toMatchObject({
    kind: 'conflict',
  })
  expect((await inner.get('k'))?.bytes).toEqual(Uint8Array.of(9))
})

test('equal bytes of somebody else conflict when no answer was lost', async () => {
  const inner = memoryStore()
  await inner.put('k', Uint8Array.of(1), always)
  const { store } = retrying(inner, [])
  await expect(store.put('k', Uint8Array.of(1), ifAbsent)).rejects.toMatchObject({
    kind: 'conflict',
  })
})

test('a listing cut off goes on after the last key, without repeating any', async () => {
  const inner = memoryStore()
  const keys = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const key of keys) await inner.put(key, new Uint8Array(), always)
  const { store } = retrying(inner, [after, before, after])
  const seen: string[] = []
  for await (const { key } of store.list('')) seen.push(key)
  expect(seen).toEqual(keys)
})
