// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from './cursor.ts'

/** Numbers of equal width in one little-endian bit stream: value i has bits [i * width, (i + 1) * width),
 *  bit k of the stream being bit k % 8 of byte k / 8. Unused bits of the last byte are 0. */
export function packedBytes(count: number, width: number): number {
  return Math.ceil((count * width) / 8)
}

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array | readonly number[]

/** Appends values [start, end), each below 2^width; `width` is 0 to 32. */
export function packBits(
  values: Numbers,
  range: { readonly start: number; readonly end: number },
  width: number,
  out: ByteWriter,
): void {
  if (width === 0) return
  const bytes = out.reserve(packedBytes(range.end - range.start, width) + 4)
  const from = out.length
  let at = from
  let word = 0
  let used = 0
  for (let i = range.start; i < range.end; i++) {
    const value = values[i] as number
    word |= value << used
    used += width
    if (used >= 32) {
      bytes[at] = word
      bytes[at + 1] = word >>> 8
      bytes[at + 2] = word >>> 16
      bytes[at + 3] = word >>> 24
      at += 4
      used -= 32
      // What of the value did not fit: its highest `used` bits.
      word = used === 0 ? 0 : value >>> (width - used)
    }
  }
  for (; used > 0; used -= 8) {
    bytes[at++] = word
    word >>>= 8
  }
  out.advance(at - from)
}

/** Reads `count` values of `width` bits (0 to 32) into `out` from `outStart` on. */
export function unpackBits(
  reader: ByteReader,
  shape: { readonly count: number; readonly width: number },
  out: Uint8Array | Uint16Array | Uint32Array | Float64Array,
  outStart: number,
): void {
  const { count, width } = shape
  if (width > 32) throw reader.invalid(`bit width ${width}`)
  if (width === 0) {
    out.fill(0, outStart, outStart + count)
    return
  }
  const source = reader.source
  const start = reader.skip(packedBytes(count, width))
  if (width === 8) {
    for (let i = 0; i < count; i++) out[outStart + i] = source[start + i] as number
    return
  }
  // Values whose window of five bytes lies inside the source; the few others go byte by byte.
  const safeBits = (source.length - start - 5) * 8
  const fastCount = Math.max(0, Math.min(count, Math.floor(safeBits / width)))
  if (width <= 25) unpackNarrow(reader.view, start, { count: fastCount, width }, { out, outStart })
  else unpackWide(reader.view, start, { count: fastCount, width }, { out, outStart })
  for (let i = fastCount; i < count; i++) {
    out[outStart + i] = readBits(source, start * 8 + i * width, width)
  }
}

interface Target {
  readonly out: Uint8Array | Uint16Array | Uint32Array | Float64Array
  readonly outStart: number
}

/** Up to 25 bits: one load of 32 bits holds the value whatever its bit offset. */
function unpackNarrow(
  view: DataView,
  start: number,
  { count, width }: { readonly count: number; readonly width: number },
  { out, outStart }: Target,
): void {
  const mask = 2 ** width - 1
  let bit = 0
  for (let i = 0; i < count; i++) {
    out[outStart + i] = (view.getUint32(start + (bit >>> 3), true) >>> (bit & 7)) & mask
    bit += width
  }
}

function unpackWide(
  view: DataView,
  start: number,
  { count, width }: { readonly count: number; readonly width: number },
  { out, outStart }: Target,
): void {
  const mask = 2 ** width - 1
  let bit = 0
  for (let i = 0; i < count; i++) {
    const at = start + (bit >>> 3)
    const shift = bit & 7
    let value = view.getUint32(at, true) >>> shift
    if (shift + width > 32) value |= view.getUint8(at + 4) << (32 - shift)
    out[outStart + i] = (value & mask) >>> 0
    bit += width
  }
}

function readBits(source: Uint8Array, bit: number, width: number): number {
  let value = 0
  let scale = 1
  let left = width
  let at = Math.floor(bit / 8)
  let shift = bit % 8
  while (left > 0) {
    const take = Math.min(left, 8 - shift)
    value += (((source[at] as number) >>> shift) & (2 ** take - 1)) * scale
    scale *= 2 ** take
    left -= take
    shift = 0
    at++
  }
  return value
}

/** Bits needed to write `value`, an integer from 0 to 2^53. */
export function bitWidth(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))
}
