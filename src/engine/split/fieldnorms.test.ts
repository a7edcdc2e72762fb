import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { decodeFieldnorms, encodeFieldnorms } from './fieldnorms.ts'
import { expectCutsRefused, expectFlipsRefused } from './testing/damage.ts'

const encoded = (lengths: readonly number[]): Promise<Uint8Array> =>
  encodeFieldnorms(Uint32Array.from(lengths), new SealingQueue())

test('every length comes back exactly, so that a score can be checked by hand', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(0xffffffff)), async (lengths) => {
      const sealed = await encoded(lengths)
      expect([...decodeFieldnorms(sealed, lengths.length)]).toEqual(lengths)
    }),
  )
})

test('lengths take as many bytes each as the longest needs, and equal ones none in the file', async () => {
  expect(decodeFieldnorms(await encoded([3, 0, 255]), 3)).toBeInstanceOf(Uint8Array)
  expect(decodeFieldnorms(await encoded([3, 0, 256]), 3)).toBeInstanceOf(Uint16Array)
  expect((await encoded(Array.from({ length: 10_000 }, () => 7))).length).toBeLessThan(200)
})

test('damage is noticed wherever it is', async () => {
  const sealed = await encoded([3, 1, 4, 1, 5, 900])
  expectCutsRefused(sealed, (bytes) => decodeFieldnorms(bytes, 6))
  expectFlipsRefused(sealed, (bytes) => decodeFieldnorms(bytes, 6))
})
