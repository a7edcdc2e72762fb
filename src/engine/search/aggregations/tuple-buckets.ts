import type { AggregationSplit, Collector, DocBlock, SubAggregation } from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import { SubCollectors, type SubPartials } from './sub-aggregations.ts'
import { keyTag } from './term-key.ts'
import { sourceColumn, type SourceColumn, type TupleKey, type TupleSource } from './tuple-source.ts'
import { ValueBlock } from './values.ts'

export interface TupleBucket {
  /** One key per source. */
  readonly key: readonly TupleKey[]
  readonly docCount: number
  readonly subs: SubPartials
}

export function tupleTag(key: readonly TupleKey[]): string {
  return key.map((part) => (part === null ? '' : keyTag(part))).join('\0')
}

/** A tuple before its sub-aggregations are asked for. */
interface FoundTuple {
  readonly key: readonly TupleKey[]
  readonly docCount: number
  readonly id: number
}

/**
 * Buckets by the keys of several fields: each field makes buckets within those of the field before. A
 * document is in the bucket of every combination of its values.
 */
export class TupleCollector implements Collector<readonly TupleBucket[]> {
  readonly #levels: readonly Level[]
  readonly #subs: SubCollectors
  readonly #keep: (found: readonly FoundTuple[]) => readonly FoundTuple[]

  /** `keep`: the tuples that are worth reporting. */
  constructor(
    place: {
      readonly split: AggregationSplit
      readonly parentLimit: number
      readonly sources: readonly TupleSource[]
      readonly subs: readonly SubAggregation[]
    },
    keep: (found: readonly FoundTuple[]) => readonly FoundTuple[],
  ) {
    const { split, sources, subs } = place
    let parentLimit = place.parentLimit
    this.#levels = sources.map((source, at) => {
      const hasSubs = at + 1 < sources.length || subs.length > 0
      const level = new Level(sourceColumn(split, source), { split, parentLimit, hasSubs })
      parentLimit = level.ids.idLimit
      return level
    })
    this.#subs = new SubCollectors(subs, split, parentLimit)
    this.#keep = keep
  }

  collect(block: DocBlock): void {
    let inner = block
    for (const level of this.#levels) inner = level.collect(inner)
    if (inner.count > 0) this.#subs.collect(inner)
  }

  result(parent: number): readonly TupleBucket[] {
    const found: FoundTuple[] = []
    this.#visit(parent, [], found)
    return this.#keep(found).map(({ key, docCount, id }) => {
      return { key, docCount, subs: this.#subs.result(id) }
    })
  }

  #visit(parent: number, above: readonly TupleKey[], found: FoundTuple[]): void {
    const level = this.#levels[above.length]
    level?.ids.eachOf(parent, (number, docCount, id) => {
      const key = [...above, level.column.keyOf(number)]
      if (key.length === this.#levels.length) found.push({ key, docCount, id })
      else this.#visit(id, key, found)
    })
  }
}

/** The buckets of one field within those before it. */
class Level {
  readonly column: SourceColumn
  readonly ids: BucketIds
  readonly #values = new ValueBlock()

  constructor(
    column: SourceColumn,
    place: {
      readonly split: AggregationSplit
      readonly parentLimit: number
      readonly hasSubs: boolean
    },
  ) {
    const { split, parentLimit, hasSubs } = place
    this.column = column
    this.ids = new BucketIds({ parentLimit, keyCount: column.limit, hasSubs }, split.memory)
  }

  collect(block: DocBlock): DocBlock {
    const values = this.#values
    values.fill(this.column, block)
    values.unique()
    return values.under(this.ids.add(values))
  }
}
