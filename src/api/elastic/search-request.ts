import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { UTC } from '../../engine/dates/time-zone.ts'
import { isQwError } from '../../engine/errors.ts'
import { emptyBool } from '../../engine/query/bool-ast.ts'
import { withExtraFilters } from '../../engine/query/elastic-dsl/extra-filters.ts'
import { parseElasticQuery } from '../../engine/query/elastic-dsl/parse-elastic-query.ts'
import type { QueryAst } from '../../engine/query/query-ast.ts'
import { parseQueryString } from '../../engine/query/query-string.ts'
import { anchorNow } from '../../engine/search/aggregations/anchor-now.ts'
import type { SearchRequest, SortKey } from '../../engine/search/request.ts'
import { decodeError } from '../request-body.ts'
import { RequestFields } from '../request-fields.ts'
import { trackTotalHitsOf, type SearchParams, type TrackTotalHits } from './search-params.ts'
import { parseSortJson, parseSortText, readSearchAfter } from './sort.ts'

const BODY_KEYS = [
  'query',
  'size',
  'from',
  'track_total_hits',
  'sort',
  'aggs',
  'aggregations',
  'search_after',
  '_source',
  'fields',
  'docvalue_fields',
  'post_filter',
  // Taken and ignored.
  'stored_fields',
  'script_fields',
  'highlight',
  'version',
  'timeout',
] as const

const DEFAULT_SIZE = 10

/** A `query` object. Throws as for a body that cannot be decoded unless its shape is right. */
export function parseQueryObject(json: JsonValue, nowMs: number): QueryAst {
  try {
    return parseElasticQuery(json, { nowMs })
  } catch (error) {
    // A syntax error inside a query string has a position; a wrong shape has none.
    if (!isQwError(error, 'invalid') || error.code !== 'QUERY-SYNTAX') throw error
    if (error.position !== undefined) throw error
    throw decodeError(error.message, error)
  }
}

/** Body and URL as one search; what the URL says wins. */
export function searchRequestOf(
  indexIdPatterns: readonly string[],
  params: SearchParams,
  body: JsonObject,
): SearchRequest {
  const fields = RequestFields.fromJson(body, BODY_KEYS)
  if (fields.has('aggs') && fields.has('aggregations')) {
    throw decodeError('`aggs` and `aggregations` are the same key')
  }
  refuseParts(fields)
  const maxHits = params.size ?? fields.count('size') ?? DEFAULT_SIZE
  const sort = sortOf(params, fields)
  return {
    indexIdPatterns,
    missingIndexes: params.missingIndexes,
    query: withExtraFilters(filteredQuery(params, fields), params.extraFilters),
    maxHits,
    startOffset: params.from ?? fields.count('from') ?? 0,
    sort,
    searchAfter: readSearchAfter(fields.raw('search_after'), sort),
    aggs: aggsOf(fields, params.nowMs),
    countAll: countsAll(params.trackTotalHits ?? trackTotalHitsOf(fields), maxHits),
    snippetFields: [],
    allowFailedSplits: params.allowFailedSplits,
  }
}

function aggsOf(fields: RequestFields, nowMs: number): JsonValue | undefined {
  const aggs = fields.raw('aggs') ?? fields.raw('aggregations')
  return aggs === undefined ? undefined : anchorNow(aggs, nowMs)
}

/** What changes the answer and is not there. */
function refuseParts(fields: RequestFields): void {
  const scripts = fields.raw('script_fields')
  if (scripts !== undefined && stringifyJson(scripts) !== '{}') {
    throw decodeError('`script_fields` is not supported: there are no scripts, ask for `fields`')
  }
  if (fields.has('post_filter') && (fields.has('aggs') || fields.has('aggregations'))) {
    throw decodeError(
      '`post_filter` beside `aggs` is not supported: ask for hits and aggregations in two searches',
    )
  }
}

/** Without aggregations it is the same whether a filter comes before or after. */
function filteredQuery(params: SearchParams, fields: RequestFields): QueryAst {
  const query = queryOf(params, fields)
  const after = fields.raw('post_filter')
  if (after === undefined) return query
  return emptyBool({ must: [query], filter: [parseQueryObject(after, params.nowMs)] })
}

function queryOf(params: SearchParams, fields: RequestFields): QueryAst {
  if (params.q !== undefined) {
    return parseQueryString(params.q, {
      defaultOperator: params.defaultOperator,
      dates: { nowMs: params.nowMs, zone: UTC },
    })
  }
  const query = fields.raw('query')
  return query === undefined ? { kind: 'matchAll' } : parseQueryObject(query, params.nowMs)
}

function sortOf(params: SearchParams, fields: RequestFields): SortKey[] {
  if (params.sort !== undefined) return parseSortText(params.sort)
  const json = fields.raw('sort')
  return json === undefined ? [] : parseSortJson(json)
}

function countsAll(track: TrackTotalHits | undefined, size: number): boolean {
  return typeof track === 'number' ? track > size : track === true
}
