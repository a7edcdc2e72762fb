import type { ByteRange, ObjectStore } from '../engine/ports.ts'

interface StoreRequest {
  readonly verb: 'get' | 'read' | 'head' | 'put' | 'list' | 'delete'
  /** The prefix for `list`. */
  readonly key: string
  readonly range: ByteRange | undefined
  /** Bytes of content moved; 0 for head, list, delete, a failed request and one still in flight. */
  readonly bytes: number
  /** Positions in the order of all starts and ends; `ended` is Infinity while in flight. */
  readonly started: number
  readonly ended: number
}

export interface CountingStore extends ObjectStore {
  /** Every request since the last `reset`, in order of starting. */
  readonly requests: readonly StoreRequest[]
  reset(): void
}

type OpenRequest = { -readonly [K in keyof StoreRequest]: StoreRequest[K] }

/** Records what is asked of `inner`. A listing is one request however many objects it yields. */
export function countingStore(inner: ObjectStore): CountingStore {
  const requests: OpenRequest[] = []
  let position = 0

  function begin(verb: StoreRequest['verb'], key: string, range?: ByteRange): OpenRequest {
    const request = { verb, key, range, bytes: 0, started: position++, ended: Infinity }
    requests.push(request)
    return request
  }

  async function count<T>(
    request: OpenRequest,
    result: Promise<T>,
    bytesOf: (value: T) => number,
  ): Promise<T> {
    try {
      const value = await result
      request.bytes = bytesOf(value)
      return value
    } finally {
      request.ended = position++
    }
  }

  return {
    requests,
    reset() {
      requests.length = 0
    },
    get: (key, options) =>
      count(begin('get', key), inner.get(key, options), (object) => object?.bytes.byteLength ?? 0),
    read: (key, range, signal) =>
      count(begin('read', key, range), inner.read(key, range, signal), (bytes) => bytes.byteLength),
    head: (key, signal) => count(begin('head', key), inner.head(key, signal), () => 0),
    put: (key, body, options) =>
      count(begin('put', key), inner.put(key, body, options), (info) => info.sizeBytes),
    delete: (key, signal) => count(begin('delete', key), inner.delete(key, signal), () => 0),
    async *list(prefix, signal) {
      const request = begin('list', prefix)
      try {
        yield* inner.list(prefix, signal)
      } finally {
        request.ended = position++
      }
    },
  }
}

/**
 * How many times somebody had to wait for one answer before asking the next question: the longest
 * chain of reads (get, read, head, list) in which each began after the one before had ended. Reads
 * in flight at the same time are one round. Over a store that answers at once, reads meant to be
 * parallel may miss one another: put a latency store underneath.
 */
export function readRounds(requests: readonly StoreRequest[]): number {
  const reads = requests.filter(({ verb }) => verb !== 'put' && verb !== 'delete')
  const events = reads
    .flatMap((read) => [
      { at: read.started, read, isStart: true },
      { at: read.ended, read, isStart: false },
    ])
    .filter(({ at }) => Number.isFinite(at))
    .toSorted((a, b) => a.at - b.at)
  const depths = new Map<StoreRequest, number>()
  let deepestEnded = 0
  let deepest = 0
  for (const { read, isStart } of events) {
    if (isStart) {
      depths.set(read, deepestEnded + 1)
      deepest = Math.max(deepest, deepestEnded + 1)
    } else {
      deepestEnded = Math.max(deepestEnded, depths.get(read) ?? 0)
    }
  }
  return deepest
}
