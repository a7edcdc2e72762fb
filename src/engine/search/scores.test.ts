import { describe, expect, test } from 'vitest'
import { listOf } from './doc-set.ts'
import { inverseDocumentFrequency, ScoreSink } from './scores.ts'

const sink = (docs: readonly number[]): ScoreSink => new ScoreSink(Uint32Array.from(docs), 100)

describe('BM25', () => {
  test('by hand: a document of average length with one occurrence scores the idf', () => {
    const scores = sink([5])
    const norms = new Uint8Array(100).fill(10)
    scores.addBm25(Uint32Array.of(5), undefined, { idf: 3, norms, averageLength: 10 })
    // tf * 2.2 / (tf + 1.2) with tf 1 is 1.
    expect(scores.scores[0]).toBeCloseTo(3)
  })

  test('a term again counts less each time; a longer document counts less', () => {
    const score = (frequency: number, length: number): number => {
      const scores = sink([0])
      const weight = { idf: 1, norms: Uint8Array.of(length), averageLength: 10 }
      scores.addBm25(Uint32Array.of(0), Uint32Array.of(frequency), weight)
      return scores.scores[0] ?? NaN
    }
    expect(score(2, 10)).toBeCloseTo((2 * 2.2) / 3.2)
    expect(score(2, 10) - score(1, 10)).toBeGreaterThan(score(3, 10) - score(2, 10))
    expect(score(1, 40)).toBeLessThan(score(1, 10))
  })

  test('rare terms weigh more, and even the commonest weighs more than nothing', () => {
    expect(inverseDocumentFrequency(1000, 1)).toBeGreaterThan(inverseDocumentFrequency(1000, 10))
    expect(inverseDocumentFrequency(1000, 1000)).toBeGreaterThan(0)
  })
})

describe('the sink', () => {
  test('adds up clause by clause for the documents it has, and no others', () => {
    const scores = sink([2, 4, 8])
    scores.addConstant(listOf(Uint32Array.of(4, 5)), 1)
    scores.addBm25(Uint32Array.of(1, 4, 8), undefined, {
      idf: 2,
      norms: undefined,
      averageLength: 0,
    })
    expect([...scores.scores]).toEqual([0, 3, 2])
  })

  test('jumps through its documents where a term has few of them', () => {
    const scores = sink(Array.from({ length: 100 }, (_, doc) => doc))
    const weight = { idf: 1, norms: undefined, averageLength: 0 }
    scores.addBm25(Uint32Array.of(3, 99), undefined, weight)
    expect([...scores.scores].flatMap((score, doc) => (score > 0 ? [doc] : []))).toEqual([3, 99])
  })

  test('scores a part from zero, and takes it back', () => {
    const scores = sink([2, 4, 8])
    scores.addConstant(listOf(Uint32Array.of(2, 4, 8)), 1)
    const part = scores.within(listOf(Uint32Array.of(4)))
    expect([...part.docs, ...part.scores]).toEqual([4, 0])
    part.addConstant(listOf(Uint32Array.of(4)), 5)
    scores.addAll(part)
    expect([...scores.scores]).toEqual([1, 6, 1])
  })
})
