import type { DocSet } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { SplitReader } from '../split-reader.ts'
import type { Clause, TermVisitor } from './clause.ts'

/** Its clause with every score multiplied. */
export class BoostClause implements Clause {
  readonly #clause: Clause
  readonly #boost: number

  constructor(clause: Clause, boost: number) {
    this.#clause = clause
    this.#boost = boost
  }

  planFirst(reader: SplitReader): void {
    this.#clause.planFirst(reader)
  }

  planSecond(reader: SplitReader): void {
    this.#clause.planSecond(reader)
  }

  isEmpty(reader: SplitReader): boolean {
    return this.#clause.isEmpty(reader)
  }

  matches(reader: SplitReader): DocSet {
    return this.#clause.matches(reader)
  }

  score(reader: SplitReader, sink: ScoreSink, boost: number): void {
    this.#clause.score(reader, sink, boost * this.#boost)
  }

  termFrequencies(reader: SplitReader, visit: TermVisitor): void {
    this.#clause.termFrequencies(reader, visit)
  }
}
