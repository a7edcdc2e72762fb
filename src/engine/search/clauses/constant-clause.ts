import type { DocSet } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { FetchedSplit } from '../fetch.ts'
import type { Need } from '../needs.ts'
import type { Clause, TermVisitor } from './clause.ts'

/** A clause whose matches all score the same. Subclasses say what they need, if anything, and what matches. */
export abstract class ConstantClause implements Clause {
  #matches: DocSet | undefined

  firstNeeds(): readonly Need[] {
    return []
  }

  secondNeeds(_split: FetchedSplit): readonly Need[] {
    return []
  }

  isEmpty(_split: FetchedSplit): boolean {
    return false
  }

  matches(split: FetchedSplit): DocSet {
    this.#matches ??= this.evaluate(split)
    return this.#matches
  }

  protected abstract evaluate(split: FetchedSplit): DocSet

  score(split: FetchedSplit, sink: ScoreSink, boost: number): void {
    sink.addConstant(this.matches(split), boost)
  }

  termFrequencies(_split: FetchedSplit, _visit: TermVisitor): void {
    // Names no term.
  }
}

/** All documents, or none. */
export class FixedClause extends ConstantClause {
  readonly #set: DocSet

  constructor(set: DocSet) {
    super()
    this.#set = set
  }

  override isEmpty(): boolean {
    return this.#set.kind === 'none'
  }

  protected evaluate(): DocSet {
    return this.#set
  }
}
