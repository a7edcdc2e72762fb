import type { ByteRange } from '../ports.ts'
import type { RecordOption } from '../schema/field-spec.ts'

/** The sparse index of one field's dictionary: enough to know which blocks to read for a term. */
export interface TermsInfo {
  readonly record: RecordOption
  readonly termCount: number
  /** First term of each block, ascending. */
  readonly firstTerms: readonly Uint8Array[]
  /** Block i is [blockStarts[i], blockStarts[i + 1]) of the file. */
  readonly blockStarts: Float64Array
}

/** Where a term's postings or positions are: short ones stand in the dictionary block itself. */
export type TermData =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'range'; readonly start: number; readonly end: number }

export interface TermEntry {
  readonly docCount: number
  readonly postings: TermData
  /** Undefined unless the field records positions. */
  readonly positions: TermData | undefined
}

/** The block that holds `term` if any does; undefined when the term is certainly absent. */
export function locateTerm(terms: TermsInfo, term: Uint8Array): ByteRange | undefined {
  throw new Error(`not written yet ${terms.termCount} ${term.length}`)
}

/** The blocks, adjacent in the file, that may hold terms from `lower` to `upper`, both inclusive; undefined is open. */
export function locateTermRange(
  terms: TermsInfo,
  lower?: Uint8Array,
  upper?: Uint8Array,
): ByteRange[] {
  throw new Error(`not written yet ${terms.termCount} ${lower?.length} ${upper?.length}`)
}

/** `block` is the bytes of one block as `locateTerm` gave it. Throws `corrupt`. */
export function findTerm(block: Uint8Array, term: Uint8Array): TermEntry | undefined {
  throw new Error(`not written yet ${block.length} ${term.length}`)
}

/** Visits the terms of blocks in order. `term` is valid during the call alone. The visitor stops the scan by returning `false`. */
export function scanTerms(
  blocks: readonly Uint8Array[],
  visit: (term: Uint8Array, entry: TermEntry) => boolean | void,
): void {
  throw new Error(`not written yet ${blocks.length} ${visit.length}`)
}
