// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { decodePackedBlocks, encodePackedBlocks } from '../bytes/packed-blocks.ts'

/*
 * Which document each value of a column belongs to:
 *
 *   form u8    0 one value per document, in order: nothing follows
 *              1 packed blocks of, per value, its document minus that of the value before (or 0)
 */
const Form = { full: 0, gaps: 1 } as const

/** Which values belong to a document. */
export interface Presence {
  /** Undefined: exactly one value per document, values[doc]. Otherwise those of document d are
   *  [starts[d], starts[d + 1]). */
  readonly starts: Uint32Array | undefined
}

/** `docs[i]`, not descending, is the document of value i; `undefined` when that is i itself. */
export function encodePresence(docs: Uint32Array | undefined, out: ByteWriter): void {
  if (docs === undefined) {
    out.u8(Form.full)
    return
  }
  out.u8(Form.gaps)
  const gaps = new Uint32Array(docs.length)
  let previous = 0
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    gaps[i] = doc - previous
    previous = doc
  }
  encodePackedBlocks(gaps, gaps.length, out)
}

export function decodePresence(
  reader: ByteReader,
  { docCount, valueCount }: { readonly docCount: number; readonly valueCount: number },
): Presence {
  const form = reader.u8()
  if (form === Form.full) {
    if (valueCount !== docCount) throw reader.invalid(`${valueCount} values, ${docCount} documents`)
    return { starts: undefined }
  }
  if (form !== Form.gaps) throw reader.invalid(`presence form ${form}`)
  const gaps = decodePackedBlocks(reader, valueCount)
  const starts = new Uint32Array(docCount + 1)
  let doc = 0
  let filled = 0
  for (let i = 0; i < valueCount; i++) {
    doc += gaps[i] as number
    if (doc >= docCount) throw reader.invalid(`value of document ${doc} of ${docCount}`)
    // Documents up to this one start no later than here.
    while (filled <= doc) starts[filled++] = i
  }
  starts.fill(valueCount, filled)
  return { starts }
}
