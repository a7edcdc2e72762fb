import type { ByteRange } from '../ports.ts'
import { decodePostings, type Postings } from '../split/postings.ts'
import type { TermEntry } from '../split/term-dictionary.ts'
import { setOf, type DocSet } from './doc-set.ts'
import { rankedDocs, type RankedDocs } from './ranked-docs.ts'

/** What the dictionary says of a list that stands outside it. */
type ListPlace = ByteRange & Pick<TermEntry, 'docCount' | 'hasFreqs'>

/** A posting list as it was read: decoded when first asked, and its frequencies only when those are wanted,
 *  which costs about as much again. */
export class PostingList {
  readonly #bytes: Uint8Array
  readonly #place: ListPlace
  #docs: DocSet | undefined
  #ranked: RankedDocs | undefined
  #withFreqs: Postings | undefined

  constructor(bytes: Uint8Array, place: ListPlace) {
    this.#bytes = bytes
    this.#place = place
  }

  /** Of the list and of all that it may decode to. */
  get memoryBytes(): number {
    return this.#bytes.length + this.#place.docCount * 2 * Uint32Array.BYTES_PER_ELEMENT
  }

  /** `splitDocCount`: documents of the split. Throws `corrupt`. */
  docs(splitDocCount: number): DocSet {
    this.#docs ??= setOf((this.#withFreqs ?? this.#decode('basic')).docs, splitDocCount)
    return this.#docs
  }

  /** Undefined where the documents are a list. Throws `corrupt`. */
  ranked(splitDocCount: number): RankedDocs | undefined {
    const set = this.docs(splitDocCount)
    if (set.kind === 'bits') this.#ranked ??= rankedDocs(set.words)
    return this.#ranked
  }

  /** Without frequencies where the field records none. Throws `corrupt`. */
  withFreqs(): Postings {
    this.#withFreqs ??= this.#decode('freq')
    return this.#withFreqs
  }

  #decode(record: 'basic' | 'freq'): Postings {
    const { start, end, docCount, hasFreqs } = this.#place
    const entry = { docCount, hasFreqs, postings: { kind: 'range' as const, start, end } }
    return decodePostings(this.#bytes, entry, record)
  }
}
