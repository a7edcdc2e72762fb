import { expect, onTestFinished, test } from 'vitest'
import { ownedBuffers } from './owned-buffers.ts'

const LARGE = 64 * 1024

test('large arrays are found wherever they are in a value, each buffer once', () => {
  const { buffer } = new Uint8Array(2 * LARGE)
  const halves = [new Uint8Array(buffer, 0, LARGE), new Uint8Array(buffer, LARGE)]
  const other = new Float64Array(LARGE)
  const value = { halves, deep: [{ other }], small: new Uint8Array(8), text: 'a', none: undefined }
  expect(ownedBuffers(value)).toEqual([buffer, other.buffer])
})

test('what Node cuts small Buffers from stays here, however large it is', () => {
  const { poolSize } = Buffer
  onTestFinished(() => {
    Buffer.poolSize = poolSize
  })
  Buffer.poolSize = 4 * LARGE
  // The pool that is in use is used up first.
  const cut = Array.from({ length: 8 }, () => Buffer.from('x'.repeat(poolSize / 2)))
  expect(cut.at(-1)?.buffer.byteLength).toBe(4 * LARGE)
  expect(ownedBuffers(cut)).toEqual([])
})
