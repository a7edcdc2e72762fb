import { JsonFloat, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import type { Query } from '../../query/query.ts'
import type { ValueType } from '../../schema/value-type.ts'
import type { Column } from '../../split/column.ts'
import type { DocRange } from '../doc-range.ts'
import type { SourceFilter } from '../source-filter.ts'
import type { PartialHit } from '../top-hits.ts'

/** Buckets of one answer, nested and gap-filling ones included. */
const BUCKET_LIMIT = 65_000

/** Bytes that the aggregations of one search may hold in one process. */
const AGGREGATION_MEMORY_LIMIT_BYTES = 500 * 1024 * 1024

/**
 * One parsed aggregation. Its life: the request's JSON -> `Aggregation` (checked against the schema) ->
 * one `Collector` per split -> one `Partial` per parent bucket (plain data: it can be cloned and sent)
 * -> merged partials -> JSON. Methods, not function properties: a list holds aggregations with
 * different partials, and a partial only ever returns to the aggregation that made it.
 */
export interface Aggregation<Partial = unknown> {
  /** Fields whose columns it reads, those of sub-aggregations included. */
  readonly paths: readonly string[]
  /** Queries whose documents it asks for, those of sub-aggregations included; undefined: none. */
  readonly queries?: readonly Query[] | undefined
  /** Whether it is about documents that the query does not find: then every split is read. */
  readonly readsAll?: boolean
  /** Aggregations beside each other that have the same collect the same, and one collector does it for all
   *  of them. */
  readonly sharesBy?: string | undefined
  /** `parentLimit`: parent ids are below this; Infinity when nobody knows. */
  collector(split: AggregationSplit, parentLimit: number): Collector<Partial>
  /** Associative and commutative; of an empty list it is what an empty bucket has. */
  merge(partials: readonly Partial[]): Partial
  render(partial: Partial, budget: BucketBudget): JsonObject
  /** The number that a terms aggregation orders by; undefined when the aggregation has none of that name. */
  metric(partial: Partial, property: string | undefined): number | null | undefined
}

export interface Collector<Partial = unknown> {
  collect(block: DocBlock): void
  /** What was collected for one parent bucket. */
  result(parent: number): Partial
}

/**
 * Document docs[i] is in parent bucket parents[i], for i below `count`. Ascending by document; a
 * document repeats when it is in several buckets. The arrays are only lent until `collect` returns.
 */
export interface DocBlock {
  readonly docs: Uint32Array
  readonly parents: Uint32Array
  readonly count: number
  /** Whether the documents follow each other without gap or repetition. */
  readonly isRun: boolean
  /** What every one of `parents` is; undefined: they may differ. */
  readonly onlyParent: number | undefined
}

/** What a collector sees of a split. */
export interface AggregationSplit {
  readonly splitId: string
  readonly docCount: number
  /** The part of it that is searched. */
  readonly range: DocRange
  readonly memory: AggregationMemory
  /** One column per type that the split has at this path. */
  columnsAt(path: string): readonly Column[]
  /** The documents of one of the aggregation's `queries`, one bit each. */
  matching(query: Query): Uint32Array
}

/** Counts what collectors hold, so that a request fails instead of the process. */
export class AggregationMemory {
  readonly #limitBytes: number
  #usedBytes = 0

  constructor(limitBytes: number = AGGREGATION_MEMORY_LIMIT_BYTES) {
    this.#limitBytes = limitBytes
  }

  /** Throws `tooLarge` past the limit. */
  reserve(sizeBytes: number): void {
    this.#usedBytes += sizeBytes
    if (this.#usedBytes > this.#limitBytes) {
      throw new QwError(
        'tooLarge',
        `the aggregations need more than AGGREGATION_MEMORY_LIMIT_BYTES=${this.#limitBytes} bytes`,
        { fix: 'narrow the query or the time range, use a larger interval, or nest fewer levels' },
      )
    }
  }
}

/** A document that an answer shows: `shown` gets what `source` leaves of it once it is read. */
export interface WantedDocument {
  readonly hit: PartialHit
  /** Undefined: its index alone. */
  readonly source: SourceFilter | undefined
  readonly shown: JsonObject
}

/** Documents that the aggregations of one answer show. */
const DOCUMENT_LIMIT = 10_000

/** Counts the buckets of an answer, and collects the documents that it shows. */
export class BucketBudget {
  readonly documents: WantedDocument[] = []
  #left: number

  constructor(limit: number = BUCKET_LIMIT) {
    this.#left = limit
  }

  /** Stands in the answer for a document that is read when all are known. Throws `tooLarge` past
   *  DOCUMENT_LIMIT. */
  document(hit: PartialHit, source: SourceFilter | undefined, beside: JsonObject): JsonObject {
    if (this.documents.length >= DOCUMENT_LIMIT) {
      throw new QwError(
        'tooLarge',
        `the aggregations show more than DOCUMENT_LIMIT=${DOCUMENT_LIMIT} documents`,
        {
          code: 'AGG-LIMIT',
          fix: 'use a smaller `size`, or fewer buckets around it',
        },
      )
    }
    const shown: JsonObject = { ...beside }
    this.documents.push({ hit, source, shown })
    return shown
  }

  /** Throws `tooLarge` past the limit. */
  take(count: number): void {
    this.#left -= count
    if (this.#left < 0) {
      throw new QwError(
        'tooLarge',
        `the aggregation has more than BUCKET_LIMIT=${BUCKET_LIMIT} buckets`,
        {
          code: 'AGG-LIMIT',
          fix: 'use a larger interval, a smaller size, or a narrower time range',
        },
      )
    }
  }
}

/** What a kind of aggregation is given to parse itself. */
export interface AggregationInput {
  /** The object under the type's name. */
  readonly options: JsonObject
  /** `aggs of the request > its names`, for messages. */
  readonly name: string
  readonly subs: readonly SubAggregation[]
  /** Whether it stands in no other aggregation. */
  readonly isTop: boolean
  /** Throws `invalid` when the field does not exist or is not fast. */
  field(path: string): AggregationField
  /** Binds a clause of the query DSL. Throws `invalid` naming `option` for what is wrong with it. */
  query(json: JsonValue, option: string): Query
}

/** A fast field of the mapping. */
export interface AggregationField {
  readonly path: string
  /** 'json': any type may occur. */
  readonly type: ValueType | 'json'
}

export interface SubAggregation {
  readonly name: string
  readonly aggregation: Aggregation
}

/** A kind of aggregation: a new one is one file and one line in kinds.ts, which gives it its name. */
export interface AggregationKind {
  /** How many buckets it makes in each bucket around it; in buckets there may be aggregations. */
  readonly buckets: 'none' | 'one' | 'many'
  /** Options that it knows, some of them without effect; undefined: it looks at them itself. */
  readonly options: readonly string[] | undefined
  /** Throws `invalid` for everything that is wrong with the options: nothing is left to find later. */
  parse(input: AggregationInput): Aggregation
}

/** A float as answers print it: with a decimal point; null when it is not finite. */
export function jsonFloat(value: number): JsonValue {
  if (!Number.isFinite(value)) return null
  return Number.isInteger(value) ? new JsonFloat(value) : value
}
