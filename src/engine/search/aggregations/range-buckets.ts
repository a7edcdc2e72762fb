// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import type { JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import { firstKeyFrom, type NumberKeys } from '../number-keys.ts'
import type {
  Aggregation,
  AggregationSplit,
  BucketBudget,
  Collector,
  DocBlock,
  SubAggregation,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import { joined, withoutValueIn } from './column-parts.ts'
import {
  mergeSubs,
  pathsIn,
  queriesIn,
  renderSubs,
  SubCollectors,
  type SubPartials,
} from './sub-aggregations.ts'
import { ValueBlock, type KeyedColumn } from './values.ts'

/** Nanoseconds on dates, 16 bytes on addresses; undefined: open. */
type RangeEdge = bigint | number | Uint8Array | undefined

/** Values v with from <= v < to. */
export interface Range {
  readonly from: RangeEdge
  readonly to: RangeEdge
  readonly key: string | undefined
}

/** A column whose ranges are counted, and where among its keys an edge stands. */
export interface RangeColumn extends KeyedColumn {
  readonly isDate: boolean
  /** The first key that is not below the edge. */
  readonly firstKey: (edge: Exclude<RangeEdge, undefined>) => number
}

interface RangeSettings {
  readonly path: string
  readonly keyed: boolean
  /** In the order of the answer; they may overlap. */
  readonly ranges: readonly Range[]
  readonly columns: (split: AggregationSplit) => readonly RangeColumn[]
  /** Places of the ranges that documents without value are in. */
  readonly missingIn: readonly number[]
  /** `isDate`: some split had dates there. */
  readonly print: (
    range: Range,
    isDate: boolean,
  ) => { readonly key: string; readonly bounds: JsonObject }
  readonly subs: readonly SubAggregation[]
}

interface RangePartial {
  readonly isDate: boolean
  /** Parallel to the ranges. */
  readonly buckets: readonly RangeBucket[]
}

interface RangeBucket {
  readonly docCount: number
  readonly subs: SubPartials
}

export function numberRangeColumn(keys: NumberKeys): RangeColumn {
  const firstKey = (edge: Exclude<RangeEdge, undefined>): number =>
    edge instanceof Uint8Array ? NaN : firstKeyFrom(keys, { value: edge, inclusive: true })
  return { keys: keys.keys, starts: keys.starts, isDate: keys.type === 'date', firstKey }
}

export class RangeAggregation implements Aggregation<RangePartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: RangeSettings

  constructor(settings: RangeSettings) {
    this.#settings = settings
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<RangePartial> {
    const { ranges, missingIn, subs } = this.#settings
    const columns = this.#settings.columns(split)
    const parts: Collector<RangePartial>[] = columns.map(
      (column) => new ColumnRanges(column, { ranges, subs }, { split, parentLimit }),
    )
    if (missingIn.length > 0) {
      const all = split.columnsAt(this.#settings.path)
      const place = { split, parentLimit, subs }
      parts.push(
        withoutValueIn(all, place, (bucket) => bucketsWith(ranges.length, missingIn, bucket)),
      )
    }
    return joined(parts, (partials) => this.merge(partials))
  }

  merge(partials: readonly RangePartial[]): RangePartial {
    const [first] = partials
    if (partials.length === 1 && first !== undefined) return first
    const { subs, ranges } = this.#settings
    return {
      isDate: partials.some(({ isDate }) => isDate),
      buckets: ranges.map((_, at) => ({
        docCount: partials.reduce((sum, { buckets }) => sum + (buckets[at]?.docCount ?? 0), 0),
        subs: mergeSubs(
          subs,
          partials.map(({ buckets }) => buckets[at]?.subs),
        ),
      })),
    }
  }

  render(partial: RangePartial, budget: BucketBudget): JsonObject {
    const { ranges, keyed, print, subs } = this.#settings
    budget.take(ranges.length)
    const buckets = ranges.map((range, at) => {
      const { docCount, subs: partials } = partial.buckets[at] ?? NO_BUCKET
      const { key, bounds } = print(range, partial.isDate)
      return { key, doc_count: docCount, ...bounds, ...renderSubs(subs, partials, budget) }
    })
    if (!keyed) return { buckets }
    return { buckets: Object.fromEntries(buckets.map(({ key, ...rest }) => [key, rest])) }
  }

  metric(): undefined {
    return undefined
  }
}

const NO_BUCKET: RangeBucket = { docCount: 0, subs: undefined }

function bucketsWith(count: number, places: readonly number[], bucket: RangeBucket): RangePartial {
  const buckets = Array.from({ length: count }, (_, at) =>
    places.includes(at) ? bucket : NO_BUCKET,
  )
  return { isDate: false, buckets }
}

/**
 * The ranges of one column. Their edges cut its keys into segments: a value is in one segment, and that
 * in any number of ranges.
 */
class ColumnRanges implements Collector<RangePartial> {
  readonly #column: RangeColumn
  /** The first key of each segment but the first, ascending. */
  readonly #edges: Float64Array
  /** Segment -> its ranges: items[starts[segment]] on, to starts[segment + 1]. */
  readonly #cover: { readonly starts: Uint32Array; readonly items: Uint32Array }
  readonly #rangeCount: number
  readonly #hasSubs: boolean
  readonly #ids: BucketIds
  readonly #subs: SubCollectors
  readonly #values = new ValueBlock()

  constructor(
    column: RangeColumn,
    {
      ranges,
      subs,
    }: { readonly ranges: readonly Range[]; readonly subs: readonly SubAggregation[] },
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    const { split, parentLimit } = place
    this.#column = column
    this.#rangeCount = ranges.length
    const spans = ranges.map(({ from, to }) => ({
      low: from === undefined ? -Infinity : column.firstKey(from),
      high: to === undefined ? Infinity : column.firstKey(to),
    }))
    const edges = new Set(spans.flatMap(({ low, high }) => [low, high]))
    this.#edges = Float64Array.from([...edges].filter((edge) => edge > -Infinity)).sort()
    this.#cover = coverOf(this.#edges, spans)
    this.#hasSubs = subs.length > 0
    const shape = { parentLimit, keyCount: ranges.length, hasSubs: this.#hasSubs }
    this.#ids = new BucketIds(shape, split.memory)
    this.#subs = new SubCollectors(subs, split, this.#ids.idLimit)
  }

  collect(block: DocBlock): void {
    const values = this.#values
    values.fill(this.#column, block)
    const edges = this.#edges
    for (let i = 0; i < values.count; i++) {
      values.keys[i] = segmentOf(edges, values.keys[i] as number)
    }
    values.expand(this.#cover)
    values.unique()
    const ids = this.#ids.add(values)
    if (this.#hasSubs) this.#subs.collect(values.under(ids))
  }

  result(parent: number): RangePartial {
    const buckets = Array.from({ length: this.#rangeCount }, () => NO_BUCKET)
    this.#ids.eachOf(parent, (range, docCount, id) => {
      buckets[range] = { docCount, subs: this.#subs.result(id) }
    })
    return { isDate: this.#column.isDate, buckets }
  }
}

function coverOf(
  edges: Float64Array,
  spans: readonly { readonly low: number; readonly high: number }[],
): { starts: Uint32Array; items: Uint32Array } {
  const starts = new Uint32Array(edges.length + 2)
  const items: number[] = []
  for (let segment = 0; segment <= edges.length; segment++) {
    const first = segment === 0 ? -Infinity : (edges[segment - 1] as number)
    spans.forEach(({ low, high }, range) => {
      if (low <= first && first < high) items.push(range)
    })
    starts[segment + 1] = items.length
  }
  return { starts, items: Uint32Array.from(items) }
}

/** How many of the ascending numbers are not above `key`. */
function segmentOf(ascending: Float64Array, key: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) <= key) low = middle + 1
    else high = middle
  }
  return low
}
