import type { ByteSlice } from '../bytes/byte-strings.ts'
import { ByteWriter } from '../bytes/cursor.ts'
import { encodePackedBlocks } from '../bytes/packed-blocks.ts'
import type { SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import {
  encodeDocGaps,
  encodePositions,
  encodePostings,
  INLINE_BYTES,
  type ListSection,
  type PackablePostings,
  type TermPostings,
} from './postings.ts'
import { type BlockCursor, RECORD_CODES } from './term-dictionary.ts'

/** Before compression; `term-dictionary.ts` says what stands in a block. */
const BLOCK_BYTES = 16 * 1024
/** Level 6 takes a third more time for 0.6 % of the bytes: most of them are endings of terms. */
const SEAL: SealOptions = { level: 5, worthwhileShare: 0.95 }

/** What a finished dictionary hands to the file: sealed blocks and what the footer says of them. */
export interface WrittenTerms {
  readonly record: RecordOption
  readonly termCount: number
  readonly firstTerms: readonly Uint8Array[]
  readonly blocks: readonly Uint8Array[]
}

/** Terms come in ascending order; blocks compress while the next ones are written. */
export class TermDictionaryWriter {
  readonly #record: RecordOption
  readonly #lists: ListSection
  readonly #queue: SealingQueue
  readonly #entries = new ByteWriter()
  readonly #list = new ByteWriter()
  readonly #firstTerms: Uint8Array[] = []
  readonly #blocks: Promise<Uint8Array>[] = []
  #previous = new Uint8Array(64)
  #previousSize = 0
  #blockTermCount = 0
  #blockListStart = 0
  #previousSingle = 0
  #termCount = 0

  constructor(record: RecordOption, lists: ListSection, queue: SealingQueue) {
    this.#record = record
    this.#lists = lists
    this.#queue = queue
  }

  /** Copies what it keeps. */
  add({ source, start, end }: Readonly<ByteSlice>, postings: TermPostings): void {
    this.#addTerm(source, start, end)
    this.#addPostings(postings)
    this.#endEntry()
  }

  /** As `add`, of what is ready to be packed. */
  addPackable(term: Uint8Array, postings: PackablePostings): void {
    const { docCount, docGaps, repeats, positionSteps, positionCount } = postings
    this.#addTerm(term, 0, term.length)
    this.#entries.varint(docCount)
    if (docCount === 1) {
      const freq = repeats === undefined ? 1 : (repeats[0] as number) + 1
      this.#addSingle(docGaps[0] as number, freq)
    } else {
      this.#list.truncate(0)
      encodeDocGaps(docGaps, docCount, this.#list)
      if (repeats !== undefined) encodePackedBlocks(repeats, docCount, this.#list)
      this.#addList()
    }
    if (positionSteps !== undefined) {
      this.#list.truncate(0)
      encodePackedBlocks(positionSteps, positionCount, this.#list)
      this.#addList()
    }
    this.#endEntry()
  }

  /** A term that one document has, all of it inline, as it stands in a dictionary of the same record
   *  option; its document's number is moved by `docOffset`. */
  addCopy(entry: BlockCursor, docOffset: number): void {
    this.#addTerm(entry.termBytes, 0, entry.termSize)
    const entries = this.#entries
    entries.varint(1)
    this.#addSingle(entry.singleDoc + docOffset, entry.singleFreq)
    if (this.#record === 'position') {
      const { start, sizeBytes } = entry.positions
      entries.varint(sizeBytes * 2 + 1)
      entries.slice(entry.lists.source, start, start + sizeBytes)
    }
    this.#endEntry()
  }

  /** The bytes [start, end) of `source`. */
  #addTerm(source: Uint8Array, start: number, end: number): void {
    if (this.#blockTermCount === 0) this.#startBlock(source.slice(start, end))
    const size = end - start
    if (size > this.#previous.length) this.#growPrevious(size * 2)
    const entries = this.#entries
    const previous = this.#previous
    const limit = this.#blockTermCount === 0 ? 0 : Math.min(this.#previousSize, size)
    let shared = 0
    while (shared < limit && previous[shared] === source[start + shared]) shared++
    entries.varint(shared)
    entries.varint(size - shared)
    const bytes = entries.reserve(size - shared)
    let at = entries.length
    for (let i = shared; i < size; i++) {
      const byte = source[start + i] as number
      previous[i] = byte
      bytes[at++] = byte
    }
    entries.advance(size - shared)
    this.#previousSize = size
  }

  #growPrevious(size: number): void {
    const grown = new Uint8Array(size)
    grown.set(this.#previous)
    this.#previous = grown
  }

  #endEntry(): void {
    this.#blockTermCount++
    this.#termCount++
    if (this.#entries.length >= BLOCK_BYTES) this.#sealBlock()
  }

  #startBlock(term: Uint8Array): void {
    this.#firstTerms.push(term)
    this.#blockListStart = this.#lists.end
    this.#previousSingle = 0
  }

  #addPostings(postings: TermPostings): void {
    const { docCount, freqs, positions, start } = postings
    const entries = this.#entries
    entries.varint(docCount)
    if (docCount === 1) {
      const freq = freqs === undefined ? 1 : (freqs[start] as number)
      this.#addSingle(postings.docs[start] as number, freq)
    } else {
      this.#list.truncate(0)
      encodePostings(postings, this.#list)
      this.#addList()
    }
    if (positions !== undefined && freqs !== undefined) {
      this.#list.truncate(0)
      encodePositions(positions, freqs, postings, this.#list)
      this.#addList()
    }
  }

  #addSingle(doc: number, freq: number): void {
    this.#entries.zigzag(doc - this.#previousSingle)
    this.#previousSingle = doc
    if (this.#record !== 'basic') this.#entries.varint(freq - 1)
  }

  /** What was written to `#list`. */
  #addList(): void {
    const list = this.#list
    if (list.length <= INLINE_BYTES) {
      this.#entries.varint(list.length * 2 + 1)
      this.#entries.append(list)
    } else this.#entries.varint(this.#lists.append(list.view()) * 2)
  }

  #sealBlock(): void {
    const header = new ByteWriter(32)
    header.u8(RECORD_CODES.indexOf(this.#record))
    header.varint(this.#blockTermCount)
    header.varint(this.#blockListStart)
    header.bytes(this.#entries.view())
    this.#blocks.push(this.#queue.seal(header.copy(), SEAL))
    this.#entries.truncate(0)
    this.#blockTermCount = 0
  }

  async finish(): Promise<WrittenTerms> {
    if (this.#blockTermCount > 0) this.#sealBlock()
    return {
      record: this.#record,
      termCount: this.#termCount,
      firstTerms: this.#firstTerms,
      blocks: await Promise.all(this.#blocks),
    }
  }
}
