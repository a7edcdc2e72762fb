import { unknownField } from '../../schema/nearest.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import type { Schema } from '../../schema/schema.ts'
import type { AggregationField, AggregationKind, SubAggregation } from './aggregation.ts'
import { bindQuery } from '../../query/bind.ts'
import { parseElasticQuery } from '../../query/elastic-dsl/parse-elastic-query.ts'
import { CARDINALITY } from './cardinality.ts'
import { COMPOSITE } from './composite.ts'
import { DATE_HISTOGRAM } from './date-histogram.ts'
import { FILTER } from './filter.ts'
import { FILTERS } from './filters.ts'
import { HISTOGRAM } from './histogram.ts'
import { MISSING } from './missing.ts'
import { invalidAggregation } from './options.ts'
import { MULTI_TERMS } from './multi-terms.ts'
import { PERCENTILES } from './percentiles.ts'
import { RANGE } from './range.ts'
import { STATS_KINDS } from './stats.ts'
import { REFUSED_KINDS } from './refused-kinds.ts'
import { WEIGHTED_AVG } from './weighted-avg.ts'
import { TERMS } from './terms.ts'

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
  percentiles: PERCENTILES,
  cardinality: CARDINALITY,
  weighted_avg: WEIGHTED_AVG,
  ...STATS_KINDS,
} satisfies Readonly<Record<string, AggregationKind>>

export type AggregationType = keyof typeof KINDS

const KIND_OF: ReadonlyMap<string, AggregationKind> = new Map(Object.entries(KINDS))

/**
 * The `aggs` object of a request, checked whole against the mapping. Throws `invalid` for anything
 * wrong with it, so that no split is opened in vain; `tooLarge` past MAX_AGGREGATION_DEPTH.
 */
export function parseAggregations(raw: JsonValue, schema: Schema): SubAggregation[] {
  return parseLevel(raw, schema, [])
}

function parseLevel(raw: JsonValue, schema: Schema, above: readonly string[]): SubAggregation[] {
  if (!isJsonObject(raw))
    throw invalidAggregation([...above, 'aggs'].join('.'), 'expected an object')
  if (above.length >= MAX_AGGREGATION_DEPTH) {
    throw new QwError(
      'tooLarge',
      `aggregations nest deeper than MAX_AGGREGATION_DEPTH=${MAX_AGGREGATION_DEPTH}`,
    )
  }
  return Object.entries(raw).map(([name, entry]) => parseEntry([...above, name], entry, schema))
}

function parseEntry(names: readonly string[], entry: JsonValue, schema: Schema): SubAggregation {
  const name = names.join('.')
  if (!isJsonObject(entry)) throw invalidAggregation(name, 'expected an object')
  const { type, kind, options } = kindOf(name, entry)
  const nested = entry['aggs'] ?? entry['aggregations']
  if (nested !== undefined && nested !== null && !kind.hasBuckets) {
    throw invalidAggregation(name, `\`${type}\` has no buckets, so it takes no \`aggs\``)
  }
  const subs = nested === undefined || nested === null ? [] : parseLevel(nested, schema, names)
  const aggregation = kind.parse({
    options,
    name,
    subs,
    field: (path) => fastField(schema, path),
    query: (json, option) =>
      bindQuery(parseElasticQuery(json, { at: `${name}.${option}` }), schema),
  })
  return { name: names.at(-1) ?? '', aggregation }
}

/** `meta` is the client's own. */
const BESIDE_TYPE: ReadonlySet<string> = new Set(['aggs', 'aggregations', 'meta'])

function kindOf(
  name: string,
  entry: JsonObject,
): { type: string; kind: AggregationKind; options: JsonObject } {
  const types = Object.keys(entry).filter((key) => !BESIDE_TYPE.has(key))
  const [type] = types
  if (type === undefined || types.length !== 1) {
    throw invalidAggregation(name, `expected exactly one type, found ${types.join(', ') || 'none'}`)
  }
  const kind = KIND_OF.get(type)
  const refused = REFUSED_KINDS.get(type)
  if (refused !== undefined) {
    throw invalidAggregation(name, `\`${type}\` is not supported: ${refused.why}`, refused.fix)
  }
  if (kind === undefined) {
    throw invalidAggregation(
      name,
      `unknown type \`${type}\``,
      `known types: ${[...KIND_OF.keys()].join(', ')}`,
    )
  }
  const options = entry[type]
  if (!isJsonObject(options)) throw invalidAggregation(name, `\`${type}\` must be an object`)
  return { type, kind, options }
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
