// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodePackedBlocks, encodePackedBlocks, unpackBlocks } from '../bytes/packed-blocks.ts'
import { QwError } from '../errors.ts'
import type { RecordOption } from '../schema/field-spec.ts'
import type { ListPlace, TermEntry } from './term-dictionary.ts'

/*
 * A posting list, `docCount` being known from the dictionary:
 *
 *   docs, one of
 *     packed blocks     of gaps: first document, then document - previous - 1
 *     bitmap            0xFF, first document varint, size varint, that many bytes:
 *                       bit k % 8 of byte k / 8 says that document first + k is in the list
 *   freqs               packed blocks of occurrences - 1; absent with record `basic`
 *
 * A positions list is packed blocks of, for each occurrence, its position minus the one before
 * it in the same document (0 before the first).
 *
 * Lists of up to INLINE_BYTES stand in the dictionary block. Others stand in their own section
 * and are followed by the CRC-32 of their bytes (u32 LE).
 */
const BITMAP = 0xff
/** Above this a bitmap can be the smaller form. */
const MIN_BITMAP_DOCS = 128
const MAX_BITMAP_HEADER_BYTES = 11
const POSTINGS_CRC_BYTES = 4
/** A checksum and a round trip cost more than the list, and a range over rare terms needs no further read.
 *  What stands inline is deflated with the dictionary: mock sales in twenty batches take 34.7 bytes each when
 *  the 45 bytes of an id's list are too many, 30.3 when they are not. */
export const INLINE_BYTES = 48

export interface Postings {
  /** Ascending. */
  readonly docs: Uint32Array
  /** Occurrences per document; undefined when not recorded or not asked for. */
  readonly freqs: Uint32Array | undefined
}

interface Positions {
  /** Positions of document i of the posting list are [offsets[i], offsets[i + 1]) of `positions`. */
  readonly offsets: Uint32Array
  readonly positions: Uint32Array
}

let scratch = new Uint32Array(1024)

function scratchOf(count: number): Uint32Array {
  if (scratch.length < count) scratch = new Uint32Array(count * 2)
  return scratch
}

/** One term's postings inside arrays that hold many terms'. */
export interface TermPostings {
  docCount: number
  /** Documents, ascending, and their frequencies: entries [start, start + docCount). */
  start: number
  readonly docs: Uint32Array
  /** Given unless the field's record is `basic`. */
  readonly freqs: Uint32Array | undefined
  /** Given when the field records positions: from `positionsStart` on, `freqs[i]` per document. */
  readonly positions: Uint32Array | undefined
  positionsStart: number
}

/** One term's postings as the numbers that are packed. */
export interface PackablePostings {
  readonly docCount: number
  /** Of each document: `docCount` numbers at least. */
  readonly docGaps: Uint32Array
  /** Its occurrences - 1; given unless the field's record is `basic`. */
  readonly repeats: Uint32Array | undefined
  /** What a positions list has: `positionCount` numbers at least, given when the field records them. */
  readonly positionSteps: Uint32Array | undefined
  readonly positionCount: number
}

/** Appends the posting list. */
export function encodePostings(postings: TermPostings, out: ByteWriter): void {
  const { docs, freqs, start, docCount } = postings
  const numbers = scratchOf(docCount)
  let previous = -1
  for (let i = 0; i < docCount; i++) {
    const doc = docs[start + i] as number
    numbers[i] = doc - previous - 1
    previous = doc
  }
  encodeDocGaps(numbers, docCount, out)
  if (freqs === undefined) return
  for (let i = 0; i < docCount; i++) numbers[i] = (freqs[start + i] as number) - 1
  encodePackedBlocks(numbers, docCount, out)
}

