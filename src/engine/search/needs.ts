import type { ByteRange } from '../ports.ts'
import { decodeColumn, type Column, type ColumnInfo } from '../split/column.ts'
import { locateDocs, type StoredBlock, type DocStoreIndex } from '../split/doc-store.ts'
import { decodeFieldnorms, type Fieldnorms } from '../split/fieldnorms.ts'
import { decodeFooter, type SplitField, type SplitFooter } from '../split/footer.ts'
import { TermBlock, type TermEntry } from '../split/term-dictionary.ts'
import { locateTerm, locateTermRange } from '../split/term-index.ts'
import { PositionList } from './position-list.ts'
import { PostingList } from './posting-list.ts'

/** What each part of a split becomes once its bytes are there; the caches keep these. */
export interface PartValues {
  readonly footer: SplitFooter
  /** A small split as one piece, out of which its other parts are cut. */
  readonly whole: Uint8Array
  readonly termBlock: TermBlock
  readonly postings: PostingList
  readonly positions: PositionList
  readonly fieldnorms: Fieldnorms
  readonly column: Column
  /** As written: a search opens few of its documents. */
  readonly docBlock: Uint8Array
}

export type Part = keyof PartValues

/** What a need says besides its kind and range: all that decoding takes. */
interface NeedFacts {
  readonly footer: unknown
  readonly whole: unknown
  readonly termBlock: { readonly path: string }
  readonly postings: { readonly path: string } & Pick<TermEntry, 'docCount' | 'hasFreqs'>
  readonly positions: { readonly path: string } & Pick<TermEntry, 'docCount'>
  readonly fieldnorms: { readonly path: string; readonly docCount: number }
  readonly column: { readonly path: string } & Omit<ColumnInfo, keyof ByteRange>
  readonly docBlock: Omit<StoredBlock, keyof ByteRange>
}

/**
 * One part of a split that a search reads, as plain data: it can be listed, counted, compared and sent to
 * another process. What a search reads is decided here and nowhere else: clauses and collectors list
 * needs, `fetch.ts` gets them, and explaining a search shows the same list.
 */
export type Need<P extends Part = Part> = {
  readonly [K in P]: ByteRange & { readonly part: K } & NeedFacts[K]
}[P]

/** Names a need within its split: no two parts of one kind start at the same byte. */
export function needKey({ part, start }: Need): string {
  return `${part} ${start}`
}

// The needs of each part. What the split does not have needs nothing.

/** The block that holds `term` if any does. */
export function termNeeds({ path, terms }: SplitField, term: Uint8Array): Need<'termBlock'>[] {
  const block = terms && locateTerm(terms, term)
  return block === undefined ? [] : [{ part: 'termBlock', path, ...block }]
}

/** The blocks that may hold terms from `lower` to `upper`, both inclusive; undefined is open. */
export function termRangeNeeds(
  { path, terms }: SplitField,
  {
    lower,
    upper,
  }: { readonly lower?: Uint8Array | undefined; readonly upper?: Uint8Array | undefined },
): Need<'termBlock'>[] {
  if (terms === undefined) return []
  return locateTermRange(terms, lower, upper).map((block) => ({
    part: 'termBlock',
    path,
    ...block,
  }))
}

/** Short lists stand in the dictionary block itself. */
export function postingNeeds(
  { path }: SplitField,
  { postings, docCount, hasFreqs }: TermEntry,
): Need<'postings'>[] {
  if (postings.kind !== 'range') return []
  const { start, end } = postings
  return [{ part: 'postings', path, start, end, docCount, hasFreqs }]
}

export function positionNeeds(
  { path }: SplitField,
  { positions, docCount }: TermEntry,
): Need<'positions'>[] {
  if (positions?.kind !== 'range') return []
  return [{ part: 'positions', path, start: positions.start, end: positions.end, docCount }]
}

export function fieldnormNeeds({ path, fieldnorms }: SplitField): Need<'fieldnorms'>[] {
  return fieldnorms === undefined ? [] : [{ part: 'fieldnorms', path, ...fieldnorms }]
}

export function columnNeeds({ path, column }: SplitField): Need<'column'>[] {
  return column === undefined ? [] : [{ part: 'column', path, ...column }]
}

/** The blocks of these documents, each once. */
export function docNeeds(docStore: DocStoreIndex, docIds: readonly number[]): Need<'docBlock'>[] {
  return locateDocs(docStore, docIds).map((block) => ({ part: 'docBlock', ...block }))
}

/** What `bytes`, those of the need's range, become, and about how much memory that takes. Throws
 *  `corrupt`; `invalid` for the footer of a newer version. */
export function decodePart(
  need: Need,
  bytes: Uint8Array,
): { readonly value: PartValues[Part]; readonly memoryBytes: number } {
  switch (need.part) {
    case 'footer':
      return { value: decodeFooter(bytes), memoryBytes: bytes.length * FOOTER_EXPANSION }
    case 'whole':
      return { value: bytes, memoryBytes: bytes.length }
    case 'termBlock': {
      // Copies here and below, so that a small part does not keep a large read alive.
      const value = new TermBlock(bytes.slice())
      return { value, memoryBytes: value.memoryBytes }
    }
    case 'postings': {
      const value = new PostingList(bytes.slice(), need)
      return { value, memoryBytes: value.memoryBytes }
    }
    case 'positions': {
      const value = new PositionList(bytes.slice(), need.docCount)
      return { value, memoryBytes: value.memoryBytes }
    }
    case 'docBlock':
      return { value: bytes.slice(), memoryBytes: bytes.length }
    case 'fieldnorms': {
      const value = decodeFieldnorms(bytes, need.docCount)
      return { value, memoryBytes: value.byteLength }
    }
    case 'column': {
      const value = decodeColumn(bytes, need)
      return { value, memoryBytes: columnBytes(value) }
    }
  }
}

/** Memory of a decoded footer, roughly, per byte of it. */
const FOOTER_EXPANSION = 4

function columnBytes(column: Column): number {
  const bounds = column.blockMins.byteLength + column.blockMaxs.byteLength
  const values = column.values.byteLength + (column.starts?.byteLength ?? 0) + bounds
  if (column.kind === 'int') return values + (column.wide?.byteLength ?? 0)
  return column.kind === 'ordinal' ? values + column.dictionary.termCount * 32 : values
}
