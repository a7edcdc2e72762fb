import type { Context, Hono } from 'hono'
import { parseJson, stringifyJson, type JsonObject, type JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import { parseQueryString } from '../engine/query/query-string.ts'
import type { SearchRequest, SearchResponse, SortKey } from '../engine/search/request.ts'
import { planSearch, searchRoot } from '../engine/search/root.ts'
import { indexPatterns } from './index-patterns.ts'
import { jsonReply, jsonText, prettyJson } from './reply.ts'
import { readJsonObject, RequestFields } from './request-fields.ts'
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
      const response = await searchRoot(request, services.search, c.req.raw.signal)
      return searchReply(response, request, fields.oneOf('format', ['json', 'pretty_json']))
    })
  }
  app.on(['GET', 'POST'], '/:index/search-plan', async (c) => {
    const fields = await searchFields(c)
    const request = searchRequest(indexPatterns(c.req.param('index')), fields)
    const plan = await planSearch(request, services.search, c.req.raw.signal)
    const { footer, fastfield, fieldnorm, sstable, posting, position } = plan.storageRequests
    const body = {
      quickwit_ast: plan.query,
      tantivy_ast: stringifyJson(plan.query),
      searched_splits: [...plan.searchedSplits],
      storage_requests: { footer, fastfield, fieldnorm, sstable, posting, position },
    }
    return jsonReply(body, fields.oneOf('format', ['json', 'pretty_json']) ?? 'pretty_json')
  })
}

async function searchFields(c: Context): Promise<RequestFields> {
  if (c.req.method === 'POST') {
    return RequestFields.fromJson(await readJsonObject(c.req.raw), SEARCH_FIELDS)
  }
  return RequestFields.fromUrl(new URL(c.req.url).searchParams, SEARCH_FIELDS)
}

/** The native request: operators default to AND, hits to 20, counts are exact. */
function searchRequest(patterns: readonly string[], fields: RequestFields): SearchRequest {
  const query = fields.text('query')
  if (query === undefined) throw new QwError('invalid', 'missing field `query`')
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
    sort: (fields.has('sort_by') ? fields.list('sort_by') : fields.list('sort_by_field')).map(sortKey),
    aggs: fields.raw('aggs'),
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

function searchReply(
  response: SearchResponse,
  request: SearchRequest,
  style: 'json' | 'pretty_json' = 'pretty_json',
): Response {
  const headers = {
    'x-qw-splits': `${response.splitsSearched}/${response.splitsTotal}`,
    'x-qw-elapsed-micros': String(response.elapsedMicros),
  }
  // Hits are JSON text already; only indenting has to look inside.
  const hits = `[${response.hits.map((hit) => hit.json).join(',')}]`
  const rest: JsonObject = {
    elapsed_time_micros: response.elapsedMicros,
    errors: [...response.errors],
    ...(response.aggregations === undefined ? {} : { aggregations: response.aggregations }),
  }
  const snippets: JsonValue[] | undefined =
    request.snippetFields.length === 0
      ? undefined
      : response.hits.map((hit) =>
          Object.fromEntries(
            Object.entries(hit.snippets ?? {}).map(([field, parts]) => [field, [...parts]]),
          ),
        )
  if (style === 'pretty_json') {
    const body: JsonObject = {
      num_hits: response.numHits,
      hits: parseJson(hits),
      ...(snippets === undefined ? {} : { snippets }),
      ...rest,
    }
    return jsonText(`${prettyJson(body)}\n`, 200, headers)
  }
  const between = snippets === undefined ? '' : `"snippets":${stringifyJson(snippets)},`
  const tail = stringifyJson(rest).slice(1)
  return jsonText(`{"num_hits":${response.numHits},"hits":${hits},${between}${tail}`, 200, headers)
}
