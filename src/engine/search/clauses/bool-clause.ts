import type { DocSet } from '../doc-set.ts'
import { ALL_DOCS, atLeast, intersectAll, NO_DOCS, subtract, unionAll } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { SplitReader } from '../split-reader.ts'
import type { Clause, TermVisitor } from './clause.ts'

export interface BoolParts {
  readonly must: readonly Clause[]
  readonly filter: readonly Clause[]
  readonly should: readonly Clause[]
  readonly mustNot: readonly Clause[]
  readonly minimumShouldMatch: number
}

export class BoolClause implements Clause {
  readonly #parts: BoolParts
  #matches: DocSet | undefined

  constructor(parts: BoolParts) {
    this.#parts = parts
  }

  planFirst(reader: SplitReader): void {
    for (const clause of this.#all()) clause.planFirst(reader)
  }

  planSecond(reader: SplitReader): void {
    for (const clause of this.#all()) {
      if (!clause.isEmpty(reader)) clause.planSecond(reader)
    }
  }

  isEmpty(reader: SplitReader): boolean {
    const { must, filter, should, minimumShouldMatch } = this.#parts
    if ([...must, ...filter].some((clause) => clause.isEmpty(reader))) return true
    if (minimumShouldMatch <= 0) return false
    const possible = should.filter((clause) => !clause.isEmpty(reader)).length
    return possible < minimumShouldMatch
  }

  matches(reader: SplitReader): DocSet {
    this.#matches ??= this.#evaluate(reader)
    return this.#matches
  }

  #evaluate(reader: SplitReader): DocSet {
    const { must, filter, should, mustNot, minimumShouldMatch } = this.#parts
    const { docCount } = reader
    const setOf = (clause: Clause): DocSet =>
      clause.isEmpty(reader) ? NO_DOCS : clause.matches(reader)
    const required = [...must, ...filter].map(setOf)
    if (minimumShouldMatch > 0) {
      required.push(atLeast(should.map(setOf), minimumShouldMatch, docCount))
    }
    const positive = required.length === 0 ? ALL_DOCS : intersectAll(required, docCount)
    if (positive.kind === 'none' || mustNot.length === 0) return positive
    return subtract(positive, unionAll(mustNot.map(setOf), docCount), docCount)
  }

  /** A clause scores only where this bool as a whole matches. */
  score(reader: SplitReader, sink: ScoreSink, boost: number): void {
    const own = sink.within(this.matches(reader))
    for (const clause of [...this.#parts.must, ...this.#parts.should]) {
      if (!clause.isEmpty(reader)) clause.score(reader, own, boost)
    }
    sink.addAll(own)
  }

  termFrequencies(reader: SplitReader, visit: TermVisitor): void {
    const { must, filter, should } = this.#parts
    for (const clause of [...must, ...filter, ...should]) clause.termFrequencies(reader, visit)
  }

  #all(): Clause[] {
    const { must, filter, should, mustNot } = this.#parts
    return [...must, ...filter, ...should, ...mustNot]
  }
}
