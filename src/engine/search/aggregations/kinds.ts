import { unknownField } from '../../schema/nearest.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import type { Schema } from '../../schema/schema.ts'
import type {
  Aggregation,
  AggregationField,
  AggregationKind,
  SubAggregation,
} from './aggregation.ts'
import { bindQuery } from '../../query/bind.ts'
import { parseElasticQuery } from '../../query/elastic-dsl/parse-elastic-query.ts'
import type { Level, LevelEntry } from '../pipelines/buckets-path.ts'
import { FinishedAggregation, withMeta } from '../pipelines/finished-aggregation.ts'
import {
  checkPlace,
  completeBuckets,
  completeLevel,
  inOrder,
  PIPELINE_KINDS,
} from '../pipelines/pipeline-kinds.ts'
import {
  withOwnMeta,
  type ParentFacts,
  type Pipeline,
  type PipelineKind,
} from '../pipelines/pipeline.ts'
import { CARDINALITY } from './cardinality.ts'
import { COMPOSITE } from './composite.ts'
import { DATE_HISTOGRAM } from './date-histogram.ts'
import { FILTER } from './filter.ts'
import { FILTERS } from './filters.ts'
import { HISTOGRAM } from './histogram.ts'
import { MISSING } from './missing.ts'
import { invalidAggregation, refuseUnknown } from './options.ts'
import { MULTI_TERMS } from './multi-terms.ts'
import { MEDIAN_ABSOLUTE_DEVIATION, PERCENTILE_RANKS, PERCENTILES } from './percentiles.ts'
import { DATE_RANGE } from './date-range.ts'
import { GLOBAL } from './global.ts'
import { IP_RANGE } from './ip-range.ts'
import { RANGE } from './range.ts'
import { STATS_KINDS } from './stats.ts'
import { REFUSED_KINDS } from './refused-kinds.ts'
import { WEIGHTED_AVG } from './weighted-avg.ts'
import { TERMS } from './terms.ts'
import { TOP_HITS, TOP_METRICS } from './top-hits-kinds.ts'

/** Aggregations within aggregations. */
const MAX_AGGREGATION_DEPTH = 32

/** By their names in requests. */
const KINDS = {
  terms: TERMS,
  histogram: HISTOGRAM,
  date_histogram: DATE_HISTOGRAM,
  range: RANGE,
  missing: MISSING,
  multi_terms: MULTI_TERMS,
  composite: COMPOSITE,
  filter: FILTER,
  filters: FILTERS,
  global: GLOBAL,
  top_hits: TOP_HITS,
  top_metrics: TOP_METRICS,
  date_range: DATE_RANGE,
  ip_range: IP_RANGE,
  percentiles: PERCENTILES,
  percentile_ranks: PERCENTILE_RANKS,
  median_absolute_deviation: MEDIAN_ABSOLUTE_DEVIATION,
  cardinality: CARDINALITY,
  weighted_avg: WEIGHTED_AVG,
  ...STATS_KINDS,
} satisfies Readonly<Record<string, AggregationKind>>

export type AggregationType = keyof typeof KINDS

const KIND_OF: ReadonlyMap<string, AggregationKind | PipelineKind> = new Map<
  string,
  AggregationKind | PipelineKind
>([...Object.entries(KINDS), ...Object.entries(PIPELINE_KINDS)])

/** The `aggs` of a request: what is collected, and what is made of the answer of that. */
export interface RequestedAggregations {
  readonly subs: readonly SubAggregation[]
  /** Whether every split is read, whatever the query. */
  readonly readsAll: boolean
  /** Adds what pipelines at the top make of the answers. */
  readonly complete: (level: JsonObject) => JsonObject
}

/**
 * The `aggs` object of a request, checked whole against the mapping. Throws `invalid` for anything
 * wrong with it, so that no split is opened in vain; `tooLarge` past MAX_AGGREGATION_DEPTH.
 */
export function parseAggregations(raw: JsonValue, schema: Schema): RequestedAggregations {
  const { subs, pipelines } = parseLevel(raw, { schema, above: [], parent: undefined })
  const readsAll = subs.some(({ aggregation }) => aggregation.readsAll === true)
  return { subs, readsAll, complete: (level) => completeLevel(level, pipelines) }
}

interface Place {
  readonly schema: Schema
  /** Names of the aggregations around it. */
  readonly above: readonly string[]
  readonly parent: ParentFacts | undefined
}

interface ParsedLevel {
  readonly subs: readonly SubAggregation[]
  /** In the order in which they run. */
  readonly pipelines: readonly Pipeline[]
  /** All of them by name. */
  readonly level: Level
}

