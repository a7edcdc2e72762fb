import { isJsonObject, stringifyJson, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { Query } from '../../query/query.ts'
import type {
  Aggregation,
  AggregationInput,
  AggregationKind,
  AggregationSplit,
  BucketBudget,
  Collector,
} from './aggregation.ts'
import {
  cutPartial,
  FREQUENT_OPTIONS,
  mergeFrequent,
  parseFrequent,
  renderFrequent,
  type FrequentPartial,
  type FrequentSettings,
} from './frequent-buckets.ts'
import { invalidAggregation, refuseUnknown } from './options.ts'
import { pathsIn, queriesIn } from './sub-aggregations.ts'
import { compareKeys, renderKey } from './term-key.ts'
import { orderBuckets } from './term-order.ts'
import { parseTermsField } from './terms-field.ts'
import { TupleCollector, tupleTag, type TupleBucket } from './tuple-buckets.ts'
import type { TupleKey, TupleSource } from './tuple-source.ts'

/** The most frequent combinations of several fields' values. */
export const MULTI_TERMS: AggregationKind = {
  buckets: 'many',
  options: ['terms', ...FREQUENT_OPTIONS],
  parse(input) {
    const raw = input.options['terms']
    const items = Array.isArray(raw) ? raw : []
    if (items.length < 2) {
      throw invalidAggregation(input.name, '`terms` must be a list of two fields or more')
    }
    return new MultiTermsAggregation({
      ...parseFrequent(input),
      sources: items.map((item, at) => sourceOf(input, item, `terms[${at}]`)),
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

interface MultiTermsSettings extends FrequentSettings {
  readonly sources: readonly TupleSource[]
}

type MultiTermsPartial = FrequentPartial<readonly TupleKey[]>

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
    const { splitSize, orders, subs } = this.#settings
    const order = { orders, subs, compareKeys: compareTuples }
    const isCut = all.length > splitSize
    const kept = isCut
      ? orderBuckets<TupleBucket['key'], TupleBucket>(all, order).slice(0, splitSize)
      : all
    const total = all.reduce((sum, { docCount }) => sum + docCount, 0)
    const tagged = kept.map((bucket) => ({ tag: tupleTag(bucket.key), bucket }))
    return cutPartial(tagged, { total, isCut, orders })
  }

  merge(partials: readonly MultiTermsPartial[]): MultiTermsPartial {
    return mergeFrequent(partials, this.#settings.subs)
  }

  render(partial: MultiTermsPartial, budget: BucketBudget): JsonObject {
    const keys = { render: renderTuple, compare: compareTuples }
    return renderFrequent(partial, this.#settings, keys, budget)
  }

  metric(): undefined {
    return undefined
  }
}

function renderTuple(key: readonly TupleKey[]): JsonObject {
  const parts = key.flatMap((part) => (part === null ? [] : [renderKey(part)]))
  return {
    key: parts.map((part) => part['key'] ?? null),
    key_as_string: parts.map(textOf).join('|'),
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
