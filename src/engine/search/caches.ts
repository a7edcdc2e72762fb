import { publishedSplits, type IndexFile } from '../metastore/index-metadata.ts'
import { ULID_CHARS } from '../metastore/ulid.ts'
import type { KnownHotCache } from './hot-splits.ts'
import { SharedFlights } from './shared-flights.ts'
import type { OpenedBlock } from '../split/doc-store.ts'
import type { Part, PartValues } from './needs.ts'

/** Byte limits of what one process keeps between searches. */
interface SearchCacheLimits {
  /** Parts of splits as decoded: footers, dictionary blocks, posting lists, columns, whole small splits. */
  readonly partBytes: number
  /** Stored documents that were hits. */
  readonly docBytes: number
  /** Document blocks as unpacked: the next page, or another search, often finds its hits there. */
  readonly openedBlockBytes: number
  /** Answers of single splits; 0 keeps none. */
  readonly partialResultBytes: number
}

/** A share of the default, for a process that shares its memory with others. */
export function cacheLimits(share = 1): SearchCacheLimits {
  const { partBytes, docBytes, openedBlockBytes, partialResultBytes } = DEFAULT_SEARCH_CACHE_LIMITS
  return {
    partBytes: partBytes * share,
    docBytes: docBytes * share,
    openedBlockBytes: openedBlockBytes * share,
    partialResultBytes: partialResultBytes * share,
  }
}

export const DEFAULT_SEARCH_CACHE_LIMITS: SearchCacheLimits = {
  partBytes: 720 << 20,
  docBytes: 16 << 20,
  openedBlockBytes: 32 << 20,
  partialResultBytes: 64 << 20,
}

/** Hot caches as they were read, 12 MB at most of each index. */
const HOT_BYTES = 32 << 20

/** Everything a process keeps between searches: make one, pass it with every request. Splits never
 *  change, so nothing in here is ever wrong; keys start with the index and the id of the split. */
export class SearchCaches {
  /** By split and need, `fetch.ts`. */
  readonly parts: ByteLru<PartValues[Part]>
  /** Stored documents that were hits. */
  readonly docs: ByteLru<Uint8Array>
  /** By split and need. */
  readonly openedBlocks: ByteLru<OpenedBlock>
  /** By leaf-cache.ts. */
  readonly partialResults: ByteLru<unknown>
  /** By index id. */
  readonly hot = new ByteLru<KnownHotCache>(HOT_BYTES)
  readonly hotReads = new SharedFlights<KnownHotCache>()
  /** Reads of splits that are under way. */
  readonly reads = new SharedFlights<Uint8Array>()
  /** By index id, as its file was when it was last looked at. */
  readonly #published = new Map<string, Published>()

  constructor(limits: SearchCacheLimits = DEFAULT_SEARCH_CACHE_LIMITS) {
    this.parts = new ByteLru(limits.partBytes)
    this.docs = new ByteLru(limits.docBytes)
    this.openedBlocks = new ByteLru(limits.openedBlockBytes)
    this.partialResults = new ByteLru(limits.partialResultBytes)
  }

  /** Drops what is kept of splits that the index had when it was last given here and has no more: their
   *  documents are found in the split that replaced them. */
  dropReplaced(file: IndexFile): void {
    const { indexId } = file.metadata.config
    const before = this.#published.get(indexId)
    if (before?.splits === file.splits) return
    const splitIds = new Set(publishedSplits(file).map(({ splitId }) => splitId))
    this.#published.set(indexId, { splits: file.splits, splitIds })
    const replaced = [...(before?.splitIds ?? [])].filter((splitId) => !splitIds.has(splitId))
    if (replaced.length === 0) return
    const prefixes = new Set(replaced.map((splitId) => `${indexId}/${splitId}`))
    const isReplaced = (key: string): boolean =>
      prefixes.has(key.slice(0, indexId.length + 1 + ULID_CHARS))
    const { parts, docs, openedBlocks, partialResults } = this
    for (const cache of [parts, docs, openedBlocks, partialResults]) cache.dropWhere(isReplaced)
  }
}

interface Published {
  readonly splits: IndexFile['splits']
  readonly splitIds: ReadonlySet<string>
}

/** What stays of a full cache, as a share of its limit. */
const ROOM_SHARE = 7 / 8

interface CacheEntry<Value> {
  readonly value: Value
  readonly sizeBytes: number
  /** Asked for since it was last looked at for room. */
  wasUsed: boolean
}

/**
 * Values by key within a byte limit; those go first that have not been asked for lately. Being asked
 * for leaves a mark and moves nothing: a Map keeps the place of each entry deleted, so that moving a
 * hot key to the end every time makes each lookup of it walk over thousands of those.
 */
export class ByteLru<Value> {
  readonly #limitBytes: number
  readonly #entries = new Map<string, CacheEntry<Value>>()
  #usedBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.wasUsed = true
    return entry.value
  }

  /** Keeps `value` unless it alone is over the limit. */
  set(key: string, value: Value, sizeBytes: number): void {
    const old = this.#entries.get(key)
    if (old !== undefined) {
      this.#entries.delete(key)
      this.#usedBytes -= old.sizeBytes
    }
    if (sizeBytes > this.#limitBytes) return
    this.#entries.set(key, { value, sizeBytes, wasUsed: false })
    this.#usedBytes += sizeBytes
    if (this.#usedBytes > this.#limitBytes) this.#makeRoom()
  }

  dropWhere(isDropped: (key: string) => boolean): void {
    for (const [key, { sizeBytes }] of this.#entries) {
      if (!isDropped(key)) continue
      this.#entries.delete(key)
      this.#usedBytes -= sizeBytes
    }
  }

  /** From the oldest on; one with a mark loses it and becomes the youngest. */
  #makeRoom(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#usedBytes <= this.#limitBytes * ROOM_SHARE) break
      this.#entries.delete(key)
      if (entry.wasUsed) {
        entry.wasUsed = false
        this.#entries.set(key, entry)
      } else this.#usedBytes -= entry.sizeBytes
    }
  }
}
