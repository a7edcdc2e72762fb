// Typed-array reads below are cast with `as number`: places come from sets of the same documents.
import { toWords, type DocSet } from './doc-set.ts'
import { ones, rankedDocs, type RankedDocs } from './ranked-docs.ts'
import { bm25, type Bm25Weight } from './scores.ts'

/** One term of a query whose score is the sum of its terms'. */
export interface ScoredTerm {
  /** Ascending. */
  readonly docs: Uint32Array
  /** Occurrences, parallel to `docs`; undefined: one each. */
  readonly freqs: Uint32Array | undefined
  /** The same documents as bits, where there are so many that it has them. */
  readonly ranked: RankedDocs | undefined
  readonly weight: Bm25Weight
}

interface BestSettings {
  readonly limit: number
  /** Of documents that score the same, the last stand first. */
  readonly docDescending: boolean
}

/** With more terms each document takes longer than adding up term by term. */
const MAX_TERMS = 16

/**
 * The best `limit` of the documents that match, ascending: MaxScore. Once that many are held, terms that even
 * together cannot lift a document above the worst of them lead to no document any more, and are only looked
 * up in those that other terms lead to. A document that has none of the terms scores 0: a filter may alone
 * decide what matches. Undefined where that does not go.
 */
export function bestByScore(
  matches: DocSet,
  docCount: number,
  terms: readonly ScoredTerm[],
  { limit, docDescending }: BestSettings,
): Uint32Array | undefined {
  if (terms.length === 0 || terms.length > MAX_TERMS) return undefined
  // Bounds are of scores that grow with each term.
  if (terms.some(({ weight }) => !(weight.idf >= 0))) return undefined
  const scorers = terms.map((term) => new TermScorer(term, docCount))
  const words = toWords(matches, docCount)
  const best = new BestScores(limit, docDescending)
  let leading = scorers
  for (let step = 0; step < words.length && leading.length > 0; step++) {
    const at = docDescending ? words.length - 1 - step : step
    // Until there are enough, documents without any of the terms are among the best as well.
    const candidates = best.isFull ? wordOf(leading, at) : -1
    let left = (words[at] as number) & candidates
    while (left !== 0) {
      const bit = 31 - Math.clz32(docDescending ? left : left & -left)
      left &= ~(1 << bit)
      const isHigher = best.offer(scoreOf(scorers, at, bit), at * 32 + bit)
      if (isHigher) leading = leadingOf(scorers, best.worst)
    }
  }
  return best.docs()
}

/** The documents of one word that any of the terms has. */
function wordOf(scorers: readonly TermScorer[], at: number): number {
  let word = 0
  for (const { ranked } of scorers) word |= ranked.words[at] as number
  return word
}

/** Added up in the order of the terms, as `ScoreSink` does. */
function scoreOf(scorers: readonly TermScorer[], at: number, bit: number): number {
  let score = 0
  for (const scorer of scorers) score += scorer.scoreAt(at, bit)
  return score
}

/** All but those least terms which together give no more than `worst`. What scores the same comes later, and
 *  loses. */
function leadingOf(scorers: readonly TermScorer[], worst: number): TermScorer[] {
  const ascending = scorers.toSorted((a, b) => a.bound - b.bound)
  let rest: TermScorer[] = [...scorers]
  for (const least of ascending) {
    const others = new Set(rest.filter((each) => each !== least))
    let bound = 0
    // In the order of the terms: sums of doubles depend on it.
    for (const each of scorers) if (!others.has(each)) bound += each.bound
    if (bound > worst) break
    rest = [...others]
  }
  return rest
}

const LENGTHS = 256

/** Scores of one term by document. */
class TermScorer {
  readonly ranked: RankedDocs
  /** No document scores more. */
  readonly bound: number
  readonly #freqs: Uint32Array | undefined
  readonly #weight: Bm25Weight
  /** Scores of one occurrence by the document's length, where lengths are bytes. */
  readonly #once: Float64Array | undefined
  readonly #lengths: Uint8Array | undefined

  constructor(term: ScoredTerm, docCount: number) {
    const { docs, freqs, weight } = term
    this.ranked = term.ranked ?? rankedDocs(toWords({ kind: 'list', docs }, docCount))
    this.bound = boundOf(term)
    this.#freqs = freqs
    this.#weight = weight
    if (weight.norms instanceof Uint8Array) {
      this.#lengths = weight.norms
      this.#once = Float64Array.from({ length: LENGTHS }, (_, length) => bm25(weight, 1, length))
    }
  }

