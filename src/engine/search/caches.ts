/** Byte limits of what one process keeps between searches. */
export interface SearchCacheLimits {
  /** Decoded footers. */
  readonly footerBytes: number
  /** Whole small splits, dictionary blocks and postings as read. */
  readonly blockBytes: number
  /** Decoded columns and fieldnorms. */
  readonly columnBytes: number
  /** Partial results of single splits; 0 turns that cache off. */
  readonly partialResultBytes: number
}

export const DEFAULT_SEARCH_CACHE_LIMITS: SearchCacheLimits = {
  footerBytes: 64 << 20,
  blockBytes: 128 << 20,
  columnBytes: 512 << 20,
  partialResultBytes: 64 << 20,
}

/**
 * Values by key within a byte limit; the least recently used go first. Splits are immutable, so
 * nothing here ever needs to be invalidated.
 */
export class ByteLru<Value> {
  readonly #limitBytes: number
  readonly #entries = new Map<string, { readonly value: Value; readonly sizeBytes: number }>()
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
    // A Map keeps insertion order: re-inserting makes the entry the youngest.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
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
    this.#entries.set(key, { value, sizeBytes })
    this.#usedBytes += sizeBytes
    for (const [oldest, entry] of this.#entries) {
      if (this.#usedBytes <= this.#limitBytes) break
      this.#entries.delete(oldest)
      this.#usedBytes -= entry.sizeBytes
    }
  }
}

/** Everything a process keeps between searches: make one, pass it with every request. */
export class SearchCaches {
  readonly limits: SearchCacheLimits

  constructor(limits: SearchCacheLimits = DEFAULT_SEARCH_CACHE_LIMITS) {
    this.limits = limits
  }
}
