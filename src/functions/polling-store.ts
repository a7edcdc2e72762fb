import type { Clock, ObjectStore } from '../engine/ports.ts'

interface PollingSettings {
  readonly clock: Clock
  /** How long an answer stays good at most; 0: every read asks. */
  readonly intervalMs: number
}

interface Confirmed {
  readonly etag: string
  /** When it was written, where the store told. */
  readonly modifiedMs: number | undefined
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

/** How long a version counts as seen to stay for what the store says of its age: the same question again,
 *  or the next one of a dashboard, need not ask, and what is indexed meanwhile is found a moment later. */
const KNOWN_AGE_MS = 5_000

/**
 * Confirms a version that its reader holds without asking the store, so that a warm searcher reads the
 * metastore once a minute and not once a query. An answer stays good for as long as that version has
 * been seen to stay, up to the interval: what has just changed, such as an index a moment after it was
 * created, is likely to change again. That costs seven reads more per change, whatever the number of
 * queries. A version that was written some seconds ago or earlier counts as seen to stay for five.
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
        const { lastSeenMs, firstSeenMs, modifiedMs = lastSeenMs } = known
        const ageMs = Math.min(lastSeenMs - modifiedMs, KNOWN_AGE_MS)
        const steadyMs = Math.max(lastSeenMs - firstSeenMs, ageMs)
        if (nowMs < lastSeenMs + Math.min(intervalMs, steadyMs)) return undefined
      }
      const object = await inner.get(key, options)
      const etag = object?.etag ?? ifNoneMatch
      if (etag !== undefined) {
        const same = known?.etag === etag ? known : undefined
        versions.set(key, {
          etag,
          modifiedMs: object?.modifiedMs ?? same?.modifiedMs,
          firstSeenMs: same?.firstSeenMs ?? nowMs,
          lastSeenMs: nowMs,
        })
      }
      return object
    },
  }
}
