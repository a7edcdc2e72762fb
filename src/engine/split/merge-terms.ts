// Indexed reads of arrays are cast: loop bounds keep them inside.
import { compareBytes } from '../bytes/byte-order.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import type { MergeField } from './merge-input.ts'
import { decodePositions, decodePostings, type ListSection } from './postings.ts'
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

/** All terms of one field, each with the postings of the inputs one after the other. Undefined when
 *  no input has terms. Where inputs record different things, what all of them have is kept. */
export function mergeTerms(
  sources: readonly MergeField[],
  lists: ListSection,
  queue: SealingQueue,
): Promise<WrittenTerms> | undefined {
  const walks: TermWalk[] = []
  let record: RecordOption = 'position'
  for (const { input, field } of sources) {
    if (field.terms === undefined) continue
    if (RECORD_RANK[field.terms.record] < RECORD_RANK[record]) record = field.terms.record
    walks.push(new TermWalk(input.bytes, field.terms, input.docOffset))
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
    writer.add(current, joined.postings())
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
  readonly docOffset: number
  /** Undefined at the end. */
  term: Uint8Array | undefined
  readonly #file: Uint8Array
  readonly #terms: TermsInfo
  #nextBlock = 0
  #cursor: BlockCursor | undefined

  constructor(file: Uint8Array, terms: TermsInfo, docOffset: number) {
    this.#file = file
    this.#terms = terms
    this.docOffset = docOffset
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
      this.#cursor = new TermBlock(this.#file.subarray(start, end)).cursor()
      this.#nextBlock++
    }
    this.term = this.#cursor.term()
  }

  entry(): TermEntry | undefined {
    return this.#cursor?.entry()
  }

  bytesOf(place: ListPlace): Uint8Array | undefined {
    return place.kind === 'range' ? this.#file.subarray(place.start, place.end) : undefined
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

  append(walk: TermWalk): void {
    const entry = walk.entry()
    if (entry === undefined) return
    if (entry.postings.kind === 'single' && this.#record !== 'position') {
      this.#docs.push(entry.postings.doc + walk.docOffset)
      this.#freqs.push(entry.postings.freq)
      return
    }
    const bytes = entry.postings.kind === 'single' ? undefined : walk.bytesOf(entry.postings)
    const { docs, freqs } = decodePostings(bytes, entry, this.#record)
    for (let i = 0; i < docs.length; i++) this.#docs.push((docs[i] as number) + walk.docOffset)
    if (freqs === undefined) return
    for (let i = 0; i < freqs.length; i++) this.#freqs.push(freqs[i] as number)
    if (this.#record !== 'position' || entry.positions === undefined) return
    const { positions } = decodePositions(walk.bytesOf(entry.positions), entry, freqs)
    for (let i = 0; i < positions.length; i++) this.#positions.push(positions[i] as number)
  }

  postings(): {
    docCount: number
    start: number
    docs: Uint32Array
    freqs: Uint32Array | undefined
    positions: Uint32Array | undefined
    positionsStart: number
  } {
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
