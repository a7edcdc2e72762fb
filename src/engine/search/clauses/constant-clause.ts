import type { DocSet } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { SplitReader } from '../split-reader.ts'
import type { Clause, TermVisitor } from './clause.ts'

/** A clause whose matches all score the same. Subclasses say what they read and what matches. */
export abstract class ConstantClause implements Clause {
  #matches: DocSet | undefined

  planFirst(_reader: SplitReader): void {
    // Nothing to read unless a subclass says so.
  }

  planSecond(_reader: SplitReader): void {
    // Nothing to read unless a subclass says so.
  }

  isEmpty(_reader: SplitReader): boolean {
    return false
  }

  matches(reader: SplitReader): DocSet {
    this.#matches ??= this.evaluate(reader)
    return this.#matches
  }

  protected abstract evaluate(reader: SplitReader): DocSet

  score(reader: SplitReader, sink: ScoreSink, boost: number): void {
    sink.addConstant(this.matches(reader), boost)
  }

  termFrequencies(_reader: SplitReader, _visit: TermVisitor): void {
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
