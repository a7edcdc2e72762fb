// Indexed reads of arrays are cast: loop bounds keep them inside.
import { compareBytes } from '../bytes/byte-order.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { GONE } from './kept-docs.ts'
import type { MergeField, MergeInput } from './merge-input.ts'
import { decodePositions, decodePostings, type ListSection, type TermPostings } from './postings.ts'
import {
  TermBlock,
  TermDictionaryWriter,
  type BlockCursor,
  type ListPlace,
  type TermEntry,
  type WrittenTerms,
} from './term-dictionary.ts'
import type { TermsInfo } from './term-index.ts'

const RECORD_RANK: Record<RecordOption, number> = { basic: 0, freq: 1, position: 2 }

interface TermsTarget {
  readonly lists: ListSection
  readonly queue: SealingQueue
  /** Told of all postings. */
  readonly tally?: TokenTally | undefined
}

/** Counts a field's tokens and the documents that have any. A field that records no frequencies counts
 *  a term once per document. */
export class TokenTally {
  tokenCount = 0
  docCount = 0
  readonly #hasTokens: Uint8Array

  constructor(docCount: number) {
    this.#hasTokens = new Uint8Array(docCount)
  }

  add({ docs, freqs }: Pick<TermPostings, 'docs' | 'freqs'>): void {
    for (let i = 0; i < docs.length; i++) {
      const doc = docs[i] as number
      this.tokenCount += freqs === undefined ? 1 : (freqs[i] as number)
      if (this.#hasTokens[doc] === 0) this.docCount++
      this.#hasTokens[doc] = 1
    }
  }
}

/** All terms of one field, each with the postings of the inputs one after the other. Undefined when
 *  no input has terms. Where inputs record different things, what all of them have is kept. */
export function mergeTerms(
  sources: readonly MergeField[],
  { lists, queue, tally }: TermsTarget,
): Promise<WrittenTerms> | undefined {
  const walks: TermWalk[] = []
  let record: RecordOption = 'position'
  for (const { input, field } of sources) {
    if (field.terms === undefined) continue
    if (RECORD_RANK[field.terms.record] < RECORD_RANK[record]) record = field.terms.record
    walks.push(new TermWalk(input, field.terms))
  }
  if (walks.length === 0) return undefined
  const writer = new TermDictionaryWriter(record, lists, queue)
  const joined = new JoinedPostings(record)
  for (let term = smallestTerm(walks); term !== undefined; term = smallestTerm(walks)) {
    joined.clear()
    // Copied: the walks reuse the bytes.
    const current = term.slice()
    for (const walk of walks) {
      if (walk.term === undefined || compareBytes(walk.term, current) !== 0) continue
      joined.append(walk)
      walk.next()
    }
    if (joined.docCount === 0) continue
    const postings = joined.postings()
    tally?.add(postings)
    writer.add(current, postings)
  }
  return writer.finish()
}

function smallestTerm(walks: readonly TermWalk[]): Uint8Array | undefined {
  let smallest: Uint8Array | undefined
  for (const { term } of walks) {
    if (term === undefined) continue
    if (smallest === undefined || compareBytes(term, smallest) < 0) smallest = term
  }
  return smallest
}

/** The terms of one dictionary in order. */
class TermWalk {
  readonly input: MergeInput
  /** Undefined at the end. */
  term: Uint8Array | undefined
  readonly #terms: TermsInfo
  #nextBlock = 0
  #cursor: BlockCursor | undefined

  constructor(input: MergeInput, terms: TermsInfo) {
    this.input = input
    this.#terms = terms
    this.next()
  }

  next(): void {
    while (this.#cursor?.next() !== true) {
      if (this.#nextBlock >= this.#terms.firstTerms.length) {
        this.term = undefined
        return
      }
      const { blockStarts } = this.#terms
      const start = blockStarts[this.#nextBlock] as number
      const end = blockStarts[this.#nextBlock + 1] as number
      this.#cursor = new TermBlock(this.input.bytes.subarray(start, end)).cursor()
      this.#nextBlock++
    }
    this.term = this.#cursor.term()
  }

  entry(): TermEntry | undefined {
    return this.#cursor?.entry()
  }

  bytesOf(place: ListPlace): Uint8Array | undefined {
    return place.kind === 'range' ? this.input.bytes.subarray(place.start, place.end) : undefined
  }
}

class JoinedPostings {
  readonly #record: RecordOption
  #docs = new GrowableUint32()
  #freqs = new GrowableUint32()
  #positions = new GrowableUint32()

  constructor(record: RecordOption) {
    this.#record = record
  }

  clear(): void {
    this.#docs.clear()
    this.#freqs.clear()
    this.#positions.clear()
  }

  get docCount(): number {
    return this.#docs.length
  }

  append(walk: TermWalk): void {
    const entry = walk.entry()
    if (entry === undefined) return
    const { docOffset, kept } = walk.input
    if (kept !== undefined) return this.#appendKept(walk, entry, kept.places)
    if (entry.postings.kind === 'single' && this.#record !== 'position') {
      this.#docs.push(entry.postings.doc + docOffset)
      this.#freqs.push(entry.postings.freq)
      return
    }
    const bytes = entry.postings.kind === 'single' ? undefined : walk.bytesOf(entry.postings)
    const { docs, freqs } = decodePostings(bytes, entry, this.#record)
    for (let i = 0; i < docs.length; i++) this.#docs.push((docs[i] as number) + docOffset)
    if (freqs === undefined) return
    for (let i = 0; i < freqs.length; i++) this.#freqs.push(freqs[i] as number)
    if (this.#record !== 'position' || entry.positions === undefined) return
    const { positions } = decodePositions(walk.bytesOf(entry.positions), entry, freqs)
    for (let i = 0; i < positions.length; i++) this.#positions.push(positions[i] as number)
  }

  #appendKept(walk: TermWalk, entry: TermEntry, places: Uint32Array): void {
    const bytes = entry.postings.kind === 'single' ? undefined : walk.bytesOf(entry.postings)
    const { docs, freqs } = decodePostings(bytes, entry, this.#record)
    const read =
      this.#record === 'position' && freqs !== undefined && entry.positions !== undefined
        ? decodePositions(walk.bytesOf(entry.positions), entry, freqs)
        : undefined
    for (let i = 0; i < docs.length; i++) {
      const place = places[docs[i] as number] as number
      if (place === GONE) continue
      this.#docs.push(place + walk.input.docOffset)
      if (freqs !== undefined) this.#freqs.push(freqs[i] as number)
      if (read === undefined) continue
      const end = read.offsets[i + 1] as number
      for (let at = read.offsets[i] as number; at < end; at++) {
        this.#positions.push(read.positions[at] as number)
      }
    }
  }

  postings(): TermPostings {
    return {
      docCount: this.#docs.length,
      start: 0,
      docs: this.#docs.view(),
      freqs: this.#record === 'basic' ? undefined : this.#freqs.view(),
      positions: this.#record === 'position' ? this.#positions.view() : undefined,
      positionsStart: 0,
    }
  }
}
