import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
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
import { printAfterKey, readAfterKey, renderTupleKey } from './composite-key.ts'
import { parseCompositeSource, type CompositeSource } from './composite-source.ts'
import { countOption, invalidAggregation } from './options.ts'
import { mergeBuckets, pathsIn, queriesIn, renderSubs } from './sub-aggregations.ts'
import { compareKeys } from './term-key.ts'
import { TupleCollector, tupleTag, type TupleBucket } from './tuple-buckets.ts'
import type { TupleKey } from './tuple-source.ts'

const DEFAULT_SIZE = 10

/** A page of all combinations of several fields' buckets, in the order of their keys: `after` is where the
 *  page before ended. */
export const COMPOSITE: AggregationKind = {
  buckets: 'many',
  options: ['sources', 'size', 'after'],
  parse(input) {
    const raw = input.options['sources']
    const items = Array.isArray(raw) ? raw : []
    const sources = items.map((item, at) => parseCompositeSource(input, item, `sources[${at}]`))
    if (sources.length === 0) {
      throw invalidAggregation(input.name, '`sources` must be a list of objects with one name each')
    }
    const names = new Set(sources.map(({ name }) => name))
    if (names.size < sources.length) {
      throw invalidAggregation(input.name, '`sources` must have different names')
    }
    const size = countOption(input, 'size') ?? DEFAULT_SIZE
    return new CompositeAggregation({
      sources,
      size,
      after: afterOf(input, sources),
      subs: input.subs,
    })
  },
}

function afterOf(
  input: AggregationInput,
  sources: readonly CompositeSource[],
): readonly TupleKey[] | undefined {
  const raw = input.options['after']
  if (raw === undefined || raw === null) return undefined
  const wrong = (): never => {
    throw invalidAggregation(
      input.name,
      '`after` must have a key for each source',
      'send `after_key` of the page before as it came',
    )
  }
  if (!isJsonObject(raw) || Object.keys(raw).length !== sources.length) return wrong()
  return sources.map((source) => {
    const value = Object.hasOwn(raw, source.name) ? raw[source.name] : undefined
    const key = value === undefined ? undefined : readAfterKey(value, source)
    return key === undefined ? wrong() : key
  })
}

interface CompositeSettings {
  readonly sources: readonly CompositeSource[]
  readonly size: number
  readonly after: readonly TupleKey[] | undefined
  readonly subs: readonly SubAggregation[]
}

type CompositePartial = readonly TupleBucket[]

class CompositeAggregation implements Aggregation<CompositePartial> {
  readonly paths: readonly string[]
  readonly queries: readonly Query[]
  readonly #settings: CompositeSettings

  constructor(settings: CompositeSettings) {
    this.paths = [...settings.sources.map(({ path }) => path), ...pathsIn(settings.subs)]
    this.queries = queriesIn(settings.subs)
    this.#settings = settings
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<CompositePartial> {
    const { sources, subs } = this.#settings
    return new TupleCollector({ split, parentLimit, sources, subs }, (found) => this.#page(found))
  }

  /** Exact: what is on the page is among the first of every split that has it. */
  merge(partials: readonly CompositePartial[]): CompositePartial {
    const maps = partials.map(
      (buckets) => new Map(buckets.map((bucket) => [tupleTag(bucket.key), bucket])),
    )
    return this.#page([...mergeBuckets(maps, this.#settings.subs).values()])
  }

  render(partial: CompositePartial, budget: BucketBudget): JsonObject {
    const { sources, subs } = this.#settings
    budget.take(partial.length)
    const buckets = partial.map(({ key, docCount, subs: partials }): JsonValue => {
      return {
        key: renderTupleKey(sources, key),
        doc_count: docCount,
        ...renderSubs(subs, partials, budget),
      }
    })
    const last = partial.at(-1)
    return last === undefined
      ? { buckets }
      : { buckets, after_key: printAfterKey(sources, last.key) }
  }

  metric(): undefined {
    return undefined
  }

  #page<Tuple extends { readonly key: readonly TupleKey[] }>(tuples: readonly Tuple[]): Tuple[] {
    const { after, size } = this.#settings
    const later =
      after === undefined ? [...tuples] : tuples.filter(({ key }) => this.#compare(key, after) > 0)
    return later.sort((a, b) => this.#compare(a.key, b.key)).slice(0, size)
  }

  #compare(a: readonly TupleKey[], b: readonly TupleKey[]): number {
    for (const [at, { descending, nullsFirst }] of this.#settings.sources.entries()) {
      const x = a[at] ?? null
      const y = b[at] ?? null
      if (x === null || y === null) {
        if (x === y) continue
        return (x === null) === nullsFirst ? -1 : 1
      }
      const order = compareKeys(x, y)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}
