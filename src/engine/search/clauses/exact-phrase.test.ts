import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toWords } from '../doc-set.ts'
import type { TermPositions } from '../position-list.ts'
import { rankedDocs } from '../ranked-docs.ts'
import { matchExactPhrase, type PhraseTerm } from './exact-phrase.ts'
import { countExact } from './phrase-match.ts'

/** Document -> the positions of one term in it. */
type Occurrences = ReadonlyMap<number, readonly number[]>

const SPLIT_DOCS = 1_000

/** With documents as bits too where `isRanked`, as those of frequent terms are. */
function termOf(occurrences: Occurrences, position: number, isRanked = false): PhraseTerm {
  const sorted = [...occurrences.keys()].toSorted((a, b) => a - b)
  const lists = sorted.map((doc) => occurrences.get(doc) ?? [])
  const isOneEach = lists.every(({ length }) => length === 1)
  const offsets = [0]
  for (const list of lists) offsets.push((offsets.at(-1) ?? 0) + list.length)
  const positions: TermPositions = {
    offsets: isOneEach ? undefined : Uint32Array.from(offsets),
    positions: Uint8Array.from(lists.flat()),
  }
  const docs = Uint32Array.from(sorted)
  const words = toWords({ kind: 'list', docs }, SPLIT_DOCS)
  return { position, docs, positions, ranked: isRanked ? rankedDocs(words) : undefined }
}

const positionList = fc
  .uniqueArray(fc.nat(12), { minLength: 1, maxLength: 8 })
  .map((list) => list.toSorted((a, b) => a - b))

const occurrences = (maxDocs: number): fc.Arbitrary<Occurrences> =>
  fc
    .array(fc.tuple(fc.nat(maxDocs), positionList), { maxLength: maxDocs })
    .map((pairs) => new Map(pairs))

const onceEach: fc.Arbitrary<Occurrences> = fc
  .array(fc.tuple(fc.nat(40), fc.nat(4)), { maxLength: 60 })
  .map((pairs) => new Map(pairs.map(([doc, place]) => [doc, [place]])))

test('an exact phrase has the documents and counts that looking at each document finds', () => {
  const term = fc.tuple(fc.oneof(occurrences(40), onceEach), fc.nat(3), fc.boolean())
  const terms = fc.array(term, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(terms, (given) => {
      const found = matchExactPhrase(
        given.map(([each, gap, isRanked], at) => termOf(each, at + gap, isRanked)),
      )
      const expected = Array.from({ length: 41 }, (_, doc): [number, number] => [
        doc,
        countExact(
          given.map(([each, gap], at) => (each.get(doc) ?? []).map((place) => place - at - gap)),
        ),
      ]).filter(([, count]) => count > 0)
      expect([...found.docs].map((doc, i) => [doc, found.freqs[i]])).toEqual(expected)
    }),
  )
})

test('a rare term gallops through the documents of a common one', () => {
  const common = new Map(Array.from({ length: 1_000 }, (_, doc) => [doc, [0, 5]]))
  const rare = new Map([3, 500, 999].map((doc) => [doc, doc === 500 ? [2] : [1, 6]]))
  const found = matchExactPhrase([termOf(common, 0), termOf(rare, 1)])
  expect([...found.docs]).toEqual([3, 999])
  expect([...found.freqs]).toEqual([2, 2])
})

test('no document has a term that stands nowhere', () => {
  const found = matchExactPhrase([termOf(new Map([[1, [0]]]), 0), termOf(new Map(), 1)])
  expect(found).toEqual({ docs: new Uint32Array(0), freqs: new Uint32Array(0) })
})
