// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { GrowableUint32 } from './growable.ts'
import { roomFor } from './large-memory.ts'

const encoder = new TextEncoder()
/** Below this many strings insertion is faster than counting 257 buckets. */
const INSERTION_COUNT = 32

/** The bytes [start, end) of `source`; one such object serves many byte strings, one after the other. */
export interface ByteSlice {
  source: Uint8Array
  start: number
  end: number
}

/** Byte strings as a value. */
export interface PackedStrings {
  /** One after the other. */
  readonly bytes: Uint8Array
  /** Where each ends. */
  readonly ends: Uint32Array
}

/** Byte strings one after the other in one buffer, numbered from 0. */
export class ByteStrings {
  #bytes: Uint8Array
  #size: number
  readonly #ends: GrowableUint32

  constructor(packed?: PackedStrings) {
    this.#bytes = packed?.bytes ?? new Uint8Array(1024)
    this.#size = packed?.bytes.length ?? 0
    this.#ends = new GrowableUint32(packed?.ends)
  }

  /** Views of what is here. */
  packed(): PackedStrings {
    return { bytes: this.#bytes.subarray(0, this.#size), ends: this.#ends.view() }
  }

  get count(): number {
    return this.#ends.length
  }

  /** Of all strings together. */
  get sizeBytes(): number {
    return this.#size
  }

  get memoryBytes(): number {
    return this.#size + this.#ends.memoryBytes
  }

  /** Appends the UTF-8 bytes of `text` and returns their number. */
  addText(text: string): number {
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(text.length * 3)
    const bytes = this.#bytes
    const start = this.#size
    let i = 0
    for (; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) break
      bytes[start + i] = unit
    }
    let end = start + i
    if (i < text.length) end += encoder.encodeInto(text.slice(i), bytes.subarray(end)).written
    return this.#close(end)
  }

  /** As `addText`, of source[start, end). */
  addSlice(source: Uint8Array, start: number, end: number): number {
    this.#reserve(end - start)
    let size = this.#size
    // Most are short, and a loop makes no view.
    for (let i = start; i < end; i++) this.#bytes[size++] = source[i] as number
    return this.#close(size)
  }

  #close(end: number): number {
    this.#size = end
    this.#ends.push(end)
    return this.#ends.length - 1
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#bytes.length) return
    const grown = new Uint8Array(roomFor(Math.max(this.#bytes.length * 2, this.#size + count)))
    grown.set(this.#bytes.subarray(0, this.#size))
    this.#bytes = grown
  }

  /** A view. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(this.#startOf(index), this.#ends.at(index))
  }

  /** As `at`, of which no object is made. */
  sliceTo(slice: ByteSlice, index: number): void {
    slice.source = this.#bytes
    slice.start = this.#startOf(index)
    slice.end = this.#ends.at(index)
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : this.#ends.at(index - 1)
  }

  /** Whether the string is source[start, end). */
  // oxlint-disable-next-line max-params -- the inner loop of indexing: an object per token would cost
  isSlice(index: number, source: Uint8Array, start: number, end: number): boolean {
    const bytes = this.#bytes
    let at = this.#startOf(index)
    if (this.#ends.at(index) - at !== end - start) return false
    for (let i = start; i < end; i++) if (bytes[at++] !== source[i]) return false
    return true
  }

  /** The numbers of the strings in byte order. */
  sorted(): Uint32Array {
    return sortByteStrings(this.#bytes, this.#ends.view())
  }
}

/** Radix sort from the first byte on: strings of one range share `depth` bytes. */
function sortByteStrings(bytes: Uint8Array, ends: Uint32Array): Uint32Array {
  const order = new Uint32Array(ends.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  const sorter: Sorter = {
    bytes,
    ends,
    order,
    spare: new Uint32Array(order.length),
    keys: new Uint16Array(order.length),
  }
  const pending: Range[] = [{ start: 0, end: order.length, depth: 0 }]
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    if (range.end - range.start <= INSERTION_COUNT) insertionSort(sorter, range)
    else splitByByte(sorter, range, pending)
  }
  return order
}

interface Sorter {
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
  readonly order: Uint32Array
  readonly spare: Uint32Array
  readonly keys: Uint16Array
}

interface Range {
  readonly start: number
  readonly end: number
  readonly depth: number
}

const bucketEnds = new Uint32Array(257)

/** Stably orders the range by the byte at its depth and leaves the buckets to be sorted. */
function splitByByte(sorter: Sorter, { start, end, depth }: Range, pending: Range[]): void {
  const { bytes, ends, order, spare, keys } = sorter
  bucketEnds.fill(0)
  for (let i = start; i < end; i++) {
    const string = order[i] as number
    const at = (string === 0 ? 0 : (ends[string - 1] as number)) + depth
    // Bucket 0: the string ends here.
    const key = at < (ends[string] as number) ? (bytes[at] as number) + 1 : 0
    keys[i] = key
    bucketEnds[key] = (bucketEnds[key] as number) + 1
  }
  let from = start
  for (let key = 0; key < 257; key++) {
    const count = bucketEnds[key] as number
    if (count > 1 && key > 0) pending.push({ start: from, end: from + count, depth: depth + 1 })
    bucketEnds[key] = from
    from += count
  }
  for (let i = start; i < end; i++) {
    const key = keys[i] as number
    const to = bucketEnds[key] as number
    spare[to] = order[i] as number
    bucketEnds[key] = to + 1
  }
  order.set(spare.subarray(start, end), start)
}

function insertionSort(sorter: Sorter, { start, end, depth }: Range): void {
  const { order } = sorter
  for (let i = start + 1; i < end; i++) {
    const string = order[i] as number
    let to = i
    while (to > start && isBefore(sorter, string, order[to - 1] as number, depth)) {
      order[to] = order[to - 1] as number
      to--
    }
    order[to] = string
  }
}

function isBefore({ bytes, ends }: Sorter, a: number, b: number, depth: number): boolean {
  let atA = (a === 0 ? 0 : (ends[a - 1] as number)) + depth
  let atB = (b === 0 ? 0 : (ends[b - 1] as number)) + depth
  const endA = ends[a] as number
  const endB = ends[b] as number
  while (atA < endA && atB < endB) {
    const difference = (bytes[atA++] as number) - (bytes[atB++] as number)
    if (difference !== 0) return difference < 0
  }
  return atA === endA && atB < endB
}
