import type { Clock, ObjectStore } from '../engine/ports.ts'

interface PollingSettings {
  readonly clock: Clock
  /** How long an answer stays good at most; 0: every read asks. */
  readonly intervalMs: number
}

interface Confirmed {
  readonly etag: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

/**
 * Confirms a version that its reader holds without asking the store, so that a warm searcher reads the
 * metastore once a minute and not once a query. An answer stays good for as long as that version has
 * been seen to stay, up to the interval: what has just changed, such as an index a moment after it was
 * created, is likely to change again. That costs seven reads more per change, whatever the number of
 * queries.
 *
 * What does not exist is asked for every time. Keeps no bytes. Other reads and writes pass through.
 */
export function pollingStore(inner: ObjectStore, settings: PollingSettings): ObjectStore {
  const { clock, intervalMs } = settings
  const versions = new Map<string, Confirmed>()
  return {
    ...inner,
    async get(key, options = {}) {
      const known = versions.get(key)
      const { ifNoneMatch } = options
      const nowMs = clock.nowMs()
      if (known !== undefined && known.etag === ifNoneMatch) {
        const steadyMs = known.lastSeenMs - known.firstSeenMs
        if (nowMs < known.lastSeenMs + Math.min(intervalMs, steadyMs)) return undefined
      }
      const object = await inner.get(key, options)
      const etag = object?.etag ?? ifNoneMatch
      if (etag !== undefined) {
        const firstSeenMs = known?.etag === etag ? known.firstSeenMs : nowMs
        versions.set(key, { etag, firstSeenMs, lastSeenMs: nowMs })
      }
      return object
    },
  }
}
