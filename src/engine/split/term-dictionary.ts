import { compareBytes } from '../bytes/byte-order.ts'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import {
  encodePositions,
  encodePostings,
  INLINE_BYTES,
  type ListSection,
  type TermPostings,
} from './postings.ts'

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
const WHAT = 'term dictionary block'
/** A record option is written as its place here. */
export const RECORD_CODES: readonly RecordOption[] = ['basic', 'freq', 'position']

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

/** Entries that a block remembers: those that the same few queries look up again and again. */
const REMEMBERED_ENTRIES = 64
/** Memory of a remembered entry, roughly. */
const ENTRY_BYTES = 256

/** A dictionary block, unpacked once for all that is asked of it. Throws `corrupt`. */
export class TermBlock {
  readonly #content: Uint8Array
  readonly #found = new Map<string, TermEntry | null>()
  /** Goes on where the last look-up ended, so that ascending terms take one walk over the block. */
  #walk: BlockCursor | undefined
  #lastTerm: Uint8Array = new Uint8Array(0)

  constructor(sealed: Uint8Array) {
    this.#content = openBlock(sealed, WHAT)
  }

  get memoryBytes(): number {
    return this.#content.length + REMEMBERED_ENTRIES * ENTRY_BYTES
  }

  cursor(): BlockCursor {
    return new BlockCursor(this.#content)
  }

  /** The entry of a term that was located in this block; undefined when the field has no such term. */
  find(term: Uint8Array): TermEntry | undefined {
    const key = Buffer.from(term).toString('latin1')
    const known = this.#found.get(key)
    if (known !== undefined) return known ?? undefined
    const entry = this.#lookUp(term)
    if (this.#found.size === REMEMBERED_ENTRIES) this.#found.clear()
    this.#found.set(key, entry ?? null)
    return entry
  }

  #start(): BlockCursor {
    const walk = this.cursor()
    walk.next()
    return walk
  }

  #lookUp(term: Uint8Array): TermEntry | undefined {
    const last = this.#walk
    const walk = last === undefined || compareBytes(term, this.#lastTerm) < 0 ? this.#start() : last
    // Not kept when the walk throws: a damaged block has to fail every time.
    this.#walk = undefined
    while (walk.isOpen && walk.compareTo(term) < 0) walk.next()
    this.#walk = walk
    this.#lastTerm = term.slice()
    return walk.isOpen && walk.compareTo(term) === 0 ? walk.entry() : undefined
  }
}

/** Visits the terms of blocks in order. `term` and `entryOf` are valid during the call alone. The
 *  visitor stops the scan by returning `false`. */
export function scanTerms(
  blocks: Iterable<TermBlock>,
  visit: (term: Uint8Array, entryOf: () => TermEntry) => boolean | void,
): void {
  for (const block of blocks) {
    const cursor = block.cursor()
    const entryOf = (): TermEntry => cursor.entry()
    while (cursor.next()) {
      if (visit(cursor.term(), entryOf) === false) return
    }
  }
}

/** Walks the entries of one block; `TermBlock.cursor` makes it. */
export class BlockCursor {
  readonly #reader: ByteReader
  readonly #hasFreqs: boolean
  readonly #hasPositions: boolean
  #left: number
  #isOpen = false
  #listStart: number
  #term = new Uint8Array(64)
  #termSize = 0
  #docCount = 0
  #singleDoc = 0
  #singleFreq = 1
  /** Size and start of the two lists; start is in the block when inline, in the file otherwise. */
  readonly #postings = { sizeBytes: 0, inline: false, start: 0 }
  readonly #positions = { sizeBytes: 0, inline: false, start: 0 }

  /** `content` is a block unpacked. */
  constructor(content: Uint8Array) {
    const reader = new ByteReader(content, WHAT)
    const record = RECORD_CODES[reader.u8()]
    if (record === undefined) throw reader.invalid('unknown record option')
    this.#hasFreqs = record !== 'basic'
    this.#hasPositions = record === 'position'
    this.#left = reader.varint()
    this.#listStart = reader.varint()
    this.#reader = reader
  }

  /** Whether the cursor stands on an entry: not before the first `next`, not after the last. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    this.#isOpen = this.#left > 0
    if (!this.#isOpen) return false
    this.#left--
    const reader = this.#reader
    this.#readTerm(reader.varint(), reader.varint())
    this.#docCount = reader.varint()
    if (this.#docCount === 1) {
      this.#singleDoc += reader.zigzag()
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
    for (let i = 0; i < suffixSize; i++) this.#term[shared + i] = source[start + i] as number
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
      const difference = (term[i] as number) - (other[i] as number)
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
    entries.slice(term, shared, term.length)
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
    for (let i = 0; i < term.length; i++) this.#previous[i] = term[i] as number
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
      const doc = postings.docs[start] as number
      entries.zigzag(doc - this.#previousSingle)
      this.#previousSingle = doc
      if (freqs !== undefined) entries.varint((freqs[start] as number) - 1)
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
