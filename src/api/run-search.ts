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

/**
 * Throws `unavailable` (SEARCH-TIMEOUT) when `work` is still running after the time limit. The timer ends
 * with the work: those of `AbortSignal.timeout` and what `AbortSignal.any` ties to them stay until they
 * are collected, and at hundreds of searches a second they were most of what a server held.
 */
export async function withTimeout<T>(
  clientSignal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs = SEARCH_TIMEOUT_MS,
): Promise<T> {
  const ends = new AbortController()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    ends.abort()
  }, timeoutMs)
  const leave = (): void => ends.abort(clientSignal.reason)
  if (clientSignal.aborted) leave()
  clientSignal.addEventListener('abort', leave)
  try {
    return await work(ends.signal)
  } catch (cause) {
    if (!isLate || clientSignal.aborted) throw cause
    throw new QwError('unavailable', `the search took over ${timeoutMs / 1000} s`, {
      code: 'SEARCH-TIMEOUT',
      fix: 'narrow the time range or ask for less',
      cause,
    })
  } finally {
    clearTimeout(timer)
    clientSignal.removeEventListener('abort', leave)
  }
}
