import { expect, test } from 'vitest'
import { giveBackMemory } from './give-back.ts'

test('buffers that nobody holds any more are gone when it returns', async () => {
  const held = new Uint8Array(1 << 20)
  const refs = Array.from({ length: 8 }, () => new WeakRef(new Uint8Array(1 << 20)))
  const heldRef = new WeakRef(held)
  // A reference that was looked at stays until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve))
  giveBackMemory()
  expect(refs.filter((ref) => ref.deref() !== undefined)).toEqual([])
  expect(heldRef.deref()).toBe(held)
})
