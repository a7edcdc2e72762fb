import { QwError } from '../errors.ts'

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { fatal: true })

/** Largest integer that `varint` writes: what a double holds exactly. */
const MAX_VARINT = Number.MAX_SAFE_INTEGER
const TWO_32 = 2 ** 32

/** A growing byte buffer with a cursor at its end. Fixed-width numbers are little-endian. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacityBytes = 256) {
    this.#bytes = new Uint8Array(capacityBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  /** Makes room for `count` more bytes and returns the buffer; write at `length`, then `advance`. */
  reserve(count: number): Uint8Array {
    const needed = this.#length + count
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return this.#bytes
  }

  advance(count: number): void {
    this.#length += count
  }

  /** Forgets everything from `length` on. */
  truncate(length: number): void {
    this.#length = length
  }

  u8(value: number): void {
    this.reserve(1)[this.#length++] = value
  }

  u16(value: number): void {
    this.reserve(2)
    this.#view.setUint16(this.#length, value, true)
    this.#length += 2
  }

  u32(value: number): void {
    this.reserve(4)
    this.#view.setUint32(this.#length, value, true)
    this.#length += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.#length, value, true)
    this.#length += 8
  }

  u64(value: bigint): void {
    this.reserve(8)
    this.#view.setBigUint64(this.#length, value, true)
    this.#length += 8
  }

  i64(value: bigint): void {
    this.reserve(8)
    this.#view.setBigInt64(this.#length, value, true)
    this.#length += 8
  }

  /** Seven bits a byte, lowest first, high bit set on all but the last; integers from 0 to 2^53 - 1. */
  varint(value: number): void {
    if (!(value >= 0 && value <= MAX_VARINT)) {
      throw new QwError('internal', `varint out of range value=${value}`)
    }
    const bytes = this.reserve(8)
    // Most are small.
    if (value < 128) {
      bytes[this.#length++] = value
      return
    }
    let rest = value
    while (rest >= TWO_32) {
      bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    let low = rest >>> 0
    while (low > 127) {
      bytes[this.#length++] = (low & 127) | 128
      low >>>= 7
    }
    bytes[this.#length++] = low
  }

  /** A varint whose lowest bit is the sign: 0, -1, 1, -2… From -2^52 to 2^52 - 1. */
  zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  bytes(source: Uint8Array): void {
    this.reserve(source.length).set(source, this.#length)
    this.#length += source.length
  }

  /** source[start, end); a loop, as they are few. */
  slice(source: Uint8Array, start: number, end: number): void {
    const bytes = this.reserve(end - start)
    let at = this.#length
    for (let i = start; i < end; i++) bytes[at++] = source[i] as number
    this.#length = at
  }

  /** What another one has written, as `slice`. */
  append(other: ByteWriter): void {
    this.slice(other.#bytes, 0, other.#length)
  }

  /** Characters below 128, without a length. */
  ascii(text: string): void {
    const bytes = this.reserve(text.length)
    for (let i = 0; i < text.length; i++) bytes[this.#length++] = text.charCodeAt(i)
  }

  /** UTF-8 with its length in bytes before it. */
  text(value: string): void {
    this.sized(utf8Encoder.encode(value))
  }

  /** Bytes with their count before them. */
  sized(source: Uint8Array): void {
    this.varint(source.length)
    this.bytes(source)
  }

  /** What was written, as a view that the next write may invalidate. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written, as bytes of their own. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

/** Reads what `ByteWriter` wrote. Every method throws `corrupt` instead of reading past the end. */
export class ByteReader {
  readonly source: Uint8Array
  readonly view: DataView
  readonly #what: string
  #offset: number
  #end: number

  /** `what` names the structure in errors. */
  constructor(source: Uint8Array, what: string, offset = 0) {
    this.source = source
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength)
    this.#what = what
    this.#offset = offset
    this.#end = source.length
  }

  /** From here on reads [start, end) of the source alone. */
  moveTo(start: number, end: number): void {
    if (start < 0 || start > end || end > this.source.length) {
      throw this.invalid(`names bytes that are not there start=${start} end=${end}`)
    }
    this.#offset = start
    this.#end = end
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#end - this.#offset
  }

  /** Moves the cursor by `count` and returns where it stood. */
  skip(count: number): number {
    const start = this.#offset
    if (count > this.#end - start) throw this.#truncated(count)
    this.#offset = start + count
    return start
  }

  u8(): number {
    return this.view.getUint8(this.skip(1))
  }

  u16(): number {
    return this.view.getUint16(this.skip(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.skip(4), true)
  }

  f64(): number {
    return this.view.getFloat64(this.skip(8), true)
  }

  u64(): bigint {
    return this.view.getBigUint64(this.skip(8), true)
  }

  i64(): bigint {
    return this.view.getBigInt64(this.skip(8), true)
  }

  varint(): number {
    // Most are small.
    if (this.#offset < this.#end) {
      const first = this.source[this.#offset] as number
      if (first < 128) {
        this.#offset++
        return first
      }
    }
    return this.#longVarint()
  }

  #longVarint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#offset < this.#end ? this.source[this.#offset] : undefined
      if (byte === undefined) throw this.#truncated(1)
      this.#offset++
      value += (byte & 127) * scale
      if (byte < 128) break
      scale *= 128
    }
    if (value > MAX_VARINT) throw this.invalid(`number too large value=${value}`)
    return value
  }

  zigzag(): number {
    const folded = this.varint()
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
  }

  /** A view of the next `count` bytes. */
  bytes(count: number): Uint8Array {
    const start = this.skip(count)
    return this.source.subarray(start, start + count)
  }

  sized(): Uint8Array {
    return this.bytes(this.varint())
  }

  text(): string {
    const bytes = this.sized()
    try {
      return utf8Decoder.decode(bytes)
    } catch (cause) {
      throw new QwError('corrupt', `${this.#what} holds a text that is not UTF-8`, { cause })
    }
  }

  /** Content that the writer never makes. */
  invalid(reason: string): QwError {
    return new QwError('corrupt', `${this.#what} is damaged: ${reason} offset=${this.#offset}`)
  }

  #truncated(wanted: number): QwError {
    return this.invalid(`ends too early wanted=${wanted} available=${this.remaining}`)
  }
}
