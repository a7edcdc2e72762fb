// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodePackedBlocks, encodePackedBlocks } from '../bytes/packed-blocks.ts'
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

/** Appends the posting list. */
export function encodePostings(postings: TermPostings, out: ByteWriter): void {
  const { docs, freqs, start, docCount } = postings
  const from = out.length
  const gaps = scratchOf(docCount)
  let previous = -1
  for (let i = 0; i < docCount; i++) {
    const doc = docs[start + i] as number
    gaps[i] = doc - previous - 1
    previous = doc
  }
  encodePackedBlocks(gaps, docCount, out)
  if (docCount >= MIN_BITMAP_DOCS) {
    const bitmapBytes = Math.floor((previous - (docs[start] as number)) / 8) + 1
    if (bitmapBytes + MAX_BITMAP_HEADER_BYTES < out.length - from) {
      out.truncate(from)
      encodeBitmap(postings, bitmapBytes, out)
    }
  }
  if (freqs === undefined) return
  for (let i = 0; i < docCount; i++) gaps[i] = (freqs[start + i] as number) - 1
  encodePackedBlocks(gaps, docCount, out)
}

function encodeBitmap(
  { docs, start, docCount }: TermPostings,
  sizeBytes: number,
  out: ByteWriter,
): void {
  const first = docs[start] as number
  out.u8(BITMAP)
  out.varint(first)
  out.varint(sizeBytes)
  const bytes = out.reserve(sizeBytes)
  const at = out.length
  bytes.fill(0, at, at + sizeBytes)
  for (let i = 0; i < docCount; i++) {
    const bit = (docs[start + i] as number) - first
    bytes[at + (bit >>> 3)] = (bytes[at + (bit >>> 3)] as number) | (1 << (bit & 7))
  }
  out.advance(sizeBytes)
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
  if (reader.remaining > 0 && reader.source[reader.offset] === BITMAP) {
    return decodeBitmap(reader, docCount)
  }
  const docs = decodePackedBlocks(reader, docCount)
  let previous = -1
  for (let i = 0; i < docs.length; i++) {
    previous += (docs[i] as number) + 1
    docs[i] = previous
  }
  return docs
}

function decodeBitmap(reader: ByteReader, docCount: number): Uint32Array {
  reader.skip(1)
  const first = reader.varint()
  const bytes = reader.bytes(reader.varint())
  const docs = new Uint32Array(docCount)
  let count = 0
  for (let i = 0; i < bytes.length; i++) {
    for (let bits = bytes[i] as number; bits !== 0; bits &= bits - 1) {
      docs[count++] = first + i * 8 + (31 - Math.clz32(bits & -bits))
    }
  }
  if (count !== docCount) throw reader.invalid(`bitmap of ${count} documents, not ${docCount}`)
  return docs
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
  const contentEnd = bytes.length - POSTINGS_CRC_BYTES
  const content = bytes.subarray(0, contentEnd)
  const expected = new ByteReader(bytes, what, contentEnd).u32()
  if (crc32(content) !== expected) {
    throw new QwError('corrupt', `${what} has a wrong checksum start=${data.start}`)
  }
  return new ByteReader(content, what)
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
