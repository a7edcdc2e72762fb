// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import { hasDoc, lowerBound, toWords, type DocSet } from './doc-set.ts'
import type { Fieldnorms } from '../split/fieldnorms.ts'

/** BM25's saturation of repeated terms and its weight of document length. */
const K1 = 1.2
const B = 0.75

/** Scores of the documents that a search matched, added up clause by clause. */
export class ScoreSink {
  /** Ascending. */
  readonly docs: Uint32Array
  /** Parallel to `docs`. */
  readonly scores: Float64Array
  readonly docCount: number

  constructor(docs: Uint32Array, docCount: number, scores = new Float64Array(docs.length)) {
    this.docs = docs
    this.scores = scores
    this.docCount = docCount
  }

  addConstant(set: DocSet, score: number): void {
    const { docs, scores } = this
    if (set.kind === 'none') return
    const words = toWords(set, this.docCount)
    for (let i = 0; i < docs.length; i++) {
      if (hasDoc(words, docs[i] as number)) scores[i] = (scores[i] as number) + score
    }
  }

  /** `occurrences` are parallel to `found`; undefined counts as one each. */
  addBm25(found: Uint32Array, occurrences: Uint32Array | undefined, weight: Bm25Weight): void {
    const { docs } = this
    let at = 0
    if (found.length > docs.length * 16) {
      for (let i = 0; i < docs.length; i++) {
        const doc = docs[i] as number
        at = lowerBound(found, doc, at)
        if (at === found.length) return
        if (found[at] === doc) this.#addTo(i, occurrences, at, weight)
      }
      return
    }
    const gallop = docs.length > found.length * 16
    for (let i = 0; i < found.length; i++) {
      const doc = found[i] as number
      if (gallop) at = lowerBound(docs, doc, at)
      else while (at < docs.length && (docs[at] as number) < doc) at++
      if (at === docs.length) return
      if (docs[at] !== doc) continue
      this.#addTo(at, occurrences, i, weight)
    }
  }

  /** The score of occurrence `from` to document number `at`. */
  #addTo(at: number, occurrences: Uint32Array | undefined, from: number, weight: Bm25Weight): void {
    const { norms } = weight
    const frequency = occurrences === undefined ? 1 : (occurrences[from] as number)
    const length = norms === undefined ? 0 : (norms[this.docs[at] as number] as number)
    this.scores[at] = (this.scores[at] as number) + bm25(weight, frequency, length)
  }

  /** The documents of this sink that are in `set`, scored from zero. */
  within(set: DocSet): ScoreSink {
    const words = toWords(set, this.docCount)
    const { docs } = this
    const kept = new Uint32Array(docs.length)
    let count = 0
    for (let i = 0; i < docs.length; i++) {
      const doc = docs[i] as number
      kept[count] = doc
      count += ((words[doc >>> 5] as number) >>> (doc & 31)) & 1
    }
    return new ScoreSink(count === docs.length ? docs : kept.subarray(0, count), this.docCount)
  }

  /** The same documents, scored from zero. */
  empty(): ScoreSink {
    return new ScoreSink(this.docs, this.docCount)
  }

  /** Of several scores of each document the best, and `tieBreaker` times the others. */
  addBest(lists: readonly Float64Array[], tieBreaker: number): void {
    for (let i = 0; i < this.docs.length; i++) {
      let best = 0
      let sum = 0
      for (const list of lists) {
        const score = list[i] as number
        sum += score
        if (score > best) best = score
      }
      this.scores[i] = (this.scores[i] as number) + best + tieBreaker * (sum - best)
    }
  }

  addAll(other: ScoreSink): void {
    if (other.docs === this.docs) {
      for (let i = 0; i < this.docs.length; i++) {
        this.scores[i] = (this.scores[i] as number) + (other.scores[i] as number)
      }
      return
    }
    let at = 0
    for (let i = 0; i < other.docs.length; i++) {
      while (this.docs[at] !== other.docs[i]) at++
      this.scores[at] = (this.scores[at] as number) + (other.scores[i] as number)
    }
  }
}

export interface Bm25Weight {
  /** Boost times the sum of the terms' inverse document frequencies. */
  readonly idf: number
  /** Undefined: length does not count. */
  readonly norms: Fieldnorms | undefined
  readonly averageLength: number
}

/** Of `frequency` occurrences in a document of so many tokens. */
export function bm25(
  { idf, norms, averageLength }: Bm25Weight,
  frequency: number,
  length: number,
): number {
  const relativeLength = norms === undefined || averageLength === 0 ? 1 : length / averageLength
  return (idf * frequency * (K1 + 1)) / (frequency + K1 * (1 - B + B * relativeLength))
}

export function inverseDocumentFrequency(docCount: number, matching: number): number {
  return Math.log(1 + (docCount - matching + 0.5) / (matching + 0.5))
}
