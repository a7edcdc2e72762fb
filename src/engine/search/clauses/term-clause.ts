import type { SplitField } from '../../split/footer.ts'
import type { TermEntry } from '../../split/term-dictionary.ts'
import type { ScoredTerm } from '../best-by-score.ts'
import { NO_DOCS, type DocSet } from '../doc-set.ts'
import { inverseDocumentFrequency, type ScoreSink } from '../scores.ts'
import type { FetchedSplit } from '../fetch.ts'
import { fieldnormNeeds, postingNeeds, termNeeds, type Need } from '../needs.ts'
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

  firstNeeds(): readonly Need[] {
    const block = termNeeds(this.#field, this.#term)
    return this.#scored ? [...block, ...fieldnormNeeds(this.#field)] : block
  }

  secondNeeds(split: FetchedSplit): readonly Need[] {
    const entry = this.#find(split)
    return entry === undefined ? [] : postingNeeds(this.#field, entry)
  }

  isEmpty(split: FetchedSplit): boolean {
    return this.#find(split) === undefined
  }

  matches(split: FetchedSplit): DocSet {
    const entry = this.#find(split)
    if (entry === undefined) return NO_DOCS
    // What is scored is decoded once, with frequencies.
    if (this.#scored) split.postings(this.#field, entry)
    return split.docs(this.#field, entry)
  }

  score(split: FetchedSplit, sink: ScoreSink, boost: number): void {
    const term = this.scoredTerm(split, boost)
    if (term !== undefined) sink.addBm25(term.docs, term.freqs, term.weight)
  }

  scoredTerm(split: FetchedSplit, boost: number): ScoredTerm | undefined {
    const entry = this.#find(split)
    if (entry === undefined) return undefined
    const { docs, freqs } = split.postings(this.#field, entry)
    const weight = {
      idf: boost * inverseDocumentFrequency(split.docCount, entry.docCount),
      norms: split.fieldnorms(this.#field),
      averageLength: this.#field.totalTokens / split.docCount,
    }
    return { docs, freqs, ranked: split.rankedDocs(this.#field, entry), weight }
  }

  scoredTerms(split: FetchedSplit, boost: number): readonly ScoredTerm[] {
    const term = this.scoredTerm(split, boost)
    return term === undefined ? [] : [term]
  }

  termFrequencies(split: FetchedSplit, visit: TermVisitor): void {
    const entry = this.#find(split)
    if (entry !== undefined) visit(this.#field.path, this.#term, entry.docCount)
  }

  #find(split: FetchedSplit): TermEntry | undefined {
    if (this.#entry === 'unread') this.#entry = split.term(this.#field, this.#term)
    return this.#entry
  }
}
