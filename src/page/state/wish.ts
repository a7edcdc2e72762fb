import type { IndexFacts } from '../api/indexes.ts'
import type { SearchWish } from '../search/search-request.ts'
import { rangeBounds, resolveRange } from '../time/range.ts'
import { viewState } from './store.ts'

/** What the address asks for, with its times as they are at this moment. Throws RangeError for a time
 *  that is none. */
export function currentWish({ mapping }: IndexFacts): SearchWish {
  const { query, from, to, sort, tz } = viewState.value
  const { timestampField } = mapping
  const bounds = rangeBounds(resolveRange({ from, to }, Date.now(), tz))
  return { query, from: bounds.from, to: bounds.to, sort, timestampField }
}

/** Changes whenever the address asks for something else. */
export function wishKey(index: IndexFacts): string {
  const { query, from, to, sort } = viewState.value
  return JSON.stringify([index.id, query, from, to, sort])
}
