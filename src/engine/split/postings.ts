import type { RecordOption } from '../schema/field-spec.ts'
import type { TermEntry } from './term-dictionary.ts'

export interface Postings {
  /** Ascending. */
  readonly docs: Uint32Array
  /** Occurrences per document; undefined when not recorded or not asked for. */
  readonly freqs: Uint32Array | undefined
}

export interface Positions {
  /** Positions of document i of the posting list are [offsets[i], offsets[i + 1]) of `positions`. */
  readonly offsets: Uint32Array
  readonly positions: Uint32Array
}

/** `bytes` are those of the entry's range, or undefined for an inline entry. `record` other than `basic` asks for
 *  frequencies too. Throws `corrupt`. */
export function decodePostings(
  bytes: Uint8Array | undefined,
  entry: TermEntry,
  record: RecordOption,
): Postings {
  throw new Error(`not written yet ${bytes?.length} ${entry.docCount} ${record}`)
}

/** `bytes` as for postings; `freqs` from the same entry's postings. Throws `corrupt`. */
export function decodePositions(
  bytes: Uint8Array | undefined,
  entry: TermEntry,
  freqs: Uint32Array,
): Positions {
  throw new Error(`not written yet ${bytes?.length} ${entry.docCount} ${freqs.length}`)
}
