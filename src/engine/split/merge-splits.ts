import { checkBlock } from '../bytes/sealed-block.ts'
import { SealingQueue } from '../bytes/sealing-queue.ts'
import { QwError } from '../errors.ts'
import type { FieldRef } from '../schema/value-type.ts'
import { encodeColumn } from './column.ts'
import { blockAt, withoutDocs, type StoredBlock, type WrittenDocStore } from './doc-store.ts'
import { decodeFieldnorms, encodeFieldnorms } from './fieldnorms.ts'
import {
  compareFields,
  decodeFooter,
  fieldKey,
  type SplitField,
  type SplitFooter,
} from './footer.ts'
import { GONE, keepAllBut, keptLengths, type KeptDocs } from './kept-docs.ts'
import { mergeColumns } from './merge-columns.ts'
import { rangeOf, type MergeField, type MergeInput } from './merge-input.ts'
import { mergeTerms, TokenTally } from './merge-terms.ts'
import { ListSection } from './postings.ts'
import { buildSplit, type BuiltSplit, type SplitBuilderSettings } from './split-builder.ts'
import {
  checkWhole,
  fieldByField,
  type FieldUnderWay,
  LISTS_START,
  type WrittenField,
} from './split-file.ts'

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
    const input = { bytes, footer: openWhole(bytes), docOffset: docCount }
    opened.push(input)
    docCount += input.footer.docCount
  }
  if (docCount === 0) throw new QwError('internal', 'a merge of no documents was asked for')
  return await joinInputs(opened, docCount, settings)
}

/** The split (a whole file) without the documents `erased`: what building from the others would decode
 *  to, and none of the bytes that only the erased ones had. Undefined when none is left. Rejects with
 *  `corrupt`. */
export async function eraseDocs(
  bytes: Uint8Array,
  erased: Uint32Array,
  settings: Pick<SplitBuilderSettings, 'timestampPath' | 'tagPaths' | 'docStoreLevel'>,
): Promise<BuiltSplit | undefined> {
  const footer = openWhole(bytes)
  const kept = keepAllBut(erased, footer.docCount)
  if (kept.count === 0) return undefined
  return await joinInputs([{ bytes, footer, docOffset: 0, kept }], kept.count, settings)
}

function openWhole(bytes: Uint8Array): SplitFooter {
  const footer = decodeFooter(bytes)
  checkWhole(bytes, footer)
  return footer
}

async function joinInputs(
  inputs: readonly MergeInput[],
  docCount: number,
  settings: Pick<SplitBuilderSettings, 'timestampPath' | 'tagPaths' | 'docStoreLevel'>,
): Promise<BuiltSplit> {
  const target = { docCount, lists: new ListSection(LISTS_START), queue: new SealingQueue() }
  const written = await fieldByField(unionOfFields(inputs), (ref) =>
    mergeField(ref, inputs, target),
  )
  const parts = {
    docCount,
    lists: target.lists.pieces(),
    docStore: await joinDocStores(inputs, { level: settings.docStoreLevel, queue: target.queue }),
    fields: inputs.some(({ kept }) => kept !== undefined) ? written.filter(hasValues) : written,
  }
  return buildSplit(parts, settings)
}

/** A field that only erased documents had is gone with its name. */
function hasValues({ terms, column }: WrittenField): boolean {
  return (terms?.termCount ?? 0) > 0 || (column?.valueCount ?? 0) > 0
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
): Promise<FieldUnderWay> {
  const sources: MergeField[] = []
  for (const input of inputs) {
    const field = input.footer.fields.get(fieldKey(ref))
    if (field !== undefined) sources.push({ input, field })
  }
  const isWhole = sources.every(({ input }) => input.kept === undefined)
  const tally = isWhole ? undefined : new TokenTally(docCount)
  const terms = await mergeTerms(sources, { lists, queue, tally })
  const column = mergeColumns(sources, docCount)
  const encoded = column && encodeColumn(column, queue)
  const lengths = mergeFieldnorms(sources, docCount)
  const fieldnorms = lengths && encodeFieldnorms(lengths, queue)
  const parts = Promise.all([terms?.done, encoded, fieldnorms])
  const done = parts.then(([writtenTerms, writtenColumn, writtenNorms]) => ({
    ...ref,
    terms: writtenTerms,
    column: writtenColumn,
    fieldnorms: writtenNorms,
    totalTokens: tally?.tokenCount ?? sumOf(sources, ({ totalTokens }) => totalTokens),
    docsWithTerms: tally?.docCount ?? sumOf(sources, ({ docsWithTerms }) => docsWithTerms),
  }))
  return { done }
}

function sumOf(sources: readonly MergeField[], pick: (field: SplitField) => number): number {
  return sources.reduce((sum, { field }) => sum + pick(field), 0)
}

/** Undefined unless every input with the field has lengths: made-up ones would bend scores. */
function mergeFieldnorms(
  sources: readonly MergeField[],
  docCount: number,
): Uint32Array | undefined {
  if (sources.some(({ field }) => field.fieldnorms === undefined)) return undefined
  const lengths = new Uint32Array(docCount)
  for (const { input, field } of sources) {
    if (field.fieldnorms === undefined) continue
    const bytes = rangeOf(input.bytes, field.fieldnorms)
    const all = decodeFieldnorms(bytes, input.footer.docCount)
    const kept = input.kept === undefined ? all : keptLengths(all, input.kept)
    lengths.set(kept, input.docOffset)
  }
  return lengths
}

/** Blocks are copied as they are, unless a document of theirs is erased. */
async function joinDocStores(
  inputs: readonly MergeInput[],
  sealing: { readonly level: number | undefined; readonly queue: SealingQueue },
): Promise<WrittenDocStore> {
  const blocks: { sealed: Uint8Array; docCount: number }[] = []
  let sourceBytes = 0
  for (const { bytes, footer, kept } of inputs) {
    sourceBytes += footer.sourceBytes
    for (let number = 0; number + 1 < footer.docStore.firstDocs.length; number++) {
      const block = blockAt(footer.docStore, number)
      const sealed = rangeOf(bytes, block)
      checkBlock(sealed, 'document block')
      const docCount = kept === undefined ? block.endDoc - block.firstDoc : keptIn(kept, block)
      if (kept === undefined || docCount === block.endDoc - block.firstDoc) {
        blocks.push({ sealed, docCount })
        continue
      }
      const isKept = (doc: number): boolean => kept.places[doc] !== GONE
      const rest = await withoutDocs(sealed, block, isKept, sealing)
      sourceBytes -= rest.erasedBytes
      if (rest.sealed !== undefined) blocks.push({ sealed: rest.sealed, docCount })
    }
  }
  return { blocks, sourceBytes }
}

function keptIn({ places }: KeptDocs, { firstDoc, endDoc }: StoredBlock): number {
  let count = 0
  for (let doc = firstDoc; doc < endDoc; doc++) if (places[doc] !== GONE) count++
  return count
}
