import { elementAt } from '../bytes/element-at.ts'
import { compareBytes } from '../bytes/byte-order.ts'
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

/** The block that holds `term` if any does; undefined when the term is certainly absent. */
export function locateTerm(terms: TermsInfo, term: Uint8Array): ByteRange | undefined {
  const block = blocksStartingUpTo(terms, term) - 1
  return block < 0 ? undefined : blockRange(terms, block)
}

/** The blocks, adjacent in the file, that may hold terms from `lower` to `upper`, both inclusive;
 *  undefined is open. */
export function locateTermRange(
  terms: TermsInfo,
  lower?: Uint8Array,
  upper?: Uint8Array,
): ByteRange[] {
  const first = lower === undefined ? 0 : Math.max(0, blocksStartingUpTo(terms, lower) - 1)
  const end = upper === undefined ? terms.firstTerms.length : blocksStartingUpTo(terms, upper)
  const ranges: ByteRange[] = []
  for (let block = first; block < end; block++) ranges.push(blockRange(terms, block))
  return ranges
}

/** How many blocks have a first term that is not greater than `term`. */
function blocksStartingUpTo(terms: TermsInfo, term: Uint8Array): number {
  let low = 0
  let high = terms.firstTerms.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const first = terms.firstTerms[middle]
    if (first !== undefined && compareBytes(first, term) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function blockRange(terms: TermsInfo, block: number): ByteRange {
  // There is one start more than there are blocks.
  return {
    start: elementAt(terms.blockStarts, block),
    end: elementAt(terms.blockStarts, block + 1),
  }
}
