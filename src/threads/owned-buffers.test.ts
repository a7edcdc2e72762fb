import { expect, onTestFinished, test } from 'vitest'
import { testConfig, testLines } from '../engine/indexing/testing/indexing-fixture.ts'
import { Workbench } from '../engine/indexing/workbench.ts'
import { LineBatch } from '../engine/sources/line-batch.ts'
import { encodeFields } from '../engine/split/encode-fields.ts'
import { splitWorkHere } from '../engine/split/split-work.ts'
import { ownedBuffers, release } from './owned-buffers.ts'

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

test('what is released is gone at once, however large the rest of its memory is', () => {
  const large = new Float64Array(new ArrayBuffer(4 * LARGE), 0, 10)
  const small = new Uint8Array(8)
  release({ pages: [large], small, none: undefined })
  expect([large.length, large.buffer.byteLength]).toEqual([0, 0])
  expect(small).toHaveLength(8)
})

test('fields whose arrays are released as they are used up are encoded to the same bytes', async () => {
  const bench = new Workbench({
    config: testConfig(),
    nowMs: 0,
    keepsRejects: { docs: 0, bytes: 0 },
    docTarget: Infinity,
    purpose: 'build',
    splitWork: {
      ...splitWorkHere(),
      encodeFields: async (fields) => {
        const kept = structuredClone(fields)
        const encoded = await encodeFields(fields, release)
        expect(ownedBuffers(kept).length).toBeGreaterThan(5)
        expect(ownedBuffers(fields)).toEqual([])
        expect(encoded).toEqual(await encodeFields(kept))
        return encoded
      },
    },
  })
  bench.addBatch(new LineBatch(Buffer.from(testLines(0, 40_000)), 1, 0), 0)
  await bench.finish('beside')
  expect.assertions(3)
})
