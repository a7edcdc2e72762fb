import { QwError } from '../engine/errors.ts'
import {
  bodyBytes,
  bodySize,
  type Clock,
  type ObjectInfo,
  type ObjectStore,
  type PutCondition,
} from '../engine/ports.ts'
import { assertRange } from './byte-range.ts'
import { assertKey, compareKeys } from './object-key.ts'
import { systemClock } from './system-clock.ts'

interface Entry {
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

/** A store that lives as long as its variable. Bytes are copied in and out, as over a network. */
export function memoryStore(clock: Clock = systemClock): ObjectStore {
  const entries = new Map<string, Entry>()
  let writes = 0

  function entryAt(key: string, signal: AbortSignal | undefined): Entry {
    signal?.throwIfAborted()
    assertKey(key)
    const entry = entries.get(key)
    if (entry === undefined) throw new QwError('notFound', `no object at key ${key}`)
    return entry
  }

  return {
    async get(key, options = {}) {
      const { info, bytes } = entryAt(key, options.signal)
      if (info.etag === options.ifNoneMatch) return undefined
      return { bytes: bytes.slice(), etag: info.etag }
    },
    async read(key, range, signal) {
      const { info, bytes } = entryAt(key, signal)
      assertRange(key, range, info.sizeBytes)
      return bytes.slice(range.start, range.end)
    },
    async head(key, signal) {
      return entryAt(key, signal).info
    },
    async put(key, body, { condition, signal }) {
      signal?.throwIfAborted()
      assertKey(key)
      assertCondition(key, condition, entries.get(key)?.info.etag)
      writes++
      const info = {
        key,
        sizeBytes: bodySize(body),
        etag: `m${writes}`,
        modifiedMs: clock.nowMs(),
      }
      // Not `slice`: on a Buffer that would be a view of the caller's bytes.
      entries.set(key, { info, bytes: new Uint8Array(bodyBytes(body)) })
      return info
    },
    async *list(prefix, signal) {
      signal?.throwIfAborted()
      const keys = [...entries.keys()].filter((key) => key.startsWith(prefix)).toSorted(compareKeys)
      for (const key of keys) {
        signal?.throwIfAborted()
        const entry = entries.get(key)
        if (entry !== undefined) yield entry.info
      }
    },
    async delete(key, signal) {
      signal?.throwIfAborted()
      assertKey(key)
      entries.delete(key)
    },
  }
}

function assertCondition(key: string, condition: PutCondition, etag: string | undefined): void {
  switch (condition.kind) {
    case 'always':
      return
    case 'ifAbsent':
      if (etag !== undefined) throw new QwError('conflict', `object ${key} already exists`)
      return
    case 'ifMatch':
      if (etag !== condition.etag) {
        throw new QwError(
          'conflict',
          `object ${key} changed expected=${condition.etag} actual=${etag ?? 'absent'}`,
        )
      }
  }
}
