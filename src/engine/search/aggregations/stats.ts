// Typed-array reads below are cast with `as number`: indexes are below the capacity just ensured.
import { elementAt } from '../../bytes/element-at.ts'
import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { exactValue, isNumeric, numberKeys, type NumberKeys } from '../number-keys.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationInput,
  type AggregationKind,
  type AggregationMemory,
  type AggregationSplit,
  type Collector,
  type DocBlock,
} from './aggregation.ts'
import { dateOptions } from './date-options.ts'
import { parseDecimalFormat } from './decimal-format.ts'
import { asNumber, booleanOption, fieldOption, numberOption } from './options.ts'
import {
  averageOf,
  EMPTY,
  mergeStats,
  printExtendedStats,
  printStats,
  type StatsPartial,
} from './stats-partial.ts'
import { numberColumns, ValueBlock, withoutValue } from './values.ts'

type StatsPrinter = (partial: StatsPartial) => JsonObject

function statsKind(
  makePrinter: (input: AggregationInput) => StatsPrinter,
  { reads = 'numbers', more = [] }: { reads?: StatsReading; more?: readonly string[] } = {},
): AggregationKind {
  return {
    buckets: 'none',
    options: ['field', 'missing', 'format', 'value_type', ...more],
    parse: (input) => new StatsAggregation(input, withTexts(input, makePrinter(input)), reads),
  }
}

/** With `format`, every number but a count has its text beside it; dates are nanoseconds. */
function withTexts(input: AggregationInput, print: StatsPrinter): StatsPrinter {
  const raw = input.options['format'] ?? undefined
  if (raw === undefined) return print
  const isDate = fieldOption(input).type === 'date'
  const textOf = isDate ? dateTextOf(input) : parseDecimalFormat(input.name, raw)
  return (partial) => {
    const printed = print(partial)
    const texts = Object.entries(printed).flatMap(([name, value]) => {
      const number = name === 'count' ? undefined : asNumber(value)
      return number === undefined ? [] : [[`${name}_as_string`, textOf(number)]]
    })
    return { ...printed, ...Object.fromEntries(texts) }
  }
}

function dateTextOf(input: AggregationInput): (nanos: number) => string {
  const { print } = dateOptions(input)
  return (nanos) => print(BigInt(Math.round(nanos)))
}

/** 'spread': squares are wanted too. 'anything': every value counts, not only numbers. */
type StatsReading = 'numbers' | 'spread' | 'anything'

const single =
  (value: (partial: StatsPartial) => number): ((input: AggregationInput) => StatsPrinter) =>
  () =>
  (partial) => ({ value: jsonFloat(value(partial)) })

export const STATS_KINDS = {
  avg: statsKind(single(averageOf)),
  min: statsKind(single(({ min }) => min)),
  max: statsKind(single(({ max }) => max)),
  sum: statsKind(
    (input) => {
      const noneIfNoMatch = booleanOption(input, 'none_if_no_match', false)
      return ({ count, sum }) => ({ value: count === 0 && noneIfNoMatch ? null : jsonFloat(sum) })
    },
    { more: ['none_if_no_match'] },
  ),
  value_count: statsKind(
    single(({ count }) => count),
    { reads: 'anything' },
  ),
  stats: statsKind(() => printStats),
  extended_stats: statsKind(
    (input) => {
      const sigma = numberOption(input, 'sigma') ?? 2
      return (partial) => printExtendedStats(partial, sigma)
    },
    { reads: 'spread', more: ['sigma'] },
  ),
}

interface StatsSettings {
  readonly path: string
  readonly missing: number | undefined
  /** Whether squares are wanted too. */
  readonly withSpread: boolean
}

class StatsAggregation implements Aggregation<StatsPartial> {
  readonly paths: readonly string[]
  readonly #settings: StatsSettings
  readonly #print: StatsPrinter
  /** Whether every column counts, not only numbers. */
  readonly #countsAnything: boolean

  constructor(input: AggregationInput, print: StatsPrinter, reads: StatsReading) {
    this.#settings = {
      path: fieldOption(input).path,
      missing: numberOption(input, 'missing'),
      withSpread: reads === 'spread',
    }
    this.paths = [this.#settings.path]
    this.#print = print
    this.#countsAnything = reads === 'anything'
  }