function parseLevel(raw: JsonValue, place: Place): ParsedLevel {
  const { above } = place
  const where = [...above, 'aggs'].join('.')
  if (!isJsonObject(raw)) throw invalidAggregation(where, 'expected an object')
  if (above.length >= MAX_AGGREGATION_DEPTH) {
    throw new QwError(
      'tooLarge',
      `aggregations nest deeper than MAX_AGGREGATION_DEPTH=${MAX_AGGREGATION_DEPTH}`,
    )
  }
  const entries = Object.entries(raw).map(([name, json]) => readEntry(name, json, above))
  const level = new Map<string, LevelEntry>()
  const subs: SubAggregation[] = []
  for (const entry of entries) {
    const { name, type, kind } = entry
    if ('place' in kind) level.set(name, pipelineEntry(type, kind))
    else {
      const { aggregation, inner } = parseEntry(entry, kind, place)
      subs.push({ name, aggregation })
      level.set(name, { type, buckets: kind.buckets, inner, aggregation, values: [] })
    }
  }
  const pipelines = entries.flatMap(({ name, label, type, kind, options, meta }) => {
    if (!('place' in kind)) return []
    const input = { options, name: label, type, ownName: name, level, parent: place.parent }
    checkPlace(input, kind)
    return [withOwnMeta(kind.parse(input), meta)]
  })
  return { subs, pipelines: inOrder(pipelines, where), level }
}

function pipelineEntry(type: string, { values }: PipelineKind): LevelEntry {
  return { type, buckets: 'none', inner: new Map(), aggregation: undefined, values }
}

function parseEntry(
  { name, label, type, options, nested, meta }: Entry,
  kind: AggregationKind,
  { schema, above }: Place,
): { aggregation: Aggregation; inner: Level } {
  if (nested !== undefined && kind.buckets === 'none') {
    throw invalidAggregation(label, `\`${type}\` has no buckets, so it takes no \`aggs\``)
  }
  const parent = { type, options, buckets: kind.buckets }
  const inside = { schema, above: [...above, name], parent }
  const { subs, pipelines, level } = parseLevel(nested ?? {}, inside)
  const aggregation = kind.parse({
    options,
    name: label,
    subs,
    isTop: above.length === 0,
    field: (path) => fastField(schema, path),
    query: (json, option) =>
      bindQuery(parseElasticQuery(json, { at: `${label}.${option}` }), schema),
  })
  if (pipelines.length === 0 && meta === undefined) return { aggregation, inner: level }
  const complete = kind.buckets === 'many' ? completeBuckets : completeLevel
  const finish = (result: JsonObject): JsonObject => withMeta(meta, complete(result, pipelines))
  return { aggregation: new FinishedAggregation(aggregation, finish), inner: level }
}

/** One named entry: its one type with the options, and what may stand beside that. */
interface Entry {
  readonly name: string
  /** The names from the top, for messages. */
  readonly label: string
  readonly type: string
  readonly kind: AggregationKind | PipelineKind
  readonly options: JsonObject
  readonly nested: JsonValue | undefined
  /** The client's own. */
  readonly meta: JsonObject | undefined
}

const BESIDE_TYPE: ReadonlySet<string> = new Set(['aggs', 'aggregations', 'meta'])

function readEntry(name: string, entry: JsonValue, above: readonly string[]): Entry {
  const label = [...above, name].join('.')
  if (!isJsonObject(entry)) throw invalidAggregation(label, 'expected an object')
  const types = Object.keys(entry).filter((key) => !BESIDE_TYPE.has(key))
  const [type] = types
  if (type === undefined || types.length !== 1) {
    throw invalidAggregation(
      label,
      `expected exactly one type, found ${types.join(', ') || 'none'}`,
    )
  }
  const kind = kindOf(label, type)
  const options = entry[type]
  if (!isJsonObject(options)) throw invalidAggregation(label, `\`${type}\` must be an object`)
  if (kind.options !== undefined) refuseUnknown({ options, name: label }, type, kind.options)
  const { aggs, aggregations, meta = null } = entry
  if (aggs !== undefined && aggregations !== undefined) {
    throw invalidAggregation(label, '`aggs` and `aggregations` are the same key')
  }
  if (meta !== null && !isJsonObject(meta)) {
    throw invalidAggregation(label, '`meta` must be an object')
  }
  return {
    name,
    label,
    type,
    kind,
    options,
    nested: aggs ?? aggregations ?? undefined,
    meta: meta ?? undefined,
  }
}

function kindOf(label: string, type: string): AggregationKind | PipelineKind {
  const refused = REFUSED_KINDS.get(type)
  if (refused !== undefined) {
    throw invalidAggregation(label, `\`${type}\` is not supported: ${refused.why}`, refused.fix)
  }
  const kind = KIND_OF.get(type)
  if (kind !== undefined) return kind
  throw invalidAggregation(
    label,
    `unknown type \`${type}\``,
    `known types: ${[...KIND_OF.keys()].join(', ')}`,
  )
}

function fastField(schema: Schema, path: string): AggregationField {
  const field = schema.resolve(path)
  if (field === undefined) throw unknownField(path, schema)
  if (field.column === undefined) {
    throw new QwError('invalid', `Field "${path}" is not configured as a fast field`, {
      code: 'QUERY-SCHEMA',
      fix: `set \`fast: true\` on "${path}" in the index config`,
    })
  }
  return { path: field.path, type: field.type }
}
