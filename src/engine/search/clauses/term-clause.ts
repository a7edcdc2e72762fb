import type { SplitField } from '../../split/footer.ts'
import type { TermEntry } from '../../split/term-dictionary.ts'
import type { DocSet } from '../doc-set.ts'
import { listOf, NO_DOCS } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import { inverseDocumentFrequency } from '../scores.ts'
import type { SplitReader } from '../split-reader.ts'
import type { Clause, TermVisitor } from './clause.ts'

/** Documents with one term, scored by BM25. */
export class TermClause implements Clause {
  readonly #field: SplitField
  readonly #term: Uint8Array
  readonly #scored: boolean
  #entry: TermEntry | undefined | 'unread' = 'unread'

  /** `scored`: frequencies and lengths will be asked for. */
  constructor(field: SplitField, term: Uint8Array, scored: boolean) {
    this.#field = field
    this.#term = term
    this.#scored = scored
  }

  planFirst(reader: SplitReader): void {
    reader.wantTerm(this.#field, this.#term)
    if (this.#scored) reader.wantFieldnorms(this.#field)
  }

  planSecond(reader: SplitReader): void {
    const entry = this.#find(reader)
    if (entry !== undefined) reader.wantPostings(entry, this.#record())
  }

  isEmpty(reader: SplitReader): boolean {
    return this.#find(reader) === undefined
  }

  matches(reader: SplitReader): DocSet {
    const entry = this.#find(reader)
    return entry === undefined ? NO_DOCS : listOf(reader.postings(entry, this.#record()).docs)
  }

  score(reader: SplitReader, sink: ScoreSink, boost: number): void {
    const entry = this.#find(reader)
    if (entry === undefined) return
    const { docs, freqs } = reader.postings(entry, this.#record())
    sink.addBm25(docs, freqs, {
      idf: boost * inverseDocumentFrequency(reader.docCount, entry.docCount),
      norms: reader.fieldnorms(this.#field),
      averageLength: this.#field.totalTokens / reader.docCount,
    })
  }

  termFrequencies(reader: SplitReader, visit: TermVisitor): void {
    const entry = this.#find(reader)
    if (entry !== undefined) visit(this.#field.path, this.#term, entry.docCount)
  }

  #record(): 'basic' | 'freq' {
    return this.#scored && this.#field.terms?.record !== 'basic' ? 'freq' : 'basic'
  }

  #find(reader: SplitReader): TermEntry | undefined {
    if (this.#entry === 'unread') this.#entry = reader.term(this.#field, this.#term)
    return this.#entry
  }
}
