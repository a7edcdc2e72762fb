import { expect, test } from 'vitest'
import { planDocReads, sliceWanted, wantedCount } from './split-docs.ts'

const MIB = 1 << 20

/** Ten blocks of 100 documents and 1 MiB each, from byte 50 on. */
const INDEX = {
  firstDocs: Uint32Array.from({ length: 11 }, (_, i) => i * 100),
  blockStarts: Float64Array.from({ length: 11 }, (_, i) => 50 + i * MIB),
}

function places(reads: ReturnType<typeof planDocReads>): [number, number][] {
  return reads.map(({ start, end }) => [(start - 50) / MIB, (end - 50) / MIB])
}

test('all documents are read in few large requests, one after the other', () => {
  const all = { kind: 'range', first: 0, end: 1000 } as const
  expect(places(planDocReads(INDEX, all))).toEqual([
    [0, 4],
    [4, 8],
    [8, 10],
  ])
})

test('of a few documents only their blocks are read', () => {
  const some = { kind: 'list', docs: Uint32Array.of(5, 99, 100, 850) } as const
  expect(places(planDocReads(INDEX, some))).toEqual([
    [0, 2],
    [8, 9],
  ])
})

test('a slice counts among what is wanted, so that parts of a split are of matches', () => {
  const some = { kind: 'list', docs: Uint32Array.of(5, 99, 100, 850) } as const
  expect(sliceWanted(some, 1, 3)).toEqual({ kind: 'list', docs: Uint32Array.of(99, 100) })
  const all = { kind: 'range', first: 200, end: 1000 } as const
  expect(wantedCount(sliceWanted(all, 100, 150))).toBe(50)
  expect(places(planDocReads(INDEX, sliceWanted(all, 100, 150)))).toEqual([[3, 4]])
})
