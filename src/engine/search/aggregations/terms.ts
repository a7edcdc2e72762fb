import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import { dateToNanos, parseRfc3339 } from '../../dates/datetime.ts'
import type {
  Aggregation,
  AggregationField,
  AggregationInput,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
  DocBlock,
  SubAggregation,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import { asNumber, booleanOption, countOption, fieldOption, invalidAggregation } from './options.ts'
import { ordinalsOf, type Ordinals } from './ordinals.ts'
import { SingleBucketCollector } from './single-bucket.ts'
import {
  mergeBuckets,
  pathsIn,
  queriesIn,
  renderSubs,
  SubCollectors,
  type SubPartials,
} from './sub-aggregations.ts'
import { parseTermFilter, type TermFilter } from './term-filter.ts'
import { compareKeys, keyTag, renderKey, type TermKey } from './term-key.ts'
import { isCountDescending, orderBuckets, parseOrder, type BucketOrders } from './term-order.ts'
import { ValueBlock, withoutValue } from './values.ts'

/** Buckets that one split reports per parent bucket when the request names no `segment_size`: results
 *  are exact up to here. */
export const TERMS_PER_SPLIT_LIMIT = 65_536

export const TERMS: AggregationKind = {
  buckets: 'many',
  // How it is counted and what a field without mapping would be are without effect.
  options:
    'field missing size order include exclude min_doc_count segment_size shard_size split_size show_term_doc_count_error execution_hint collect_mode shard_min_doc_count value_type'.split(
      ' ',
    ),
  parse: (input) => new TermsAggregation(parseSettings(input)),
}

interface TermsSettings {
  readonly path: string
  readonly size: number
  readonly splitSize: number
  readonly minDocCount: number
  readonly orders: BucketOrders
  readonly missing: TermKey | undefined
  readonly filter: TermFilter | undefined
  readonly showError: boolean
  readonly subs: readonly SubAggregation[]
}

interface TermBucket {
  readonly key: TermKey
  readonly docCount: number
  readonly subs: SubPartials
}

interface TermsPartial {
  /** By `keyTag`. */
  readonly buckets: ReadonlyMap<string, TermBucket>
  /** Values in buckets that a split left out. */
  readonly otherCount: number
  /** No bucket misses more than this. */
  readonly errorBound: number
}

/** A field whose values are keys, and the key of documents without any. */
export function parseTermsField(input: AggregationInput): Pick<TermsSettings, 'path' | 'missing'> {
  const field = fieldOption(input)
  if (field.type === 'bytes') {
    throw invalidAggregation(
      input.name,
      `field "${field.path}" holds bytes, which do not aggregate`,
    )
  }
  return { path: field.path, missing: parseMissing(input, field) }
}

function parseSettings(input: AggregationInput): TermsSettings {
  const size = countOption(input, 'size') ?? 10
  const splitSize =
    countOption(input, 'segment_size') ??
    countOption(input, 'shard_size') ??
    countOption(input, 'split_size')
  const orders = parseOrder(input)
  return {
    ...parseTermsField(input),
    size,
    splitSize: Math.max(splitSize ?? TERMS_PER_SPLIT_LIMIT, size),
    minDocCount: countOption(input, 'min_doc_count') ?? 1,
    orders,
    filter: parseTermFilter(input),
    showError: booleanOption(input, 'show_term_doc_count_error', isCountDescending(orders)),
    subs: input.subs,
  }
}

function parseMissing(input: AggregationInput, field: AggregationField): TermKey | undefined {
  const raw = input.options['missing']
  if (raw === undefined || raw === null) return undefined
  if (typeof raw === 'string') return missingText(raw, field)
  const number = asNumber(raw)
  if (number === undefined) {
    throw invalidAggregation(input.name, '`missing` must be a string or a number')
  }
  if (field.type === 'str') return { type: 'str', value: String(number) }
  if (typeof raw === 'bigint') return { type: 'int', value: raw }
  return Number.isInteger(number) && field.type !== 'f64'
    ? { type: 'int', value: BigInt(number) }
    : { type: 'float', value: number }
}

function missingText(text: string, field: AggregationField): TermKey {
  const date = field.type === 'date' ? parseRfc3339(text) : undefined
  return date === undefined
    ? { type: 'str', value: text }
    : { type: 'date', value: dateToNanos(date) }
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
      .filter(({ type }) => settings.filter === undefined || type === 'str')
      .map((column) => new ColumnTerms(ordinalsOf(column), settings, { split, parentLimit }))
    if (settings.missing !== undefined) {
      const place = { split, parentLimit, subs: settings.subs }
      const documents = new SingleBucketCollector(place, (block) => withoutValue(columns, block))
      parts.push(missingTerm(documents, settings.missing))
    }
    return {
      collect: (block) => parts.forEach((part) => part.collect(block)),
      result: (parent) => this.merge(parts.map((part) => part.result(parent))),
    }
  }

  merge(partials: readonly TermsPartial[]): TermsPartial {
    const [first] = partials
    if (partials.length === 1 && first !== undefined) return first
    return {
      buckets: mergeBuckets(
        partials.map(({ buckets }) => buckets),
        this.#settings.subs,
      ),
      otherCount: partials.reduce((sum, partial) => sum + partial.otherCount, 0),
      errorBound: partials.reduce((sum, partial) => sum + partial.errorBound, 0),
    }
  }

  render(partial: TermsPartial, budget: BucketBudget): JsonObject {
    const { size, minDocCount, orders, showError, subs } = this.#settings
    const all = [...partial.buckets.values()]
    const wanted = all.filter(({ docCount }) => docCount >= minDocCount)
    const kept = orderBuckets(wanted, { orders, subs, compareKeys }).slice(0, size)
    budget.take(kept.length)
    const total = all.reduce((sum, { docCount }) => sum + docCount, 0)
    const shown = kept.reduce((sum, { docCount }) => sum + docCount, 0)
    const out: { [name: string]: JsonValue } = {
      buckets: kept.map((bucket) => ({
        ...renderKey(bucket.key),
        doc_count: bucket.docCount,
        ...renderSubs(subs, bucket.subs, budget),
      })),
      sum_other_doc_count: partial.otherCount + total - shown,
    }
    if (showError) out['doc_count_error_upper_bound'] = partial.errorBound
    return out
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
    const ids = this.#ids.add(values.parents, values.keys, values.count)
    if (this.#settings.subs.length > 0) {
      this.#subs.collect(values.under(ids))
    }
  }

  result(parent: number): TermsPartial {
    const found: { ordinal: number; docCount: number; id: number }[] = []
    this.#ids.eachOf(parent, (ordinal, docCount, id) => found.push({ ordinal, docCount, id }))
    const total = found.reduce((sum, { docCount }) => sum + docCount, 0)
    const kept = this.#truncate(found)
    const buckets = new Map<string, TermBucket>()
    let shown = 0
    for (const { ordinal, docCount, id } of kept) {
      const key = this.#ordinals.keyOf(ordinal)
      buckets.set(keyTag(key), { key, docCount, subs: this.#subs.result(id) })
      shown += docCount
    }
    if (this.#settings.minDocCount === 0) this.#addUnused(buckets)
    const isCut = kept.length < found.length
    return {
      buckets,
      otherCount: total - shown,
      errorBound: isCut ? (kept.at(-1)?.docCount ?? 0) : 0,
    }
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
  #addUnused(buckets: Map<string, TermBucket>): void {
    if (this.#ordinals.type !== 'str') return
    for (let ordinal = 0; ordinal < this.#ordinals.limit; ordinal++) {
      if (this.#allowed !== undefined && this.#allowed[ordinal] === 0) continue
      if (buckets.size >= this.#settings.splitSize) return
      const key = this.#ordinals.keyOf(ordinal)
      const tag = keyTag(key)
      if (!buckets.has(tag)) buckets.set(tag, { key, docCount: 0, subs: undefined })
    }
  }
}

/** The one bucket of documents that have no value in any column of the path. */
function missingTerm(documents: SingleBucketCollector, key: TermKey): Collector<TermsPartial> {
  return {
    collect: (block) => documents.collect(block),
    result(parent) {
      const bucket = documents.result(parent)
      const buckets = new Map(bucket.docCount === 0 ? [] : [[keyTag(key), { key, ...bucket }]])
      return { buckets, otherCount: 0, errorBound: 0 }
    },
  }
}
