import { expect, test } from 'vitest'
import { collectGarbage } from './collect-garbage.ts'

test('what is held no longer is freed at once, though nothing asked for its memory', async () => {
  const held = new SharedArrayBuffer(1024)
  const refs = [new WeakRef(held), new WeakRef(new SharedArrayBuffer(1024))]
  // A WeakRef keeps its object until the turn in which it was made is over.
  await new Promise(setImmediate)
  collectGarbage()
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([true, false])
  expect(held.byteLength).toBe(1024)
  expect(globalThis).not.toHaveProperty('gc')
})
