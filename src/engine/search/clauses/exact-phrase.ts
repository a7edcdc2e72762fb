// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import { lowerBound } from '../doc-set.ts'
import type { TermPositions } from '../position-list.ts'
import { ones, type RankedDocs } from '../ranked-docs.ts'

/** One term of a phrase: where it stands in the phrase, and all its occurrences. */
export interface PhraseTerm {
  readonly position: number
  /** Ascending. */
  readonly docs: Uint32Array
  readonly positions: TermPositions
  /** The same documents as bits, where the term has so many that it has them. */
  readonly ranked: RankedDocs | undefined
}

export interface PhraseMatches {
  /** Ascending. */
  readonly docs: Uint32Array
  /** Occurrences of the phrase, parallel to `docs`. */
  readonly freqs: Uint32Array
}

/** From this many times as many documents on a list is galloped through. */
const GALLOP_RATIO = 16

/**
 * Documents in which every term stands at its place after the first. Terms are taken one after the
 * other, the rarest first: each round keeps the documents and the starts that are left.
 */
export function matchExactPhrase(terms: readonly PhraseTerm[]): PhraseMatches {
  const [rarest, ...others] = terms.toSorted((a, b) => a.docs.length - b.docs.length)
  if (rarest === undefined) return { docs: new Uint32Array(0), freqs: new Uint32Array(0) }
  let starts: PhraseStarts = { docs: rarest.docs, shift: rarest.position, ...rarest.positions }
  for (const term of others) {
    const both = docsOfBoth(starts.docs, term)
    const isOneEach = starts.offsets === undefined && term.positions.offsets === undefined
    starts = isOneEach ? oneInLine(starts, term, both) : inLine(starts, term, both)
  }
  return { docs: starts.docs, freqs: sizesOf(starts) }
}

/** As of a term; the phrase starts `shift` before each position. */
interface PhraseStarts extends TermPositions {
  readonly docs: Uint32Array
  readonly shift: number
}

/** Documents that two lists have, by their places in each: lefts[i] and rights[i], for i below `count`. */
interface CommonDocs {
  readonly lefts: Uint32Array
  readonly rights: Uint32Array
  readonly count: number
}

function docsOfBoth(docs: Uint32Array, term: PhraseTerm): CommonDocs {
  if (term.ranked !== undefined) return lookUp(docs, term.ranked)
  return term.docs.length > docs.length * GALLOP_RATIO
    ? gallop(docs, term.docs)
    : walk(docs, term.docs)
}

/** Each document is written and counted by the answer: whether the next one is there is nothing to foresee. */
function lookUp(docs: Uint32Array, { words, ranks }: RankedDocs): CommonDocs {
  const lefts = new Uint32Array(docs.length)
  const rights = new Uint32Array(docs.length)
  let count = 0
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    const at = doc >>> 5
    const word = words[at] as number
    const bit = 1 << (doc & 31)
    lefts[count] = i
    rights[count] = (ranks[at] as number) + ones(word & (bit - 1))
    count += (word >>> (doc & 31)) & 1
  }
  return { lefts, rights, count }
}

function gallop(docs: Uint32Array, others: Uint32Array): CommonDocs {
  const lefts = new Uint32Array(docs.length)
  const rights = new Uint32Array(docs.length)
  let count = 0
  let other = 0
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    other = lowerBound(others, doc, other)
    if (other === others.length) break
    if (others[other] !== doc) continue
    lefts[count] = i
    rights[count] = other
    count++
  }
  return { lefts, rights, count }
}

function walk(docs: Uint32Array, others: Uint32Array): CommonDocs {
  const lefts = new Uint32Array(docs.length)
  const rights = new Uint32Array(docs.length)
  let count = 0
  let left = 0
  let right = 0
  while (left < docs.length && right < others.length) {
    const doc = docs[left] as number
    const other = others[right] as number
    lefts[count] = left
    rights[count] = right
    count += doc === other ? 1 : 0
    left += doc <= other ? 1 : 0
    right += other <= doc ? 1 : 0
  }
  return { lefts, rights, count }
}

/** Those starts that have the term at its place too, where both stand once in a document. */
function oneInLine(
  { docs, positions, shift }: PhraseStarts,
  term: PhraseTerm,
  { lefts, rights, count: common }: CommonDocs,
): PhraseStarts {
  const others = term.positions.positions
  const distance = term.position - shift
  const keptDocs = new Uint32Array(common)
  const kept = new Uint32Array(common)
  let count = 0
  for (let i = 0; i < common; i++) {
    const left = lefts[i] as number
    const position = positions[left] as number
    keptDocs[count] = docs[left] as number
    kept[count] = position
    count += others[rights[i] as number] === position + distance ? 1 : 0
  }
  return {
    docs: keptDocs.subarray(0, count),
    offsets: undefined,
    positions: kept.subarray(0, count),
    shift,
  }
}

function inLine(
  { docs, offsets, positions, shift }: PhraseStarts,
  term: PhraseTerm,
  { lefts, rights, count: common }: CommonDocs,
): PhraseStarts {
  const { offsets: otherOffsets, positions: others } = term.positions
  const distance = term.position - shift
  const keptDocs = new Uint32Array(common)
  const keptOffsets = new Uint32Array(common + 1)
  const kept = new Uint32Array(positions.length)
  let docCount = 0
  let count = 0
  for (let i = 0; i < common; i++) {
    const left = lefts[i] as number
    const right = rights[i] as number
    const before = count
    const end = offsets === undefined ? left + 1 : (offsets[left + 1] as number)
    const otherEnd = otherOffsets === undefined ? right + 1 : (otherOffsets[right + 1] as number)
    let at = offsets === undefined ? left : (offsets[left] as number)
    let other = otherOffsets === undefined ? right : (otherOffsets[right] as number)
    for (; at < end; at++) {
      const position = positions[at] as number
      const wanted = position + distance
      while (other < otherEnd && (others[other] as number) < wanted) other++
      if (other === otherEnd) break
      if (others[other] !== wanted) continue
      kept[count] = position
      count++
    }
    if (count === before) continue
    keptDocs[docCount] = docs[left] as number
    docCount++
    keptOffsets[docCount] = count
  }
  return {
    docs: keptDocs.subarray(0, docCount),
    offsets: keptOffsets.subarray(0, docCount + 1),
    positions: kept.subarray(0, count),
    shift,
  }
}

function sizesOf({ docs, offsets }: PhraseStarts): Uint32Array {
  const sizes = new Uint32Array(docs.length)
  if (offsets === undefined) return sizes.fill(1)
  for (let i = 0; i < docs.length; i++) {
    sizes[i] = (offsets[i + 1] as number) - (offsets[i] as number)
  }
  return sizes
}
