import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { openBlock } from '../bytes/sealed-block.ts'
import type { SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'

/*
 * The documents' JSON as it came in, in sealed blocks. A block:
 *
 *   size varint per document, then the documents one after the other
 *
 * How many documents a block holds is in the footer.
 */
const SEAL: SealOptions = { level: 6, worthwhileShare: 0.95 }
const WHAT = 'document block'

export interface DocStoreIndex {
  /** Block i holds documents [firstDocs[i], firstDocs[i + 1]). */
  readonly firstDocs: Uint32Array
  /** Block i is [blockStarts[i], blockStarts[i + 1]) of the file. */
  readonly blockStarts: Float64Array
}

export interface DocBlock extends ByteRange {
  readonly firstDoc: number
  readonly endDoc: number
}

/** The blocks that hold these documents, each once, ascending. Throws `internal` on a document that
 *  the split does not have. */
export function locateDocs(index: DocStoreIndex, docIds: readonly number[]): DocBlock[] {
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

export function blockAt({ firstDocs, blockStarts }: DocStoreIndex, block: number): DocBlock {
  // Inside by construction: there is one entry more than there are blocks.
  return {
    firstDoc: firstDocs[block] ?? 0,
    endDoc: firstDocs[block + 1] ?? 0,
    start: blockStarts[block] ?? 0,
    end: blockStarts[block + 1] ?? 0,
  }
}

/** The documents' JSON in the order of `docIds`; `bytes[i]` are those of `blocks[i]`. Throws
 *  `corrupt`. */
export function readDocs(
  blocks: readonly DocBlock[],
  bytes: readonly Uint8Array[],
  docIds: readonly number[],
): Uint8Array[] {
  const opened = blocks.map((block, i) => openDocBlock(bytes[i] ?? new Uint8Array(0), block))
  return docIds.map((docId) => {
    const at = blocks.findIndex(({ firstDoc, endDoc }) => firstDoc <= docId && docId < endDoc)
    const doc = opened[at]?.[docId - (blocks[at]?.firstDoc ?? 0)]
    if (doc === undefined) throw new QwError('internal', `document ${docId} is in no block given`)
    return doc
  })
}

/** The documents of one block. Throws `corrupt`. */
function openDocBlock(sealed: Uint8Array, { firstDoc, endDoc }: DocBlock): Uint8Array[] {
  const reader = new ByteReader(openBlock(sealed, WHAT), WHAT)
  const sizes: number[] = []
  for (let doc = firstDoc; doc < endDoc; doc++) sizes.push(reader.varint())
  return sizes.map((size) => reader.bytes(size))
}

export interface WrittenDocStore {
  /** Sealed blocks with the number of documents in each. */
  readonly blocks: readonly { readonly sealed: Uint8Array; readonly docCount: number }[]
  readonly sourceBytes: number
}

/** Collects documents; full blocks compress while more are added. */
export class DocStoreWriter {
  readonly #blockBytes: number
  readonly #queue: SealingQueue
  readonly #sizes = new ByteWriter(1024)
  readonly #docs = new ByteWriter(1 << 16)
  readonly #blocks: { sealed: Promise<Uint8Array>; docCount: number }[] = []
  #blockDocCount = 0
  #sourceBytes = 0

  /** A block is full when it holds `blockBytes` of documents or more. */
  constructor(blockBytes: number, queue: SealingQueue) {
    this.#blockBytes = blockBytes
    this.#queue = queue
  }

  get memoryBytes(): number {
    // What is sealed shrinks to about a quarter; what waits is counted by the queue.
    return this.#docs.length + this.#sizes.length + this.#sourceBytes / 4
  }

  add(source: Uint8Array): void {
    this.#sizes.varint(source.length)
    this.#docs.bytes(source)
    this.#blockDocCount++
    this.#sourceBytes += source.length
    if (this.#docs.length >= this.#blockBytes) this.#seal()
  }

  #seal(): void {
    this.#sizes.bytes(this.#docs.view())
    const sealed = this.#queue.seal(this.#sizes.copy(), SEAL)
    // A failure surfaces in `finish`, which may be awaited later.
    sealed.catch(() => undefined)
    this.#blocks.push({ sealed, docCount: this.#blockDocCount })
    this.#sizes.truncate(0)
    this.#docs.truncate(0)
    this.#blockDocCount = 0
  }

  async finish(): Promise<WrittenDocStore> {
    if (this.#blockDocCount > 0) this.#seal()
    const blocks = await Promise.all(
      this.#blocks.map(async ({ sealed, docCount }) => ({ sealed: await sealed, docCount })),
    )
    return { blocks, sourceBytes: this.#sourceBytes }
  }
}
