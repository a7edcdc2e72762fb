import { isQwError } from './errors.ts'

/** What the engine needs from the world. Adapters implement these; wrappers (counting, latency,
 *  faulty, caching, retrying) implement them over another instance. */

/** Bytes [start, end) of an object. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface ObjectInfo {
  readonly key: string
  readonly sizeBytes: number
  /** Changes with every write of the key, also when the bytes are the same or not: opaque. */
  readonly etag: string
  readonly modifiedMs: number
}

interface StoredObject {
  readonly bytes: Uint8Array
  readonly etag: string
  /** Where the store tells it along with the bytes. */
  readonly modifiedMs?: number | undefined
}

/** What an object will hold: its bytes, or pieces of them that follow each other, so that what is large need
 *  not be copied together. They do not change before the put settles. */
export type ObjectBody = Uint8Array | readonly Uint8Array[]

export type PutCondition =
  | { readonly kind: 'always' }
  /** Create only: `conflict` when the key exists. */
  | { readonly kind: 'ifAbsent' }
  /** Replace exactly this version: `conflict` when it changed or is gone. */
  | { readonly kind: 'ifMatch'; readonly etag: string }

/** Keys are `/`-separated, relative to the store's root, with no leading slash.
 *  Every method rejects with `unavailable` on a passing fault and with the signal's reason when aborted. */
export interface ObjectStore {
  /** The whole object; `undefined` when its ETag still equals `ifNoneMatch`. Throws `notFound`. */
  get(key: string, options?: GetOptions): Promise<StoredObject | undefined>
  /** Exactly the bytes of [start, end). Throws `notFound`; `invalid` when end is past the object. */
  read(key: string, range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>
  /** Throws `notFound`. */
  head(key: string, signal?: AbortSignal): Promise<ObjectInfo>
  /** Atomic: readers see the old object or the new one. Throws `conflict` when the condition was judged
   *  and failed; the object is then untouched. `unavailable` says nothing about the object: the put may
   *  have happened or not. A `conflict` may come from an own put whose answer was lost: `storedAs` tells. */
  put(key: string, body: ObjectBody, options: PutOptions): Promise<ObjectInfo>
  /** Every object whose key starts with `prefix`, in ascending byte order of keys. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectInfo>
  /** Deleting an absent key succeeds. */
  delete(key: string, signal?: AbortSignal): Promise<void>
}

interface GetOptions {
  readonly ifNoneMatch?: string
  readonly signal?: AbortSignal | undefined
}

export interface PutOptions {
  readonly condition: PutCondition
  readonly signal?: AbortSignal | undefined
}

/** The whole object; undefined when there is none. */
export async function getIfThere(
  store: ObjectStore,
  key: string,
  signal?: AbortSignal,
): Promise<StoredObject | undefined> {
  try {
    return await store.get(key, { signal })
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

/**
 * The object at `key` when it holds exactly these bytes, which after a conflict means that an own put
 * went through and its answer was lost. Costs a HEAD, and a GET when the length is right. Bytes rather
 * than a checksum: docs/decisions/0017. Only right for bodies that carry something unique to the
 * writer, such as a random id.
 */
export async function storedAs(
  store: ObjectStore,
  key: string,
  body: ObjectBody,
): Promise<ObjectInfo | undefined> {
  try {
    // Facts first: if the object is replaced in between, the ETags differ.
    const info = await store.head(key)
    if (info.sizeBytes !== bodySize(body)) return undefined
    const stored = await store.get(key)
    return stored?.etag === info.etag && holdsExactly(stored.bytes, body) ? info : undefined
  } catch (error) {
    if (isQwError(error, 'notFound')) return undefined
    throw error
  }
}

export function bodySize(body: ObjectBody): number {
  return piecesOf(body).reduce((sum, piece) => sum + piece.length, 0)
}

/** Bytes [start, end) of a body, all of it unless given: a view where they lie in one piece, else a copy. */
export function bodyBytes(
  body: ObjectBody,
  { start, end }: ByteRange = { start: 0, end: bodySize(body) },
): Uint8Array {
  const cuts: Uint8Array[] = []
  let pieceStart = 0
  for (const piece of piecesOf(body)) {
    const cut = piece.subarray(Math.max(0, start - pieceStart), Math.max(0, end - pieceStart))
    if (cut.length > 0) cuts.push(cut)
    pieceStart += piece.length
  }
  const [only] = cuts
  if (only !== undefined && cuts.length === 1) return only
  const bytes = new Uint8Array(cuts.reduce((sum, cut) => sum + cut.length, 0))
  let at = 0
  for (const cut of cuts) {
    bytes.set(cut, at)
    at += cut.length
  }
  return bytes
}

function piecesOf(body: ObjectBody): readonly Uint8Array[] {
  return body instanceof Uint8Array ? [body] : body
}

function holdsExactly(bytes: Uint8Array, body: ObjectBody): boolean {
  let at = 0
  return piecesOf(body).every((piece) => {
    const part = bytes.subarray(at, at + piece.length)
    at += piece.length
    return Buffer.compare(part, piece) === 0
  })
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array
}
