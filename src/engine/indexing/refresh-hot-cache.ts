import { isQwError, QwError } from '../errors.ts'
import { publishedSplits } from '../metastore/index-metadata.ts'
import { hotCacheKey, splitKey } from '../metastore/layout.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { getIfThere, type ObjectStore } from '../ports.ts'
import { decodeFooter } from '../split/footer.ts'
import {
  decodeHotCache,
  encodeHotCache,
  type HotCache,
  type HotChunk,
  hotDictionaries,
  WHOLE_SPLIT_BYTES,
  withRoomForDictionaries,
  withRoomForFooter,
} from '../split/hot-cache.ts'
import type { IndexingComponents } from './components.ts'

/** Splits that one writing reads anew. */
const NEW_SPLITS = 256
const READ_CONCURRENCY = 16
/** Read along with a footer: most small dictionaries stand before it. */
const TAIL_BYTES = 64 * 1024
/** Of one that has to be written. */
const ATTEMPTS = 20
const BACKOFF_MS = 50

/** Whether the hot cache may hold anything of the split: what its record says decides. */
export function isHotSplit(
  { footer }: Pick<SplitRecord, 'footer'>,
  { hotSplitBytes = WHOLE_SPLIT_BYTES }: Pick<IndexingComponents, 'hotSplitBytes'>,
): boolean {
  return footer.end > hotSplitBytes
}

/**
 * Brings the hot cache up to what is published, if that takes no more than one try: nobody needs it to
 * find anything, so a lost race or a fault of the store leaves it to the next. Nothing where it names the
 * right splits already, or where all are small.
 *
 * Costs a GET of it, a conditional one of the metastore, per split that is new a GET or a few, and a PUT.
 */
export async function refreshHotCache(
  components: IndexingComponents,
  indexId: string,
): Promise<void> {
  try {
    await write(components, indexId, 'whenChanged')
  } catch (error) {
    if (!isQwError(error) || error.kind === 'internal') throw error
  }
}

/**
 * The same for whoever is about to forget splits: when this returns, the hot cache names nothing that was
 * not published when it was called, and nobody who looked before can put it back. Throws what the store
 * throws.
 */
export async function replaceHotCache(
  components: IndexingComponents,
  indexId: string,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      await write(components, indexId, 'always')
      return
    } catch (error) {
      if (!isQwError(error, 'conflict')) throw error
      await components.clock.sleep(BACKOFF_MS * attempt)
    }
  }
  throw new QwError(
    'unavailable',
    `${hotCacheKey(indexId)} was not written in ${ATTEMPTS} attempts`,
  )
}

async function write(
  components: IndexingComponents,
  indexId: string,
  when: 'whenChanged' | 'always',
): Promise<void> {
  const { metastore } = components
  const { store } = metastore
  const key = hotCacheKey(indexId)
  // First the hot cache, then the list of splits: whoever replaces the hot cache after a split was marked
  // makes every put fail that goes by an older list, however long its writer slept.
  const old = await getIfThere(store, key)
  const file = await metastore.load(indexId)
  const { indexUid } = file.metadata
  const known = old && usable(old.bytes, indexUid)
  const hot = publishedSplits(file).filter((split) => isHotSplit(split, components))
  const wanted = withRoomForFooter(hot.toSorted(newestFirst))
  if (when === 'whenChanged' && (wanted.length === 0 || hasAll(known, wanted))) return
  const splits = withRoomForDictionaries(await chunksOf({ store, indexId, known }, wanted))
  const bytes = encodeHotCache({ writeId: metastore.newId(), indexUid, splits })
  await store.put(key, bytes, {
    condition: old === undefined ? { kind: 'ifAbsent' } : { kind: 'ifMatch', etag: old.etag },
  })
}

/** Undefined: written by another version, for another index or damaged; it will be written anew. */
function usable(bytes: Uint8Array, indexUid: string): HotCache | undefined {
  try {
    const cache = decodeHotCache(bytes)
    return cache.indexUid === indexUid ? cache : undefined
  } catch (error) {
    if (isQwError(error, 'corrupt') || isQwError(error, 'invalid')) return undefined
    throw error
  }
}

function hasAll(known: HotCache | undefined, wanted: readonly SplitRecord[]): boolean {
  if (known?.splits.size !== wanted.length) return false
  return wanted.every(({ splitId }) => known.splits.has(splitId))
}

/** By the newest document: what is asked for most. */
function newestFirst(a: SplitRecord, b: SplitRecord): number {
  const end = ({ timeRange }: SplitRecord): number => timeRange?.endSeconds ?? Infinity
  if (end(a) !== end(b)) return end(a) < end(b) ? 1 : -1
  return a.splitId < b.splitId ? 1 : -1
}

interface Place {
  readonly store: ObjectStore
  readonly indexId: string
  readonly known: HotCache | undefined
}

/** In the order of `wanted`, without those that cannot be read. */
async function chunksOf(
  { store, indexId, known }: Place,
  wanted: readonly SplitRecord[],
): Promise<Map<string, readonly HotChunk[]>> {
  const unknown = wanted.filter(({ splitId }) => known?.splits.has(splitId) !== true)
  const read = new Map<string, readonly HotChunk[]>()
  for (let start = 0; start < Math.min(NEW_SPLITS, unknown.length); start += READ_CONCURRENCY) {
    const some = unknown.slice(start, Math.min(start + READ_CONCURRENCY, NEW_SPLITS))
    await Promise.all(
      some.map(async ({ splitId, footer }) => {
        const chunks = await readHotChunks(store, splitKey(indexId, splitId), footer)
        if (chunks !== undefined) read.set(splitId, chunks)
      }),
    )
  }
  const all = new Map<string, readonly HotChunk[]>()
  for (const { splitId } of wanted) {
    const chunks = read.get(splitId) ?? known?.splits.get(splitId)
    if (chunks !== undefined) all.set(splitId, chunks)
  }
  return all
}

/** Undefined: a merge replaced the split meanwhile, or it is damaged, which a search will tell. */
async function readHotChunks(
  store: ObjectStore,
  key: string,
  footer: { readonly start: number; readonly end: number },
): Promise<HotChunk[] | undefined> {
  try {
    const start = Math.max(0, footer.start - TAIL_BYTES)
    const tail = await store.read(key, { start, end: footer.end })
    const cut = (range: typeof footer): HotChunk => ({
      start: range.start,
      bytes: tail.slice(range.start - start, range.end - start),
    })
    const dictionaries = await Promise.all(
      hotDictionaries(decodeFooter(tail)).map(async (range) =>
        range.start >= start
          ? cut(range)
          : { start: range.start, bytes: await store.read(key, range) },
      ),
    )
    return [cut(footer), ...dictionaries]
  } catch (error) {
    if (isQwError(error) && error.kind !== 'internal' && error.kind !== 'unavailable') {
      return undefined
    }
    throw error
  }
}