  collector(split: AggregationSplit): Collector<StatsPartial> {
    return this.#countsAnything
      ? new CountCollector(split, this.#settings)
      : new StatsCollector(split, this.#settings)
  }

  merge(partials: readonly StatsPartial[]): StatsPartial {
    return partials.reduce(mergeStats, EMPTY)
  }

  render(partial: StatsPartial): JsonObject {
    return this.#print(partial)
  }

  metric(partial: StatsPartial, property: string | undefined): number | null | undefined {
    const printed = this.#print(partial)
    const bound = /^std_(?:deviation_bounds_)?((?:upper|lower)\w*)$/.exec(property ?? '')?.[1]
    const bounds = printed['std_deviation_bounds']
    const value =
      bound !== undefined && isJsonObject(bounds) ? bounds[bound] : printed[property ?? 'value']
    return value === undefined || value === null ? value : asNumber(value)
  }
}

/** Sums over keys while collecting; scaled to values once per bucket, so integers add up exactly. */
class StatsCollector implements Collector<StatsPartial> {
  readonly #columns: readonly { readonly keys: NumberKeys; readonly sums: KeySums }[]
  readonly #missing: { readonly value: number; readonly sums: KeySums } | undefined
  readonly #values = new ValueBlock()

  constructor(split: AggregationSplit, settings: StatsSettings) {
    const { path, missing, withSpread } = settings
    this.#columns = numberColumns(split, path).map((keys) => ({
      keys,
      sums: new KeySums(split.memory, withSpread),
    }))
    this.#missing =
      missing === undefined
        ? undefined
        : { value: missing, sums: new KeySums(split.memory, withSpread) }
  }

  collect(block: DocBlock): void {
    for (const { keys, sums } of this.#columns) {
      this.#values.fill(keys, block)
      if (keys.scale.kind === 'ranked') unrank(keys, this.#values)
      sums.add(this.#values)
    }
    if (this.#missing !== undefined) {
      const rest = withoutValue(
        this.#columns.map(({ keys }) => keys),
        block,
      )
      const keys = new Float64Array(rest.count).fill(this.#missing.value)
      this.#missing.sums.add({ ...rest, keys })
    }
  }

  result(parent: number): StatsPartial {
    const partials = this.#columns.map(({ keys, sums }) => scaled(sums.result(parent), keys))
    if (this.#missing !== undefined) partials.push(this.#missing.sums.result(parent))
    return partials.reduce(mergeStats, EMPTY)
  }
}

/** Ranks do not add up: puts the values themselves in their place, as doubles. */
function unrank(column: NumberKeys, values: ValueBlock): void {
  for (let i = 0; i < values.count; i++) {
    values.keys[i] = Number(exactValue(column, values.keys[i] as number))
  }
}

function scaled(partial: StatsPartial, keys: NumberKeys): StatsPartial {
  const { scale } = keys
  if (scale.kind !== 'scaled' || partial.count === 0) return partial
  const { base, step } = scale
  const value = (key: number): number =>
    Number.isSafeInteger(key)
      ? Number(base + step * BigInt(key))
      : Number(base) + Number(step) * key
  return {
    count: partial.count,
    sum: Number.isSafeInteger(partial.sum)
      ? Number(base * BigInt(partial.count) + step * BigInt(partial.sum))
      : Number(base) * partial.count + Number(step) * partial.sum,
    min: value(partial.min),
    max: value(partial.max),
    squares: partial.squares * Number(step) * Number(step),
  }
}

/** Count, sum, extremes and spread per parent bucket, as parallel arrays. */
class KeySums {
  readonly #memory: AggregationMemory
  #capacity = 0
  #counts = new Float64Array(0)
  #sums = new Float64Array(0)
  #mins = new Float64Array(0)
  #maxs = new Float64Array(0)
  /** Only with spread: how many values the running mean has. */
  #seen = new Float64Array(0)
  #means = new Float64Array(0)
  #squares = new Float64Array(0)
  readonly #withSpread: boolean

  constructor(memory: AggregationMemory, withSpread: boolean) {
    this.#memory = memory
    this.#withSpread = withSpread
  }

  add(values: SummedValues): void {
    const { parents, keys, count, onlyParent } = values
    this.#reserve(onlyParent ?? largest(parents, count))
    if (onlyParent === undefined) this.#addMany(values)
    else this.#addOne(keys, count, onlyParent)
    if (this.#withSpread) this.#addSpread(parents, keys, count)
  }

  /** Into one bucket, which stands in registers until the end. */
  #addOne(keys: Float64Array, count: number, parent: number): void {
    let sum = this.#sums[parent] as number
    let min = this.#mins[parent] as number
    let max = this.#maxs[parent] as number
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number
      sum += key
      if (key < min) min = key
      if (key > max) max = key
    }
    this.#counts[parent] = (this.#counts[parent] as number) + count
    this.#sums[parent] = sum
    this.#mins[parent] = min
    this.#maxs[parent] = max
  }

  #addMany({ parents, keys, count }: SummedValues): void {
    const counts = this.#counts
    const sums = this.#sums
    const mins = this.#mins
    const maxs = this.#maxs
    for (let i = 0; i < count; i++) {
      const parent = parents[i] as number
      const key = keys[i] as number
      counts[parent] = (counts[parent] as number) + 1
      sums[parent] = (sums[parent] as number) + key
      if (key < (mins[parent] as number)) mins[parent] = key
      if (key > (maxs[parent] as number)) maxs[parent] = key
    }
  }

  /** Welford's running mean, one value after the other. */
  #addSpread(parents: Uint32Array, keys: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const parent = parents[i] as number
      const key = keys[i] as number
      const seen = (this.#seen[parent] as number) + 1
      this.#seen[parent] = seen
      const mean = this.#means[parent] as number
      const moved = mean + (key - mean) / seen
      this.#means[parent] = moved
      this.#squares[parent] = (this.#squares[parent] as number) + (key - mean) * (key - moved)
    }
  }

  result(parent: number): StatsPartial {
    if (parent >= this.#capacity || this.#counts[parent] === 0) return EMPTY
    return {
      count: this.#counts[parent] as number,
      sum: this.#sums[parent] as number,
      min: this.#mins[parent] as number,
      max: this.#maxs[parent] as number,
      squares: this.#squares[parent] as number,
    }
  }

  #reserve(last: number): void {
    if (last < this.#capacity) return
    const capacity = Math.max(16, last + 1, this.#capacity * 2)
    this.#memory.reserve((capacity - this.#capacity) * (this.#withSpread ? 56 : 32))
    this.#counts = grown(this.#counts, capacity, 0)
    this.#sums = grown(this.#sums, capacity, 0)
    this.#mins = grown(this.#mins, capacity, Infinity)
    this.#maxs = grown(this.#maxs, capacity, -Infinity)
    this.#capacity = capacity
    if (!this.#withSpread) return
    this.#seen = grown(this.#seen, capacity, 0)
    this.#means = grown(this.#means, capacity, 0)
    this.#squares = grown(this.#squares, capacity, 0)
  }
}

/** keys[i] is of bucket parents[i], for i below `count`. */
interface SummedValues extends Pick<DocBlock, 'parents' | 'count' | 'onlyParent'> {
  readonly keys: Float64Array
}

/** -1 of none. */
function largest(parents: Uint32Array, count: number): number {
  let last = -1
  for (let i = 0; i < count; i++) if ((parents[i] as number) > last) last = parents[i] as number
  return last
}

function grown(
  array: Float64Array<ArrayBuffer>,
  capacity: number,
  fill: number,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(capacity).fill(fill, array.length)
  next.set(array)
  return next
}

/** value_count: how many values of any type, each type's column counted. */
class CountCollector implements Collector<StatsPartial> {
  readonly #columns: readonly { readonly starts: Uint32Array | undefined }[]
  readonly #countsMissing: boolean
  readonly #memory: AggregationMemory
  #counts = new Float64Array(0)

  constructor(split: AggregationSplit, { path, missing }: StatsSettings) {
    this.#columns = split
      .columnsAt(path)
      .filter((column) => column.type !== 'bytes')
      .map((column) => (isNumeric(column) ? numberKeys(column) : column))
    this.#countsMissing = missing !== undefined
    this.#memory = split.memory
  }

  collect({ docs, parents, count }: DocBlock): void {
    for (let i = 0; i < count; i++) {
      const doc = docs[i] as number
      let values = 0
      for (const { starts } of this.#columns) {
        values += starts === undefined ? 1 : (starts[doc + 1] as number) - (starts[doc] as number)
      }
      if (values === 0 && this.#countsMissing) values = 1
      const parent = parents[i] as number
      if (parent >= this.#counts.length) this.#grow(parent)
      this.#counts[parent] = (this.#counts[parent] as number) + values
    }
  }

  result(parent: number): StatsPartial {
    // Grown no further than to the last parent that had documents.
    const count = parent < this.#counts.length ? elementAt(this.#counts, parent) : 0
    return { ...EMPTY, count }
  }

  #grow(parent: number): void {
    const capacity = Math.max(16, parent + 1, this.#counts.length * 2)
    this.#memory.reserve((capacity - this.#counts.length) * 8)
    this.#counts = grown(this.#counts, capacity, 0)
  }
}
