import { elementAt } from '../bytes/element-at.ts'
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import type { FieldRef, ValueType } from '../schema/value-type.ts'
import type { ColumnInfo } from './column.ts'
import type { DocStoreIndex } from './doc-store.ts'
import type { FieldnormsInfo } from './fieldnorms.ts'
import { RECORD_CODES } from './term-dictionary.ts'
import type { TermsInfo } from './term-index.ts'

/*
 * The end of the file: what plans every read. A sealed block (body below), then the trailer, whose
 * layout is the same in every version:
 *
 *    0 footerBytes u32 LE    size of the sealed block that ends where the trailer starts
 *    4 fileBytes u64 LE      size of the whole file
 *   12 oldestReader u16 LE   the oldest version whose readers understand the file
 *   14 writerVersion u16 LE
 *   16 crc u32 LE            CRC-32 of the 16 bytes before
 *   20 magic "QWSP"
 *
 * Body:
 *
 *   docCount varint, sourceBytes varint
 *   document store: blockCount varint, start varint, per block docCount varint and sizeBytes varint
 *   fieldCount varint, then the fields, ascending by path (UTF-8) and type code:
 *     path (size varint, UTF-8), type u8, parts u8 (1 terms | 2 column | 4 fieldnorms)
 *     totalTokens varint, docsWithTerms varint
 *     terms:      record u8, termCount varint, blockCount varint, start varint,
 *                 per block sizeBytes varint and its first term (size varint, bytes)
 *     column:     start varint, sizeBytes varint, valueCount varint
 *     fieldnorms: start varint, sizeBytes varint
 */
export const FORMAT_VERSION = 3
/** Document blocks of version 3 hold texts that a reader of version 2 does not know. */
const OLDEST_READER = 3
const TRAILER_BYTES = 24
const TRAILER_CRC_OFFSET = 16
const MAGIC = Uint8Array.of(0x51, 0x57, 0x53, 0x50)
const SEAL: SealOptions = { level: 6, worthwhileShare: 0.95 }
const WHAT = 'split footer'

const TYPE_CODES: readonly ValueType[] = ['str', 'i64', 'u64', 'f64', 'bool', 'date', 'ip', 'bytes']
const Part = { terms: 1, column: 2, fieldnorms: 4 } as const

export interface SplitFooter {
  readonly formatVersion: number
  /** Size of the whole file. */
  readonly fileBytes: number
  readonly docCount: number
  /** Bytes of the stored documents before compression. */
  readonly sourceBytes: number
  readonly docStore: DocStoreIndex
  /** By `fieldKey`. */
  readonly fields: ReadonlyMap<string, SplitField>
  /** The fields at exactly this path, one per type. */
  fieldsAt(path: string): readonly SplitField[]
}

export interface SplitField extends FieldRef {
  readonly terms: TermsInfo | undefined
  readonly column: ColumnInfo | undefined
  /** Tokens per document; `decodeFieldnorms` reads the section. */
  readonly fieldnorms: FieldnormsInfo | undefined
  /** Tokens indexed over all documents. */
  readonly totalTokens: number
  /** Documents with at least one token. */
  readonly docsWithTerms: number
}

export function fieldKey(field: FieldRef): string {
  return `${field.path}\0${field.type}`
}

/** Everything of the footer but `fieldsAt`. */
type FooterContent = Omit<SplitFooter, 'formatVersion' | 'fileBytes' | 'fieldsAt'>

/** The order of fields in the footer. */
export function compareFields(a: FieldRef, b: FieldRef): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return TYPE_CODES.indexOf(a.type) - TYPE_CODES.indexOf(b.type)
}

/** The footer of a file whose other bytes are `bodyBytes` long. */
export async function encodeFooter(
  content: FooterContent,
  bodyBytes: number,
  queue: SealingQueue,
): Promise<Uint8Array> {
  const body = new ByteWriter(4096)
  body.varint(content.docCount)
  body.varint(content.sourceBytes)
  writeDocStore(content.docStore, body)
  body.varint(content.fields.size)
  for (const field of [...content.fields.values()].sort(compareFields)) writeField(field, body)
  const sealed = await queue.seal(body.view(), SEAL)

  const out = new ByteWriter(sealed.length + TRAILER_BYTES)
  out.bytes(sealed)
  out.u32(sealed.length)
  out.u64(BigInt(bodyBytes + sealed.length + TRAILER_BYTES))
  out.u16(OLDEST_READER)
  out.u16(FORMAT_VERSION)
  out.u32(crc32(out.view().subarray(sealed.length)))
  out.bytes(MAGIC)
  return out.copy()
}

function writeDocStore({ firstDocs, blockStarts }: DocStoreIndex, out: ByteWriter): void {
  const blockCount = firstDocs.length - 1
  out.varint(blockCount)
  out.varint(elementAt(blockStarts, 0))
  for (let block = 0; block < blockCount; block++) {
    out.varint(elementAt(firstDocs, block + 1) - elementAt(firstDocs, block))
    out.varint(elementAt(blockStarts, block + 1) - elementAt(blockStarts, block))
  }
}

function writeField(field: SplitField, out: ByteWriter): void {
  out.text(field.path)
  out.u8(TYPE_CODES.indexOf(field.type))
  out.u8(
    (field.terms === undefined ? 0 : Part.terms) |
      (field.column === undefined ? 0 : Part.column) |
      (field.fieldnorms === undefined ? 0 : Part.fieldnorms),
  )
  out.varint(field.totalTokens)
  out.varint(field.docsWithTerms)
  if (field.terms !== undefined) writeTerms(field.terms, out)
  if (field.column !== undefined) {
    writeRange(field.column, out)
    out.varint(field.column.valueCount)
  }
  if (field.fieldnorms !== undefined) writeRange(field.fieldnorms, out)
}

