import { checkBlock } from '../bytes/sealed-block.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { FieldRef } from '../schema/value-type.ts'
import { encodeColumn } from './column.ts'
import { blockAt, type WrittenDocStore } from './doc-store.ts'
import { decodeFieldnorms, encodeFieldnorms } from './fieldnorms.ts'
import { compareFields, decodeFooter, fieldKey } from './footer.ts'
import { mergeColumns } from './merge-columns.ts'
import { rangeOf, type MergeField, type MergeInput } from './merge-input.ts'
import { mergeTerms } from './merge-terms.ts'
import { ListSection } from './postings.ts'
import { buildSplit, type BuiltSplit, type SplitBuilderSettings } from './split-builder.ts'
import { checkWhole, LISTS_START, type WrittenField } from './split-file.ts'

interface MergeTarget {
  readonly docCount: number
  readonly lists: ListSection
  readonly queue: SealingQueue
}

/** One split with the documents of `inputs` (whole split files) in that order: what building from
 *  the same documents would decode to. Stored document blocks are copied as they are. Rejects with
 *  `corrupt`. */
export async function mergeSplits(
  inputs: readonly Uint8Array[],
  settings: Pick<SplitBuilderSettings, 'timestampPath' | 'tagPaths'>,
): Promise<BuiltSplit> {
  const opened: MergeInput[] = []
  let docCount = 0
  for (const bytes of inputs) {
    const footer = decodeFooter(bytes)
    checkWhole(bytes, footer)
    opened.push({ bytes, footer, docOffset: docCount })
    docCount += footer.docCount
  }
  if (docCount === 0) throw new QwError('internal', 'a merge of no documents was asked for')
  const target = { docCount, lists: new ListSection(LISTS_START), queue: new SealingQueue() }
  const fields: Promise<WrittenField>[] = []
  for (const ref of unionOfFields(opened)) fields.push(mergeField(ref, opened, target))
  const parts = {
    docCount,
    lists: target.lists,
    docStore: copyDocStores(opened),
    fields: await Promise.all(fields),
  }
  return buildSplit(parts, settings)
}

function unionOfFields(inputs: readonly MergeInput[]): FieldRef[] {
  const refs = new Map<string, FieldRef>()
  for (const { footer } of inputs) {
    for (const [key, { path, type }] of footer.fields) refs.set(key, { path, type })
  }
  return [...refs.values()].sort(compareFields)
}

async function mergeField(
  ref: FieldRef,
  inputs: readonly MergeInput[],
  { docCount, lists, queue }: MergeTarget,
): Promise<WrittenField> {
  const sources: MergeField[] = []
  for (const input of inputs) {
    const field = input.footer.fields.get(fieldKey(ref))
    if (field !== undefined) sources.push({ input, field })
  }
  // Lists follow each other in the order of fields: nothing may be awaited before this returns.
  const terms = mergeTerms(sources, lists, queue)
  const column = mergeColumns(sources, docCount)
  const lengths = mergeFieldnorms(sources, docCount)
  return {
    ...ref,
    terms: await terms,
    column: column && (await encodeColumn(column, queue)),
    fieldnorms: lengths && (await encodeFieldnorms(lengths, queue)),
    totalTokens: sources.reduce((sum, { field }) => sum + field.totalTokens, 0),
    docsWithTerms: sources.reduce((sum, { field }) => sum + field.docsWithTerms, 0),
  }
}

/** Undefined unless every input with the field has lengths: made-up ones would bend scores. */
function mergeFieldnorms(
  sources: readonly MergeField[],
  docCount: number,
): Uint32Array | undefined {
  const lengths = new Uint32Array(docCount)
  for (const { input, field } of sources) {
    if (field.fieldnorms === undefined) return undefined
    const bytes = rangeOf(input.bytes, field.fieldnorms)
    lengths.set(decodeFieldnorms(bytes, input.footer.docCount), input.docOffset)
  }
  return lengths
}

function copyDocStores(inputs: readonly MergeInput[]): WrittenDocStore {
  const blocks: { sealed: Uint8Array; docCount: number }[] = []
  let sourceBytes = 0
  for (const { bytes, footer } of inputs) {
    sourceBytes += footer.sourceBytes
    for (let block = 0; block + 1 < footer.docStore.firstDocs.length; block++) {
      const { firstDoc, endDoc, start, end } = blockAt(footer.docStore, block)
      const sealed = rangeOf(bytes, { start, end })
      checkBlock(sealed, 'document block')
      blocks.push({ sealed, docCount: endDoc - firstDoc })
    }
  }
  return { blocks, sourceBytes }
}