  /** Of document 32 * at + bit; 0 without the term. */
  scoreAt(at: number, bit: number): number {
    const { words, ranks } = this.ranked
    const word = words[at] as number
    if (((word >>> bit) & 1) === 0) return 0
    const place = (ranks[at] as number) + ones(word & ((1 << bit) - 1))
    const freq = this.#freqs === undefined ? 1 : (this.#freqs[place] as number)
    const doc = at * 32 + bit
    if (freq === 1 && this.#once !== undefined && this.#lengths !== undefined) {
      return this.#once[this.#lengths[doc] as number] as number
    }
    return bm25(this.#weight, freq, lengthOf(this.#weight, doc))
  }
}

function lengthOf({ norms }: Bm25Weight, doc: number): number {
  return norms === undefined ? 0 : (norms[doc] as number)
}

/** Frequencies up to here have a shortest document of their own. */
const MAX_FREQ = 8
/** For rounding, where the frequency of a bound is not that of its document. */
const ROUNDED_UP = 1 + 1e-12

/** The shortest document by frequency, MAX_FREQ standing for all from there on; and the highest frequency. */
interface ShortestDocs {
  readonly lengths: Float64Array
  readonly highest: number
}

/** By the documents of a posting list, which live as long as it is kept. */
const shortestOfLists = new WeakMap<Uint32Array, ShortestDocs>()

function boundOf(term: ScoredTerm): number {
  const { docs, weight } = term
  let shortest = shortestOfLists.get(docs)
  if (shortest === undefined) {
    shortest = findShortest(term)
    shortestOfLists.set(docs, shortest)
  }
  const { lengths, highest } = shortest
  let bound = 0
  for (let freq = 1; freq < MAX_FREQ; freq++) {
    const length = lengths[freq] as number
    if (length !== Infinity) bound = Math.max(bound, bm25(weight, freq, length))
  }
  const longest = lengths[MAX_FREQ] as number
  if (longest === Infinity) return bound
  return Math.max(bound, bm25(weight, highest, longest) * ROUNDED_UP)
}

function findShortest({ docs, freqs, weight }: ScoredTerm): ShortestDocs {
  const lengths = new Float64Array(MAX_FREQ + 1).fill(Infinity)
  let highest = 1
  for (let i = 0; i < docs.length; i++) {
    const freq = freqs === undefined ? 1 : (freqs[i] as number)
    if (freq > highest) highest = freq
    const at = freq < MAX_FREQ ? freq : MAX_FREQ
    const length = lengthOf(weight, docs[i] as number)
    if (length < (lengths[at] as number)) lengths[at] = length
  }
  return { lengths, highest }
}

/** The best documents so far as a binary heap with the worst of them on top. Documents come in the order in
 *  which those of equal score stand. */
class BestScores {
  readonly #limit: number
  readonly #scores: Float64Array
  readonly #docs: Float64Array
  /** Which of two equal ones is worse: the higher document (1) or the lower one (-1). */
  readonly #worseDoc: 1 | -1
  #size = 0

  constructor(limit: number, docDescending: boolean) {
    this.#limit = limit
    this.#scores = new Float64Array(limit)
    this.#docs = new Float64Array(limit)
    this.#worseDoc = docDescending ? -1 : 1
  }

  get isFull(): boolean {
    return this.#size === this.#limit
  }

  /** What a document has to score more than. */
  get worst(): number {
    return this.isFull ? (this.#scores[0] as number) : -Infinity
  }

  /** Whether the worst is higher than before. */
  offer(score: number, doc: number): boolean {
    const before = this.worst
    if (!(score > before)) return false
    if (this.isFull) this.#sink(score, doc)
    else this.#push(score, doc)
    return this.worst > before
  }

  #isWorse(at: number, score: number, doc: number): boolean {
    const own = this.#scores[at] as number
    return own === score ? ((this.#docs[at] as number) - doc) * this.#worseDoc > 0 : own < score
  }

  #set(at: number, score: number, doc: number): void {
    this.#scores[at] = score
    this.#docs[at] = doc
  }

  #push(score: number, doc: number): void {
    let at = this.#size
    this.#size++
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (this.#isWorse(parent, score, doc)) break
      this.#set(at, this.#scores[parent] as number, this.#docs[parent] as number)
      at = parent
    }
    this.#set(at, score, doc)
  }

  /** In the place of the worst. */
  #sink(score: number, doc: number): void {
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= this.#size) break
      const next = child + 1
      if (
        next < this.#size &&
        this.#isWorse(next, this.#scores[child] as number, this.#docs[child] as number)
      ) {
        child = next
      }
      if (!this.#isWorse(child, score, doc)) break
      this.#set(at, this.#scores[child] as number, this.#docs[child] as number)
      at = child
    }
    this.#set(at, score, doc)
  }

  docs(): Uint32Array {
    return Uint32Array.from(this.#docs.subarray(0, this.#size)).sort()
  }
}
