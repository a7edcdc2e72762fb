import type { Context, Hono } from 'hono'
import { isJsonObject, stringifyJson, type JsonObject } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import { parseQueryString } from '../engine/query/query-string.ts'
import { coldReads } from '../engine/search/cold-reads.ts'
import type { SearchRequest, SearchResponse, SortKey } from '../engine/search/request.ts'
import { planSearch } from '../engine/search/root.ts'
import { indexPatterns, noneMatching, withMissingAs } from './index-patterns.ts'
import {
  indentJson,
  JSON_STYLES,
  jsonArrayText,
  jsonReply,
  jsonText,
  type JsonStyle,
} from './reply.ts'
import { decodeError, readJsonObject, readOptionalJsonObject } from './request-body.ts'
import { RequestFields } from './request-fields.ts'
import { runSearch, withTimeout } from './run-search.ts'
import type { ApiServices } from './services.ts'

const SEARCH_FIELDS = [
  'query',
  'search_field',
  'snippet_fields',
  'start_timestamp',
  'end_timestamp',
  'max_hits',
  'start_offset',
  'sort_by',
  'sort_by_field',
  'aggs',
  'count_all',
  'allow_failed_splits',
  'format',
] as const

const DEFAULT_MAX_HITS = 20

export function addSearchRoutes(app: Hono, services: ApiServices): void {
  // The second path is what the Grafana data source calls.
  for (const path of ['/:index/search', '/indexes/:index/search'] as const) {
    app.on(['GET', 'POST'], path, async (c) => {
      const fields = await searchFields(c)
      const request = searchRequest(indexPatterns(c.req.param('index') ?? ''), fields)
      const style = fields.oneOf('format', JSON_STYLES) ?? 'pretty_json'
      const response = await runSearch(request, services.search, c.req.raw.signal)
      return searchReply(response, request, style)
    })
  }
  app.on(['GET', 'POST'], '/:index/search-plan', async (c) => {
    const fields = await searchFields(c)
    const request = searchRequest(indexPatterns(c.req.param('index')), fields)
    const style = fields.oneOf('format', JSON_STYLES) ?? 'pretty_json'
    const plan = await withTimeout(c.req.raw.signal, (signal) =>
      withMissingAs(
        planSearch(request, services.search, signal),
        noneMatching(request.indexIdPatterns),
      ),
    )
    const { footer, fastfield, fieldnorm, sstable, posting, position } = plan.storageRequests
    const body = {
      quickwit_ast: plan.query,
      tantivy_ast: stringifyJson(plan.query),
      searched_splits: [...plan.searchedSplits],
      splits: { total: plan.splits.total, pruned: { ...plan.splits.pruned } },
      reads: plan.reads.map(({ requests, bytes, isShared }) => ({
        requests,
        bytes,
        shared: isShared,
      })),
      hit_requests: plan.hitRequests,
      cold: coldReads({
        rounds: plan.reads,
        searched: plan.searchedSplits.length,
        hitRequests: plan.hitRequests,
      }),
      storage_requests: { footer, fastfield, fieldnorm, sstable, posting, position },
    }
    return jsonReply(body, style)
  })
}

/** URL and body as one, whatever the method: what the URL says wins. */
async function searchFields(c: Context): Promise<RequestFields> {
  const query = new URL(c.req.url).searchParams
  const mustHaveBody = c.req.method === 'POST' && query.size === 0
  const body = await (mustHaveBody ? readJsonObject : readOptionalJsonObject)(c.req.raw)
  return RequestFields.fromUrl(query, SEARCH_FIELDS, body)
}

/** The native request: operators default to AND, hits to 20, counts are exact. */
function searchRequest(patterns: readonly string[], fields: RequestFields): SearchRequest {
  const query = fields.text('query')
  if (query === undefined) throw decodeError('missing field `query`')
  const searchField = fields.list('search_field')
  return {
    indexIdPatterns: patterns,
    missingIndexes: 'error',
    query: parseQueryString(query, { defaultOperator: 'and' }),
    searchFields: searchField.length === 0 ? undefined : searchField,
    startTimestamp: fields.integer('start_timestamp'),
    endTimestamp: fields.integer('end_timestamp'),
    maxHits: fields.count('max_hits') ?? DEFAULT_MAX_HITS,
    startOffset: fields.count('start_offset') ?? 0,
    sort: (fields.has('sort_by') ? fields.list('sort_by') : fields.list('sort_by_field')).map(
      sortKey,
    ),
    aggs: aggregations(fields),
    countAll: fields.boolean('count_all') ?? true,
    snippetFields: fields.list('snippet_fields'),
    allowFailedSplits: fields.boolean('allow_failed_splits') ?? false,
  }
}

/** A plain name and `+name` sort descending, `-name` ascending. */
function sortKey(text: string): SortKey {
  const order = text.startsWith('-') ? 'asc' : 'desc'
  const name = text.replace(/^[+-]/, '').trim()
  if (name === '_score') return { by: 'score', order }
  if (name === '_doc' || name === '_shard_doc') return { by: 'doc', order }
  return { by: 'field', field: name, order, dateUnit: 'ms' }
}

/** In a URL they are text, which is no aggregation request. */
function aggregations(fields: RequestFields): JsonObject | undefined {
  const aggs = fields.raw('aggs')
  if (aggs === undefined || isJsonObject(aggs)) return aggs
  throw new QwError('invalid', 'invalid aggregation request: `aggs` has to be a JSON object', {
    fix: 'send it in the body of a POST',
  })
}

function searchReply(response: SearchResponse, request: SearchRequest, style: JsonStyle): Response {
  const parts = [
    `"num_hits":${response.numHits}`,
    // Hits are JSON text already.
    `"hits":${jsonArrayText(response.hits.map((hit) => hit.json))}`,
    ...(request.snippetFields.length === 0
      ? []
      : [`"snippets":${JSON.stringify(response.hits.map((hit) => hit.snippets ?? {}))}`]),
    `"elapsed_time_micros":${response.elapsedMicros}`,
    `"errors":${JSON.stringify(response.errors)}`,
    ...(response.aggregations === undefined
      ? []
      : [`"aggregations":${stringifyJson(response.aggregations)}`]),
  ]
  const text = `{${parts.join(',')}}`
  return jsonText(style === 'json' ? text : `${indentJson(text)}\n`, 200, {
    'x-qw-splits': `${response.splitsSearched}/${response.splitsTotal}`,
    'x-qw-elapsed-micros': String(response.elapsedMicros),
  })
}
