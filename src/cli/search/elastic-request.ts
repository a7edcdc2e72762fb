import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { rfc3339OfNs } from '../format/time.ts'
import type { TimeWindow } from './time-options.ts'

export interface CursorSearch {
  readonly query: string
  readonly searchFields: readonly string[]
  readonly window: TimeWindow
  readonly timestampField: string | undefined
  readonly sort: readonly JsonValue[]
  readonly size: number
  /** Sort values of the last document of the page before. */
  readonly after: readonly JsonValue[] | undefined
  /** Count all matches too. */
  readonly counts: boolean
}

/** The same search for `POST /_elastic/{index}/_search`, the route that can be continued. */
export function cursorBody(search: CursorSearch): JsonObject {
  const queryString: JsonObject = { query: search.query, default_operator: 'AND' }
  if (search.searchFields.length > 0) queryString['fields'] = [...search.searchFields]
  const bool: JsonObject = { must: [{ query_string: queryString }] }
  const range = timeRange(search.window)
  if (search.timestampField !== undefined && range !== undefined) {
    bool['filter'] = [{ range: { [search.timestampField]: range } }]
  }
  const body: JsonObject = {
    query: { bool },
    size: search.size,
    sort: [...search.sort],
    track_total_hits: search.counts,
  }
  if (search.after !== undefined) body['search_after'] = [...search.after]
  return body
}

function timeRange({ startNs, endNs }: TimeWindow): JsonObject | undefined {
  if (startNs === undefined && endNs === undefined) return undefined
  return {
    ...(startNs === undefined ? {} : { gte: rfc3339OfNs(startNs) }),
    ...(endNs === undefined ? {} : { lt: rfc3339OfNs(endNs) }),
  }
}

export interface ElasticHit {
  /** The index that holds it: of several, one. */
  readonly index: string
  readonly source: JsonObject
  readonly sort: readonly JsonValue[]
}

export interface ElasticAnswer {
  readonly total: number
  readonly hits: readonly ElasticHit[]
  readonly aggregations: JsonValue | undefined
  readonly failedSplits: number
}

/** The parts of an Elasticsearch answer that are shown; what is missing counts as empty. */
export function elasticAnswer(response: JsonValue): ElasticAnswer {
  const body = isJsonObject(response) ? response : {}
  const outer = isJsonObject(body['hits']) ? body['hits'] : {}
  const total = isJsonObject(outer['total']) ? outer['total'] : {}
  const hits = Array.isArray(outer['hits']) ? outer['hits'].filter(isJsonObject) : []
  return {
    total: Number(total['value'] ?? 0),
    hits: hits.map((hit) => ({
      index: typeof hit['_index'] === 'string' ? hit['_index'] : '',
      source: isJsonObject(hit['_source']) ? hit['_source'] : {},
      sort: Array.isArray(hit['sort']) ? hit['sort'] : [],
    })),
    aggregations: body['aggregations'],
    failedSplits: isJsonObject(body['_shards']) ? Number(body['_shards']['failed'] ?? 0) : 0,
  }
}
