// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import type { Positions, Postings } from '../../split/postings.ts'
import { lowerBound } from '../doc-set.ts'

/** One term of a phrase: where it stands in the phrase, and all its occurrences. */
export interface PhraseTerm {
  readonly position: number
  readonly postings: Pick<Postings, 'docs'>
  readonly positions: Positions
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
 * other, the rarest first: each round keeps the documents and the starts that are left, so that a round
 * is one loop over two ascending lists.
 */
export function matchExactPhrase(terms: readonly PhraseTerm[]): PhraseMatches {
  const [rarest, ...others] = terms.toSorted((a, b) => sizeOf(a) - sizeOf(b))
  if (rarest === undefined) return { docs: new Uint32Array(0), freqs: new Uint32Array(0) }
  let starts: PhraseStarts = {
    docs: rarest.postings.docs,
    offsets: rarest.positions.offsets,
    positions: rarest.positions.positions,
    shift: rarest.position,
  }
  for (const term of others) starts = inLine(starts, term)
  return { docs: starts.docs, freqs: sizesOf(starts) }
}

function sizeOf({ postings }: PhraseTerm): number {
  return postings.docs.length
}

/** Positions of document i are [offsets[i], offsets[i + 1]); the phrase starts `shift` before each. */
interface PhraseStarts extends Positions {
  readonly docs: Uint32Array
  readonly shift: number
}

/** Those starts that have the term at its place too. */
function inLine(starts: PhraseStarts, term: PhraseTerm): PhraseStarts {
  const { docs, offsets, positions, shift } = starts
  const { docs: otherDocs } = term.postings
  const { offsets: otherOffsets, positions: otherPositions } = term.positions
  const distance = term.position - shift
  const keptDocs = new Uint32Array(docs.length)
  const keptOffsets = new Uint32Array(docs.length + 1)
  const kept = new Uint32Array(positions.length)
  const gallops = otherDocs.length > docs.length * GALLOP_RATIO
  let docCount = 0
  let count = 0
  let other = 0
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    if (gallops) other = lowerBound(otherDocs, doc, other)
    else while (other < otherDocs.length && (otherDocs[other] as number) < doc) other++
    if (other === otherDocs.length) break
    if (otherDocs[other] !== doc) continue
    const before = count
    const end = offsets[i + 1] as number
    const otherEnd = otherOffsets[other + 1] as number
    let otherAt = otherOffsets[other] as number
    for (let at = offsets[i] as number; at < end; at++) {
      const position = positions[at] as number
      const wanted = position + distance
      while (otherAt < otherEnd && (otherPositions[otherAt] as number) < wanted) otherAt++
      if (otherAt === otherEnd) break
      if (otherPositions[otherAt] !== wanted) continue
      kept[count] = position
      count++
    }
    if (count === before) continue
    keptDocs[docCount] = doc
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
  for (let i = 0; i < docs.length; i++) {
    sizes[i] = (offsets[i + 1] as number) - (offsets[i] as number)
  }
  return sizes
}