/** Appends the documents of a posting list, whichever form is smaller. */
export function encodeDocGaps(gaps: Uint32Array, docCount: number, out: ByteWriter): void {
  const from = out.length
  encodePackedBlocks(gaps, docCount, out)
  if (docCount < MIN_BITMAP_DOCS) return
  let distance = 0
  for (let i = 1; i < docCount; i++) distance += (gaps[i] as number) + 1
  const bitmapBytes = Math.floor(distance / 8) + 1
  if (bitmapBytes + MAX_BITMAP_HEADER_BYTES >= out.length - from) return
  out.truncate(from)
  encodeBitmap(gaps, { docCount, bitmapBytes }, out)
}

function encodeBitmap(
  gaps: Uint32Array,
  { docCount, bitmapBytes }: { readonly docCount: number; readonly bitmapBytes: number },
  out: ByteWriter,
): void {
  out.u8(BITMAP)
  out.varint(gaps[0] as number)
  out.varint(bitmapBytes)
  const bytes = out.reserve(bitmapBytes)
  const at = out.length
  bytes.fill(0, at, at + bitmapBytes)
  let bit = 0
  for (let i = 0; i < docCount; i++) {
    if (i > 0) bit += (gaps[i] as number) + 1
    bytes[at + (bit >>> 3)] = (bytes[at + (bit >>> 3)] as number) | (1 << (bit & 7))
  }
  out.advance(bitmapBytes)
}

/** Appends the positions list of postings that have one. */
export function encodePositions(
  positions: Uint32Array,
  freqs: Uint32Array,
  { docCount, start, positionsStart }: TermPostings,
  out: ByteWriter,
): void {
  let total = 0
  for (let i = 0; i < docCount; i++) total += freqs[start + i] as number
  const gaps = scratchOf(total)
  let at = 0
  for (let i = 0; i < docCount; i++) {
    let previous = 0
    for (let left = freqs[start + i] as number; left > 0; left--) {
      const position = positions[positionsStart + at] as number
      gaps[at++] = position - previous
      previous = position
    }
  }
  encodePackedBlocks(gaps, total, out)
}

/** `bytes` are those of the entry's range, or undefined for an inline entry. `record` other than
 *  `basic` asks for frequencies too. Throws `corrupt`. */
export function decodePostings(
  bytes: Uint8Array | undefined,
  entry: Pick<TermEntry, 'docCount' | 'hasFreqs' | 'postings'>,
  record: RecordOption,
): Postings {
  const { postings } = entry
  if (postings.kind === 'single') {
    const freqs = record === 'basic' || !entry.hasFreqs ? undefined : Uint32Array.of(postings.freq)
    return { docs: Uint32Array.of(postings.doc), freqs }
  }
  const reader = openList(bytes, postings, 'posting list')
  const docs = decodeDocs(reader, entry.docCount)
  if (record === 'basic' || !entry.hasFreqs) return { docs, freqs: undefined }
  const freqs = decodePackedBlocks(reader, entry.docCount)
  for (let i = 0; i < freqs.length; i++) freqs[i] = (freqs[i] as number) + 1
  return { docs, freqs }
}

function decodeDocs(reader: ByteReader, docCount: number): Uint32Array {
  const docs = new Uint32Array(docCount)
  if (isBitmap(reader)) {
    decodeBitmap(reader, docCount, docs, 0)
    return docs
  }
  unpackBlocks(reader, docCount, docs, 0)
  let previous = -1
  for (let i = 0; i < docs.length; i++) {
    previous += (docs[i] as number) + 1
    docs[i] = previous
  }
  return docs
}

/** Reads the documents of a posting list into `out` from `at` on, as gaps. Throws `corrupt`. */
export function decodeDocGaps(
  reader: ByteReader,
  docCount: number,
  out: Uint32Array,
  at: number,
): void {
  if (!isBitmap(reader)) return unpackBlocks(reader, docCount, out, at)
  decodeBitmap(reader, docCount, out, at)
  for (let i = at + docCount - 1; i > at; i--) {
    out[i] = (out[i] as number) - (out[i - 1] as number) - 1
  }
}

function isBitmap(reader: ByteReader): boolean {
  return reader.remaining > 0 && reader.source[reader.offset] === BITMAP
}

