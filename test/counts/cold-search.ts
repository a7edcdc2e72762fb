import { expect } from 'vitest'
import { searchRequest } from '../../bench/search-request.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import type { SearchRequest } from '../../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../../src/engine/search/root.ts'
import { countingStore, readRounds } from '../../src/stores/counting-store.ts'
import { instantClock } from '../../src/stores/testing/instant-clock.ts'
import { expectCount } from './expect-count.ts'

/** A search in a process that has read nothing. */
export interface ColdSearch {
  readonly what: string
  readonly ask: Partial<SearchRequest>
  readonly numHits: number
  /** The metastore file's among them. */
  readonly requests: number
  /** Reads of which each had to wait for the one before. */
  readonly rounds: number
  readonly bytes: number
}

export const BY_TIME: Partial<SearchRequest> = {
  maxHits: 10,
  sort: [{ by: 'field', field: 'timestamp', order: 'desc', dateUnit: 'ms' }],
}

/** Fails where the search reads more than is kept, or less. */
export async function expectReads(
  { what, ask, ...kept }: ColdSearch,
  index: Pick<SearchContext, 'store' | 'readSizes'> & { readonly indexId: string },
): Promise<void> {
  const clock = instantClock()
  const store = countingStore(index.store)
  const random = { bytes: (count: number) => new Uint8Array(count) }
  const metastore = new Metastore(store, { clock, random })
  const { readSizes } = index
  const context = { store, metastore, caches: new SearchCaches(), clock, readSizes }
  const { numHits } = await searchRoot(searchRequest(index.indexId, ask), context)
  const { requests } = store
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0)
  const each = requests.map((request) => `${request.verb} of ${request.bytes} bytes`).join(', ')
  const look = `What was read: ${each}. Which part needs it: qw-lambda search-plan.`
  expect(numHits).toBe(kept.numHits)
  expectCount({ what: `requests of ${what}`, kept: kept.requests, counted: requests.length, look })
  const rounds = readRounds(requests)
  expectCount({ what: `rounds of ${what}`, kept: kept.rounds, counted: rounds, look })
  // Another version of zlib packs a little tighter or less.
  expectCount({ what: `bytes of ${what}`, kept: kept.bytes, counted: bytes, within: 0.01, look })
}

export function words(text: string): Partial<SearchRequest> {
  return { query: parseQueryString(text, { defaultOperator: 'and' }) }
}
