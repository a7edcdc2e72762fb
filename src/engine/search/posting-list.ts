import type { ByteRange } from '../ports.ts'
import { decodePostings, type Postings } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'

/** What the dictionary says of a list that stands outside it. */
type ListPlace = ByteRange & Pick<TermEntry, 'docCount' | 'hasFreqs'>

/** A posting list as it was read: decoded when first asked, and its frequencies only when those are wanted,
 *  which costs about as much again. */
export class PostingList {
  readonly #bytes: Uint8Array
  readonly #place: ListPlace
  #docsOnly: Postings | undefined
  #withFreqs: Postings | undefined

  constructor(bytes: Uint8Array, place: ListPlace) {
    this.#bytes = bytes
    this.#place = place
  }

  /** Of the list and of all that it may decode to. */
  get memoryBytes(): number {
    return this.#bytes.length + this.#place.docCount * 2 * Uint32Array.BYTES_PER_ELEMENT
  }

  /** Throws `corrupt`. */
  docs(): Uint32Array {
    this.#docsOnly ??= this.#withFreqs ?? this.#decode('basic')
    return this.#docsOnly.docs
  }

  /** Without frequencies where the field records none. Throws `corrupt`. */
  withFreqs(): Postings {
    if (this.#withFreqs === undefined) {
      this.#withFreqs = this.#decode('freq')
      // One list of documents from here on, whoever asks.
      this.#docsOnly = this.#withFreqs
    }
    return this.#withFreqs
  }

  #decode(record: 'basic' | 'freq'): Postings {
    const { start, end, docCount, hasFreqs } = this.#place
    const entry = { docCount, hasFreqs, postings: { kind: 'range' as const, start, end } }
    return decodePostings(this.#bytes, entry, record)
  }
}
