import { elementAt } from '../bytes/element-at.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import type { FieldRef } from '../schema/value-type.ts'
import type { WrittenColumn } from './column.ts'
import type { WrittenDocStore } from './doc-store.ts'
import {
  compareFields,
  encodeFooter,
  fieldKey,
  type SplitField,
  type SplitFooter,
} from './footer.ts'
import type { WrittenTerms } from './term-dictionary-writer.ts'

/*
 * The order of a split file:
 *
 *   magic "QWSPLIT" and a zero byte
 *   posting and positions lists   fields in footer order, terms ascending
 *   document blocks
 *   per field                     dictionary blocks, column, fieldnorms; large fields first
 *   footer                        footer.ts
 */
const FILE_MAGIC = new TextEncoder().encode('QWSPLIT\0')

/** Where the first list stands. */
export const LISTS_START = FILE_MAGIC.length

/** For readers of whole files. Throws `corrupt` when bytes are missing or it is no split. */
export function checkWhole(file: Uint8Array, { fileBytes }: SplitFooter): void {
  if (file.length !== fileBytes) {
    throw new QwError('corrupt', `split is truncated: ${file.length} bytes instead of ${fileBytes}`)
  }
  if (FILE_MAGIC.some((byte, i) => file[i] !== byte)) {
    throw new QwError('corrupt', 'no split: it does not start with QWSPLIT')
  }
}

/** One field, encoded, its places in the file not yet known. */
export interface WrittenField extends FieldRef {
  readonly terms: WrittenTerms | undefined
  readonly column: WrittenColumn | undefined
  readonly fieldnorms: Uint8Array | undefined
  readonly totalTokens: number
  readonly docsWithTerms: number
}

/** A field whose lists stand, and that is done when all of it is compressed. */
export interface FieldUnderWay {
  readonly done: Promise<WrittenField>
}

/** Fields that are written at once. One more computes while the one before is compressed; each holds a few
 *  numbers per document until it is. */
const FIELDS_AT_ONCE = 2

/** `write` over the fields in their order: lists of a field follow those of the one before, so it is begun
 *  when those stand. */
export async function fieldByField<Field>(
  fields: readonly Field[],
  write: (field: Field) => Promise<FieldUnderWay>,
): Promise<WrittenField[]> {
  const written: Promise<WrittenField>[] = []
  for (const field of fields) {
    const { done } = await write(field)
    // Awaited below, perhaps only after another one has failed.
    done.catch(() => undefined)
    written.push(done)
    await written.at(-FIELDS_AT_ONCE)
  }
  return await Promise.all(written)
}

export interface SplitParts {
  readonly docCount: number
  readonly lists: readonly Uint8Array[]
  readonly docStore: WrittenDocStore
  readonly fields: readonly WrittenField[]
}

/** Puts the parts in order and writes the footer. */
export async function assembleSplit(
  parts: SplitParts,
): Promise<{ readonly pieces: readonly Uint8Array[]; readonly footer: ByteRange }> {
  const layout = new Layout()
  layout.place(FILE_MAGIC)
  layout.placeAll(parts.lists)
  const { blocks } = parts.docStore
  const firstDocs = new Uint32Array(blocks.length + 1)
  blocks.forEach(({ docCount }, i) => {
    firstDocs[i + 1] = elementAt(firstDocs, i) + docCount
  })
  const blockStarts = layout.placeAll(blocks.map(({ sealed }) => sealed))
  const fields = new Map<string, SplitField>()
  for (const field of [...parts.fields].sort(largestFirst)) {
    fields.set(fieldKey(field), placeField(field, parts.docCount, layout))
  }
  const footerStart = layout.end
  const footer = await encodeFooter(
    {
      docCount: parts.docCount,
      sourceBytes: parts.docStore.sourceBytes,
      docStore: { firstDocs, blockStarts },
      fields,
    },
    footerStart,
    new SealingQueue(),
  )
  layout.place(footer)
  return { pieces: layout.pieces, footer: { start: footerStart, end: layout.end } }
}

/** The small ones end up beside the footer, so that the read that opens a split brings many of them
 *  along: a cold search then needs a round less. */
function largestFirst(a: WrittenField, b: WrittenField): number {
  return writtenBytes(b) - writtenBytes(a) || compareFields(a, b)
}

function writtenBytes({ terms, column, fieldnorms }: WrittenField): number {
  const blocks = terms?.blocks.reduce((sum, block) => sum + block.length, 0) ?? 0
  return blocks + (column?.sealed.length ?? 0) + (fieldnorms?.length ?? 0)
}

function placeField(field: WrittenField, docCount: number, layout: Layout): SplitField {
  const { path, type, terms, column, fieldnorms, totalTokens, docsWithTerms } = field
  return {
    path,
    type,
    terms: terms && {
      record: terms.record,
      termCount: terms.termCount,
      firstTerms: terms.firstTerms,
      blockStarts: layout.placeAll(terms.blocks),
    },
    column: column && {
      type,
      docCount,
      valueCount: column.valueCount,
      ...layout.place(column.sealed),
    },
    fieldnorms: fieldnorms && { docCount, ...layout.place(fieldnorms) },
    totalTokens,
    docsWithTerms,
  }
}

/** Pieces of a file in order. */
class Layout {
  readonly pieces: Uint8Array[] = []
  end = 0

  place(piece: Uint8Array): ByteRange {
    const start = this.end
    this.pieces.push(piece)
    this.end += piece.length
    return { start, end: this.end }
  }

  /** Where each piece starts, and where the last one ends. */
  placeAll(pieces: readonly Uint8Array[]): Float64Array {
    const starts = new Float64Array(pieces.length + 1)
    pieces.forEach((piece, i) => {
      starts[i] = this.place(piece).start
    })
    starts[pieces.length] = this.end
    return starts
  }
}
