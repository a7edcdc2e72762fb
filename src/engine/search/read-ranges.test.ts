import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coalesceRanges, mapLimited } from './read-ranges.ts'

const GAP_BYTES = 128 * 1024

test('ranges closer than the gap become one read, others stay apart', () => {
  const far = 10 + GAP_BYTES + 1
  const ranges = [
    { start: far, end: far + 5 },
    { start: 0, end: 10 },
    { start: 4, end: 8 },
  ]
  expect(coalesceRanges(ranges, GAP_BYTES)).toEqual([
    { start: 0, end: 10 },
    { start: far, end: far + 5 },
  ])
})

test('every range lies in exactly one read, and no two reads are close', () => {
  const range = fc
    .tuple(fc.nat(3_000_000), fc.nat(10_000))
    .map(([start, size]) => ({ start, end: start + size + 1 }))
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const reads = coalesceRanges(ranges, GAP_BYTES)
      for (const { start, end } of ranges) {
        expect(reads.filter((read) => read.start <= start && end <= read.end)).toHaveLength(1)
      }
      reads
        .slice(1)
        .forEach((read, at) =>
          expect(read.start - (reads[at]?.end ?? 0)).toBeGreaterThan(GAP_BYTES),
        )
    }),
  )
})

test('no more than the limit run at once, and results keep their order', async () => {
  let running = 0
  let most = 0
  const results = await mapLimited([5, 3, 8, 1, 9, 2], 2, async (item) => {
    running++
    most = Math.max(most, running)
    for (let turn = 0; turn < item; turn++) await Promise.resolve()
    running--
    return item * 2
  })
  expect(results).toEqual([10, 6, 16, 2, 18, 4])
  expect(most).toBe(2)
})
