// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { dateFromNanos, formatRfc3339 } from '../../dates/datetime.ts'
import type { Query } from '../../query/query.ts'
import { firstKeyFrom, type NumberKeys } from '../number-keys.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationInput,
  type AggregationKind,
  type AggregationSplit,
  type BucketBudget,
  type Collector,
  type SubAggregation,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import { asNumber, booleanOption, fieldOption, invalidAggregation } from './options.ts'
import {
  mergeSubs,
  pathsIn,
  queriesIn,
  renderSubs,
  SubCollectors,
  type SubPartials,
} from './sub-aggregations.ts'
import { numberColumns, ValueBlock } from './values.ts'

export const RANGE: AggregationKind = {
  buckets: 'many',
  options: ['field', 'ranges', 'keyed'],
  parse(input) {
    const { path, type } = fieldOption(input)
    const keyed = booleanOption(input, 'keyed', false)
    return new RangeAggregation({
      path,
      isDate: type === 'date',
      keyed,
      ranges: parseRanges(input),
      subs: input.subs,
    })
  },
}

/** Values v with from <= v < to; nanoseconds on dates. */
interface Range {
  readonly from: bigint | number
  readonly to: bigint | number
  readonly key: string | undefined
}

interface RangeSettings {
  readonly path: string
  readonly isDate: boolean
  readonly keyed: boolean
  /** Ascending, adjacent, from -Infinity to Infinity. */
  readonly ranges: readonly Range[]
  readonly subs: readonly SubAggregation[]
}

interface RangePartial {
  readonly isDate: boolean
  /** Parallel to the ranges. */
  readonly buckets: readonly { readonly docCount: number; readonly subs: SubPartials }[]
}

/** The ranges of the request and what lies before, between and after them. */
function parseRanges(input: AggregationInput): Range[] {
  const raw = input.options['ranges']
  if (!Array.isArray(raw))
    throw invalidAggregation(input.name, '`ranges` must be a list of {from, to}')
  const asked = raw.map((range) => parseRange(input, range))
  asked.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
  const ranges: Range[] = []
  let covered: bigint | number = -Infinity
  for (const range of asked) {
    if (range.from < covered) throw invalidAggregation(input.name, '`ranges` must not overlap')
    if (range.from > covered) ranges.push({ from: covered, to: range.from, key: undefined })
    ranges.push(range)
    covered = range.to
  }
  if (covered < Infinity) ranges.push({ from: covered, to: Infinity, key: undefined })
  return ranges
}

function compare(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function parseRange(input: AggregationInput, raw: JsonValue): Range {
  if (!isJsonObject(raw)) throw invalidAggregation(input.name, 'a range must be {key?, from?, to?}')
  const from = bound(input, raw, 'from') ?? -Infinity
  const to = bound(input, raw, 'to') ?? Infinity
  if (from >= to) throw invalidAggregation(input.name, 'a range ends where it starts, or before')
  const key = raw['key']
  if (key !== undefined && key !== null && typeof key !== 'string') {
    throw invalidAggregation(input.name, 'the `key` of a range must be a string')
  }
  return { from, to, key: key ?? undefined }
}

function bound(
  input: AggregationInput,
  raw: JsonObject,
  side: string,
): bigint | number | undefined {
  const value = raw[side]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'bigint') return value
  const number = asNumber(value)
  if (number === undefined) {
    throw invalidAggregation(
      input.name,
      `\`${side}\` of a range must be a number or a numeric string`,
    )
  }
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : number
}

class RangeAggregation implements Aggregation<RangePartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: RangeSettings

  constructor(settings: RangeSettings) {
    this.#settings = settings
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<RangePartial> {
    const columns = numberColumns(split, this.#settings.path).map(
      (keys) => new ColumnRanges(keys, this.#settings, { split, parentLimit }),
    )
    return {
      collect: (block) => columns.forEach((column) => column.collect(block)),
      result: (parent) => this.merge(columns.map((column) => column.result(parent))),
    }
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
    const { ranges, keyed, subs, isDate } = this.#settings
    budget.take(ranges.length)
    const print = isDate || partial.isDate ? printDate : printNumber
    const buckets = ranges.map((range, at) => {
      const { docCount, subs: partials } = partial.buckets[at] ?? { docCount: 0, subs: undefined }
      const key = range.key ?? `${print(range.from)}-${print(range.to)}`
      return {
        key,
        doc_count: docCount,
        ...bounds(range, isDate || partial.isDate),
        ...renderSubs(subs, partials, budget),
      }
    })
    if (!keyed) return { buckets }
    return { buckets: Object.fromEntries(buckets.map(({ key, ...rest }) => [key, rest])) }
  }

  metric(): undefined {
    return undefined
  }
}

function bounds({ from, to }: Range, isDate: boolean): JsonObject {
  const out: JsonObject = {}
  if (from !== -Infinity) out['from'] = jsonFloat(Number(from))
  if (to !== Infinity) out['to'] = jsonFloat(Number(to))
  if (isDate && from !== -Infinity) out['from_as_string'] = printDate(from)
  if (isDate && to !== Infinity) out['to_as_string'] = printDate(to)
  return out
}

function printNumber(value: bigint | number): string {
  return value === Infinity || value === -Infinity ? '*' : String(value)
}

function printDate(value: bigint | number): string {
  if (value === Infinity || value === -Infinity) return '*'
  return formatRfc3339(dateFromNanos(typeof value === 'bigint' ? value : BigInt(Math.round(value))))
}

class ColumnRanges implements Collector<RangePartial> {
  readonly #keys: NumberKeys
  /** The first key of each range but the first, ascending. */
  readonly #firstKeys: Float64Array
  readonly #ids: BucketIds
  readonly #subs: SubCollectors
  readonly #hasSubs: boolean
  readonly #rangeCount: number
  readonly #values = new ValueBlock()

  constructor(
    keys: NumberKeys,
    settings: RangeSettings,
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    const { ranges, subs } = settings
    this.#keys = keys
    this.#rangeCount = ranges.length
    this.#firstKeys = Float64Array.from(ranges.slice(1), ({ from }) =>
      firstKeyFrom(keys, { value: from, inclusive: true }),
    )
    this.#hasSubs = subs.length > 0
    const shape = {
      parentLimit: place.parentLimit,
      keyCount: ranges.length,
      hasSubs: this.#hasSubs,
    }
    this.#ids = new BucketIds(shape, place.split.memory)
    this.#subs = new SubCollectors(subs, place.split, this.#ids.idLimit)
  }

  collect(block: Parameters<Collector['collect']>[0]): void {
    const values = this.#values
    values.fill(this.#keys, block)
    const firstKeys = this.#firstKeys
    for (let i = 0; i < values.count; i++) {
      values.keys[i] = rangeOf(firstKeys, values.keys[i] as number)
    }
    values.unique()
    const ids = this.#ids.add(values.parents, values.keys, values.count)
    if (this.#hasSubs) this.#subs.collect(values.under(ids))
  }

  result(parent: number): RangePartial {
    const buckets = Array.from({ length: this.#rangeCount }, () => ({
      docCount: 0,
      subs: undefined as SubPartials,
    }))
    this.#ids.eachOf(parent, (range, docCount, id) => {
      buckets[range] = { docCount, subs: this.#subs.result(id) }
    })
    return { isDate: this.#keys.type === 'date', buckets }
  }
}

/** How many of the ascending numbers are not above `key`. */
function rangeOf(ascending: Float64Array, key: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) <= key) low = middle + 1
    else high = middle
  }
  return low
}