function decodeBitmap(reader: ByteReader, docCount: number, out: Uint32Array, start: number): void {
  reader.skip(1)
  const first = reader.varint()
  const bytes = reader.bytes(reader.varint())
  let at = start
  for (let i = 0; i < bytes.length; i++) {
    for (let bits = bytes[i] as number; bits !== 0; bits &= bits - 1) {
      out[at++] = first + i * 8 + (31 - Math.clz32(bits & -bits))
    }
  }
  const count = at - start
  if (count !== docCount) throw reader.invalid(`bitmap of ${count} documents, not ${docCount}`)
}

/** `bytes` as for postings; `freqs` from the same entry's postings. Throws `corrupt`; `internal`
 *  when the entry has no positions. */
export function decodePositions(
  bytes: Uint8Array | undefined,
  entry: TermEntry,
  freqs: Uint32Array,
): Positions {
  if (entry.positions === undefined) {
    throw new QwError('internal', 'positions asked of a term that has none')
  }
  const offsets = new Uint32Array(freqs.length + 1)
  let total = 0
  for (let i = 0; i < freqs.length; i++) {
    total += freqs[i] as number
    offsets[i + 1] = total
  }
  const reader = openList(bytes, entry.positions, 'positions list')
  const positions = decodePackedBlocks(reader, total)
  // Each document has one: its gap is its position.
  if (total === freqs.length) return { offsets, positions }
  for (let i = 0; i < freqs.length; i++) {
    const end = offsets[i + 1] as number
    for (let at = (offsets[i] as number) + 1; at < end; at++) {
      positions[at] = (positions[at] as number) + (positions[at - 1] as number)
    }
  }
  return { offsets, positions }
}

function openList(bytes: Uint8Array | undefined, data: ListPlace, what: string): ByteReader {
  if (data.kind === 'inline') return new ByteReader(data.bytes, what)
  if (bytes === undefined || bytes.length !== data.end - data.start) {
    throw new QwError('corrupt', `${what} has ${bytes?.length} bytes, not ${data.end - data.start}`)
  }
  const reader = new ByteReader(bytes, what)
  moveToList(reader, 0, bytes.length)
  return reader
}

/** Moves to a list that stands outside of the dictionary, at [start, end) of the reader's source. Throws
 *  `corrupt`. */
export function moveToList(reader: ByteReader, start: number, end: number): void {
  const contentEnd = end - POSTINGS_CRC_BYTES
  reader.moveTo(contentEnd, end)
  if (reader.u32() !== crc32(reader.source.subarray(start, contentEnd))) {
    throw reader.invalid('wrong checksum of a list')
  }
  reader.moveTo(start, contentEnd)
}

/** Lists are held in pieces of this size: one buffer that doubles would be copied again and again, and half
 *  empty at its end. */
const SECTION_PIECE_BYTES = 1 << 20

/** Where lists too long for the dictionary go: one after the other, so that the lists of
 *  neighbouring terms are neighbours in the file. */
export class ListSection {
  readonly #full: Uint8Array[] = []
  #out = new ByteWriter(1 << 16)
  #outStart: number

  /** `fileOffset` is where the section will stand in the file. */
  constructor(fileOffset: number) {
    this.#outStart = fileOffset
  }

  /** Where in the file the next list will start. */
  get end(): number {
    return this.#outStart + this.#out.length
  }

  /** Appends a list and its checksum; returns the bytes they take. */
  append(list: Uint8Array): number {
    const sizeBytes = list.length + POSTINGS_CRC_BYTES
    if (this.#out.length + sizeBytes > SECTION_PIECE_BYTES) {
      this.#outStart = this.end
      this.#full.push(this.#out.view())
      this.#out = new ByteWriter(SECTION_PIECE_BYTES)
    }
    this.#out.bytes(list)
    this.#out.u32(crc32(list))
    return sizeBytes
  }

  /** What was appended, in pieces that follow each other. */
  pieces(): Uint8Array[] {
    return [...this.#full, this.#out.view()]
  }
}
