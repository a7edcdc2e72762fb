import { elementAt } from '../bytes/element-at.ts'
import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import { encodeShapedDocs, ShapedDocs } from './shaped-docs.ts'

/*
 * The documents' JSON as it came in, in sealed blocks:
 *
 *   form u8
 *   0 plain      size varint per document, then the documents one after the other
 *   1 shaped     shaped-docs.ts
 *
 * How many documents a block holds is in the footer. Blocks stand alone, so that a merge copies
 * them as they are.
 */
const Form = { plain: 0, shaped: 1 } as const
const WHAT = 'document block'
/** What an array costs besides its bytes. */
const VIEW_BYTES = 100

export interface DocStoreIndex {
  /** Block i holds documents [firstDocs[i], firstDocs[i + 1]). */
  readonly firstDocs: Uint32Array
  /** Block i is [blockStarts[i], blockStarts[i + 1]) of the file. */
  readonly blockStarts: Float64Array
}

export interface StoredBlock extends ByteRange {
  readonly firstDoc: number
  readonly endDoc: number
}

/** The blocks that hold these documents, each once, ascending. Throws `internal` on a document that
 *  the split does not have. */
export function locateDocs(index: DocStoreIndex, docIds: readonly number[]): StoredBlock[] {
  const numbers = new Set(docIds.map((docId) => blockOf(index, docId)))
  return [...numbers].sort((a, b) => a - b).map((block) => blockAt(index, block))
}

function blockOf({ firstDocs }: DocStoreIndex, docId: number): number {
  let low = 0
  let high = firstDocs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((firstDocs[middle] ?? Infinity) <= docId) low = middle + 1
    else high = middle
  }
  if (low === 0 || low === firstDocs.length || docId < 0) {
    throw new QwError('internal', `document ${docId} asked of a split without it`)
  }
  return low - 1
}

export function blockAt({ firstDocs, blockStarts }: DocStoreIndex, block: number): StoredBlock {
  // There is one entry more than there are blocks.
  return {
    firstDoc: elementAt(firstDocs, block),
    endDoc: elementAt(firstDocs, block + 1),
    start: elementAt(blockStarts, block),
    end: elementAt(blockStarts, block + 1),
  }
}

/** The documents' JSON in the order of `docIds`; `bytes[i]` are those of `blocks[i]`. Throws
 *  `corrupt`. */
export function readDocs(
  blocks: readonly StoredBlock[],
  bytes: readonly Uint8Array[],
  docIds: readonly number[],
): Uint8Array[] {
  const opened = blocks.map((block, i) => new OpenedBlock(bytes[i] ?? new Uint8Array(0), block))
  return docsOf(opened, docIds)
}

/** The same out of blocks that are unpacked. */
export function docsOf(blocks: readonly OpenedBlock[], docIds: readonly number[]): Uint8Array[] {
  const wanted = [...new Set(docIds)].sort((a, b) => a - b)
  const found = new Map<number, Uint8Array>()
  for (const block of blocks) {
    const docs = wanted.filter((docId) => block.firstDoc <= docId && docId < block.endDoc)
    const read = block.read(docs)
    docs.forEach((docId, place) => found.set(docId, read[place] ?? new Uint8Array(0)))
  }
  return docIds.map((docId) => {
    const doc = found.get(docId)
    if (doc === undefined) throw new QwError('internal', `document ${docId} is in no block given`)
    return doc
  })
}

/** A block that is unpacked. Its documents are put together when they are asked for. */
export class OpenedBlock {
  readonly firstDoc: number
  readonly endDoc: number
  /** Roughly. */
  readonly memoryBytes: number
  readonly #docs: ShapedDocs | Uint8Array[]

  /** Throws `corrupt`. */
  constructor(sealed: Uint8Array, { firstDoc, endDoc }: Pick<StoredBlock, 'firstDoc' | 'endDoc'>) {
    this.firstDoc = firstDoc
    this.endDoc = endDoc
    const content = openBlock(sealed, WHAT)
    this.#docs = openDocs(content, endDoc - firstDoc)
    const docs = this.#docs
    const decodedBytes = docs instanceof ShapedDocs ? docs.memoryBytes : docs.length * VIEW_BYTES
    this.memoryBytes = content.length + decodedBytes
  }

  /** The documents `docIds`, ascending. Throws `corrupt`. */
  read(docIds: readonly number[]): Uint8Array[] {
    const docs = this.#docs
    const places = docIds.map((docId) => docId - this.firstDoc)
    if (docs instanceof ShapedDocs) return docs.read(places)
    return places.map((place) => docs[place] ?? new Uint8Array(0))
  }
}

function openDocs(content: Uint8Array, docCount: number): ShapedDocs | Uint8Array[] {
  const reader = new ByteReader(content, WHAT)
  const form = reader.u8()
  if (form === Form.shaped) return new ShapedDocs(reader, docCount)
  if (form !== Form.plain) throw reader.invalid(`document block form ${form}`)
  const sizes = Array.from({ length: docCount }, () => reader.varint())
  return sizes.map((size) => reader.bytes(size))
}

