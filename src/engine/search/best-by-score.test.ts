import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestByScore, type ScoredTerm } from './best-by-score.ts'
import { listOf, setOf, toWords, unionAll, type DocSet } from './doc-set.ts'
import { rankedDocs } from './ranked-docs.ts'
import { ScoreSink } from './scores.ts'

const DOCS = 200

/** Few lengths, so that many documents score the same. */
const norms = Uint8Array.from({ length: DOCS }, (_, doc) => 5 + ((doc * 7) % 4))

const anyTerm = fc
  .record({
    docs: fc.uniqueArray(fc.nat(DOCS - 1), { minLength: 1, maxLength: DOCS }),
    freqs: fc.array(fc.constantFrom(1, 1, 1, 2, 9, 30), { minLength: 1 }),
    hasFreqs: fc.boolean(),
    isRanked: fc.boolean(),
    lengths: fc.constantFrom(norms, Uint32Array.from(norms), undefined),
    idf: fc.constantFrom(0, 0.1, 0.3, 1, 2.5),
  })
  .map(({ docs: unsorted, freqs, hasFreqs, isRanked, lengths, idf }): ScoredTerm => {
    const docs = Uint32Array.from(unsorted).sort()
    const each = docs.map((_, at) => freqs[at % freqs.length] ?? 1)
    return {
      docs,
      freqs: hasFreqs ? each : undefined,
      ranked: isRanked ? rankedDocs(toWords(listOf(docs), DOCS)) : undefined,
      weight: { idf, norms: lengths, averageLength: 6 },
    }
  })

/** All of them scored and sorted. */
function wantedDocs(
  docs: Uint32Array,
  terms: readonly ScoredTerm[],
  { limit, docDescending }: { limit: number; docDescending: boolean },
): Uint32Array {
  const sink = new ScoreSink(docs, DOCS)
  for (const term of terms) sink.addBm25(term.docs, term.freqs, term.weight)
  const scoreOf = new Map(Array.from(docs, (doc, at) => [doc, sink.scores[at] ?? NaN]))
  const order = [...docs].sort(
    (a, b) => (scoreOf.get(b) ?? NaN) - (scoreOf.get(a) ?? NaN) || (docDescending ? b - a : a - b),
  )
  return Uint32Array.from(order.slice(0, limit)).sort()
}

test('the best are those that scoring and sorting all gives, whichever of equal ones stand first', () => {
  const settings = fc.record({
    limit: fc.integer({ min: 1, max: 20 }),
    docDescending: fc.boolean(),
  })
  const terms = fc.array(anyTerm, { minLength: 1, maxLength: 5 })
  // Where terms are optional, documents match that have none of them.
  const matching = fc.constantFrom('of the terms', 'filtered', 'without terms')
  fc.assert(
    fc.property(terms, matching, settings, (given, matched, each) => {
      const union = unionAll(
        given.map(({ docs }) => setOf(docs, DOCS)),
        DOCS,
      )
      const words = toWords(union, DOCS)
      const isIn = (doc: number): boolean => (((words[doc >>> 5] ?? 0) >>> (doc & 31)) & 1) === 1
      const docs = Uint32Array.from({ length: DOCS }, (_, doc) => doc).filter(
        (doc) =>
          matched === 'without terms' || (isIn(doc) && !(matched === 'filtered' && doc % 3 === 0)),
      )
      const matches: DocSet = matched === 'of the terms' ? union : listOf(docs)
      expect(bestByScore(matches, DOCS, given, each)).toEqual(wantedDocs(docs, given, each))
    }),
    { numRuns: 300 },
  )
})

test.each<[string, readonly ScoredTerm[]]>([
  ['no term', []],
  [
    'a boost below zero',
    [
      {
        docs: Uint32Array.of(1),
        freqs: undefined,
        ranked: undefined,
        weight: { idf: -1, norms: undefined, averageLength: 1 },
      },
    ],
  ],
])('with %s nothing is told', (_, terms) => {
  const matches = listOf(Uint32Array.of(1))
  expect(bestByScore(matches, DOCS, terms, { limit: 1, docDescending: true })).toBeUndefined()
})
