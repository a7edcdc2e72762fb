import {
  atLeast,
  intersectAll,
  listOf,
  NO_DOCS,
  subtract,
  unionAll,
  type DocSet,
} from '../doc-set.ts'
import type { ScoredTerm } from '../best-by-score.ts'
import type { ScoreSink } from '../scores.ts'
import type { FetchedSplit } from '../fetch.ts'
import type { Need } from '../needs.ts'
import type { Clause, TermVisitor } from './clause.ts'

interface BoolParts {
  readonly must: readonly Clause[]
  readonly filter: readonly Clause[]
  readonly should: readonly Clause[]
  readonly mustNot: readonly Clause[]
  readonly minimumShouldMatch: number
  /** Undefined: the scores of `should` add up; otherwise the best counts, and this share of the others. */
  readonly tieBreaker?: number | undefined
}

/** A document looked at by itself takes as long as so many in a scan. */
const FEW_SHARE = 8

function fewOf(set: DocSet, docCount: number): Uint32Array | undefined {
  return set.kind === 'list' && set.docs.length * FEW_SHARE < docCount ? set.docs : undefined
}

export class BoolClause implements Clause {
  readonly #parts: BoolParts
  #matches: DocSet | undefined

  constructor(parts: BoolParts) {
    this.#parts = parts
  }

  firstNeeds(): readonly Need[] {
    return this.#all().flatMap((clause) => clause.firstNeeds())
  }

  secondNeeds(split: FetchedSplit): readonly Need[] {
    const inUse = this.#all().filter((clause) => !clause.isEmpty(split))
    return inUse.flatMap((clause) => clause.secondNeeds(split))
  }

  isEmpty(split: FetchedSplit): boolean {
    const { must, filter, should, minimumShouldMatch } = this.#parts
    if ([...must, ...filter].some((clause) => clause.isEmpty(split))) return true
    if (minimumShouldMatch <= 0) return false
    const possible = should.filter((clause) => !clause.isEmpty(split)).length
    return possible < minimumShouldMatch
  }

  matches(split: FetchedSplit): DocSet {
    this.#matches ??= this.#evaluate(split)
    return this.#matches
  }

  #evaluate(split: FetchedSplit): DocSet {
    const { must, filter, should, mustNot, minimumShouldMatch } = this.#parts
    const { docCount } = split
    const setOf = (clause: Clause): DocSet =>
      clause.isEmpty(split) ? NO_DOCS : clause.matches(split)
    const all = [...must, ...filter]
    const required = all.filter((clause) => clause.within === undefined).map(setOf)
    if (minimumShouldMatch > 0) {
      required.push(atLeast(should.map(setOf), minimumShouldMatch, docCount))
    }
    let positive = intersectAll(required, docCount)
    // Last, as what the others left may be few.
    for (const clause of all.filter((clause) => clause.within !== undefined)) {
      if (positive.kind === 'none') break
      const few = fewOf(positive, docCount)
      const found = few && clause.within?.(split, few)
      positive = found ? listOf(found) : intersectAll([positive, setOf(clause)], docCount)
    }
    if (positive.kind === 'none' || mustNot.length === 0) return positive
    return subtract(positive, unionAll(mustNot.map(setOf), docCount), docCount)
  }

  /** A clause scores only where this bool as a whole matches. */
  score(split: FetchedSplit, sink: ScoreSink, boost: number): void {
    const own = sink.within(this.matches(split))
    const { must, should, tieBreaker } = this.#parts
    const inUse = (clauses: readonly Clause[]): Clause[] =>
      clauses.filter((clause) => !clause.isEmpty(split))
    for (const clause of inUse(must)) clause.score(split, own, boost)
    if (tieBreaker === undefined) {
      for (const clause of inUse(should)) clause.score(split, own, boost)
    } else {
      const each = inUse(should).map((clause) => {
        const alone = own.empty()
        clause.score(split, alone, boost)
        return alone.scores
      })
      own.addBest(each, tieBreaker)
    }
    sink.addAll(own)
  }

  /** Clauses that score some of their matches otherwise, as other bools do, make no sum of terms. */
  scoredTerms(split: FetchedSplit, boost: number): readonly ScoredTerm[] | undefined {
    const { must, should, tieBreaker } = this.#parts
    if (tieBreaker !== undefined) return undefined
    const inUse = [...must, ...should].filter((clause) => !clause.isEmpty(split))
    const terms = inUse.flatMap((clause) => clause.scoredTerm?.(split, boost) ?? [])
    return terms.length === inUse.length ? terms : undefined
  }

  termFrequencies(split: FetchedSplit, visit: TermVisitor): void {
    const { must, filter, should } = this.#parts
    for (const clause of [...must, ...filter, ...should]) clause.termFrequencies(split, visit)
  }

  #all(): Clause[] {
    const { must, filter, should, mustNot } = this.#parts
    return [...must, ...filter, ...should, ...mustNot]
  }
}
