import type { JsonObject } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationInput,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
  DocBlock,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import {
  cutPartial,
  FREQUENT_OPTIONS,
  mergeFrequent,
  parseFrequent,
  renderFrequent,
  type FrequentPartial,
  type FrequentSettings,
} from './frequent-buckets.ts'
import { ordinalsOf, type Ordinals } from './ordinals.ts'
import { joined, withoutValueIn } from './column-parts.ts'
import type { SingleBucketPartial } from './single-bucket.ts'
import { pathsIn, queriesIn, SubCollectors } from './sub-aggregations.ts'
import { parseTermFilter, type TermFilter } from './term-filter.ts'
import { compareKeys, keyTag, renderKey, type TermKey } from './term-key.ts'
import { orderBuckets } from './term-order.ts'
import { keyFormatOption, parseTermsField, type TermsField } from './terms-field.ts'
import { ValueBlock } from './values.ts'

export const TERMS: AggregationKind = {
  buckets: 'many',
  // How it is counted and what a field without mapping would be are without effect.
  options: [
    ...FREQUENT_OPTIONS,
    ...'field missing include exclude format execution_hint value_type'.split(' '),
  ],
  parse: (input) => new TermsAggregation(parseSettings(input)),
}

interface TermsSettings extends FrequentSettings, TermsField {
  readonly filter: TermFilter | undefined
  /** The text of a key beside it; undefined: as it is printed anyway. */
  readonly format: ((key: TermKey) => string | undefined) | undefined
}

type TermsPartial = FrequentPartial<TermKey>

function parseSettings(input: AggregationInput): TermsSettings {
  const field = parseTermsField(input)
  return {
    ...field,
    ...parseFrequent(input),
    filter: parseTermFilter(input),
    format: keyFormatOption(input, field.type),
  }
}

class TermsAggregation implements Aggregation<TermsPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: TermsSettings

  constructor(settings: TermsSettings) {
    this.#settings = settings
    this.paths = [settings.path, ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<TermsPartial> {
    const settings = this.#settings
    const columns = split.columnsAt(settings.path).filter(({ type }) => type !== 'bytes')
    const parts: Collector<TermsPartial>[] = columns
      .filter(({ type }) => settings.filter?.reads(type) ?? true)
      .map((column) => new ColumnTerms(ordinalsOf(column), settings, { split, parentLimit }))
    if (settings.missing !== undefined) {
      const place = { split, parentLimit, subs: settings.subs }
      const { missing } = settings
      parts.push(withoutValueIn(columns, place, (bucket) => oneTerm(missing, bucket)))
    }
    return joined(parts, (partials) => this.merge(partials))
  }

  merge(partials: readonly TermsPartial[]): TermsPartial {
    return mergeFrequent(partials, this.#settings.subs)
  }

  render(partial: TermsPartial, budget: BucketBudget): JsonObject {
    const { format } = this.#settings
    const render = (key: TermKey): JsonObject => {
      const text = format?.(key)
      return text === undefined ? renderKey(key) : { ...renderKey(key), key_as_string: text }
    }
    return renderFrequent(partial, this.#settings, { render, compare: compareKeys }, budget)
  }

  metric(): undefined {
    return undefined
  }
}

/** The buckets of one column: ordinals while counting, values only for buckets that are reported. */
class ColumnTerms implements Collector<TermsPartial> {
  readonly #ordinals: Ordinals
  readonly #settings: TermsSettings
  readonly #allowed: Uint8Array | undefined
  readonly #ids: BucketIds
  readonly #subs: SubCollectors
  readonly #values = new ValueBlock()

  constructor(
    ordinals: Ordinals,
    settings: TermsSettings,
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    const { split, parentLimit } = place
    this.#ordinals = ordinals
    this.#settings = settings
    this.#allowed = settings.filter?.allowed(ordinals)
    const hasSubs = settings.subs.length > 0
    this.#ids = new BucketIds({ parentLimit, keyCount: ordinals.limit, hasSubs }, split.memory)
    this.#subs = new SubCollectors(settings.subs, split, this.#ids.idLimit)
  }

  collect(block: DocBlock): void {
    if (this.#allowed === undefined && this.#ids.countAt(this.#ordinals, block)) return
    const values = this.#values
    values.fill(this.#ordinals, block)
    if (this.#allowed !== undefined) {
      const allowed = this.#allowed
      const keep = new Uint8Array(values.count)
      for (let i = 0; i < values.count; i++) {
        keep[i] = allowed[values.keys[i] as number] as number
      }
      values.filter(keep)
    }
    values.unique()
    const ids = this.#ids.add(values)
    if (this.#settings.subs.length > 0) {
      this.#subs.collect(values.under(ids))
    }
  }

  result(parent: number): TermsPartial {
    const found: { ordinal: number; docCount: number; id: number }[] = []
    this.#ids.eachOf(parent, (ordinal, docCount, id) => found.push({ ordinal, docCount, id }))
    const total = found.reduce((sum, { docCount }) => sum + docCount, 0)
    const kept = this.#truncate(found).map(({ ordinal, docCount, id }) => {
      const key = this.#ordinals.keyOf(ordinal)
      return { tag: keyTag(key), bucket: { key, docCount, subs: this.#subs.result(id) } }
    })
    const isCut = kept.length < found.length
    const partial = cutPartial(kept, { total, isCut, orders: this.#settings.orders })
    return this.#settings.minDocCount === 0 ? this.#withUnused(partial) : partial
  }

  /** The buckets worth reporting when there are more than the split may report. */
  #truncate<Found extends { ordinal: number; docCount: number; id: number }>(
    found: readonly Found[],
  ): readonly Found[] {
    const { splitSize, orders, subs } = this.#settings
    const [order] = orders
    if (found.length <= splitSize) return found
    if (order.by === 'key' && orders.length === 1) {
      return order.descending ? found.slice(-splitSize).reverse() : found.slice(0, splitSize)
    }
    if (order.by === 'count' && orders.length === 1) {
      const sign = order.descending ? -1 : 1
      return [...found]
        .sort((a, b) => sign * (a.docCount - b.docCount) || a.ordinal - b.ordinal)
        .slice(0, splitSize)
    }
    const buckets = found.map((entry) => ({
      entry,
      key: this.#ordinals.keyOf(entry.ordinal),
      docCount: entry.docCount,
      subs: this.#subs.result(entry.id),
    }))
    return orderBuckets(buckets, { orders, subs, compareKeys })
      .slice(0, splitSize)
      .map(({ entry }) => entry)
  }

  /** `min_doc_count` 0 lists every value of a text column, whether or not a document matched. */
  #withUnused(partial: TermsPartial): TermsPartial {
    if (this.#ordinals.type !== 'str') return partial
    const buckets = new Map(partial.buckets)
    for (let ordinal = 0; ordinal < this.#ordinals.limit; ordinal++) {
      if (this.#allowed !== undefined && this.#allowed[ordinal] === 0) continue
      if (buckets.size >= this.#settings.splitSize) break
      const key = this.#ordinals.keyOf(ordinal)
      const tag = keyTag(key)
      if (!buckets.has(tag)) buckets.set(tag, { key, docCount: 0, subs: undefined })
    }
    return { ...partial, buckets }
  }
}

/** Of documents without value; none when there are none. */
function oneTerm(key: TermKey, bucket: SingleBucketPartial): TermsPartial {
  const buckets = new Map(bucket.docCount === 0 ? [] : [[keyTag(key), { key, ...bucket }]])
  return { buckets, otherCount: 0, errorBound: 0 }
}
