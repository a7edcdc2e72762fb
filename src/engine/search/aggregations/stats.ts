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
import { grown, KeySums } from './key-sums.ts'
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
  readonly sharesBy: string
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
    const { path, missing } = this.#settings
    this.paths = [path]
    this.sharesBy = JSON.stringify(['stats', reads, path, missing])
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
      const isRanked = keys.scale.kind === 'ranked'
      if (!isRanked && sums.addAt(keys, block)) continue
      this.#values.fill(keys, block)
      if (isRanked) unrank(keys, this.#values)
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
