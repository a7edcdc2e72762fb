import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isQwError } from '../errors.ts'
import { openBlock, SEAL_STORED, SEALED_HEADER_BYTES, sealBlock } from './sealed-block.ts'
import { SealingQueue } from './sealing-queue.ts'

const deflate = { level: 6, worthwhileShare: 0.9 }

describe('a sealed block', () => {
  test('opens to what was sealed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (content) => {
        expect([...openBlock(await sealBlock(content, deflate), 'test')]).toEqual([...content])
      }),
    )
  })

  test('is deflated only when that is worth while', async () => {
    const regular = new Uint8Array(1000)
    expect((await sealBlock(regular, deflate)).length).toBeLessThan(50)
    expect((await sealBlock(regular, SEAL_STORED)).length).toBe(1000 + SEALED_HEADER_BYTES)
  })

  test('with any byte flipped or cut off is corrupt', async () => {
    const sealed = await sealBlock(
      new TextEncoder().encode('to be or not to be '.repeat(16)),
      deflate,
    )
    for (let at = 0; at < sealed.length; at++) {
      for (const damaged of [
        sealed.map((byte, i) => (i === at ? byte ^ 4 : byte)),
        sealed.subarray(0, at),
      ]) {
        expect(() => openBlock(damaged, 'test')).toThrow(
          expect.toSatisfy((error) => isQwError(error, 'corrupt')),
        )
      }
    }
  })
})

describe('the sealing queue', () => {
  test('seals more blocks than it compresses at once', async () => {
    const queue = new SealingQueue()
    const contents = Array.from({ length: 40 }, (_, i) => new Uint8Array(10_000).fill(i))
    const sealing = contents.map((content) => queue.seal(content, deflate))
    const opened = (await Promise.all(sealing)).map((sealed) => openBlock(sealed, 'test'))
    expect(opened.map((content) => content[0])).toEqual(contents.map((_, i) => i))
  })
  test('begins what waits while the caller pauses, and says when there is need to', async () => {
    const queue = new SealingQueue()
    const settled: number[] = []
    const seal = (n: number) =>
      queue.seal(new Uint8Array(10_000).fill(n), deflate).then(() => settled.push(n))
    const sealing = Array.from({ length: 8 }, (_, n) => seal(n))
    expect(queue.isBehind).toBe(false)
    sealing.push(...[8, 9, 10].map(seal))
    expect(queue.isBehind).toBe(true)
    await queue.catchUp()
    expect(queue.isBehind).toBe(false)
    // For three that waited and the one who paused four had to be done, others may be.
    expect(settled.length).toBeGreaterThanOrEqual(4)
    await Promise.all(sealing)
    await queue.catchUp()
  })
})
