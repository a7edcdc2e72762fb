import { expect, test } from 'vitest'
import { memoryStore } from './memory-store.ts'
import { objectStoreContract } from './testing/object-store-contract.ts'
import { prefixStore } from './prefix-store.ts'

const always = { condition: { kind: 'always' } } as const

objectStoreContract('the prefix store', async () => {
  const inner = memoryStore()
  await inner.put('team/other/k', new Uint8Array(1), always)
  return { store: prefixStore(inner, 'team/index/'), close: async () => {} }
})

test('objects lie under the prefix in the inner store', async () => {
  const inner = memoryStore()
  await prefixStore(inner, 'a/b/').put('k', new Uint8Array(1), always)
  expect((await inner.head('a/b/k')).sizeBytes).toBe(1)
})

test('a key cannot climb out of the prefix', async () => {
  const inner = memoryStore()
  await inner.put('secret', new Uint8Array(1), always)
  const store = prefixStore(inner, 'a/')
  await expect(store.get('../secret')).rejects.toMatchObject({ kind: 'invalid' })
})

test('a prefix without its final slash is refused', () => {
  expect(() => prefixStore(memoryStore(), 'a')).toThrow(
    expect.objectContaining({ kind: 'invalid' }),
  )
})
