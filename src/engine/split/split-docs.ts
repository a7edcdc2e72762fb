import { elementAt } from '../bytes/element-at.ts'
import type { ByteRange, ObjectStore } from '../ports.ts'
import { blockAt, OpenedBlock, type DocStoreIndex, type StoredBlock } from './doc-store.ts'

/** Bytes of one read, unless a single block is larger; two are held at a time. */
const READ_BYTES = 4 << 20
/** Blocks closer than this are read together: about what S3 delivers in the time of one round trip. */
const GAP_BYTES = 128 << 10

/** Ascending documents of a split: those of a list, or all. */
export type WantedDocs =
  | { readonly kind: 'range'; readonly first: number; readonly end: number }
  | { readonly kind: 'list'; readonly docs: Uint32Array }

export function wantedCount(wanted: WantedDocs): number {
  return wanted.kind === 'list' ? wanted.docs.length : wanted.end - wanted.first
}

/** The wanted documents from place `from` to `end` among them. */
export function sliceWanted(wanted: WantedDocs, from: number, end: number): WantedDocs {
  return wanted.kind === 'list'
    ? { kind: 'list', docs: wanted.docs.subarray(from, end) }
    : { kind: 'range', first: wanted.first + from, end: wanted.first + end }
}

interface DocRead extends ByteRange {
  readonly blocks: readonly StoredBlock[]
}

/** The reads that bring all blocks with a wanted document, ascending. */
export function planDocReads(index: DocStoreIndex, wanted: WantedDocs): DocRead[] {
  const reads: { start: number; end: number; blocks: StoredBlock[] }[] = []
  for (let number = 0; number + 1 < index.firstDocs.length; number++) {
    const block = blockAt(index, number)
    if (wantedCount(wantedIn(wanted, block)) === 0) continue
    const last = reads.at(-1)
    const joins =
      last !== undefined &&
      block.start - last.end <= GAP_BYTES &&
      block.end - last.start <= READ_BYTES
    if (joins) {
      last.end = block.end
      last.blocks.push(block)
    } else reads.push({ start: block.start, end: block.end, blocks: [block] })
  }
  return reads
}

function wantedIn(wanted: WantedDocs, { firstDoc, endDoc }: StoredBlock): WantedDocs {
  if (wanted.kind === 'range') {
    const first = Math.max(wanted.first, firstDoc)
    return { kind: 'range', first, end: Math.max(first, Math.min(wanted.end, endDoc)) }
  }
  return {
    kind: 'list',
    docs: wanted.docs.subarray(placeOf(wanted, firstDoc), placeOf(wanted, endDoc)),
  }
}

/** How many listed documents are below `doc`. */
function placeOf({ docs }: { readonly docs: Uint32Array }, doc: number): number {
  let low = 0
  let high = docs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (elementAt(docs, middle) < doc) low = middle + 1
    else high = middle
  }
  return low
}

interface StoredDocs {
  readonly store: ObjectStore
  readonly key: string
  readonly docStore: DocStoreIndex
}

/** The wanted documents as they are stored, block by block, while the next read is under way. Rejects
 *  with `notFound`, `corrupt` and what the store throws. */
export async function* readSplitDocs(
  { store, key, docStore }: StoredDocs,
  wanted: WantedDocs,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Uint8Array[]> {
  const reads = planDocReads(docStore, wanted)
  const begin = (place: number): Promise<Uint8Array> | undefined => {
    const read = reads[place]
    const bytes = read && store.read(key, read, signal)
    // A failure surfaces when its turn comes.
    bytes?.catch(() => undefined)
    return bytes
  }
  let next = begin(0)
  for (const [place, read] of reads.entries()) {
    const bytes = await next
    next = begin(place + 1)
    if (bytes === undefined) return
    for (const block of read.blocks) {
      const sealed = bytes.subarray(block.start - read.start, block.end - read.start)
      yield new OpenedBlock(sealed, block).read(docIdsOf(wantedIn(wanted, block)))
    }
  }
}

function docIdsOf(wanted: WantedDocs): number[] {
  if (wanted.kind === 'list') return Array.from(wanted.docs)
  return Array.from({ length: wanted.end - wanted.first }, (_, i) => wanted.first + i)
}
