// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import type { PositionedTerm } from '../../query/query.ts'
import type { SplitField } from '../../split/footer.ts'
import type { Postings } from '../../split/postings.ts'
import type { TermEntry } from '../../split/term-dictionary.ts'
import { listOf, lowerBound, NO_DOCS, type DocSet } from '../doc-set.ts'
import { inverseDocumentFrequency, type ScoreSink } from '../scores.ts'
import type { FetchedSplit } from '../fetch.ts'
import {
  fieldnormNeeds,
  positionNeeds,
  postingNeeds,
  termNeeds,
  termRangeNeeds,
  type Need,
} from '../needs.ts'
import type { Clause, TermVisitor } from './clause.ts'
import { matchExactPhrase, type PhraseMatches } from './exact-phrase.ts'
import type { TermPositions } from '../position-list.ts'
import type { RankedDocs } from '../ranked-docs.ts'
import { countExact, countSloppy } from './phrase-match.ts'
import { prefixStretch, scanStretch } from './terms-clause.ts'

/** What a phrase is made of: terms, and perhaps a last word of which only the start is known. */
interface PhraseParts {
  readonly field: SplitField
  readonly terms: readonly PositionedTerm[]
  readonly prefix: PositionedTerm | undefined
  readonly maxExpansions: number
  readonly slop: number
  readonly scored: boolean
}

/** One place of the phrase: the terms that may stand there. */
interface PhraseSlot {
  readonly position: number
  readonly entries: readonly TermEntry[]
}

/** Documents with terms in order, scored by BM25 as if the phrase were one term. */
export class PhraseClause implements Clause {
  readonly #parts: PhraseParts
  #slots: readonly PhraseSlot[] | undefined
  #found: PhraseMatches | undefined

  constructor(parts: PhraseParts) {
    this.#parts = parts
  }

  firstNeeds(): readonly Need[] {
    const { field, terms, prefix, scored } = this.#parts
    return [
      ...terms.flatMap(({ term }) => termNeeds(field, term)),
      ...(prefix === undefined ? [] : termRangeNeeds(field, prefixStretch(prefix.term))),
      ...(scored ? fieldnormNeeds(field) : []),
    ]
  }

  secondNeeds(split: FetchedSplit): readonly Need[] {
    const { field } = this.#parts
    const entries = this.#find(split).flatMap((slot) => slot.entries)
    return entries.flatMap((entry) => [
      ...postingNeeds(field, entry),
      ...positionNeeds(field, entry),
    ])
  }

  isEmpty(split: FetchedSplit): boolean {
    return this.#find(split).some(({ entries }) => entries.length === 0)
  }

  matches(split: FetchedSplit): DocSet {
    return this.isEmpty(split) ? NO_DOCS : listOf(this.#evaluate(split).docs)
  }

  score(split: FetchedSplit, sink: ScoreSink, boost: number): void {
    const { docs, freqs } = this.#evaluate(split)
    const { field } = this.#parts
    const idf = this.#find(split)
      .flatMap(({ entries }) => entries)
      .reduce((sum, entry) => sum + inverseDocumentFrequency(split.docCount, entry.docCount), 0)
    sink.addBm25(docs, freqs, {
      idf: boost * idf,
      norms: split.fieldnorms(field),
      averageLength: field.totalTokens / split.docCount,
    })
  }

  termFrequencies(split: FetchedSplit, visit: TermVisitor): void {
    const { field, terms } = this.#parts
    for (const { term } of terms) {
      const entry = split.term(field, term)
      if (entry !== undefined) visit(field.path, term, entry.docCount)
    }
  }

  #find(split: FetchedSplit): readonly PhraseSlot[] {
    if (this.#slots !== undefined) return this.#slots
    const { field, terms, prefix, maxExpansions } = this.#parts
    const slots = terms.map(({ term, position }): PhraseSlot => {
      const entry = split.term(field, term)
      return { position, entries: entry === undefined ? [] : [entry] }
    })
    if (prefix !== undefined) {
      const entries = scanStretch(split, field, prefixStretch(prefix.term), maxExpansions)
      slots.push({ position: prefix.position, entries })
    }
    this.#slots = slots
    return slots
  }

  #evaluate(split: FetchedSplit): PhraseMatches {
    this.#found ??= this.#match(split)
    return this.#found
  }

