import { QwError } from '../engine/errors.ts'
import type { ByteRange, ObjectStore, StoredObject } from '../engine/ports.ts'
import { RangeCache } from './range-cache.ts'
import { SharedFlights } from './shared-flights.ts'

interface CacheSettings {
  /** Content and bookkeeping together. */
  readonly limitBytes: number
  /** Larger objects are not kept by `get`; their ranges are by `read`. */
  readonly wholeObjectBytesMax: number
  /** Whether the bytes under a key never change: true for all but the metastore files. */
  readonly isImmutable: (key: string) => boolean
}

/**
 * Keeps what was read of immutable objects: a range is answered when one earlier read covers it.
 * Other keys pass through, save that `get` keeps the last version and has it confirmed by ETag on
 * every call. Identical reads in flight are sent once.
 *
 * Bytes are shared with the cache, as copying would cost more than finding them: callers must not
 * change them, and must respect `byteOffset`, as they may be a view into a larger buffer.
 */
export function cachingStore(inner: ObjectStore, settings: CacheSettings): ObjectStore {
  const { isImmutable } = settings
  const cache = new RangeCache(settings.limitBytes)
  const immutable = immutableReads(inner, settings, cache)
  const getMutable = confirmedGet(inner, settings, cache)

  /** Around every write through this store, so that it reads its own writes. */
  function forget(key: string): void {
    cache.drop(key)
    immutable.forget(key)
  }

  return {
    async get(key, { ifNoneMatch, signal } = {}) {
      signal?.throwIfAborted()
      const object = await (isImmutable(key) ? immutable.get(key, signal) : getMutable(key, signal))
      return object.etag === ifNoneMatch ? undefined : object
    },
    async read(key, range, signal) {
      signal?.throwIfAborted()
      return isImmutable(key) ? immutable.read(key, range, signal) : inner.read(key, range, signal)
    },
    head: (key, signal) => inner.head(key, signal),
    list: (prefix, signal) => inner.list(prefix, signal),
    async put(key, body, options) {
      forget(key)
      try {
        return await inner.put(key, body, options)
      } finally {
        forget(key)
      }
    },
    async delete(key, signal) {
      forget(key)
      try {
        await inner.delete(key, signal)
      } finally {
        forget(key)
      }
    },
  }
}

interface ImmutableReads {
  get(key: string, signal: AbortSignal | undefined): Promise<StoredObject>
  read(key: string, range: ByteRange, signal: AbortSignal | undefined): Promise<Uint8Array>
  /** Keeps what is in flight now from being shared or cached. */
  forget(key: string): void
}

function immutableReads(
  inner: ObjectStore,
  settings: CacheSettings,
  cache: RangeCache,
): ImmutableReads {
  const reads = new SharedFlights<Uint8Array>()
  const gets = new SharedFlights<StoredObject>()
  return {
    async get(key, signal) {
      const known = cache.findWhole(key)
      if (known !== undefined) return known
      return gets.run({ key, id: '' }, signal, async (shared, isCurrent) => {
        const object = await getAnyway(inner, key, shared)
        if (isCurrent() && isKeptWhole(object, settings)) cache.addWhole(key, object)
        return object
      })
    },
    async read(key, range, signal) {
      const known = cache.find(key, range)
      if (known !== undefined) return known
      const id = `${range.start}-${range.end}`
      return reads.run({ key, id }, signal, async (shared, isCurrent) => {
        const bytes = await inner.read(key, range, shared)
        if (isCurrent()) cache.addRange(key, range.start, bytes)
        return bytes
      })
    },
    forget(key) {
      reads.forget(key)
      gets.forget(key)
    },
  }
}

/** Gets of mutable objects. Never shared with a request in flight: that one may have been answered
 *  before a write which the caller already knows of. */
function confirmedGet(
  inner: ObjectStore,
  settings: CacheSettings,
  cache: RangeCache,
): (key: string, signal: AbortSignal | undefined) => Promise<StoredObject> {
  return async (key, signal) => {
    const known = cache.findWhole(key)
    const object =
      known === undefined
        ? await getAnyway(inner, key, signal)
        : ((await inner.get(key, { ifNoneMatch: known.etag, signal })) ?? known)
    if (isKeptWhole(object, settings)) cache.addWhole(key, object)
    return object
  }
}

function isKeptWhole({ bytes }: StoredObject, { wholeObjectBytesMax }: CacheSettings): boolean {
  return bytes.byteLength <= wholeObjectBytesMax
}

async function getAnyway(
  inner: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const object = await inner.get(key, { signal })
  if (object !== undefined) return object
  throw new QwError('internal', `get of ${key} without ETag was answered as unchanged`)
}
