// Indexed reads of arrays are cast: loop bounds keep them inside.
import { GrowableUint32 } from '../bytes/growable.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { GONE } from './kept-docs.ts'
import type { MergeField, MergeInput } from './merge-input.ts'
import { decodePositions, decodePostings, type ListSection, type TermPostings } from './postings.ts'
import { TermBlock, type BlockCursor, type ListPlace, type TermEntry } from './term-dictionary.ts'
import { TermDictionaryWriter, type WrittenTerms } from './term-dictionary-writer.ts'
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
 *  no input has terms. Where inputs record different things, what all of them have is kept. Resolves when
 *  all lists are in `lists`; blocks may be compressing still. */
export async function mergeTerms(
  sources: readonly MergeField[],
  { lists, queue, tally }: TermsTarget,
): Promise<{ readonly done: Promise<WrittenTerms> } | undefined> {
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
  const order = new WalkOrder(walks)
  for (let walk = order.first; walk !== undefined; walk = order.first) {
    const sharing = order.countOfFirst()
    const single = sharing === 1 && tally === undefined ? walk.copyable(record) : undefined
    if (single !== undefined) writer.addSingle(walk.term(), single)
    else {
      joined.clear()
      for (let at = 0; at < sharing; at++) joined.append(order.at(at))
      if (joined.docCount > 0) {
        const postings = joined.postings()
        tally?.add(postings)
        writer.add(walk.term(), postings)
      }
    }
    order.advance(sharing)
    if (queue.isBehind) await queue.catchUp()
  }
  return { done: writer.finish() }
}

/** Dictionaries by the term that each stands on, those of the same term by input. Most terms stand in
 *  one dictionary alone, so the order is mended where one has moved on, not searched anew. */
class WalkOrder {
  #walks: TermWalk[]

  constructor(walks: readonly TermWalk[]) {
    this.#walks = walks.filter(({ isOpen }) => isOpen).sort(compareWalks)
  }

  get first(): TermWalk | undefined {
    return this.#walks[0]
  }

  at(place: number): TermWalk {
    return this.#walks[place] as TermWalk
  }

  /** How many stand on the first one's term. */
  countOfFirst(): number {
    const first = this.at(0)
    let count = 1
    while (count < this.#walks.length && this.at(count).compareTerm(first) === 0) count++
    return count
  }

  /** Moves the first `count` on to their next terms. */
  advance(count: number): void {
    // From the last: what stands behind a walk that moves is in order.
    for (let place = count - 1; place >= 0; place--) {
      const walk = this.at(place)
      walk.next()
      const end = walk.isOpen ? this.#placeAfter(walk, place + 1) : this.#walks.length
      for (let at = place; at < end - 1; at++) this.#walks[at] = this.at(at + 1)
      if (walk.isOpen) this.#walks[end - 1] = walk
      else this.#walks.pop()
    }
  }

  /** Of the walks from `from` on, the first that comes after it. */
  #placeAfter(walk: TermWalk, from: number): number {
    let low = from
    let high = this.#walks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWalks(walk, this.at(middle)) < 0) high = middle
      else low = middle + 1
    }
    return low
  }
}

function compareWalks(a: TermWalk, b: TermWalk): number {
  return a.compareTerm(b) || a.input.docOffset - b.input.docOffset
}

/** The terms of one dictionary in order. */
class TermWalk {
  readonly input: MergeInput
  readonly #terms: TermsInfo
  #nextBlock = 0
  #cursor: BlockCursor | undefined

  constructor(input: MergeInput, terms: TermsInfo) {
    this.input = input
    this.#terms = terms
    this.next()
  }

  /** False at the end. */
  get isOpen(): boolean {
    return this.#cursor !== undefined
  }

  next(): void {
    while (this.#cursor?.next() !== true) {
      if (this.#nextBlock >= this.#terms.firstTerms.length) {
        this.#cursor = undefined
        return
      }
      const { blockStarts } = this.#terms
      const start = blockStarts[this.#nextBlock] as number
      const end = blockStarts[this.#nextBlock + 1] as number
      this.#cursor = new TermBlock(this.input.bytes.subarray(start, end)).cursor()
      this.#nextBlock++
    }
  }

  compareTerm(other: TermWalk): number {
    return this.#at().compareWith(other.#at())
  }

  /** Valid until `next`. */
  term(): Uint8Array {
    return this.#at().term()
  }

  entry(): TermEntry {
    return this.#at().entry()
  }

  /** What can be copied into a dictionary with that record option, its document numbered anew. */
  copyable(record: RecordOption): ReturnType<BlockCursor['copyable']> {
    if (this.input.kept !== undefined || this.#terms.record !== record) return undefined
    const single = this.#at().copyable()
    return single && { ...single, doc: single.doc + this.input.docOffset }
  }

  bytesOf(place: ListPlace): Uint8Array | undefined {
    return place.kind === 'range' ? this.input.bytes.subarray(place.start, place.end) : undefined
  }

  #at(): BlockCursor {
    if (this.#cursor === undefined) throw new QwError('internal', 'a walk was asked past its end')
    return this.#cursor
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
    const { docOffset, kept } = walk.input
    if (kept !== undefined) return this.#appendKept(walk, entry, kept.places)
    if (entry.postings.kind === 'single' && this.#record !== 'position') {
      this.#docs.push(entry.postings.doc + docOffset)
      this.#freqs.push(entry.postings.freq)
      return
    }
    const bytes = entry.postings.kind === 'single' ? undefined : walk.bytesOf(entry.postings)
    const { docs, freqs } = decodePostings(bytes, entry, this.#record)
    this.#docs.pushAll(docs, docOffset)
    if (freqs === undefined) return
    this.#freqs.pushAll(freqs)
    if (this.#record !== 'position' || entry.positions === undefined) return
    const { positions } = decodePositions(walk.bytesOf(entry.positions), entry, freqs)
    this.#positions.pushAll(positions)
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
