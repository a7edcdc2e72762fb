import type { Column } from '../../split/column.ts'
import type { SplitField } from '../../split/footer.ts'
import { NO_DOCS, type DocSet } from '../doc-set.ts'
import type { FetchedSplit } from '../fetch.ts'
import { columnNeeds, type Need } from '../needs.ts'
import { docsInInterval, docsWithKeyIn, type KeyInterval, type ScannedKeys } from './column-scan.ts'
import { ConstantClause } from './constant-clause.ts'

/** A scan takes about a nanosecond a document, and leaves a bit. */
const DOCS_PER_STEP = 8

/** Documents with a column value in an interval, which is worked out when the column is there. */
export class ColumnClause extends ConstantClause {
  readonly #field: SplitField
  readonly #interval: (column: Column) => { keys: ScannedKeys; interval: KeyInterval | undefined }

  constructor(
    field: SplitField,
    interval: (column: Column) => { keys: ScannedKeys; interval: KeyInterval | undefined },
  ) {
    super()
    this.#field = field
    this.#interval = interval
  }

  override firstNeeds(): readonly Need[] {
    return columnNeeds(this.#field)
  }

  within(split: FetchedSplit, docs: Uint32Array): Uint32Array {
    const column = split.column(this.#field)
    const { keys, interval } = (column && this.#interval(column)) ?? {}
    if (keys === undefined || interval === undefined) return NO_DOC_IDS
    split.work.spend(docs.length, this.#field.path)
    return docsInInterval(keys, interval, docs)
  }

  protected evaluate(split: FetchedSplit): DocSet {
    const column = split.column(this.#field)
    if (column === undefined) return NO_DOCS
    const { keys, interval } = this.#interval(column)
    if (interval === undefined) return NO_DOCS
    split.work.spend(split.docCount / DOCS_PER_STEP, this.#field.path)
    return docsWithKeyIn(keys, interval, split.docCount)
  }
}

const NO_DOC_IDS = new Uint32Array(0)
