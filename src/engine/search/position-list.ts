import { decodePositions } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'

/** Where a term stands in each document of its posting list, ascending within a document. */
export interface TermPositions {
  /** Those of document i of the list are [offsets[i], offsets[i + 1]) of `positions`; undefined: each document
   *  has one, and that of document i is positions[i]. */
  readonly offsets: Uint32Array | undefined
  readonly positions: Uint8Array | Uint16Array | Uint32Array
}

/** What may be kept of a list as decoded, for each of its documents: an offset and a few small positions. */
const KEPT_BYTES_PER_DOC = 8

/** The positions of a term as they were read. What they decode to is kept for the next phrase where it is small,
 *  as it is where terms stand once or twice in short texts. */
export class PositionList {
  readonly #bytes: Uint8Array
  readonly #docCount: number
  #kept: TermPositions | undefined

  constructor(bytes: Uint8Array, docCount: number) {
    this.#bytes = bytes
    this.#docCount = docCount
  }

  /** Of the list and of all that it may keep. */
  get memoryBytes(): number {
    return this.#bytes.length + this.#docCount * KEPT_BYTES_PER_DOC
  }

  /** `freqs` from the same entry's postings. Throws `corrupt`. */
  decoded(entry: TermEntry, freqs: Uint32Array): TermPositions {
    if (this.#kept !== undefined) return this.#kept
    const found = termPositions(this.#bytes, entry, freqs)
    const bytes = found.positions.byteLength + (found.offsets?.byteLength ?? 0)
    if (bytes <= this.#docCount * KEPT_BYTES_PER_DOC) this.#kept = found
    return found
  }
}

/** As `decodePositions`, in the narrowest arrays. */
export function termPositions(
  bytes: Uint8Array | undefined,
  entry: TermEntry,
  freqs: Uint32Array,
): TermPositions {
  const { offsets, positions } = decodePositions(bytes, entry, freqs)
  const isOneEach = positions.length === freqs.length
  return { offsets: isOneEach ? undefined : offsets, positions: narrowest(positions) }
}

function narrowest(positions: Uint32Array): TermPositions['positions'] {
  let bits = 0
  for (const position of positions) bits |= position
  if (bits >>> 8 === 0) return Uint8Array.from(positions)
  return bits >>> 16 === 0 ? Uint16Array.from(positions) : positions
}
