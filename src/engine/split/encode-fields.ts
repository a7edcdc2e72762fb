import { SealingQueue } from '../bytes/sealing-queue.ts'
import type { FieldRef } from '../schema/value-type.ts'
import { type CollectedColumn, columnInput } from './column-accumulator.ts'
import { encodeColumn } from './column.ts'
import { encodeTerms } from './encode-terms.ts'
import { compareFields } from './footer.ts'
import { ListSection } from './postings.ts'
import { fieldByField, type FieldUnderWay, LISTS_START, type WrittenField } from './split-file.ts'
import type { CollectedTerms } from './term-accumulator.ts'

/** All that one field of a split holds before it is encoded. */
interface CollectedField extends FieldRef {
  readonly terms: CollectedTerms | undefined
  readonly column: CollectedColumn | undefined
}

/** The fields of a split, as values that another thread can be handed. */
export interface CollectedFields {
  readonly docCount: number
  readonly fields: readonly CollectedField[]
}

export interface EncodedFields {
  /** The posting and positions lists of all fields, to stand at `LISTS_START` of the file. */
  readonly lists: readonly Uint8Array[]
  readonly fields: readonly WrittenField[]
}

/** `onUsed` is told of what a field has collected when that is of no use any more. */
export async function encodeFields(
  { docCount, fields }: CollectedFields,
  onUsed: (collected: CollectedTerms | CollectedColumn) => void = () => undefined,
): Promise<EncodedFields> {
  const target = {
    docCount,
    onUsed,
    lists: new ListSection(LISTS_START),
    queue: new SealingQueue(),
  }
  const sorted = fields.toSorted(compareFields)
  const encoded = await fieldByField(sorted, (field) => encodeField(field, target))
  return { lists: target.lists.pieces(), fields: encoded }
}

interface FieldTarget {
  readonly docCount: number
  readonly onUsed: (collected: CollectedTerms | CollectedColumn) => void
  readonly lists: ListSection
  readonly queue: SealingQueue
}

async function encodeField(
  { path, type, terms, column }: CollectedField,
  target: FieldTarget,
): Promise<FieldUnderWay> {
  const encoded = terms && (await encodeTerms(terms, target))
  if (terms !== undefined) target.onUsed(terms)
  const written = column && encodeColumn(columnInput(column), target.queue)
  const parts = Promise.all([encoded?.terms, written, encoded?.fieldnorms])
  const done = parts.then(([dictionary, columnBytes, fieldnorms]) => {
    if (column !== undefined) target.onUsed(column)
    return {
      path,
      type,
      terms: dictionary,
      column: columnBytes,
      fieldnorms,
      totalTokens: encoded?.totalTokens ?? 0,
      docsWithTerms: encoded?.docsWithTerms ?? 0,
    }
  })
  return { done }
}
