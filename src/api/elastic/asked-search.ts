import type { JsonObject } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import type { SearchRequest, SearchResponse } from '../../engine/search/request.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { runSearch } from '../run-search.ts'
import { hitDisplay } from './hit-display.ts'
import { readFieldOptions, type SearchParams } from './search-params.ts'
import type { ReplyShape } from './search-reply.ts'
import { bodyOptions } from './options/option.ts'
import { SEARCH_BODY } from './options/search-options.ts'
import { searchRequestOf } from './search-request.ts'

/** A search with all that its client says of the answer. */
export interface AskedSearch {
  readonly request: SearchRequest
  readonly allowsNoIndex: boolean
  /** Undefined: that of every search. */
  readonly timeoutMs: number | undefined
  readonly shape: ReplyShape
}

/** Throws `invalid` for what cannot be asked of any index. */
export function askedSearch(
  patterns: readonly string[],
  params: SearchParams,
  body: JsonObject,
): AskedSearch {
  const request = searchRequestOf(patterns, params, body)
  const own = readFieldOptions(bodyOptions(body, SEARCH_BODY, 'a search body'))
  return {
    request,
    allowsNoIndex: params.allowNoIndices,
    timeoutMs: params.fields.timeoutMs ?? own.timeoutMs,
    shape: {
      sort: request.sort,
      display: hitDisplay(params, body),
      typedKeys: params.typedKeys ? request.aggs : undefined,
      totalAsNumber: params.totalAsNumber,
      mayTerminate: request.terminateAfter !== undefined,
    },
  }
}

/** A search that its client's own limit ended answers that it timed out, with nothing found: what some
 *  splits had by then would be no part of the answer that anyone could name. */
export async function runAsked(
  { request, allowsNoIndex, timeoutMs }: AskedSearch,
  search: SearchContext,
  signal: AbortSignal,
): Promise<SearchResponse> {
  try {
    const response = await runSearch(request, search, signal, timeoutMs)
    if (response.indexIds.length > 0 || allowsNoIndex) return response
  } catch (error) {
    const isOwnLimit =
      timeoutMs !== undefined && isQwError(error) && error.code === 'SEARCH-TIMEOUT'
    if (isOwnLimit && request.allowFailedSplits) return timedOut(timeoutMs)
    throw error
  }
  const names = request.indexIdPatterns.join(',')
  throw new QwError('notFound', `no such index [${names}]`, {
    code: 'INDEX-NONE',
    fix: 'leave `allow_no_indices` out to search whatever is there',
  })
}

function timedOut(timeoutMs: number): SearchResponse {
  return {
    numHits: 0,
    hits: [],
    isTimedOut: true,
    errors: [],
    failedSplits: [],
    splitsTotal: 0,
    splitsSearched: 0,
    indexIds: [],
    elapsedMicros: timeoutMs * 1000,
  }
}
