import type { Clock, ObjectStore } from '../engine/ports.ts'

export interface PollingSettings {
  readonly clock: Clock
  /** How long an answer stays good; 0: every read asks. */
  readonly intervalMs: number
}

/**
 * Confirms a version that its reader holds without asking the store, until the last answer about that
 * key is older than the interval: so a warm searcher reads the metastore once a minute and not once a
 * query. What does not exist is asked for every time, so that a first file is found at once. Keeps no
 * bytes. Other reads and all writes pass through.
 */
export function pollingStore(inner: ObjectStore, settings: PollingSettings): ObjectStore {
  const { clock, intervalMs } = settings
  const confirmed = new Map<string, { readonly etag: string; readonly atMs: number }>()
  return {
    ...inner,
    async get(key, options = {}) {
      const known = confirmed.get(key)
      const { ifNoneMatch } = options
      const isFresh = known !== undefined && clock.nowMs() < known.atMs + intervalMs
      if (isFresh && known.etag === ifNoneMatch) return undefined
      const atMs = clock.nowMs()
      const object = await inner.get(key, options)
      const etag = object?.etag ?? ifNoneMatch
      if (etag !== undefined) confirmed.set(key, { etag, atMs })
      return object
    },
  }
}
