// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import { exactValue, firstKeyFrom, floorDiv, lastKeyUpTo, type NumberKeys } from '../number-keys.ts'
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
import type { Bounds } from './options.ts'
import {
  mergeBuckets,
  pathsIn,
  queriesIn,
  renderSubs,
  SubCollectors,
  type SubPartials,
} from './sub-aggregations.ts'
import { joined, withoutValueIn } from './column-parts.ts'
import { numberColumns, ValueBlock } from './values.ts'

/** A histogram as both dialects ask for it: on dates every number is in milliseconds. */
interface HistogramSettings {
  readonly path: string
  /** 'json': decided by the columns that splits have. */
  readonly scale: 'number' | 'date' | 'json'
  /** Dates only: a path with other numbers has no buckets for them. */
  readonly datesOnly: boolean
  readonly interval: number
  readonly offset: number
  readonly minDocCount: number
  readonly hardBounds: Bounds | undefined
  readonly extendedBounds: Bounds | undefined
  readonly keyed: boolean
  /** What documents without value have; undefined: they are in no bucket. */
  readonly missing: number | undefined
  /** Nanoseconds as the key's text. */
  readonly printDate: (nanos: bigint) => string
  /** Undefined: keys of numbers have no text. */
  readonly printNumber: ((key: number) => string) | undefined
  readonly subs: readonly SubAggregation[]
}

/** Bucket i holds values from i * interval + offset on. */
export interface HistogramPartial {
  readonly scale: 'number' | 'date' | undefined
  readonly buckets: ReadonlyMap<number, HistogramBucket>
}

export interface HistogramBucket {
  readonly docCount: number
  readonly subs: SubPartials
}

/** A column's buckets are numbered from its first one up to this many. */
const MAX_NUMBERED_BUCKETS = 2 ** 32

export class HistogramAggregation implements Aggregation<HistogramPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: HistogramSettings

  constructor(settings: HistogramSettings) {
    this.#settings = settings
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<HistogramPartial> {
    const settings = this.#settings
    const columns = numberColumns(split, settings.path, settings.datesOnly ? 'dates' : 'numbers')
    const parts: Collector<HistogramPartial>[] = columns
      .filter((keys) => keys.valueCount > 0)
      .map((keys) => new ColumnHistogram(keys, settings, { split, parentLimit }))
    const { missing, hardBounds, subs } = settings
    if (missing !== undefined && isWithin(missing, hardBounds)) {
      const index = Math.floor((missing - settings.offset) / settings.interval)
      const place = { split, parentLimit, subs }
      parts.push(withoutValueIn(columns, place, (bucket) => oneBucket(index, bucket)))
    }
    return joined(parts, (partials) => this.merge(partials))
  }

  merge(partials: readonly HistogramPartial[]): HistogramPartial {
    const [first] = partials
    if (partials.length === 1 && first !== undefined) return first
    return {
      scale: partials.find(({ scale }) => scale !== undefined)?.scale,
      buckets: mergeBuckets(
        partials.map(({ buckets }) => buckets),
        this.#settings.subs,
      ),
    }
  }

  render(partial: HistogramPartial, budget: BucketBudget): JsonObject {
    const { minDocCount, keyed, subs } = this.#settings
    const entries: { key: string; bucket: JsonObject }[] = []
    for (const index of this.#indexes(partial, budget)) {
      const found = partial.buckets.get(index)
      const docCount = found?.docCount ?? 0
      if (docCount < minDocCount) continue
      const key = this.#key(partial, index)
      entries.push({
        key: key.text,
        bucket: { ...key.json, doc_count: docCount, ...renderSubs(subs, found?.subs, budget) },
      })
    }
    if (keyed)
      return { buckets: Object.fromEntries(entries.map(({ key, bucket }) => [key, bucket])) }
    return { buckets: entries.map(({ bucket }) => bucket) }
  }

  /** Bucket numbers to print, ascending; the gaps too when empty buckets are wanted. */
  #indexes(partial: HistogramPartial, budget: BucketBudget): number[] {
    const { minDocCount, extendedBounds, interval, offset } = this.#settings
    const present = [...partial.buckets.keys()].sort((a, b) => a - b)
    if (minDocCount > 0) {
      budget.take(present.length)
      return present
    }
    let first = present[0] ?? Infinity
    let last = present.at(-1) ?? -Infinity
    if (extendedBounds !== undefined) {
      const ends = [extendedBounds.min, extendedBounds.max].filter(Number.isFinite)
      const indexes = ends.map((end) => Math.floor((end - offset) / interval))
      first = Math.min(first, ...indexes)
      last = Math.max(last, ...indexes)
    }
    if (first > last) return []
    budget.take(last - first + 1)
    return Array.from({ length: last - first + 1 }, (_, step) => first + step)
  }

  #key(partial: HistogramPartial, index: number): { text: string; json: JsonObject } {
    const { interval, offset } = this.#settings
    const scale = this.#settings.scale === 'json' ? partial.scale : this.#settings.scale
    const key = index * interval + offset
    const json: { [name: string]: JsonValue } = { key: jsonFloat(key) }
    if (scale !== 'date') {
      const { printNumber } = this.#settings
      const text = printNumber?.(key)
      return text === undefined
        ? { text: String(key), json }
        : { text, json: { ...json, key_as_string: text } }
    }
    const nanos = BigInt(index) * nanosOf(interval) + nanosOf(offset)
    const text = this.#settings.printDate(nanos)
    return { text, json: { ...json, key_as_string: text } }
  }

  metric(): undefined {
    return undefined
  }
}

