import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ALL_DOCS,
  atLeast,
  bitsOf,
  countDocs,
  DOC_BLOCK,
  docsOfBlock,
  eachBlock,
  intersectAll,
  listOf,
  lowerBound,
  NO_DOCS,
  subtract,
  toList,
  unionAll,
  wordsFor,
  type DocSet,
} from './doc-set.ts'

const DOC_COUNT = 2 * DOC_BLOCK + 77

const fewDocs = fc.uniqueArray(fc.nat(DOC_COUNT - 1), { maxLength: 300 })
const manyDocs = fc
  .tuple(fc.nat(9), fc.nat(20))
  .map(([start, gap]) =>
    Array.from(
      { length: Math.floor((DOC_COUNT - start) / (gap + 1)) },
      (_, i) => start + i * (gap + 1),
    ),
  )

/** The same documents as a list or as bits, so that every pair of kinds meets. */
const docSet: fc.Arbitrary<DocSet> = fc.oneof(
  fc.constant(ALL_DOCS),
  fc.constant(NO_DOCS),
  fc.tuple(fc.oneof(fewDocs, manyDocs), fc.boolean()).map(([docs, asBits]) => {
    const sorted = Uint32Array.from(docs).sort()
    if (!asBits) return listOf(sorted)
    const words = wordsFor(DOC_COUNT)
    for (const doc of sorted) words[doc >>> 5]! |= 1 << (doc & 31)
    return bitsOf(words, DOC_COUNT)
  }),
)

function members(set: DocSet): Set<number> {
  return new Set(toList(set, DOC_COUNT))
}

function where(test_: (doc: number) => boolean): Set<number> {
  return new Set(Array.from({ length: DOC_COUNT }, (_, doc) => doc).filter(test_))
}

describe('sets of documents', () => {
  test('intersection, union and difference are those of sets, whatever the kinds', () => {
    fc.assert(
      fc.property(docSet, docSet, docSet, (a, b, c) => {
        const [inA, inB, inC] = [members(a), members(b), members(c)]
        const all = where((doc) => inA.has(doc) && inB.has(doc) && inC.has(doc))
        const any = where((doc) => inA.has(doc) || inB.has(doc) || inC.has(doc))
        const rest = where((doc) => inA.has(doc) && !inB.has(doc))
        expect(members(intersectAll([a, b, c], DOC_COUNT))).toEqual(all)
        expect(members(unionAll([a, b, c], DOC_COUNT))).toEqual(any)
        expect(members(subtract(a, b, DOC_COUNT))).toEqual(rest)
        expect(countDocs(subtract(a, b, DOC_COUNT), DOC_COUNT)).toBe(rest.size)
      }),
      { numRuns: 30 },
    )
  })

  test('a minimum of two keeps what at least two sets have', () => {
    fc.assert(
      fc.property(fc.array(docSet, { minLength: 1, maxLength: 4 }), (sets) => {
        const inEach = sets.map(members)
        const expected = where((doc) => inEach.filter((set) => set.has(doc)).length >= 2)
        expect(members(atLeast(sets, 2, DOC_COUNT))).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  test('blocks are ascending, complete, and never span two aligned ranges', () => {
    fc.assert(
      fc.property(docSet, (set) => {
        const seen: number[] = []
        eachBlock(set, DOC_COUNT, (docs, count) => {
          const block = [...docs.subarray(0, count)]
          expect(new Set(block.map((doc) => Math.floor(doc / DOC_BLOCK))).size).toBe(1)
          seen.push(...block)
        })
        expect(seen).toEqual([...members(set)])
        const out = new Uint32Array(DOC_BLOCK)
        const byBlock = [0, 1, 2].flatMap((block) => [
          ...out.subarray(0, docsOfBlock(set, block, DOC_COUNT, out)),
        ])
        expect(byBlock).toEqual(seen)
      }),
      { numRuns: 20 },
    )
  })

  test('lowerBound finds the first value not below, from any start', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500)), fc.nat(510), fc.nat(20), (values, value, from) => {
        const sorted = Uint32Array.from(values).sort()
        const start = Math.min(from, sorted.length)
        const expected = sorted.findIndex((other, at) => at >= start && other >= value)
        expect(lowerBound(sorted, value, start)).toBe(expected < 0 ? sorted.length : expected)
      }),
    )
  })
})
