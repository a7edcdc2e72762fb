// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { encodeFieldnorms } from './fieldnorms.ts'
import type { ListSection, TermPostings } from './postings.ts'
import { rankTokens } from './rank-tokens.ts'
import type { CollectedDocs, CollectedTerms } from './term-accumulator.ts'
import { TermDictionaryWriter, type WrittenTerms } from './term-dictionary-writer.ts'

/** The terms of one field, encoded. */
interface EncodedTerms {
  readonly terms: Promise<WrittenTerms>
  readonly fieldnorms: Promise<Uint8Array> | undefined
  readonly totalTokens: number
  readonly docsWithTerms: number
}

interface TermTarget {
  /** Of the split. */
  readonly docCount: number
  readonly lists: ListSection
  readonly queue: SealingQueue
  /** Default: `GROUP_TOKENS`. */
  readonly groupTokens?: number
}

/** Tokens are grouped by term so many at a time, for each of which up to three numbers are held. */
const GROUP_TOKENS = 1 << 20

/** Resolves when all lists are in `lists`; blocks may be compressing still. */
export async function encodeTerms(
  collected: CollectedTerms,
  { docCount, lists, queue, groupTokens = GROUP_TOKENS }: TermTarget,
): Promise<EncodedTerms> {
  const writer = new TermDictionaryWriter(collected.record, lists, queue)
  const { ranks, tokenCount, termCount, term: slice, moveTo } = rankTokens(collected.tokens)
  const grouping = new Grouping(collected, { ranks, tokenCount, termCount, groupTokens })
  const { postings } = grouping
  for (let first = 0; first < termCount;) {
    const end = grouping.groupFrom(first)
    for (let term = first; term < end; term++) {
      grouping.moveTo(term)
      moveTo(term)
      writer.add(slice, postings)
      if (queue.isBehind) await queue.catchUp()
    }
    first = end
  }
  const lengths = lengthsOf(collected.docs, tokenCount)
  return {
    terms: writer.finish(),
    fieldnorms: collected.hasFieldnorms
      ? encodeFieldnorms(byDocument(lengths, collected.docs, docCount), queue)
      : undefined,
    totalTokens: tokenCount,
    docsWithTerms: lengths.reduce((count, length) => (length > 0 ? count + 1 : count), 0),
  }
}

/** Tokens of each document with a value. */
function lengthsOf({ count, starts }: CollectedDocs, tokenCount: number): Uint32Array {
  const lengths = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const end = i + 1 < count ? (starts?.[i + 1] ?? i + 1) : tokenCount
    lengths[i] = end - (starts?.[i] ?? i)
  }
  return lengths
}

function byDocument(lengths: Uint32Array, { docs }: CollectedDocs, docCount: number): Uint32Array {
  const all = new Uint32Array(docCount)
  for (let i = 0; i < lengths.length; i++) all[docs?.[i] ?? i] = lengths[i] as number
  return all
}

interface RankedField {
  readonly ranks: readonly Uint32Array[]
  readonly tokenCount: number
  readonly termCount: number
  /** Of one group, unless a single term has more. */
  readonly groupTokens: number
}

/** Counting sorts that bring the tokens of each term together, some terms at a time. */
class Grouping {
  /** Of the term that was moved to. */
  readonly postings: TermPostings
  readonly #collected: CollectedTerms
  readonly #field: RankedField
  /** Where the tokens of each term would start if all were grouped at once. */
  readonly #termStarts: Uint32Array
  /** Of the terms that were grouped. */
  readonly #docCounts: Uint32Array
  readonly #met: Uint32Array
  readonly #groupTokens: number
  /** Where the first term of the group starts. */
  #groupStart = 0

  constructor(collected: CollectedTerms, field: RankedField) {
    this.#collected = collected
    this.#field = field
    const { ranks, tokenCount, termCount, groupTokens } = field
    this.#termStarts = countTokens(ranks, termCount)
    this.#docCounts = new Uint32Array(termCount)
    this.#met = new Uint32Array(termCount)
    this.#groupTokens = Math.min(tokenCount, Math.max(groupTokens, this.#largestTerm()))
    const { record } = collected
    const numbers = (): Uint32Array => new Uint32Array(this.#groupTokens)
    this.postings = {
      docCount: 0,
      start: 0,
      docs: numbers(),
      freqs: record === 'basic' ? undefined : numbers(),
      positions: record === 'position' ? numbers() : undefined,
      positionsStart: 0,
    }
  }

  #largestTerm(): number {
    const starts = this.#termStarts
    let largest = 0
    for (let term = 1; term < starts.length; term++) {
      largest = Math.max(largest, (starts[term] as number) - (starts[term - 1] as number))
    }
    return largest
  }

  /** Groups the tokens of the terms from `first` on; returns the term with which the next group begins. */
  groupFrom(first: number): number {
    const starts = this.#termStarts
    this.#groupStart = starts[first] as number
    let end = first + 1
    while (
      end < this.#field.termCount &&
      (starts[end + 1] as number) - this.#groupStart <= this.#groupTokens
    ) {
      end++
    }
    this.#group(first, end)
    return end
  }

  #group(first: number, end: number): void {
    const { docs: collectedDocs, positions: pages } = this.#collected
    const { ranks, tokenCount } = this.#field
    const { docs, freqs, positions } = this.postings
    const [termStarts, groupStart] = [this.#termStarts, this.#groupStart]
    const [docCounts, met] = [this.#docCounts, this.#met]
    const { count, docs: docIds, starts: docStarts } = collectedDocs
    let nextDoc = 0
    let doc = 0
    let docStart = 0
    let docEnd = 0
    let at = 0
    for (let number = 0; number < ranks.length; number++) {
      const page = ranks[number] as Uint32Array
      const pagePositions = pages?.[number]
      for (let i = 0; i < page.length; i++, at++) {
        while (at === docEnd) {
          doc = docIds === undefined ? nextDoc : (docIds[nextDoc] as number)
          docStart = docEnd
          nextDoc++
          docEnd = nextDoc === count ? tokenCount : (docStarts?.[nextDoc] ?? nextDoc)
        }
        const term = page[i] as number
        if (term < first || term >= end) continue
        const start = (termStarts[term] as number) - groupStart
        if (positions !== undefined) {
          const place = met[term] as number
          positions[start + place] =
            pagePositions === undefined ? at - docStart : (pagePositions[i] as number)
          met[term] = place + 1
        }
        const docCount = docCounts[term] as number
        const to = start + docCount
        if (docCount > 0 && docs[to - 1] === doc) {
          if (freqs !== undefined) freqs[to - 1] = (freqs[to - 1] as number) + 1
          continue
        }
        docs[to] = doc
        if (freqs !== undefined) freqs[to] = 1
        docCounts[term] = docCount + 1
      }
    }
  }

  /** To a term of the group. */
  moveTo(term: number): void {
    const start = (this.#termStarts[term] as number) - this.#groupStart
    this.postings.start = start
    this.postings.positionsStart = start
    this.postings.docCount = this.#docCounts[term] as number
  }
}

/** Where the tokens of each term start once they are grouped by term. */
function countTokens(pages: readonly Uint32Array[], termCount: number): Uint32Array {
  const starts = new Uint32Array(termCount + 1)
  for (const page of pages) {
    for (let i = 0; i < page.length; i++) {
      const next = (page[i] as number) + 1
      starts[next] = (starts[next] as number) + 1
    }
  }
  for (let term = 1; term < starts.length; term++) {
    starts[term] = (starts[term] as number) + (starts[term - 1] as number)
  }
  return starts
}
