import { isJsonObject, stringifyJson, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationInput,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
  SubAggregation,
} from './aggregation.ts'
import { booleanOption, countOption, invalidAggregation, refuseUnknown } from './options.ts'
import { mergeBuckets, pathsIn, queriesIn, renderSubs } from './sub-aggregations.ts'
import { compareKeys, renderKey } from './term-key.ts'
import { isCountDescending, orderBuckets, parseOrder, type BucketOrders } from './term-order.ts'
import { parseTermsField, TERMS_PER_SPLIT_LIMIT } from './terms.ts'
import { TupleCollector, tupleTag, type TupleBucket } from './tuple-buckets.ts'
import type { TupleKey, TupleSource } from './tuple-source.ts'

/** The most frequent combinations of several fields' values. */
export const MULTI_TERMS: AggregationKind = {
  buckets: 'many',
  options:
    'terms size shard_size split_size order min_doc_count show_term_doc_count_error shard_min_doc_count collect_mode'.split(
      ' ',
    ),
  parse(input) {
    const raw = input.options['terms']
    const items = Array.isArray(raw) ? raw : []
    if (items.length < 2) {
      throw invalidAggregation(input.name, '`terms` must be a list of two fields or more')
    }
    const orders = parseOrder(input)
    const size = countOption(input, 'size') ?? 10
    const splitSize = countOption(input, 'shard_size') ?? countOption(input, 'split_size')
    return new MultiTermsAggregation({
      sources: items.map((item, at) => sourceOf(input, item, `terms[${at}]`)),
      size,
      splitSize: Math.max(splitSize ?? TERMS_PER_SPLIT_LIMIT, size),
      minDocCount: countOption(input, 'min_doc_count') ?? 1,
      orders,
      showError: booleanOption(input, 'show_term_doc_count_error', isCountDescending(orders)),
      subs: input.subs,
    })
  },
}

const TERMS_OPTIONS = ['field', 'missing', 'value_type']

function sourceOf(input: AggregationInput, raw: JsonValue, place: string): TupleSource {
  if (!isJsonObject(raw)) throw invalidAggregation(input.name, `\`${place}\` must be an object`)
  refuseUnknown({ options: raw, name: `${input.name}.${place}` }, 'terms', TERMS_OPTIONS)
  const { path, missing } = parseTermsField({
    ...input,
    options: raw,
    name: `${input.name}.${place}`,
  })
  return { path, missing, bucketOf: (value) => value }
}

interface MultiTermsSettings {
  readonly sources: readonly TupleSource[]
  readonly size: number
  readonly splitSize: number
  readonly minDocCount: number
  readonly orders: BucketOrders
  readonly showError: boolean
  readonly subs: readonly SubAggregation[]
}

interface MultiTermsPartial {
  /** By `tupleTag`. */
  readonly buckets: ReadonlyMap<string, TupleBucket>
  /** Documents in buckets that a split left out. */
  readonly otherCount: number
  /** No bucket misses more than this. */
  readonly errorBound: number
}

class MultiTermsAggregation implements Aggregation<MultiTermsPartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: MultiTermsSettings

  constructor(settings: MultiTermsSettings) {
    this.paths = [...settings.sources.map(({ path }) => path), ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
    this.#settings = settings
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<MultiTermsPartial> {
    const { sources, subs } = this.#settings
    const tuples = new TupleCollector({ split, parentLimit, sources, subs }, (found) => found)
    return {
      collect: (block) => tuples.collect(block),
      result: (parent) => this.#cut(tuples.result(parent)),
    }
  }

  /** What one split reports. */
  #cut(all: readonly TupleBucket[]): MultiTermsPartial {
    const { splitSize } = this.#settings
    const kept = all.length <= splitSize ? all : this.#ordered(all).slice(0, splitSize)
    const isCut = kept.length < all.length
    return {
      buckets: new Map(kept.map((bucket) => [tupleTag(bucket.key), bucket])),
      otherCount: countOf(all) - countOf(kept),
      errorBound: isCut ? (kept.at(-1)?.docCount ?? 0) : 0,
    }
  }

  merge(partials: readonly MultiTermsPartial[]): MultiTermsPartial {
    return {
      buckets: mergeBuckets(
        partials.map(({ buckets }) => buckets),
        this.#settings.subs,
      ),
      otherCount: partials.reduce((sum, partial) => sum + partial.otherCount, 0),
      errorBound: partials.reduce((sum, partial) => sum + partial.errorBound, 0),
    }
  }

  render(partial: MultiTermsPartial, budget: BucketBudget): JsonObject {
    const { size, minDocCount, showError, subs } = this.#settings
    const all = [...partial.buckets.values()]
    const wanted = all.filter(({ docCount }) => docCount >= minDocCount)
    const kept = this.#ordered(wanted).slice(0, size)
    budget.take(kept.length)
    const buckets = kept.map((bucket): JsonValue => {
      const parts = bucket.key.flatMap((part) => (part === null ? [] : [renderKey(part)]))
      return {
        key: parts.map(({ key }) => key ?? null),
        key_as_string: parts.map(textOf).join('|'),
        doc_count: bucket.docCount,
        ...renderSubs(subs, bucket.subs, budget),
      }
    })
    const out = { buckets, sum_other_doc_count: partial.otherCount + countOf(all) - countOf(kept) }
    return showError ? { ...out, doc_count_error_upper_bound: partial.errorBound } : out
  }

  metric(): undefined {
    return undefined
  }

  #ordered(buckets: readonly TupleBucket[]): TupleBucket[] {
    const { orders, subs } = this.#settings
    return orderBuckets<TupleBucket['key'], TupleBucket>(buckets, {
      orders,
      subs,
      compareKeys: compareTuples,
    })
  }
}

function textOf(part: JsonObject): string {
  const text = part['key_as_string'] ?? part['key'] ?? null
  return typeof text === 'string' ? text : stringifyJson(text)
}

function compareTuples(a: readonly TupleKey[], b: readonly TupleKey[]): number {
  for (const [at, part] of a.entries()) {
    const other = b[at]
    const order =
      part === null || other === undefined || other === null ? 0 : compareKeys(part, other)
    if (order !== 0) return order
  }
  return 0
}

function countOf(buckets: readonly { readonly docCount: number }[]): number {
  return buckets.reduce((sum, { docCount }) => sum + docCount, 0)
}
