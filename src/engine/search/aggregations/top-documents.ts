// Typed-array reads below are cast with `as number`: indexes are below the lengths just checked.
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { dateFromNanos, formatRfc3339 } from '../../dates/datetime.ts'
import { isNumeric } from '../number-keys.ts'
import type { SortKey, SortValue } from '../request.ts'
import { sortColumn, type SortColumn } from '../sort-column.ts'
import { mergeHits, type PartialHit } from '../top-hits.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationSplit,
  type BucketBudget,
  type Collector,
  type DocBlock,
} from './aggregation.ts'

type FieldKey = Extract<SortKey, { by: 'field' }>

interface TopSettings {
  /** Empty: by document address, descending, as in a search without sort. */
  readonly sort: readonly FieldKey[]
  readonly limit: number
  /** Fields whose values are kept with each document. */
  readonly metrics: readonly string[]
  readonly render: (partial: TopPartial, budget: BucketBudget) => JsonObject
  /** As in `Aggregation`. */
  readonly metric: (partial: TopPartial, property: string | undefined) => number | null | undefined
}

interface TopPartial {
  readonly total: number
  /** Best first. */
  readonly hits: readonly TopHit[]
}

/** A document with the values that were asked for, parallel to the metrics. */
export interface TopHit extends PartialHit {
  readonly metrics: readonly (SortValue | undefined)[]
}

const NONE: TopPartial = { total: 0, hits: [] }

/** The best documents of each bucket, in some order. */
export class TopDocuments implements Aggregation<TopPartial> {
  readonly paths: readonly string[]
  readonly #settings: TopSettings

  constructor(settings: TopSettings) {
    this.#settings = settings
    this.paths = [...settings.sort.map(({ field }) => field), ...settings.metrics]
  }

  collector(split: AggregationSplit): Collector<TopPartial> {
    return new TopCollector(split, this.#settings)
  }

  merge(partials: readonly TopPartial[]): TopPartial {
    const { sort, limit } = this.#settings
    const hits = partials.flatMap((partial) => partial.hits)
    const total = partials.reduce((sum, partial) => sum + partial.total, 0)
    return { total, hits: mergeHits(hits, sort, limit) }
  }

  render(partial: TopPartial, budget: BucketBudget): JsonObject {
    return this.#settings.render(partial, budget)
  }

  metric(partial: TopPartial, property: string | undefined): number | null | undefined {
    return this.#settings.metric(partial, property)
  }
}

/** What one document is kept as: bytes of a number and the place of the bucket's list, roughly. */
const KEPT_BYTES = 8

/** Keeps the best documents of each bucket by their numbers alone; values are read when it is asked. */
class TopCollector implements Collector<TopPartial> {
  readonly #split: AggregationSplit
  readonly #settings: TopSettings
  readonly #columns: readonly SortColumn[]
  readonly #best = new Map<number, { docs: Uint32Array; count: number; total: number }>()

  constructor(split: AggregationSplit, settings: TopSettings) {
    this.#split = split
    this.#settings = settings
    this.#columns = settings.sort.map(({ field }) => columnAt(split, field))
  }

  collect({ docs, parents, count }: DocBlock): void {
    for (let i = 0; i < count; i++) this.#add(parents[i] as number, docs[i] as number)
  }

  #add(parent: number, doc: number): void {
    const { limit } = this.#settings
    let best = this.#best.get(parent)
    if (best === undefined) {
      this.#split.memory.reserve((limit + 1) * KEPT_BYTES)
      best = { docs: new Uint32Array(limit + 1), count: 0, total: 0 }
      this.#best.set(parent, best)
    }
    best.total++
    let at = best.count
    while (at > 0 && this.#isBefore(doc, best.docs[at - 1] as number)) {
      best.docs[at] = best.docs[at - 1] as number
      at--
    }
    best.docs[at] = doc
    if (best.count < limit) best.count++
  }

  #isBefore(a: number, b: number): boolean {
    const { sort } = this.#settings
    for (let i = 0; i < sort.length; i++) {
      const keys = (this.#columns[i] as SortColumn).keys
      const x = keys[a] as number
      const y = keys[b] as number
      const isLess = sort[i]?.order === 'desc' ? x > y : x < y
      // A document without value is last.
      if (isLess || (Number.isNaN(y) && !Number.isNaN(x))) return true
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false
    }
    return sort[0]?.order === 'asc' ? a < b : a > b
  }

  result(parent: number): TopPartial {
    const best = this.#best.get(parent)
    if (best === undefined) return NONE
    const metrics = this.#settings.metrics.map((path) => columnAt(this.#split, path))
    const hits = Array.from(best.docs.subarray(0, best.count), (docId) => ({
      splitId: this.#split.splitId,
      docId,
      sort: this.#columns.map((column) => column.value(docId)),
      metrics: metrics.map((column) => column.value(docId)),
    }))
    return { total: best.total, hits }
  }
}

function columnAt(split: AggregationSplit, path: string): SortColumn {
  return sortColumn(path, split.columnsAt(path).filter(isNumeric), split.docCount)
}

/** Dates in milliseconds, or as texts. */
export function topValueJson(value: SortValue, dates: 'millis' | 'text'): JsonValue {
  switch (value.type) {
    case 'score':
    case 'f64':
      return jsonFloat(value.value)
    case 'i64':
    case 'u64':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value
    case 'date':
      return dates === 'text'
        ? formatRfc3339(dateFromNanos(value.value))
        : Number(value.value / 1_000_000n)
    case 'bool':
    case 'doc':
      return value.value
  }
}
