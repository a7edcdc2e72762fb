import type { Metastore } from '../metastore/metastore.ts'
import type { Clock, ObjectStore } from '../ports.ts'
import type { SearchCaches } from './caches.ts'
import type { SearchPlanResponse, SearchRequest, SearchResponse } from './request.ts'

/** What a search needs from its host; one value per process, reused by every request. */
export interface SearchContext {
  /** The store that holds the indexes (`<index_id>/…`). */
  readonly store: ObjectStore
  readonly metastore: Metastore
  readonly caches: SearchCaches
  readonly clock: Clock
}

/**
 * Searches every split that may hold a match and merges. Throws `invalid` for a request that no
 * index can answer, `notFound` for a missing index, `unavailable` or `corrupt` when splits failed and
 * the request does not allow that.
 */
export async function searchRoot(
  _request: SearchRequest,
  _context: SearchContext,
  _signal?: AbortSignal,
): Promise<SearchResponse> {
  throw new Error('in progress')
}

/** Binds and prunes as `searchRoot` does, and tells what would be read. */
export async function planSearch(
  _request: SearchRequest,
  _context: SearchContext,
  _signal?: AbortSignal,
): Promise<SearchPlanResponse> {
  throw new Error('in progress')
}
