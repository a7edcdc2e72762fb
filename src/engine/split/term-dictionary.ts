import { compareBytes } from '../bytes/byte-order.ts'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { openBlock } from '../bytes/sealed-block.ts'
import type { SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { ByteRange } from '../ports.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import { encodePositions, encodePostings, INLINE_BYTES } from './postings.ts'
import type { ListSection, TermPostings } from './postings.ts'

/*
 * The terms of one field in byte order, cut into sealed blocks of about BLOCK_BYTES:
 *
 *   record u8          0 basic, 1 freq, 2 position
 *   termCount varint
 *   listStart varint   where in the file the first list of this block stands that is not inline;
 *                      lists follow each other in the order of the entries, without gaps
 *   entries
 *
 * An entry:
 *
 *   shared varint      bytes in common with the term before (0 for the first of a block)
 *   suffix             size varint, bytes
 *   docCount varint    1 or more
 *   docCount 1         document - document of the previous such entry of the block (or 0),
 *                      zigzag varint; then, unless `basic`, its frequency - 1, varint
 *   docCount > 1       list: size * 2 + (1 when inline) varint; when inline, the bytes
 *   with `position`    list of the positions, in the same form
 */
const BLOCK_BYTES = 16 * 1024
const SEAL: SealOptions = { level: 6, worthwhileShare: 0.95 }
/** A record option is written as its place here. */
export const RECORD_CODES: readonly RecordOption[] = ['basic', 'freq', 'position']

/** The sparse index of one field's dictionary: enough to know which blocks to read for a term. */
export interface TermsInfo {
  readonly record: RecordOption
  readonly termCount: number
  /** First term of each block, ascending. */
  readonly firstTerms: readonly Uint8Array[]
  /** Block i is [blockStarts[i], blockStarts[i + 1]) of the file. */
  readonly blockStarts: Float64Array
}

/** Where a posting list or positions list is: short ones stand in the dictionary block itself. */
export type ListPlace =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'range'; readonly start: number; readonly end: number }

/** The whole posting list of a term that one document has. */
export interface SinglePosting {
  readonly kind: 'single'
  readonly doc: number
  readonly freq: number
}

export interface TermEntry {
  readonly docCount: number
  readonly hasFreqs: boolean
  readonly postings: ListPlace | SinglePosting
  /** Undefined unless the field records positions. */
  readonly positions: ListPlace | undefined
}

/** The block that holds `term` if any does; undefined when the term is certainly absent. */
export function locateTerm(terms: TermsInfo, term: Uint8Array): ByteRange | undefined {
  const block = blocksStartingUpTo(terms, term) - 1
  return block < 0 ? undefined : blockRange(terms, block)
}

/** The blocks, adjacent in the file, that may hold terms from `lower` to `upper`, both inclusive;
 *  undefined is open. */
export function locateTermRange(
  terms: TermsInfo,
  lower?: Uint8Array,
  upper?: Uint8Array,
): ByteRange[] {
  const first = lower === undefined ? 0 : Math.max(0, blocksStartingUpTo(terms, lower) - 1)
  const end = upper === undefined ? terms.firstTerms.length : blocksStartingUpTo(terms, upper)
  const ranges: ByteRange[] = []
  for (let block = first; block < end; block++) ranges.push(blockRange(terms, block))
  return ranges
}

