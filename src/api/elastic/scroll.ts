import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Context, Hono } from 'hono'
import {
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import type { Hit, SearchRequest, SortKey } from '../../engine/search/request.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { indexPatterns, matchingIndexes } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import { jsonObjectOf, readOptionalJsonObject } from '../request-body.ts'
import { runSearch } from '../run-search.ts'
import { askedSearch, type AskedSearch } from './asked-search.ts'
import { bodyOptions, urlOptions } from './options/option.ts'
import { EVERYWHERE, SCROLL_BODY, SCROLL_OPTIONS } from './options/request-options.ts'
import { SEARCH_URL } from './options/search-options.ts'
import { isTexts, readTtl } from './point-in-time.ts'
import { urlFields } from './request-parts.ts'
import { flagOf, readSearchParams, type SearchParams } from './search-params.ts'
import { searchReplyMembers } from './search-reply.ts'
import { sortValueJson } from './sort.ts'

/** An id holds a search body of at most 1 MiB and little else. */
const MAX_STATE_BYTES = 2 << 20

/**
 * What an id says: no server remembers anything, so a scroll outlives every process. The search starts
 * again after the last hit, by its sort values and then its address, in the splits of the first page.
 */
interface ScrollState {
  readonly indexes: string
  /** The URL's query string. */
  readonly query: string
  /** JSON text. */
  readonly body: string
  /** Published when it began: what was merged since stays readable, so that addresses stay the same. */
  readonly splitIds: readonly string[]
  /** When it began, which is what `now` stays on every page. */
  readonly nowMs: number
  /** JSON text: one value per sort key, address included. */
  readonly after: string
  readonly ttlMs: number
  readonly expiresMs: number
}

interface ScrollStart {
  readonly indexes: string
  readonly query: string
  readonly body: JsonObject
}

export function addScrollRoutes(app: Hono, search: SearchContext): void {
  // The second path is how the oldest clients ask; `_all` is freed like any id, for none is kept.
  for (const path of ['/_search/scroll', '/_search/scroll/:id']) {
    app.on(['GET', 'POST'], path, async (c) => await nextPage(c, search))
    app.delete(path, () => jsonText('{"succeeded":true,"num_freed":0}'))
  }
}

export async function startScroll(
  start: ScrollStart,
  search: SearchContext,
  signal: AbortSignal,
): Promise<Response> {
  const nowMs = search.clock.nowMs()
  const asked = readRequest({ ...start, nowMs })
  const { params, request, asking } = asked
  if (!params.allowFailedSplits) {
    throw new QwError('invalid', 'a scroll needs allow_partial_search_results=true')
  }
  if (request.searchAfter !== undefined) {
    throw new QwError('invalid', 'scroll and search_after exclude each other')
  }
  const ttlMs = readTtl(params.scroll ?? '')
  // A page that timed out with nothing would look like the last one: it is an error instead.
  const { indexIdPatterns: patterns, missingIndexes } = request
  const files = await matchingIndexes(search.metastore, patterns, missingIndexes)
  const splitIds = files.flatMap(publishedSplits).map(({ splitId }) => splitId)
  const pinned = { ...request, sort: exactSort(request.sort), pinnedSplits: new Set(splitIds) }
  const response = await runSearch(pinned, search, signal, asking.timeoutMs)
  const last = response.hits.at(-1)
  const state = {
    indexes: start.indexes,
    query: start.query,
    body: stringifyJson(start.body),
    splitIds,
    nowMs,
    after: last === undefined ? '[]' : positionAfter(last, request.sort),
    ttlMs,
    expiresMs: nowMs + ttlMs,
  }
  const shape = { ...asking.shape, scrollId: encodeState(state) }
  return jsonText(`{${searchReplyMembers(response, shape)}}`)
}

async function nextPage(c: Context, search: SearchContext): Promise<Response> {
  const url = urlFields(c, SCROLL_OPTIONS)
  const body = bodyOptions(await readOptionalJsonObject(c.req.raw), SCROLL_BODY, 'a scroll')
  const scrollId = c.req.param('id') ?? url.text('scroll_id') ?? body.text('scroll_id')
  if (scrollId === undefined) throw new QwError('invalid', 'missing `scroll_id`')
  const state = decodeState(scrollId)
  if (state === undefined || state.expiresMs < search.clock.nowMs()) throw scrollGone()
  const ttl = url.text('scroll') ?? body.text('scroll')
  const ttlMs = ttl === undefined ? state.ttlMs : readTtl(ttl)

  const asked = { ...state, body: jsonObjectOf(Buffer.from(state.body)) }
  const { request, asking } = readRequest(asked)
  const after = parseJson(state.after)
  const isOver = !Array.isArray(after) || after.length === 0
  const page: SearchRequest = {
    ...request,
    sort: exactSort(request.sort),
    pinnedSplits: new Set(state.splitIds),
    searchAfter: isOver ? undefined : after,
    maxHits: isOver ? 0 : request.maxHits,
    startOffset: 0,
    aggs: undefined,
  }
  const response = await runSearch(page, search, c.req.raw.signal, asking.timeoutMs)
  const last = response.hits.at(-1)
  const next = {
    ...state,
    after: last === undefined ? '[]' : positionAfter(last, request.sort),
    ttlMs,
    expiresMs: search.clock.nowMs() + ttlMs,
  }
  // The address is how the next page is found; later pages do not show it.
  const sort = request.sort.filter((key) => key.by !== 'doc')
  const totalAsNumber = flagOf(url, 'rest_total_hits_as_int') ?? asking.shape.totalAsNumber
  const shape = { ...asking.shape, sort, totalAsNumber, scrollId: encodeState(next) }
  return jsonText(`{${searchReplyMembers(response, shape)}}`)
}

function readRequest({ indexes, query, body, nowMs }: ScrollStart & { readonly nowMs: number }): {
  readonly params: SearchParams
  readonly request: SearchRequest
  readonly asking: AskedSearch
} {
  const table = { ...EVERYWHERE, ...SEARCH_URL }
  const url = urlOptions(new URLSearchParams(query), table, `/${indexes}/_search`)
  const params = readSearchParams(url, nowMs)
  const asking = askedSearch(indexPatterns(indexes), params, body)
  return { params, request: asking.request, asking }
}

/** Every date to the nanosecond, and the address last, so that no hit is skipped or repeated. */
function exactSort(sort: readonly SortKey[]): SortKey[] {
  const exact = sort.map((key): SortKey => (key.by === 'field' ? exactKey(key) : key))
  if (sort.some((key) => key.by === 'doc')) return exact
  return [...exact, { by: 'doc', order: sort[0]?.order ?? 'desc' }]
}

function exactKey(key: Extract<SortKey, { by: 'field' }>): SortKey {
  return { ...key, dateUnit: 'ns', dateFormat: undefined }
}

function positionAfter(hit: Hit, sort: readonly SortKey[]): string {
  const values = exactSort(sort).map((key, i): JsonValue => {
    const value = hit.sort[i]
    return value === undefined ? null : sortValueJson(value, key)
  })
  return stringifyJson(values)
}

function encodeState(state: ScrollState): string {
  return deflateRawSync(JSON.stringify(state)).toString('base64url')
}

/** Undefined for anything that is no id; what it asks for is read like any request. */
function decodeState(scrollId: string): ScrollState | undefined {
  try {
    const bytes = inflateRawSync(Buffer.from(scrollId, 'base64url'), {
      maxOutputLength: MAX_STATE_BYTES,
    })
    const state = jsonObjectOf(bytes)
    const { indexes, query, body, splitIds, nowMs, after, ttlMs, expiresMs } = state
    if (typeof indexes !== 'string' || typeof query !== 'string') return undefined
    if (typeof body !== 'string' || typeof after !== 'string') return undefined
    if (!isTexts(splitIds) || typeof nowMs !== 'number') return undefined
    if (typeof ttlMs !== 'number' || typeof expiresMs !== 'number') return undefined
    return { indexes, query, body, splitIds, nowMs, after, ttlMs, expiresMs }
  } catch {
    return undefined
  }
}

function scrollGone(): QwError {
  return new QwError('invalid', 'scroll key not found', {
    code: 'SCROLL-GONE',
    fix: 'start the scroll again',
  })
}
