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

/** `onListed` is called when the lists of a field stand, and what it took to sort them is held no longer. */
export async function encodeFields(
  { docCount, fields }: CollectedFields,
  onListed: () => void = () => undefined,
): Promise<EncodedFields> {
  const target = {
    docCount,
    onListed,
    lists: new ListSection(LISTS_START),
    queue: new SealingQueue(),
  }
  const sorted = fields.toSorted(compareFields)
  const encoded = await fieldByField(sorted, (field) => encodeField(field, target))
  return { lists: target.lists.pieces(), fields: encoded }
}

interface FieldTarget {
  readonly docCount: number
  readonly onListed: () => void
  readonly lists: ListSection
  readonly queue: SealingQueue
}

async function encodeField(
  { path, type, terms, column }: CollectedField,
  target: FieldTarget,
): Promise<FieldUnderWay> {
  const encoded = terms && (await encodeTerms(terms, target))
  if (encoded !== undefined) target.onListed()
  const written = column && encodeColumn(columnInput(column), target.queue)
  const parts = Promise.all([encoded?.terms, written, encoded?.fieldnorms])
  const done = parts.then(([dictionary, columnBytes, fieldnorms]) => {
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
