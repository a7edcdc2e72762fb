import { Metastore } from '../src/engine/metastore/metastore.ts'
import type { ObjectStore } from '../src/engine/ports.ts'
import { DEFAULT_SEARCH_CACHE_LIMITS, SearchCaches } from '../src/engine/search/caches.ts'
import type { SearchContext } from '../src/engine/search/root.ts'
import { folderStore } from '../src/stores/folder-store.ts'
import { systemClock, systemRandom } from '../src/stores/system-clock.ts'
import type { BenchContext } from './parts.ts'
import { indexBucket } from './whole-index.ts'

/** Without the cache of partial results: a repeated query has to be computed again. */
export function searchContext(store: ObjectStore): SearchContext {
  const metastore = new Metastore(store, { clock: systemClock, random: systemRandom })
  const caches = new SearchCaches({ ...DEFAULT_SEARCH_CACHE_LIMITS, partialResultBytes: 0 })
  return { store, metastore, caches, clock: systemClock }
}

/** What `buildWholeIndexes` made. */
export function openWholeIndexes(context: BenchContext): SearchContext {
  return searchContext(folderStore({ root: indexBucket(context) }))
}
