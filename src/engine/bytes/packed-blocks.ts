// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { packBits, packedBytes, unpackBits } from './bit-packing.ts'
import type { ByteReader, ByteWriter } from './cursor.ts'

/** Numbers per block; the last block of a list may be shorter. */
const PACKED_BLOCK_VALUES = 128
const HAS_EXCEPTIONS = 0x40
const WIDTH_MASK = 0x3f

/*
 * A list of unsigned 32-bit numbers, mostly of similar size, as blocks:
 *
 *   header u8        bits 0-5 width, bit 6 set when exceptions follow the values
 *   values           bit stream of the lowest `width` bits of each value
 *   exceptionCount u8, then for each value that needs more bits:
 *       index u8     its place in the block
 *       high varint  value >>> width
 *
 * The writer takes the width that gives the fewest bytes, so that one outlier does not widen 128 values.
 */

/** How many of a block's numbers have so many bits. */
const lengthCounts = new Uint32Array(33)
/** How many have more. */
const longer = new Uint32Array(33)
const lows = new Uint32Array(PACKED_BLOCK_VALUES)
const exceptions = new Uint32Array(PACKED_BLOCK_VALUES)

/** Appends values [0, count) as blocks. */
export function encodePackedBlocks(values: Uint32Array, count: number, out: ByteWriter): void {
  for (let start = 0; start < count; start += PACKED_BLOCK_VALUES) {
    encodeBlock(values, start, Math.min(start + PACKED_BLOCK_VALUES, count), out)
  }
}

function encodeBlock(values: Uint32Array, start: number, end: number, out: ByteWriter): void {
  let all = 0
  for (let i = start; i < end; i++) all |= values[i] as number
  // As the frequencies of most terms are.
  if (all === 0) {
    out.u8(0)
    return
  }
  const widest = 32 - Math.clz32(all)
  // As the positions of a term that comes once: no exception is smaller than the number is.
  if (end - start === 1) {
    out.u8(widest)
    for (let rest = all; rest !== 0; rest >>>= 8) out.u8(rest & 0xff)
    return
  }
  const width = cheapestWidth(values, { start, end, widest })
  const exceptionCount = longer[width] as number
  if (exceptionCount === 0) {
    out.u8(width)
    packBits(values, { start, end }, width, out)
    return
  }
  out.u8(width | HAS_EXCEPTIONS)
  const mask = 2 ** width - 1
  let found = 0
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    lows[i - start] = value & mask
    if (value > mask) exceptions[found++] = i
  }
  packBits(lows, { start: 0, end: end - start }, width, out)
  out.u8(found)
  for (let i = 0; i < found; i++) {
    const at = exceptions[i] as number
    out.u8(at - start)
    out.varint((values[at] as number) >>> width)
  }
}

function cheapestWidth(
  values: Uint32Array,
  { start, end, widest }: { readonly start: number; readonly end: number; readonly widest: number },
): number {
  const count = end - start
  lengthCounts.fill(0)
  for (let i = start; i < end; i++) {
    const bits = 32 - Math.clz32(values[i] as number)
    lengthCounts[bits] = (lengthCounts[bits] as number) + 1
  }
  longer.fill(0)
  let best = widest
  let bestBytes = packedBytes(count, widest)
  for (let width = widest - 1; width >= 0; width--) {
    longer[width] = (longer[width + 1] as number) + (lengthCounts[width + 1] as number)
    // An exception takes a byte for its place, and one for each seven bits begun.
    let bytes = packedBytes(count, width) + 1 + (longer[width] as number)
    for (let bits = width; bits < widest; bits += 7) bytes += longer[bits] as number
    if (bytes < bestBytes) {
      best = width
      bestBytes = bytes
    } else if (bytes > bestBytes + count) break
  }
  return best
}

/** Reads `count` numbers. Throws `corrupt`. */
export function decodePackedBlocks(reader: ByteReader, count: number): Uint32Array {
  const out = new Uint32Array(count)
  unpackBlocks(reader, count, out, 0)
  return out
}

/** Reads `count` numbers into `out` from `outStart` on. Throws `corrupt`. */
export function unpackBlocks(
  reader: ByteReader,
  count: number,
  out: Uint32Array,
  outStart: number,
): void {
  for (let start = 0; start < count; start += PACKED_BLOCK_VALUES) {
    const header = reader.u8()
    const width = header & WIDTH_MASK
    const blockCount = Math.min(PACKED_BLOCK_VALUES, count - start)
    unpackBits(reader, { count: blockCount, width }, out, outStart + start)
    if ((header & HAS_EXCEPTIONS) === 0) continue
    for (let left = reader.u8(); left > 0; left--) {
      const index = reader.u8()
      if (index >= blockCount) throw reader.invalid(`exception at ${index} of ${blockCount}`)
      const at = outStart + start + index
      out[at] = (out[at] as number) + reader.varint() * 2 ** width
    }
  }
}
