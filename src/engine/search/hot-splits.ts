import { isQwError } from '../errors.ts'
import { hotCacheKey, splitKey } from '../metastore/layout.ts'
import { decodeHotCache } from '../split/hot-cache.ts'
import { READ_SIZES, type FetchContext } from './fetch.ts'
import type { LeafRequest, LeafSplit } from './leaf-request.ts'
import { needKey } from './needs.ts'
import type { Chunk } from './read-ranges.ts'

/** What the hot cache of an index has of its splits, by their keys. */
export type HotSplits = ReadonlyMap<string, readonly Chunk[]>

/** The hot cache of an index as it was read, and what it was read for in vain. */
export interface KnownHotCache {
  readonly etag: string | undefined
  /** Whether it was asked for, be it in vain. */
  readonly isRead: boolean
  readonly sizeBytes: number
  readonly splits: HotSplits
  readonly lacking: ReadonlySet<string>
}

/** From so many footers on that are not here, one read of the hot cache takes the place of one of each. */
const WORTHWHILE_SPLITS = 4
/** And from such a share of the index on: the hot cache has all of it, some 20 kB of a split, of which a
 *  split that is opened by itself needs seven times as much. In between it is cheaper, and slower. */
const WORTHWHILE_SHARE = 1 / 16

const NONE: KnownHotCache = {
  etag: undefined,
  isRead: false,
  sizeBytes: 0,
  splits: new Map(),
  lacking: new Set(),
}

type HotRequest = Pick<LeafRequest, 'indexId' | 'indexSplits'> & {
  readonly splits: readonly LeafSplit[]
}

/**
 * What the hot cache knows of the splits that are to be opened. At most one read, and only where that
 * is less than the footers one by one. It is a copy: absent, old or damaged, it costs a read and the
 * footers are read as they are without it.
 */
export async function hotSplits(
  { indexId, splits, indexSplits = splits.length }: HotRequest,
  { store, caches, readSizes = READ_SIZES }: FetchContext,
  signal: AbortSignal | undefined,
): Promise<KnownHotCache> {
  const known = caches.hot.get(indexId) ?? NONE
  const missing = splits
    .filter(({ footer }) => footer.end > readSizes.wholeSplitBytes)
    .map(({ splitId, footer }) => ({ key: splitKey(indexId, splitId), footer }))
    .filter(({ key, footer }) => {
      if (known.splits.has(key) || known.lacking.has(key)) return false
      return caches.parts.get(`${key} ${needKey({ part: 'footer', ...footer })}`) === undefined
    })
  const worthwhile = Math.max(WORTHWHILE_SPLITS, indexSplits * WORTHWHILE_SHARE)
  if (missing.length < worthwhile) return known
  const latest = await caches.hotReads.run(indexId, signal, (shared) =>
    read(known, { indexId, store }, shared),
  )
  const lacking = missing.flatMap(({ key }) => (latest.splits.has(key) ? [] : key))
  const now = { ...latest, lacking: new Set(lacking) }
  caches.hot.set(indexId, now, latest.sizeBytes + 1024)
  return now
}

async function read(
  known: KnownHotCache,
  { indexId, store }: { readonly indexId: string } & Pick<FetchContext, 'store'>,
  signal: AbortSignal,
): Promise<KnownHotCache> {
  try {
    const ifNoneMatch = known.etag === undefined ? {} : { ifNoneMatch: known.etag }
    const object = await store.get(hotCacheKey(indexId), { signal, ...ifNoneMatch })
    if (object === undefined) return known
    const { etag, bytes } = object
    const splits = new Map<string, readonly Chunk[]>()
    for (const [splitId, chunks] of decodeHotCache(bytes).splits) {
      splits.set(splitKey(indexId, splitId), chunks)
    }
    return { etag, isRead: true, sizeBytes: bytes.length, splits, lacking: new Set() }
  } catch (error) {
    signal.throwIfAborted()
    if (!isQwError(error)) throw error
    return { ...NONE, isRead: true }
  }
}