export function isWithin(value: number, bounds: Bounds | undefined): boolean {
  return bounds === undefined || (value >= bounds.min && value <= bounds.max)
}

/** Of documents without value; none when there are none. */
export function oneBucket(key: number, bucket: HistogramBucket): HistogramPartial {
  return { scale: undefined, buckets: new Map(bucket.docCount === 0 ? [] : [[key, bucket]]) }
}

function nanosOf(ms: number): bigint {
  return Number.isInteger(ms) ? BigInt(ms) * 1_000_000n : BigInt(Math.round(ms * 1e6))
}

/** Documents from which looking at the bounds of their block first is worth it. */
const WORTH_BOUNDS = 16

/** The buckets of one column: numbers from its first bucket on, so that counts fit a flat array. */
class ColumnHistogram implements Collector<HistogramPartial> {
  readonly #keys: NumberKeys
  readonly #hard: { readonly low: number; readonly high: number } | undefined
  readonly #toBucket: BucketFunction
  readonly #ids: BucketIds
  readonly #subs: SubCollectors
  readonly #hasSubs: boolean
  readonly #values = new ValueBlock()
  readonly #bounds = new Float64Array(2)

  constructor(
    keys: NumberKeys,
    settings: HistogramSettings,
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    this.#keys = keys
    this.#hard = hardKeys(keys, settings.hardBounds)
    this.#toBucket = bucketFunction(keys, settings)
    this.#hasSubs = settings.subs.length > 0
    this.#ids = new BucketIds(
      {
        parentLimit: place.parentLimit,
        keyCount: this.#toBucket.count,
        hasSubs: this.#hasSubs,
      },
      place.split.memory,
    )
    this.#subs = new SubCollectors(settings.subs, place.split, this.#ids.idLimit)
  }

  collect(block: DocBlock): void {
    const single = this.#hard === undefined ? this.#singleBucket(block) : undefined
    if (single !== undefined) {
      const bucket = this.#ids.addSame(block, single)
      if (this.#hasSubs) this.#subs.collect({ ...block, ...bucket })
      return
    }
    const values = this.#values
    values.fill(this.#keys, block)
    if (this.#hard !== undefined) values.filter(within(values, this.#hard))
    this.#toBucket.apply(values.keys, values.count)
    values.unique()
    const ids = this.#ids.add(values)
    if (this.#hasSubs) this.#subs.collect(values.under(ids))
  }

  /** The bucket of all documents of a block, where its bounds show that there is only one: documents
   *  that arrive in time order mostly have one. Blocks of documents are blocks of values here. */
  #singleBucket({ docs, count }: DocBlock): number | undefined {
    const { starts, blockMins, blockMaxs } = this.#keys
    if (starts !== undefined || count < WORTH_BOUNDS) return undefined
    const block = Math.floor((docs[0] as number) / COLUMN_BLOCK_VALUES)
    const bounds = this.#bounds
    bounds[0] = blockMins[block] as number
    bounds[1] = blockMaxs[block] as number
    this.#toBucket.apply(bounds, 2)
    return bounds[0] === bounds[1] ? bounds[0] : undefined
  }

  result(parent: number): HistogramPartial {
    const buckets = new Map<number, HistogramBucket>()
    this.#ids.eachOf(parent, (key, docCount, id) => {
      buckets.set(this.#toBucket.first + key, { docCount, subs: this.#subs.result(id) })
    })
    return { scale: this.#keys.type === 'date' ? 'date' : 'number', buckets }
  }
}

function hardKeys(
  keys: NumberKeys,
  bounds: Bounds | undefined,
): { low: number; high: number } | undefined {
  if (bounds === undefined) return undefined
  const exact = (bound: number): bigint | number => (keys.type === 'date' ? nanosOf(bound) : bound)
  const { min, max } = bounds
  return {
    low: min === -Infinity ? min : firstKeyFrom(keys, { value: exact(min), inclusive: true }),
    high: max === Infinity ? max : lastKeyUpTo(keys, { value: exact(max), inclusive: true }),
  }
}

function within(values: ValueBlock, { low, high }: { low: number; high: number }): Uint8Array {
  const keep = new Uint8Array(values.count)
  for (let i = 0; i < values.count; i++) {
    const key = values.keys[i] as number
    keep[i] = key >= low && key <= high ? 1 : 0
  }
  return keep
}

/** Replaces keys by bucket numbers counted from `first`; they are below `count`. */
interface BucketFunction {
  readonly first: number
  readonly count: number
  apply(keys: Float64Array, count: number): void
}

function bucketFunction(keys: NumberKeys, settings: HistogramSettings): BucketFunction {
  const low = lowest(keys.blockMins)
  const high = highest(keys.blockMaxs)
  const scaled = scaledFunction(keys, settings, { low, high })
  if (scaled !== undefined) return scaled
  const bucketOf = (key: number): number => bucketOfValue(keys, settings, exactValue(keys, key))
  const span = bucketOf(high) - bucketOf(low) + 1
  // Numbered from 0 the buckets of a wider span would no longer be exact.
  const first = span > MAX_NUMBERED_BUCKETS ? 0 : bucketOf(low)
  return {
    first,
    count: span > MAX_NUMBERED_BUCKETS ? Infinity : span,
    apply(values, count) {
      for (let i = 0; i < count; i++) values[i] = bucketOf(values[i] as number) - first
    },
  }
}

function bucketOfValue(
  keys: NumberKeys,
  { interval, offset }: HistogramSettings,
  value: bigint | number,
): number {
  if (keys.type === 'date' && typeof value === 'bigint') {
    return Number(floorDiv(value - nanosOf(offset), nanosOf(interval)))
  }
  // Doubles would put a value beyond 2^53 into another bucket than the exact way of another split does.
  if (typeof value === 'bigint' && Number.isSafeInteger(interval) && Number.isSafeInteger(offset)) {
    return Number(floorDiv(value - BigInt(offset), BigInt(interval)))
  }
  return Math.floor((Number(value) - offset) / interval)
}

/**
 * The fast way for integers on an integer interval: with base - offset = whole * interval + rest, the
 * bucket of a key is whole + floor((rest + step * key) / interval). Divided by what interval, rest and
 * step have in common the numbers stay below 2^53, where the quotient of doubles has an exact floor.
 * Undefined when they do not, or when bucket numbers themselves do not.
 */
function scaledFunction(
  keys: NumberKeys,
  settings: HistogramSettings,
  range: { readonly low: number; readonly high: number },
): BucketFunction | undefined {
  const { scale } = keys
  if (scale.kind !== 'scaled') return undefined
  const isDate = keys.type === 'date'
  if (
    !isDate &&
    !(Number.isSafeInteger(settings.interval) && Number.isSafeInteger(settings.offset))
  ) {
    return undefined
  }
  const interval = isDate ? nanosOf(settings.interval) : BigInt(settings.interval)
  const offset = isDate ? nanosOf(settings.offset) : BigInt(settings.offset)
  const whole = floorDiv(scale.base - offset, interval)
  const rest = scale.base - offset - whole * interval
  const common = gcd(gcd(interval, rest), scale.step)
  const last = whole + (rest + scale.step * BigInt(range.high)) / interval
  if ((rest + scale.step * BigInt(range.high)) / common > BigInt(Number.MAX_SAFE_INTEGER)) {
    return undefined
  }
  if (!Number.isSafeInteger(Number(whole)) || !Number.isSafeInteger(Number(last))) return undefined
  const start = Number(rest / common)
  const step = Number(scale.step / common)
  const width = Number(interval / common)
  const skipped = Math.floor((start + step * range.low) / width)
  return {
    first: Number(whole) + skipped,
    count: Math.floor((start + step * range.high) / width) - skipped + 1,
    apply(values, count) {
      for (let i = 0; i < count; i++) {
        values[i] = Math.floor((start + step * (values[i] as number)) / width) - skipped
      }
    },
  }
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a
  let y = b
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

function lowest(bounds: Float64Array): number {
  return bounds.reduce((least, bound) => Math.min(least, bound), Infinity)
}

function highest(bounds: Float64Array): number {
  return bounds.reduce((most, bound) => Math.max(most, bound), -Infinity)
}
