import { expect, test } from 'vitest'
import { roomFor, shareLargeMemory } from './large-memory.ts'

const MB = 1024 * 1024

test('large memory is shared only where another thread may be given it, and small memory never', () => {
  expect(roomFor(2 * MB)).toBeInstanceOf(ArrayBuffer)
  shareLargeMemory()
  expect(roomFor(2 * MB)).toBeInstanceOf(SharedArrayBuffer)
  expect(roomFor(MB)).toBeInstanceOf(ArrayBuffer)
  expect([MB, 2 * MB, 40 * MB].map((bytes) => roomFor(bytes).byteLength / MB)).toEqual([1, 32, 40])
})
