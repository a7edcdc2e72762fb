import type { JsonObject, JsonValue } from '../../engine/bytes/json.ts'
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
import type { RequestFields } from '../request-fields.ts'
import { readHighlights } from './highlight.ts'
import { bodyOptions } from './options/option.ts'
import { COUNT_BODY, SEARCH_BODY } from './options/search-options.ts'
import {
  readFieldOptions,
  trackTotalHitsOf,
  type SearchParams,
  type TrackTotalHits,
} from './search-params.ts'
import { parseSortJson, parseSortText, readSearchAfter } from './sort.ts'

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

/** A count, of whose body only what selects documents is read. */
export function countRequestOf(
  indexIdPatterns: readonly string[],
  params: SearchParams,
  body: JsonObject,
): SearchRequest {
  bodyOptions(body, COUNT_BODY, 'a count')
  const selecting = Object.entries(body).filter(([name]) => COUNT_BODY[name]?.kind === 'done')
  const request = searchRequestOf(indexIdPatterns, params, Object.fromEntries(selecting))
  return { ...request, maxHits: 0, sort: [], countAll: true }
}

/** Body and URL as one search; what the URL says wins. */
export function searchRequestOf(
  indexIdPatterns: readonly string[],
  params: SearchParams,
  body: JsonObject,
): SearchRequest {
  const fields = bodyOptions(body, SEARCH_BODY, 'a search body')
  if (fields.has('aggs') && fields.has('aggregations')) {
    throw decodeError('`aggs` and `aggregations` are the same key')
  }
  refusePostFilter(fields)
  const own = readFieldOptions(fields)
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
    countAll: countsAll(params, fields, maxHits),
    snippetFields: [],
    highlights: readHighlights(fields.raw('highlight')),
    wantsScores:
      (params.fields.trackScores ?? own.trackScores ?? false) ||
      sort.some(({ by }) => by === 'score'),
    minScore: params.fields.minScore ?? own.minScore,
    terminateAfter: params.fields.terminateAfter ?? own.terminateAfter,
    allowFailedSplits: params.allowFailedSplits,
  }
}

function aggsOf(fields: RequestFields, nowMs: number): JsonValue | undefined {
  const aggs = fields.raw('aggs') ?? fields.raw('aggregations')
  return aggs === undefined ? undefined : anchorNow(aggs, nowMs)
}

/** Where aggregations are asked for it would have to come after them. */
function refusePostFilter(fields: RequestFields): void {
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
      defaultFields: params.df === undefined ? undefined : [params.df],
      lenient: params.lenient,
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

/** A total that is a number has no place to say that it is a lower bound. */
function countsAll(params: SearchParams, fields: RequestFields, size: number): boolean {
  const track: TrackTotalHits | undefined = params.trackTotalHits ?? trackTotalHitsOf(fields)
  if (track === undefined) return params.totalAsNumber
  return typeof track === 'number' ? track > size : track
}
