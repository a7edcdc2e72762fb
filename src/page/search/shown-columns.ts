import { computed } from '@preact/signals'
import type { Json } from '../api/exact-json.ts'
import { indexFacts } from '../state/catalog.ts'
import { viewState } from '../state/store.ts'
import { flatten } from './flatten.ts'
import { chooseColumns, columnChars } from './hit-columns.ts'
import { hits } from './search-store.ts'
import { shownTime } from './shown-time.ts'
import type { Hit } from './search-request.ts'

/** Columns are chosen by what the first hits hold. */
const LOOKED_AT = 50

const flattened = new WeakMap<Hit, ReadonlyMap<string, Json>>()

/** A hit's leaves, taken apart once. */
export function flatHit(hit: Hit): ReadonlyMap<string, Json> {
  const known = flattened.get(hit)
  if (known !== undefined) return known
  const flat = flatten(hit.source)
  flattened.set(hit, flat)
  return flat
}

const firstHits = computed(() => hits.value.slice(0, LOOKED_AT).map(flatHit))

export const shownColumns = computed<readonly string[]>(() => {
  const { columns } = viewState.value
  const mapping = indexFacts.value?.mapping
  if (columns.length > 0 || mapping === undefined) return columns
  return chooseColumns(firstHits.value, mapping)
})

/** Characters that each column wants, in the same order. */
export const shownWidths = computed(() => columnChars(shownColumns.value, firstHits.value))

/** The same of the time. */
export const shownTimeChars = computed(() => {
  const times = hits.value.slice(0, LOOKED_AT).map((hit) => shownTime(hit, 'utc').length)
  return Math.max(4, ...times)
})
