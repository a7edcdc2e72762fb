// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import type { JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import { exactValue, floorDiv, type NumberKeys } from '../number-keys.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationSplit,
  type BucketBudget,
  type Collector,
  type DocBlock,
  type SubAggregation,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import type { DateBuckets } from './date-buckets.ts'
import {
  isWithin,
  oneBucket,
  type HistogramBucket,
  type HistogramPartial,
} from './histogram-buckets.ts'
import type { Bounds } from './options.ts'
import { joined, withoutValueIn } from './column-parts.ts'
import { mergeBuckets, pathsIn, queriesIn, renderSubs, SubCollectors } from './sub-aggregations.ts'
import { numberColumns, ValueBlock } from './values.ts'

/** Every number is in milliseconds. */
interface CalendarSettings {
  readonly path: string
  readonly buckets: DateBuckets
  readonly minDocCount: number
  readonly hardBounds: Bounds | undefined
  readonly extendedBounds: Bounds | undefined
  readonly missing: number | undefined
  readonly printDate: (nanos: bigint) => string
  readonly keyed: boolean
  readonly subs: readonly SubAggregation[]
}

const NANOS_PER_MS = 1_000_000n

/** A histogram of dates whose buckets are not equally long; they are known by where they start. */
export class CalendarHistogram implements Aggregation<HistogramPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: CalendarSettings

  constructor(settings: CalendarSettings) {
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
    this.#settings = settings
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<HistogramPartial> {
    const settings = this.#settings
    const { path, missing, hardBounds, buckets, subs } = settings
    const columns = numberColumns(split, path, 'dates')
    const parts: Collector<HistogramPartial>[] = columns.map(
      (keys) => new ColumnCalendar(keys, settings, { split, parentLimit }),
    )
    if (missing !== undefined && isWithin(missing, hardBounds)) {
      const place = { split, parentLimit, subs }
      const start = buckets.startOf(Math.floor(missing))
      parts.push(withoutValueIn(columns, place, (bucket) => oneBucket(start, bucket)))
    }
    return joined(parts, (partials) => this.merge(partials))
  }

  merge(partials: readonly HistogramPartial[]): HistogramPartial {
    const maps = partials.map(({ buckets }) => buckets)
    return { scale: 'date', buckets: mergeBuckets(maps, this.#settings.subs) }
  }

  render(partial: HistogramPartial, budget: BucketBudget): JsonObject {
    const { minDocCount, printDate, keyed, subs } = this.#settings
    const buckets = this.#starts([...partial.buckets.keys()], budget).flatMap((ms) => {
      const bucket = partial.buckets.get(ms)
      const docCount = bucket?.docCount ?? 0
      if (docCount < minDocCount) return []
      const names = { key: jsonFloat(ms), key_as_string: printDate(BigInt(ms) * NANOS_PER_MS) }
      return [{ ...names, doc_count: docCount, ...renderSubs(subs, bucket?.subs, budget) }]
    })
    if (!keyed) return { buckets }
    return { buckets: Object.fromEntries(buckets.map((each) => [each.key_as_string, each])) }
  }

  /** Where buckets start, ascending; the empty ones between them too when they are wanted. */
  #starts(present: readonly number[], budget: BucketBudget): number[] {
    const { minDocCount, extendedBounds, buckets } = this.#settings
    const starts = [...present].sort((a, b) => a - b)
    if (minDocCount > 0) {
      budget.take(starts.length)
      return starts
    }
    const ends = extendedBounds === undefined ? [] : [extendedBounds.min, extendedBounds.max]
    const forced = ends.filter(Number.isFinite).map((ms) => buckets.startOf(Math.floor(ms)))
    const last = Math.max(starts.at(-1) ?? -Infinity, ...forced)
    const all: number[] = []
    const first = Math.min(starts[0] ?? Infinity, ...forced)
    for (let ms = first; ms <= last; ms = buckets.next(ms)) {
      budget.take(1)
      all.push(ms)
    }
    return all
  }

  metric(): undefined {
    return undefined
  }
}

/** The buckets of one column. Dates mostly come in order: the bucket of the last one is tried first. */
class ColumnCalendar implements Collector<HistogramPartial> {
  readonly #millis: (key: number) => number
  readonly #keys: NumberKeys
  readonly #settings: CalendarSettings
  readonly #ids: BucketIds
  readonly #subs: SubCollectors
  readonly #values = new ValueBlock()
  #start = NaN
  #end = NaN

  constructor(
    keys: NumberKeys,
    settings: CalendarSettings,
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    const { split, parentLimit } = place
    this.#keys = keys
    this.#millis = millisOf(keys)
    this.#settings = settings
    const hasSubs = settings.subs.length > 0
    this.#ids = new BucketIds({ parentLimit, keyCount: Infinity, hasSubs }, split.memory)
    this.#subs = new SubCollectors(settings.subs, split, this.#ids.idLimit)
  }

  collect(block: DocBlock): void {
    const { hardBounds, subs } = this.#settings
    const values = this.#values
    values.fill(this.#keys, block)
    const millis = this.#millis
    for (let i = 0; i < values.count; i++) values.keys[i] = millis(values.keys[i] as number)
    if (hardBounds !== undefined) values.filter(within(values, hardBounds))
    for (let i = 0; i < values.count; i++) values.keys[i] = this.#startOf(values.keys[i] as number)
    values.unique()
    const ids = this.#ids.add(values)
    if (subs.length > 0) this.#subs.collect(values.under(ids))
  }

  #startOf(ms: number): number {
    if (ms >= this.#start && ms < this.#end) return this.#start
    const { startOf, next } = this.#settings.buckets
    this.#start = startOf(ms)
    this.#end = next(this.#start)
    return this.#start
  }

  result(parent: number): HistogramPartial {
    const buckets = new Map<number, HistogramBucket>()
    this.#ids.eachOf(parent, (start, docCount, id) => {
      buckets.set(start, { docCount, subs: this.#subs.result(id) })
    })
    return { scale: 'date', buckets }
  }
}

/** Keys as whole milliseconds, rounded down: in doubles where that is exact. */
function millisOf(keys: NumberKeys): (key: number) => number {
  const { scale } = keys
  if (scale.kind === 'scaled' && scale.step % NANOS_PER_MS === 0n) {
    const base = Number(floorDiv(scale.base, NANOS_PER_MS))
    const step = Number(scale.step / NANOS_PER_MS)
    return (key) => base + step * key
  }
  return (key) => Number(floorDiv(BigInt(exactValue(keys, key)), NANOS_PER_MS))
}

function within({ keys, count }: ValueBlock, bounds: Bounds): Uint8Array {
  const keep = new Uint8Array(count)
  for (let i = 0; i < count; i++) keep[i] = isWithin(keys[i] as number, bounds) ? 1 : 0
  return keep
}
