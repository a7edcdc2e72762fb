import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALL_DOCS, bitsOf, listOf, setOf, toList, toWords, type DocSet } from './doc-set.ts'
import { inRange } from './doc-range.ts'

const DOCS = 200

const set = fc
  .tuple(fc.uniqueArray(fc.nat(DOCS - 1)), fc.constantFrom('list', 'bits', 'smaller', 'all'))
  .map(([docs, kind]): DocSet => {
    const sorted = Uint32Array.from(docs).sort()
    if (kind === 'all') return ALL_DOCS
    if (kind === 'smaller') return setOf(sorted, DOCS)
    const list = listOf(sorted)
    return kind === 'list' ? list : bitsOf(toWords(list, DOCS).slice(), DOCS)
  })

test('a range of a set has those of its documents that are in the range', () => {
  fc.assert(
    fc.property(set, fc.nat(DOCS), fc.nat(DOCS), (given, start, end) => {
      const expected = toList(given, DOCS).filter((doc) => doc >= start && doc < end)
      expect(toList(inRange(given, { start, end }, DOCS), DOCS)).toEqual(expected)
    }),
  )
})

test('all of a split is the same set', () => {
  const some = setOf(Uint32Array.of(3, 5), DOCS)
  expect(inRange(some, { start: 0, end: DOCS }, DOCS)).toBe(some)
  expect(inRange(ALL_DOCS, { start: 0, end: DOCS }, DOCS)).toBe(ALL_DOCS)
})
