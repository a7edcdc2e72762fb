import { compareBytes } from '../bytes/byte-order.ts'
import { ByteReader } from '../bytes/cursor.ts'
import { openBlock } from '../bytes/sealed-block.ts'
import type { RecordOption } from '../schema/field-spec.ts'

/*
 * The terms of one field in byte order, cut into sealed blocks:
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

/** Where a list stands: in the unpacked block when inline, else in the file. */
export interface ListSpan {
  readonly isInline: boolean
  readonly start: number
  readonly sizeBytes: number
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
  /** For what stands inline in the block. */
  readonly lists: ByteReader
  readonly postings = { isInline: false, start: 0, sizeBytes: 0 }
  readonly positions = { isInline: false, start: 0, sizeBytes: 0 }
  readonly #reader: ByteReader
  readonly #hasFreqs: boolean
  readonly #hasPositions: boolean
  #left: number
  #isOpen = false
  #listStart: number
  #term = new Uint8Array(64)
  #termSize = 0
  #shared = 0
  #docCount = 0
  #singleDoc = 0
  #singleFreq = 1

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
    this.lists = new ByteReader(content, WHAT)
  }

  /** Whether the cursor stands on an entry: not before the first `next`, not after the last. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** The term is the first `termSize` bytes of it, until `next`. */
  get termBytes(): Uint8Array {
    return this.#term
  }

  get termSize(): number {
    return this.#termSize
  }

  /** Bytes in common with the term before it in the block. */
  get shared(): number {
    return this.#shared
  }

  get docCount(): number {
    return this.#docCount
  }

  /** The only document, and how often it has the term, where `docCount` is 1. */
  get singleDoc(): number {
    return this.#singleDoc
  }

  get singleFreq(): number {
    return this.#singleFreq
  }

  /** Whether all that stands here of a term that one document has is in the block. */
  get isSingleInline(): boolean {
    return this.#docCount === 1 && (!this.#hasPositions || this.positions.isInline)
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
    } else this.#readList(this.postings)
    if (this.#hasPositions) this.#readList(this.positions)
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
    this.#shared = shared
    this.#termSize = size
  }

  #readList(list: { isInline: boolean; start: number; sizeBytes: number }): void {
    const header = this.#reader.varint()
    list.sizeBytes = Math.floor(header / 2)
    list.isInline = header % 2 === 1
    if (list.isInline) {
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

  /** How many bytes the terms here and there begin with in common, being known to be `known` at least. */
  commonWith(other: BlockCursor, known: number): number {
    const [term, otherTerm] = [this.#term, other.#term]
    const limit = Math.min(this.#termSize, other.#termSize)
    let common = known
    while (common < limit && term[common] === otherTerm[common]) common++
    return common
  }

  entry(): TermEntry {
    return {
      docCount: this.#docCount,
      hasFreqs: this.#hasFreqs,
      postings:
        this.#docCount === 1
          ? { kind: 'single', doc: this.#singleDoc, freq: this.#singleFreq }
          : this.#place(this.postings),
      positions: this.#hasPositions ? this.#place(this.positions) : undefined,
    }
  }

  #place({ isInline, start, sizeBytes }: ListSpan): ListPlace {
    const end = start + sizeBytes
    return isInline
      ? { kind: 'inline', bytes: this.#reader.source.subarray(start, end) }
      : { kind: 'range', start, end }
  }
}
