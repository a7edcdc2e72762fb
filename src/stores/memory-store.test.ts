import { expect, test } from 'vitest'
import { instantClock } from './testing/instant-clock.ts'
import { memoryStore } from './memory-store.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'

objectStoreContract('the memory store', async () => ({
  store: memoryStore(),
  close: async () => {},
}))

test('modifiedMs is the given clock at the time of the put', async () => {
  const clock = instantClock(Date.UTC(2024, 4, 1))
  const store = memoryStore(clock)
  await store.put('k', new Uint8Array(), { condition: { kind: 'always' } })
  clock.advance(1000)
  expect((await store.head('k')).modifiedMs).toBe(Date.UTC(2024, 4, 1))
})

test('what a reader does to the bytes it got does not reach the store', async () => {
  const store = memoryStore()
  await store.put('k', Uint8Array.of(1, 2, 3), { condition: { kind: 'always' } })
  const first = await store.get('k')
  first?.bytes.fill(9)
  expect((await store.get('k'))?.bytes).toEqual(Uint8Array.of(1, 2, 3))
})

test('the ETag changes even when the same bytes are put again', async () => {
  const store = memoryStore()
  const first = await store.put('k', Uint8Array.of(1), { condition: { kind: 'always' } })
  const second = await store.put('k', Uint8Array.of(1), { condition: { kind: 'always' } })
  expect(second.etag).not.toBe(first.etag)
})
