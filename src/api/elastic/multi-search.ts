import type { Context, Hono } from 'hono'
import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { indexPatterns } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import { decodeError, JSON_BODY, readBody } from '../request-body.ts'
import { RequestFields } from '../request-fields.ts'
import { asQwError } from '../api-error.ts'
import { askedSearch, runAsked, type AskedSearch } from './asked-search.ts'
import { elasticErrorSlot, spoilsRequest } from './elastic-error.ts'
import { bodyOptions } from './options/option.ts'
import { MSEARCH_HEADER, MSEARCH_URL } from './options/search-options.ts'
import { urlFields } from './request-parts.ts'
import {
  checkExpandWildcards,
  flagOf,
  isTyped,
  missingIndexesOf,
  readSearchParams,
  type SearchParams,
} from './search-params.ts'
import { searchReplyMembers } from './search-reply.ts'

const DEFAULT_CONCURRENCY = 10
/** Whatever the client asks for. */
const MAX_CONCURRENCY = 32

export function addMultiSearchRoutes(app: Hono, search: SearchContext): void {
  for (const path of ['/_msearch', '/:index/_msearch']) {
    app.on(['GET', 'POST'], path, (c) => answerAll(c, search))
  }
}

async function answerAll(c: Context, search: SearchContext): Promise<Response> {
  const url = urlFields(c, MSEARCH_URL)
  checkExpandWildcards(url)
  const asked = url.count('max_concurrent_searches') ?? DEFAULT_CONCURRENCY
  const concurrency = Math.min(Math.max(asked, 1), MAX_CONCURRENCY)
  const lines = jsonLines(await readBody(c.req.raw, JSON_BODY))
  const defaultIndex = c.req.param('index') ?? url.text('index')
  const place = { defaultIndex, nowMs: search.clock.nowMs() }
  const searches = pairsOf(lines).map((pair) => prepare(pair, url, place))
  const answers: string[] = []
  for (let start = 0; start < searches.length; start += concurrency) {
    const some = searches.slice(start, start + concurrency)
    answers.push(...(await Promise.all(some.map((run) => answer(run, search, c.req.raw.signal)))))
  }
  return jsonText(`{"responses":[${answers.join(',')}]}`)
}

/** Or what is wrong with this search alone. */
type PreparedSearch = AskedSearch | { readonly error: QwError }

/** Throws for what fails the whole request: a line that is not understood, or no index. */
function prepare(
  { header, body }: SearchLines,
  url: RequestFields,
  { defaultIndex, nowMs }: { readonly defaultIndex: string | undefined; readonly nowMs: number },
): PreparedSearch {
  const fields = bodyOptions(header, MSEARCH_HEADER, 'a header line of `_msearch`')
  const index = indexOf(fields, defaultIndex)
  const either = (name: string): RequestFields => (fields.has(name) ? fields : url)
  checkExpandWildcards(fields)
  const params: SearchParams = {
    ...readSearchParams(RequestFields.fromJson({}, []), nowMs),
    missingIndexes: missingIndexesOf(either('ignore_unavailable')),
    allowNoIndices: either('allow_no_indices').boolean('allow_no_indices') ?? true,
    allowFailedSplits: fields.boolean('allow_partial_search_results') ?? true,
    sourceIncludes: url.list('_source_includes'),
    sourceExcludes: url.list('_source_excludes'),
    extraFilters: url.list('extra_filters'),
    typedKeys: isTyped(url),
    totalAsNumber: flagOf(url, 'rest_total_hits_as_int') ?? false,
  }
  try {
    return askedSearch(indexPatterns(index), params, body)
  } catch (thrown) {
    const error = asQwError(thrown)
    if (spoilsRequest(error)) throw error
    return { error }
  }
}

/** A string or an array of strings; path or URL say what holds where a header says nothing. */
function indexOf(header: RequestFields, defaultIndex: string | undefined): string {
  const raw = header.raw('index')
  const index = Array.isArray(raw) ? raw.map(indexName).join(',') : raw
  const text = index === undefined || index === '' ? defaultIndex : index
  if (typeof text === 'string' && text !== '') return text
  if (text === undefined || text === '') {
    throw new QwError('invalid', 'a search in `_msearch` names no index', {
      fix: 'set `index` in its header line or in the URL',
    })
  }
  throw header.wrong('index', 'a string or an array of strings')
}

function indexName(value: JsonValue): string {
  if (typeof value === 'string') return value
  throw decodeError('`index` holds strings')
}

async function answer(
  prepared: PreparedSearch,
  search: SearchContext,
  signal: AbortSignal,
): Promise<string> {
  if ('error' in prepared) return stringifyJson(elasticErrorSlot(prepared.error))
  try {
    const response = await runAsked(prepared, search, signal)
    return `{"status":200,${searchReplyMembers(response, prepared.shape)}}`
  } catch (error) {
    return stringifyJson(elasticErrorSlot(asQwError(error)))
  }
}

interface SearchLines {
  readonly header: JsonObject
  readonly body: JsonObject
}

function pairsOf(lines: readonly JsonObject[]): SearchLines[] {
  const pairs: SearchLines[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const header = lines[i]
    const body = lines[i + 1]
    if (header === undefined || body === undefined) {
      throw decodeError('expected a body line after the last header line')
    }
    pairs.push({ header, body })
  }
  return pairs
}

/** The objects of NDJSON; blank lines are skipped. */
function jsonLines(body: Uint8Array): JsonObject[] {
  const lines = new TextDecoder().decode(body).split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      const value = parseJson(line)
      if (isJsonObject(value)) return [value]
    } catch (cause) {
      throw decodeError(`line ${i + 1}: ${asQwError(cause).message}`, cause)
    }
    throw decodeError(`line ${i + 1}: expected an object`)
  })
}