function writeTerms(terms: TermsInfo, out: ByteWriter): void {
  out.u8(RECORD_CODES.indexOf(terms.record))
  out.varint(terms.termCount)
  out.varint(terms.firstTerms.length)
  out.varint(elementAt(terms.blockStarts, 0))
  terms.firstTerms.forEach((firstTerm, block) => {
    out.varint(elementAt(terms.blockStarts, block + 1) - elementAt(terms.blockStarts, block))
    out.sized(firstTerm)
  })
}

function writeRange({ start, end }: ByteRange, out: ByteWriter): void {
  out.varint(start)
  out.varint(end - start)
}

/** `bytes` end where the file ends and start at its footer or before it. Throws `corrupt` (truncated
 *  or flipped bytes) and `invalid` (written by a newer version). */
export function decodeFooter(bytes: Uint8Array): SplitFooter {
  const trailer = openTrailer(bytes)
  const bodyEnd = bytes.length - TRAILER_BYTES
  const body = openBlock(bytes.subarray(bodyEnd - trailer.footerBytes, bodyEnd), WHAT)
  const reader = new ByteReader(body, WHAT)
  const docCount = reader.varint()
  const sourceBytes = reader.varint()
  const docStore = readDocStore(reader)
  const fields = new Map<string, SplitField>()
  const byPath = new Map<string, SplitField[]>()
  for (let left = reader.varint(); left > 0; left--) {
    const field = readField(reader, docCount)
    fields.set(fieldKey(field), field)
    const neighbours = byPath.get(field.path)
    if (neighbours === undefined) byPath.set(field.path, [field])
    else neighbours.push(field)
  }
  return {
    formatVersion: trailer.writerVersion,
    fileBytes: trailer.fileBytes,
    docCount,
    sourceBytes,
    docStore,
    fields,
    fieldsAt: (path) => byPath.get(path) ?? [],
  }
}

function openTrailer(bytes: Uint8Array): {
  readonly footerBytes: number
  readonly fileBytes: number
  readonly writerVersion: number
} {
  const start = bytes.length - TRAILER_BYTES
  if (start < 0) {
    throw new QwError('corrupt', `split is truncated: ${bytes.length} bytes hold no ${WHAT}`)
  }
  const reader = new ByteReader(bytes, WHAT, start)
  const footerBytes = reader.u32()
  const fileBytes = Number(reader.u64())
  const oldestReader = reader.u16()
  const writerVersion = reader.u16()
  const crc = reader.u32()
  if (MAGIC.some((byte, i) => bytes[start + 20 + i] !== byte)) {
    throw new QwError('corrupt', 'split is truncated or no split: it does not end with QWSP')
  }
  if (crc32(bytes.subarray(start, start + TRAILER_CRC_OFFSET)) !== crc) {
    throw new QwError('corrupt', `${WHAT} trailer has a wrong checksum`)
  }
  if (oldestReader > FORMAT_VERSION) {
    throw new QwError(
      'invalid',
      `split has format version ${writerVersion}, which needs a reader of version ${oldestReader}; this one is ${FORMAT_VERSION}`,
      { code: 'SPLIT-VERSION', fix: 'upgrade qw-lambda' },
    )
  }
  if (footerBytes > start) {
    throw new QwError('corrupt', `${WHAT} needs ${footerBytes} bytes, ${start} were read`)
  }
  return { footerBytes, fileBytes, writerVersion }
}

function readDocStore(reader: ByteReader): DocStoreIndex {
  const blockCount = reader.varint()
  if (blockCount > reader.remaining) throw reader.invalid(`${blockCount} document blocks`)
  const firstDocs = new Uint32Array(blockCount + 1)
  const blockStarts = new Float64Array(blockCount + 1)
  let doc = 0
  let start = reader.varint()
  blockStarts[0] = start
  for (let block = 1; block <= blockCount; block++) {
    doc += reader.varint()
    start += reader.varint()
    firstDocs[block] = doc
    blockStarts[block] = start
  }
  return { firstDocs, blockStarts }
}

function readField(reader: ByteReader, docCount: number): SplitField {
  const path = reader.text()
  const type = TYPE_CODES[reader.u8()]
  if (type === undefined) throw reader.invalid(`unknown type of field ${path}`)
  const parts = reader.u8()
  const totalTokens = reader.varint()
  const docsWithTerms = reader.varint()
  const terms = (parts & Part.terms) === 0 ? undefined : readTerms(reader)
  const column =
    (parts & Part.column) === 0
      ? undefined
      : { type, docCount, ...readRange(reader), valueCount: reader.varint() }
  const fieldnorms =
    (parts & Part.fieldnorms) === 0 ? undefined : { docCount, ...readRange(reader) }
  return { path, type, terms, column, fieldnorms, totalTokens, docsWithTerms }
}

function readTerms(reader: ByteReader): TermsInfo {
  const record = RECORD_CODES[reader.u8()]
  if (record === undefined) throw reader.invalid('unknown record option')
  const termCount = reader.varint()
  const blockCount = reader.varint()
  if (blockCount > reader.remaining) throw reader.invalid(`${blockCount} term blocks`)
  const firstTerms: Uint8Array[] = []
  const blockStarts = new Float64Array(blockCount + 1)
  let start = reader.varint()
  blockStarts[0] = start
  for (let block = 1; block <= blockCount; block++) {
    start += reader.varint()
    blockStarts[block] = start
    firstTerms.push(reader.sized())
  }
  return { record, termCount, firstTerms, blockStarts }
}

function readRange(reader: ByteReader): ByteRange {
  const start = reader.varint()
  return { start, end: start + reader.varint() }
}