export interface WrittenDocStore {
  /** Sealed blocks with the number of documents in each. */
  readonly blocks: readonly { readonly sealed: Uint8Array; readonly docCount: number }[]
  readonly sourceBytes: number
}

export interface DocStoreSettings {
  /** A block is full when it holds so many bytes of documents or more. */
  readonly docStoreBlockBytes: number
  /** On the scale of zstd, as configs have it: 8 unless given. */
  readonly docStoreLevel?: number
}

/**
 * Blocks are deflated, whose levels end at 9 and mean other things: level 6, past which deflate takes
 * much longer for little, stands for the 8 that is the default of configs.
 */
function sealOptions(level = 8): SealOptions {
  return { level: Math.min(9, Math.ceil(level * 0.75)), worthwhileShare: 0.98 }
}

/** A block with the documents that `isKept` names alone; undefined when none is left. Throws `corrupt`. */
export async function withoutDocs(
  sealed: Uint8Array,
  block: StoredBlock,
  isKept: (docId: number) => boolean,
  { level, queue }: { readonly level: number | undefined; readonly queue: SealingQueue },
): Promise<{ readonly sealed: Uint8Array | undefined; readonly erasedBytes: number }> {
  const opened = openDocs(openBlock(sealed, WHAT), block.endDoc - block.firstDoc)
  const kept = new ByteWriter()
  const ends = new GrowableUint32()
  let keptBytes = 0
  let erasedBytes = 0
  const settle = (place: number): void => {
    if (isKept(block.firstDoc + place)) {
      keptBytes = kept.length
      ends.push(keptBytes)
      return
    }
    erasedBytes += kept.length - keptBytes
    kept.truncate(keptBytes)
  }
  if (opened instanceof ShapedDocs) opened.readInto(kept, settle)
  else {
    opened.forEach((doc, place) => {
      kept.bytes(doc)
      settle(place)
    })
  }
  if (ends.length === 0) return { sealed: undefined, erasedBytes }
  const left = { docs: kept.view(), ends: ends.view(), level }
  return { sealed: await sealDocs(left, queue), erasedBytes }
}

/** The documents of one block, not yet encoded. */
export interface DocBlock {
  /** One after the other. */
  readonly docs: Uint8Array
  /** Where each ends. */
  readonly ends: Uint32Array
  /** As `DocStoreSettings.docStoreLevel`. */
  readonly level: number | undefined
}

/** Looks at the block before it returns; compresses in the background. */
export function sealDocs(
  { docs, ends, level }: DocBlock,
  queue: SealingQueue,
): Promise<Uint8Array> {
  return queue.seal(encodeDocs(docs, ends), sealOptions(level))
}

/** Collects documents; full blocks are sealed while more are added. */
export class DocStoreWriter {
  readonly #settings: DocStoreSettings
  readonly #seal: (block: DocBlock) => Promise<Uint8Array>
  #ends = new GrowableUint32()
  readonly #docs = new ByteWriter(1 << 16)
  readonly #blocks: { sealed: Promise<Uint8Array>; docCount: number }[] = []
  #sourceBytes = 0
  /** Of documents that are being sealed. */
  #waitingBytes = 0
  #sealedBytes = 0

  /** `seal` looks at the block before it returns. */
  constructor(settings: DocStoreSettings, seal: (block: DocBlock) => Promise<Uint8Array>) {
    this.#settings = settings
    this.#seal = seal
  }

  get memoryBytes(): number {
    return this.#docs.length + this.#ends.memoryBytes + this.#waitingBytes + this.#sealedBytes
  }

  add(source: Uint8Array): void {
    this.#docs.bytes(source)
    this.#ends.push(this.#docs.length)
    this.#sourceBytes += source.length
    if (this.#docs.length >= this.#settings.docStoreBlockBytes) this.#sealBlock()
  }

  #sealBlock(): void {
    const level = this.#settings.docStoreLevel
    const docs = this.#docs.view()
    const docBytes = docs.length
    this.#waitingBytes += docBytes
    const sealed = this.#seal({ docs, ends: this.#ends.view(), level }).then((bytes) => {
      this.#waitingBytes -= docBytes
      this.#sealedBytes += bytes.length
      return bytes
    })
    // A failure surfaces in `finish`, which may be awaited later.
    sealed.catch(() => undefined)
    this.#blocks.push({ sealed, docCount: this.#ends.length })
    this.#ends.truncate(0)
    this.#docs.truncate(0)
  }

  async finish(): Promise<WrittenDocStore> {
    if (this.#ends.length > 0) this.#sealBlock()
    const blocks = await Promise.all(
      this.#blocks.map(async ({ sealed, docCount }) => ({ sealed: await sealed, docCount })),
    )
    return { blocks, sourceBytes: this.#sourceBytes }
  }
}

function encodeDocs(docs: Uint8Array, ends: Uint32Array): Uint8Array {
  const out = new ByteWriter(docs.length >>> 2)
  const shaped = encodeShapedDocs(docs, ends)
  if (shaped !== undefined) {
    out.u8(Form.shaped)
    out.bytes(shaped)
    return out.copy()
  }
  out.u8(Form.plain)
  let start = 0
  for (const end of ends) {
    out.varint(end - start)
    start = end
  }
  out.bytes(docs)
  return out.copy()
}
