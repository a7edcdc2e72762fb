import { QwError } from '../engine/errors.ts'
import type { SearchRequest, SearchResponse } from '../engine/search/request.ts'
import { searchRoot, type SearchContext } from '../engine/search/root.ts'
import { noneMatching, withMissingAs } from './index-patterns.ts'

/** A search that takes longer is given up. */
const SEARCH_TIMEOUT_MS = 30_000

/** One search of any dialect, with its time limit and a missing index in the words of the API. */
export async function runSearch(
  request: SearchRequest,
  context: SearchContext,
  clientSignal: AbortSignal,
  ownTimeoutMs?: number,
): Promise<SearchResponse> {
  const message = noneMatching(request.indexIdPatterns)
  // The wall clock counts whole milliseconds, which is longer than many a search takes.
  const startMs = performance.now()
  const response = await withTimeout(
    clientSignal,
    (signal) => withMissingAs(searchRoot(request, context, signal), message),
    Math.min(ownTimeoutMs ?? SEARCH_TIMEOUT_MS, SEARCH_TIMEOUT_MS),
  )
  return { ...response, elapsedMicros: Math.ceil((performance.now() - startMs) * 1000) }
}

/** Throws `unavailable` (SEARCH-TIMEOUT) when `work` is still running after the time limit. */
export async function withTimeout<T>(
  clientSignal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs = SEARCH_TIMEOUT_MS,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await work(AbortSignal.any([clientSignal, timeout]))
  } catch (cause) {
    if (!timeout.aborted || clientSignal.aborted) throw cause
    throw new QwError('unavailable', `the search took over ${timeoutMs / 1000} s`, {
      code: 'SEARCH-TIMEOUT',
      fix: 'narrow the time range or ask for less',
      cause,
    })
  }
}
