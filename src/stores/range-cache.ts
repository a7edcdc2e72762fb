import type { ByteRange, StoredObject } from '../engine/ports.ts'

/** Bookkeeping per entry, a round guess: without it, endless tiny ranges would cost nothing. */
const ENTRY_OVERHEAD_BYTES = 256

interface Segment {
  readonly key: string
  readonly start: number
  readonly bytes: Uint8Array
  /** Set when the segment is the whole object. */
  readonly etag: string | undefined
}

/** Byte ranges of objects, the least recently used dropped first once `limitBytes` is passed. */
export class RangeCache {
  /** In order of last use: a Set keeps the order of insertion. */
  readonly #byUse = new Set<Segment>()
  readonly #byKey = new Map<string, Segment[]>()
  readonly #limitBytes: number
  #sizeBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** A view of the cached bytes, when one segment covers the whole range. */
  find(key: string, range: ByteRange): Uint8Array | undefined {
    // A backward range is for the store to refuse.
    if (range.end < range.start) return undefined
    const covering = this.#byKey
      .get(key)
      ?.find(({ start, bytes }) => start <= range.start && range.end <= start + bytes.byteLength)
    if (covering === undefined) return undefined
    this.#touch(covering)
    return covering.bytes.subarray(range.start - covering.start, range.end - covering.start)
  }

  findWhole(key: string): StoredObject | undefined {
    for (const segment of this.#byKey.get(key) ?? []) {
      if (segment.etag === undefined) continue
      this.#touch(segment)
      return { bytes: segment.bytes, etag: segment.etag }
    }
    return undefined
  }

  addRange(key: string, start: number, bytes: Uint8Array): void {
    this.#add({ key, start, bytes, etag: undefined })
  }

  addWhole(key: string, object: StoredObject): void {
    this.#add({ key, start: 0, bytes: object.bytes, etag: object.etag })
  }

  drop(key: string): void {
    for (const segment of this.#byKey.get(key) ?? []) this.#forget(segment)
  }

  #add(segment: Segment): void {
    if (costOf(segment) > this.#limitBytes) return
    for (const old of this.#byKey.get(segment.key) ?? []) {
      if (old.etag === undefined && covers(segment, old)) this.#forget(old)
      else if (segment.etag !== undefined && old.etag !== undefined) this.#forget(old)
    }
    this.#byKey.set(segment.key, [...(this.#byKey.get(segment.key) ?? []), segment])
    this.#byUse.add(segment)
    this.#sizeBytes += costOf(segment)
    for (const oldest of this.#byUse) {
      if (this.#sizeBytes <= this.#limitBytes) break
      this.#forget(oldest)
    }
  }

  #touch(segment: Segment): void {
    this.#byUse.delete(segment)
    this.#byUse.add(segment)
  }

  #forget(segment: Segment): void {
    if (!this.#byUse.delete(segment)) return
    this.#sizeBytes -= costOf(segment)
    const rest = this.#byKey.get(segment.key)?.filter((other) => other !== segment) ?? []
    if (rest.length === 0) this.#byKey.delete(segment.key)
    else this.#byKey.set(segment.key, rest)
  }
}

function costOf({ key, bytes }: Segment): number {
  return bytes.byteLength + 2 * key.length + ENTRY_OVERHEAD_BYTES
}

function covers(outer: Segment, inner: Segment): boolean {
  const outerEnd = outer.start + outer.bytes.byteLength
  return outer.start <= inner.start && inner.start + inner.bytes.byteLength <= outerEnd
}