/** How many blocks have a first term that is not greater than `term`. */
function blocksStartingUpTo(terms: TermsInfo, term: Uint8Array): number {
  let low = 0
  let high = terms.firstTerms.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const first = terms.firstTerms[middle]
    if (first !== undefined && compareBytes(first, term) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function blockRange(terms: TermsInfo, block: number): ByteRange {
  // Inside by construction: there is one start more than there are blocks.
  return { start: terms.blockStarts[block] ?? 0, end: terms.blockStarts[block + 1] ?? 0 }
}

/** Entries of `terms`, which ascend and were all located in this block; undefined where absent. One walk
 *  over the block however many they are. Throws `corrupt`. */
export function findTerms(
  block: Uint8Array,
  terms: readonly Uint8Array[],
): (TermEntry | undefined)[] {
  const cursor = new BlockCursor(block)
  let isOpen = cursor.next()
  return terms.map((term) => {
    while (isOpen) {
      const order = cursor.compareTo(term)
      if (order === 0) return cursor.entry()
      if (order > 0) return undefined
      isOpen = cursor.next()
    }
    return undefined
  })
}

/** Visits the terms of blocks in order. `term` and `entryOf` are valid during the call alone. The
 *  visitor stops the scan by returning `false`. */
export function scanTerms(
  blocks: readonly Uint8Array[],
  visit: (term: Uint8Array, entryOf: () => TermEntry) => boolean | void,
): void {
  for (const block of blocks) {
    const cursor = new BlockCursor(block)
    const entryOf = (): TermEntry => cursor.entry()
    while (cursor.next()) {
      if (visit(cursor.term(), entryOf) === false) return
    }
  }
}

/** Walks the entries of one block. */
export class BlockCursor {
  readonly #reader: ByteReader
  readonly #hasFreqs: boolean
  readonly #hasPositions: boolean
  #left: number
  #listStart: number
  #term = new Uint8Array(64)
  #termSize = 0
  #docCount = 0
  #singleDoc = 0
  #singleFreq = 1
  /** Size and start of the two lists; start is in the block when inline, in the file otherwise. */
  readonly #postings = { sizeBytes: 0, inline: false, start: 0 }
  readonly #positions = { sizeBytes: 0, inline: false, start: 0 }

  constructor(block: Uint8Array) {
    const reader = new ByteReader(
      openBlock(block, 'term dictionary block'),
      'term dictionary block',
    )
    const record = RECORD_CODES[reader.u8()]
    if (record === undefined) throw reader.invalid('unknown record option')
    this.#hasFreqs = record !== 'basic'
    this.#hasPositions = record === 'position'
    this.#left = reader.varint()
    this.#listStart = reader.varint()
    this.#reader = reader
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    if (this.#left === 0) return false
    this.#left--
    const reader = this.#reader
    this.#readTerm(reader.varint(), reader.varint())
    this.#docCount = reader.varint()
    if (this.#docCount === 1) {
      const change = reader.varint()
      this.#singleDoc += change % 2 === 0 ? change / 2 : -(change + 1) / 2
      this.#singleFreq = this.#hasFreqs ? reader.varint() + 1 : 1
    } else this.#readList(this.#postings)
    if (this.#hasPositions) this.#readList(this.#positions)
    return true
  }

  #readTerm(shared: number, suffixSize: number): void {
    if (shared > this.#termSize) throw this.#reader.invalid('prefix longer than the term before')
    const size = shared + suffixSize
    const start = this.#reader.skip(suffixSize)
    if (size > this.#term.length) {
      const grown = new Uint8Array(size * 2)
      grown.set(this.#term)
      this.#term = grown
    }
    const { source } = this.#reader
    for (let i = 0; i < suffixSize; i++) this.#term[shared + i] = source[start + i] ?? 0
    this.#termSize = size
  }

  #readList(list: { sizeBytes: number; inline: boolean; start: number }): void {
    const header = this.#reader.varint()
    list.sizeBytes = Math.floor(header / 2)
    list.inline = header % 2 === 1
    if (list.inline) {
      list.start = this.#reader.skip(list.sizeBytes)
    } else {
      list.start = this.#listStart
      this.#listStart += list.sizeBytes
    }
  }

  /** Valid until `next`. */
  term(): Uint8Array {
    return this.#term.subarray(0, this.#termSize)
  }

  /** As `compareBytes` of the term here and `other`. */
  compareTo(other: Uint8Array): number {
    const term = this.#term
    const common = Math.min(this.#termSize, other.length)
    for (let i = 0; i < common; i++) {
      const difference = (term[i] ?? 0) - (other[i] ?? 0)
      if (difference !== 0) return difference
    }
    return this.#termSize - other.length
  }

  entry(): TermEntry {
    return {
      docCount: this.#docCount,
      hasFreqs: this.#hasFreqs,
      postings:
        this.#docCount === 1
          ? { kind: 'single', doc: this.#singleDoc, freq: this.#singleFreq }
          : this.#data(this.#postings),
      positions: this.#hasPositions ? this.#data(this.#positions) : undefined,
    }
  }

  #data({
    sizeBytes,
    inline,
    start,
  }: {
    readonly sizeBytes: number
    readonly inline: boolean
    readonly start: number
  }): ListPlace {
    const end = start + sizeBytes
    return inline
      ? { kind: 'inline', bytes: this.#reader.source.subarray(start, end) }
      : { kind: 'range', start, end }
  }
}

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
  add(term: Uint8Array, postings: TermPostings): void {
    if (this.#blockTermCount === 0) this.#startBlock(term)
    const entries = this.#entries
    const shared = this.#blockTermCount === 0 ? 0 : this.#sharedWithPrevious(term)
    entries.varint(shared)
    entries.varint(term.length - shared)
    entries.bytesFrom(term, shared)
    this.#remember(term)
    this.#addPostings(postings)
    this.#blockTermCount++
    this.#termCount++
    if (entries.length >= BLOCK_BYTES) this.#sealBlock()
  }

  #sharedWithPrevious(term: Uint8Array): number {
    const previous = this.#previous
    const limit = Math.min(this.#previousSize, term.length)
    let shared = 0
    while (shared < limit && previous[shared] === term[shared]) shared++
    return shared
  }

  #remember(term: Uint8Array): void {
    if (term.length > this.#previous.length) this.#previous = new Uint8Array(term.length * 2)
    for (let i = 0; i < term.length; i++) this.#previous[i] = term[i] ?? 0
    this.#previousSize = term.length
  }

  #startBlock(term: Uint8Array): void {
    this.#firstTerms.push(term.slice())
    this.#blockListStart = this.#lists.end
    this.#previousSingle = 0
  }

  #addPostings(postings: TermPostings): void {
    const { docCount, freqs, positions, start } = postings
    const entries = this.#entries
    entries.varint(docCount)
    if (docCount === 1) {
      const doc = postings.docs[start] ?? 0
      const change = doc - this.#previousSingle
      entries.varint(change >= 0 ? change * 2 : -change * 2 - 1)
      this.#previousSingle = doc
      if (freqs !== undefined) entries.varint((freqs[start] ?? 1) - 1)
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

  #addList(): void {
    const list = this.#list.view()
    if (list.length <= INLINE_BYTES) {
      this.#entries.varint(list.length * 2 + 1)
      this.#entries.bytes(list)
    } else this.#entries.varint(this.#lists.append(list) * 2)
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
