import { effect, signal, untracked } from '@preact/signals'
import { postJson } from '../api/client.ts'
import { describeIndex, type IndexFacts } from '../api/indexes.ts'
import { indexFacts } from '../state/catalog.ts'
import { navigate, viewState } from '../state/store.ts'
import { readRfc3339, rfc3339OfNs } from '../time/instant.ts'
import { cursorBefore, readDocAddress, writeDocAddress, type DocAddress } from './doc-address.ts'
import { hits } from './search-store.ts'
import { readHits, sortKeys, type Hit } from './search-request.ts'

/** The document that is open; `missing`: the address names one that is not there any more. */
export const openDoc = signal<Hit | 'loading' | 'missing' | undefined>(undefined)

/** Follows `doc` of the address: out of the hits, or asked for by itself. Returns what ends that. */
export function followDoc(): () => void {
  return effect(() => {
    const { doc } = viewState.value
    const index = indexFacts.value
    if (doc === undefined || index === undefined) {
      openDoc.value = undefined
      return
    }
    const wanted = readDocAddress(doc)
    const known = wanted === undefined ? undefined : untracked(() => knownDoc(wanted))
    openDoc.value = known ?? (wanted === undefined ? 'missing' : 'loading')
    if (known !== undefined || wanted === undefined) return
    const control = new AbortController()
    void fetchDoc(index, wanted, control.signal).then((found) => {
      if (!control.signal.aborted) openDoc.value = found ?? 'missing'
    })
    return () => control.abort()
  })
}

export function showDoc(hit: Hit, how: 'push' | 'replace' = 'push'): void {
  seen.set(hit.address, hit)
  navigate({ doc: writeDocAddress(hit) }, how)
}

/** Documents that were opened from elsewhere than the hits. */
const seen = new Map<string, Hit>()

function knownDoc({ address }: DocAddress): Hit | undefined {
  return hits.value.find((hit) => hit.address === address) ?? seen.get(address)
}

/** One document by its address; undefined when it cannot be found there. */
async function fetchDoc(
  index: IndexFacts,
  wanted: DocAddress,
  signal: AbortSignal,
): Promise<Hit | undefined> {
  const { timestampField } = index.mapping
  const { time } = wanted
  const filter =
    timestampField === undefined || time === undefined
      ? []
      : [{ range: { [timestampField]: { gte: time, lte: time } } }]
  const body = {
    query: { bool: { must: [], filter } },
    size: 1,
    sort: sortKeys({ sort: 'desc', timestampField }),
    search_after: cursorBefore(wanted),
  }
  try {
    const [found] = readHits(await postJson(searchPath(index), body, signal))
    return found?.address === wanted.address ? found : undefined
  } catch {
    return undefined
  }
}

/** The first stretch of time holds this many times what is needed, were documents spread evenly. */
const FIRST_STRETCH = 8n
const WIDER = 64n
const NS_PER_SECOND = 1_000_000_000n

/**
 * The documents next to one in time, whatever the query: the nearest first. Each stretch of time has
 * bounds, since without any every split of the index would be opened; where one holds too few, a
 * wider one is asked for.
 */
export async function neighbours(
  index: IndexFacts,
  hit: Hit,
  side: 'before' | 'after',
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<readonly Hit[]> {
  const { timestampField } = index.mapping
  const atNs = hit.time === undefined ? undefined : readRfc3339(hit.time)
  if (timestampField === undefined || atNs === undefined) return []
  const size = await describeIndex(index.id, signal)
  const spanNs = BigInt((size.times?.endMs ?? 0) - (size.times?.startMs ?? 0)) * 1_000_000n
  let stretchNs = (spanNs * BigInt(count) * FIRST_STRETCH) / BigInt(Math.max(1, size.docs))
  if (stretchNs < NS_PER_SECOND) stretchNs = NS_PER_SECOND
  for (;;) {
    const bounds =
      side === 'before'
        ? { gte: rfc3339OfNs(atNs - stretchNs), lte: hit.time ?? '' }
        : { gte: hit.time ?? '', lte: rfc3339OfNs(atNs + stretchNs) }
    const body = {
      query: { bool: { must: [], filter: [{ range: { [timestampField]: bounds } }] } },
      size: count,
      sort: sortKeys({ sort: side === 'before' ? 'desc' : 'asc', timestampField }),
      search_after: [...hit.sort],
    }
    const found = readHits(await postJson(searchPath(index), body, signal))
    if (found.length === count || stretchNs >= spanNs) return found
    stretchNs *= WIDER
  }
}

function searchPath(index: IndexFacts): string {
  return `_elastic/${encodeURIComponent(index.id)}/_search`
}
