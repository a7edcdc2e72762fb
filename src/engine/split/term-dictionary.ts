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

/** The entry of a term that one document has, its positions as they are written. */
export interface SingleEntry {
  readonly doc: number
  readonly freq: number
  readonly positions: Uint8Array | undefined
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

function compareStarts(a: Uint8Array, aSize: number, b: Uint8Array, bSize: number): number {
  const common = Math.min(aSize, bSize)
  for (let i = 0; i < common; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return aSize - bSize
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
    return compareStarts(this.#term, this.#termSize, other, other.length)
  }

  /** As `compareBytes` of the terms that both stand on. */
  compareWith(other: BlockCursor): number {
    return compareStarts(this.#term, this.#termSize, other.#term, other.#termSize)
  }

  /** What stands here of a term that one document has, for a dictionary of the same record option.
   *  Undefined for others, and where its positions are not in the block. Valid until `next`. */
  copyable(): SingleEntry | undefined {
    if (this.#docCount !== 1 || (this.#hasPositions && !this.#positions.inline)) return undefined
    const { start, sizeBytes } = this.#positions
    const end = start + sizeBytes
    const positions = this.#hasPositions ? this.#reader.source.subarray(start, end) : undefined
    return { doc: this.#singleDoc, freq: this.#singleFreq, positions }
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
