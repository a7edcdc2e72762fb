import type { ByteRange } from '../ports.ts'

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

/** The blocks that hold these documents, each once, ascending. */
export function locateDocs(index: DocStoreIndex, docIds: readonly number[]): DocBlock[] {
  throw new Error(`not written yet ${index.firstDocs.length} ${docIds.length}`)
}

/** The documents' JSON in the order of `docIds`; `bytes[i]` are those of `blocks[i]`. Throws `corrupt`. */
export function readDocs(
  blocks: readonly DocBlock[],
  bytes: readonly Uint8Array[],
  docIds: readonly number[],
): Uint8Array[] {
  throw new Error(`not written yet ${blocks.length} ${bytes.length} ${docIds.length}`)
}