  #match(split: FetchedSplit): PhraseMatches {
    if (this.isEmpty(split)) return { docs: new Uint32Array(0), freqs: new Uint32Array(0) }
    const { field, slop } = this.#parts
    const lists = this.#find(split).map(({ position, entries }) => ({
      position,
      terms: entries.map((entry) => ({
        postings: split.postings(field, entry),
        positions: split.positions(field, entry),
        ranked: split.rankedDocs(field, entry),
      })),
    }))
    // The slot with the fewest documents leads; the others only confirm.
    const leader = lists.reduce((best, slot) => (docsOf(slot) < docsOf(best) ? slot : best))
    const candidates = slotDocs(leader.terms)
    split.work.spend(candidates.length * lists.length * STEPS_PER_PLACE, field.path)
    const single = lists.flatMap(({ position, terms }) => {
      const [term] = terms
      return term !== undefined && terms.length === 1
        ? [{ ...term, position, docs: term.postings.docs }]
        : []
    })
    if (slop === 0 && single.length === lists.length) return matchExactPhrase(single)
    const cursors = lists.map(({ position, terms }) => ({
      position,
      cursor: new SlotCursor(terms),
    }))
    const docs = new Uint32Array(candidates.length)
    const freqs = new Uint32Array(candidates.length)
    let count = 0
    for (const doc of candidates) {
      const places = placesOf(cursors, doc)
      if (places === undefined) continue
      const matches = slop === 0 ? countExact(places) : countSloppy(places, slop)
      if (matches === 0) continue
      docs[count] = doc
      freqs[count] = matches
      count++
    }
    return { docs: docs.slice(0, count), freqs: freqs.slice(0, count) }
  }
}

/** Steps to find and shift the positions of one slot in one document. */
const STEPS_PER_PLACE = 8

interface ReadTerm {
  readonly postings: Postings
  readonly positions: TermPositions
  readonly ranked: RankedDocs | undefined
}

function docsOf(slot: { readonly terms: readonly ReadTerm[] }): number {
  return slot.terms.reduce((sum, { postings }) => sum + postings.docs.length, 0)
}

function slotDocs(terms: readonly ReadTerm[]): Uint32Array {
  const [first] = terms
  if (first !== undefined && terms.length === 1) return first.postings.docs
  const all = new Set<number>()
  for (const { postings } of terms) for (const doc of postings.docs) all.add(doc)
  return Uint32Array.from(all).sort()
}

/** The positions of one slot's terms, document by document in ascending order. */
class SlotCursor {
  readonly #terms: readonly ReadTerm[]
  readonly #at: Uint32Array

  constructor(terms: readonly ReadTerm[]) {
    this.#terms = terms
    this.#at = new Uint32Array(terms.length)
  }

  positionsOf(doc: number): number[] {
    const found: number[] = []
    this.#terms.forEach(({ postings, positions }, index) => {
      const { docs } = postings
      const at = lowerBound(docs, doc, this.#at[index] as number)
      this.#at[index] = at
      if (docs[at] !== doc) return
      const { offsets } = positions
      const end = offsets === undefined ? at + 1 : (offsets[at + 1] as number)
      for (let i = offsets === undefined ? at : (offsets[at] as number); i < end; i++) {
        found.push(positions.positions[i] as number)
      }
    })
    return this.#terms.length === 1 ? found : found.sort((a, b) => a - b)
  }
}

/** What `countExact` and `countSloppy` take; undefined when a slot has no term in the document. */
function placesOf(
  slots: readonly { readonly position: number; readonly cursor: SlotCursor }[],
  doc: number,
): number[][] | undefined {
  const places: number[][] = []
  for (const { position, cursor } of slots) {
    const found = cursor.positionsOf(doc)
    if (found.length === 0) return undefined
    places.push(shifted(found, position))
  }
  return places
}

/** Where the phrase would start for each position; equal starts are an exact match. */
function shifted(positions: readonly number[], by: number): number[] {
  return positions.map((position) => position - by)
}
