import type { ScoredTerm } from '../best-by-score.ts'
import type { DocSet } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { FetchedSplit } from '../fetch.ts'
import type { Need } from '../needs.ts'
import type { Clause, TermVisitor } from './clause.ts'

/** Its clause with every score multiplied. */
export class BoostClause implements Clause {
  readonly #clause: Clause
  readonly #boost: number

  constructor(clause: Clause, boost: number) {
    this.#clause = clause
    this.#boost = boost
  }

  firstNeeds(): readonly Need[] {
    return this.#clause.firstNeeds()
  }

  secondNeeds(split: FetchedSplit): readonly Need[] {
    return this.#clause.secondNeeds(split)
  }

  isEmpty(split: FetchedSplit): boolean {
    return this.#clause.isEmpty(split)
  }

  matches(split: FetchedSplit): DocSet {
    return this.#clause.matches(split)
  }

  score(split: FetchedSplit, sink: ScoreSink, boost: number): void {
    this.#clause.score(split, sink, boost * this.#boost)
  }

  scoredTerm(split: FetchedSplit, boost: number): ScoredTerm | undefined {
    return this.#clause.scoredTerm?.(split, boost * this.#boost)
  }

  scoredTerms(split: FetchedSplit, boost: number): readonly ScoredTerm[] | undefined {
    return this.#clause.scoredTerms?.(split, boost * this.#boost)
  }

  termFrequencies(split: FetchedSplit, visit: TermVisitor): void {
    this.#clause.termFrequencies(split, visit)
  }
}
