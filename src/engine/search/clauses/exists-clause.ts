// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import type { SplitField } from '../../split/footer.ts'
import { ALL_DOCS, bitsOf, unionAll, wordsFor, type DocSet } from '../doc-set.ts'
import type { FetchedSplit } from '../fetch.ts'
import { columnNeeds, type Need } from '../needs.ts'
import type { Clause } from './clause.ts'
import { ConstantClause } from './constant-clause.ts'

/** Documents with a value in any of the columns, or that the presence terms name. */
export class ExistsClause extends ConstantClause {
  readonly #columns: readonly SplitField[]
  readonly #presence: Clause | undefined

  constructor(columns: readonly SplitField[], presence: Clause | undefined) {
    super()
    this.#columns = columns
    this.#presence = presence
  }

  override firstNeeds(): readonly Need[] {
    return [...this.#columns.flatMap(columnNeeds), ...(this.#presence?.firstNeeds() ?? [])]
  }

  override secondNeeds(split: FetchedSplit): readonly Need[] {
    return this.#presence?.secondNeeds(split) ?? []
  }

  override isEmpty(split: FetchedSplit): boolean {
    return this.#columns.length === 0 && (this.#presence?.isEmpty(split) ?? true)
  }

  protected evaluate(split: FetchedSplit): DocSet {
    const { docCount } = split
    const sets = this.#columns.map((field) => docsWithValue(split.column(field)?.starts, docCount))
    if (this.#presence !== undefined) sets.push(this.#presence.matches(split))
    return unionAll(sets, docCount)
  }
}

function docsWithValue(starts: Uint32Array | undefined, docCount: number): DocSet {
  if (starts === undefined) return ALL_DOCS
  const words = wordsFor(docCount)
  for (let doc = 0; doc < docCount; doc++) {
    if ((starts[doc + 1] as number) > (starts[doc] as number)) {
      words[doc >>> 5] = (words[doc >>> 5] as number) | (1 << (doc & 31))
    }
  }
  return bitsOf(words, docCount)
}
