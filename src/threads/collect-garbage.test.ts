import { expect, test } from 'vitest'
import { collectGarbage, GarbageWatch } from './collect-garbage.ts'

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

test('much that is held is no reason to collect: what came since the last time is', () => {
  const MB = 1024 * 1024
  let [held, garbage, collections] = [100 * MB, 0, 0]
  const watch = new GarbageWatch(
    () => held + garbage,
    () => {
      garbage = 0
      collections++
    },
  )
  watch.start()
  for (let field = 0; field < 100; field++) watch.collectIfWorth()
  expect(collections).toBe(0)
  for (let field = 0; field < 10; field++) {
    garbage += 10 * MB
    watch.collectIfWorth()
  }
  expect(collections).toBe(2)
  held = 20 * MB
  garbage = 0
  watch.collectIfWorth()
  garbage = 40 * MB
  watch.collectIfWorth()
  expect(collections).toBe(3)
})
