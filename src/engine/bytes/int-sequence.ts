// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { bitWidth, packBits, unpackBits } from './bit-packing.ts'
import type { ByteReader, ByteWriter } from './cursor.ts'

/** Values per block. Bounds are kept per block, so this is also the grain of skipping. */
export const SEQUENCE_BLOCK_VALUES = 4096
const LINEAR = 0x80
const GROUPED = 0x40
const WIDTH_MASK = 0x3f
/** Bytes that a slope and its reference add to a block, at most. */
const LINEAR_COST_BYTES = 16
const LINEAR_LIMIT = 2 ** 51
const PROBED_VALUES = 16
const GROUPED_MIN_VALUES = 128
/** What more bits can waste is less than is worth a division for each value. */
const GROUPED_MAX_WIDTH = 16
/** Of its bits a group has to save so many; it is read slower. */
const GROUPED_SHARE = 0.97
/** Beyond 32 bits, numbers are doubles, which are slower still. */
const WIDE_SHARE = 0.98
/** Values that are told apart where it is counted how often each comes: by their lowest bits. */
const COUNTED_VALUES = 256
/** How uneven they may be. */
const EVEN_SHARE = 1.25
const COUNTED_SLACK = 16

/*
 * Unsigned integers below 2^53, random access not needed, in blocks of SEQUENCE_BLOCK_VALUES:
 *
 *   maxWidth u8        bits of the greatest value; 0 when all are 0
 *   blocks:
 *     min varint, max varint
 *     form u8          bits 0-5 width, bit 6 grouped, bit 7 linear; grouped: bits 0-5 values per group
 *     plain            value = min + residual
 *     linear           slope f64, reference zigzag varint:
 *                      value i = reference + floor(slope * i) + residual, i counted in the block,
 *                      the product rounded to a double
 *     grouped          value = min + digit; so many digits to the base max - min + 1 are one number,
 *                      the first one the lowest; the digits that the last number lacks are 0. The
 *                      numbers stand as residuals, of the width that the greatest possible one needs
 *     residuals        width <= 32: one bit stream
 *                      otherwise the stream of the lowest 32 bits, then that of the bits above
 */

/** Decoded values: the narrowest array that holds the greatest. */
export type SequenceValues = Uint8Array | Uint16Array | Uint32Array | Float64Array

interface Sequence {
  readonly values: SequenceValues
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

const residuals = new Float64Array(SEQUENCE_BLOCK_VALUES)
const plane = new Uint32Array(SEQUENCE_BLOCK_VALUES)
const counts = new Uint32Array(COUNTED_VALUES)

/** Appends values [0, count). */
export function encodeSequence(
  values: Float64Array | Uint32Array,
  count: number,
  out: ByteWriter,
): void {
  out.u8(bitWidth(greatestOf(values, 0, count)))
  for (let start = 0; start < count; start += SEQUENCE_BLOCK_VALUES) {
    encodeBlock(values, start, Math.min(start + SEQUENCE_BLOCK_VALUES, count), out)
  }
}

function encodeBlock(
  values: Float64Array | Uint32Array,
  start: number,
  end: number,
  out: ByteWriter,
): void {
  const min = leastOf(values, start, end)
  const max = greatestOf(values, start, end)
  out.varint(min)
  out.varint(max)
  const count = end - start
  const width = bitWidth(max - min)
  // A line has to leave fewer bits than this.
  const limit = width - (LINEAR_COST_BYTES * 8) / count
  const line = limit <= 0 ? undefined : fitLine(values, start, end, limit)
  if (line !== undefined) {
    out.u8(line.width | LINEAR)
    out.f64(line.slope)
    out.zigzag(line.reference)
    setResiduals(values, start, end, line)
    writeResiduals(count, line.width, out)
    return
  }
  const radix = max - min + 1
  const mayGroup = count >= GROUPED_MIN_VALUES && width > 1 && width <= GROUPED_MAX_WIDTH
  const size = mayGroup ? bestGroup(radix, count) : 1
  if (size > 1 && isEven(values, start, end, { min, radix })) {
    out.u8(size | GROUPED)
    const groupBits = groupWidth(radix, size)
    const numbers = groupBits <= 32 ? plane : residuals
    const groups = joinGroups(values, { start, end, min, radix, size }, numbers)
    if (groupBits <= 32) packBits(numbers, { start: 0, end: groups }, groupBits, out)
    else writeResiduals(groups, groupBits, out)
    return
  }
  out.u8(width)
  if (width <= 32) {
    for (let i = start; i < end; i++) plane[i - start] = (values[i] as number) - min
    packBits(plane, { start: 0, end: count }, width, out)
    return
  }
  setResiduals(values, start, end, { slope: 0, reference: min })
  writeResiduals(count, width, out)
}

// Loops of their own: a compiled loop is thrown away when it ends in code that has not run yet.

/** Infinity when there are no values. */
export function leastOf(values: Float64Array | Uint32Array, start: number, end: number): number {
  let least = Infinity
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    if (value < least) least = value
  }
  return least
}

/** 0 when there are no values. */
function greatestOf(values: Float64Array | Uint32Array, start: number, end: number): number {
  let greatest = 0
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    if (value > greatest) greatest = value
  }
  return greatest
}

function setResiduals(
  values: Float64Array | Uint32Array,
  start: number,
  end: number,
  { slope, reference }: { readonly slope: number; readonly reference: number },
): void {
  for (let i = start; i < end; i++) {
    residuals[i - start] = (values[i] as number) - Math.floor(slope * (i - start)) - reference
  }
}

/** The line from the first value to the last, lowered until every value is on or above it; undefined
 *  when what is left of the values takes `limit` bits or more. */
function fitLine(
  values: Float64Array | Uint32Array,
  start: number,
  end: number,
  limit: number,
): { readonly slope: number; readonly reference: number; readonly width: number } | undefined {
  const first = values[start] as number
  const slope = ((values[end - 1] as number) - first) / (end - start - 1)
  const line = { slope, reference: 0, width: 0 }
  // Most numbers follow no line, and a few of them show it.
  for (const step of [Math.ceil((end - start) / PROBED_VALUES), 1]) {
    let low = Infinity
    let high = -Infinity
    for (let i = start; i < end; i += step) {
      const distance = (values[i] as number) - Math.floor(slope * (i - start))
      if (distance < low) low = distance
      if (distance > high) high = distance
    }
    // Beyond this, differences of doubles might round.
    if (Math.abs(low) > LINEAR_LIMIT || Math.abs(high) > LINEAR_LIMIT) return undefined
    line.reference = low
    line.width = bitWidth(high - low)
    if (line.width >= limit) return undefined
  }
  return line
}

/** How many digits to the base `radix` make the numbers that take the fewest bits for `count` values; 1 when
 *  they save too few. */
function bestGroup(radix: number, count: number): number {
  let best = 1
  let bestBits = count * bitWidth(radix - 1) * GROUPED_SHARE
  let values = radix * radix
  for (let size = 2; values <= Number.MAX_SAFE_INTEGER; size++, values *= radix) {
    const width = bitWidth(values - 1)
    const bits = Math.ceil(count / size) * width
    if (bits < (width <= 32 ? bestBits : bestBits * WIDE_SHARE)) {
      best = size
      bestBits = bits
    }
  }
  return best
}

function groupWidth(radix: number, size: number): number {
  return bitWidth(radix ** size - 1)
}

/** Whether values come about equally often and not in runs. Otherwise deflate, which sees them in bits that
 *  are not grouped, takes less. */
function isEven(
  values: Float64Array | Uint32Array,
  start: number,
  end: number,
  { min, radix }: { readonly min: number; readonly radix: number },
): boolean {
  const slots = Math.min(radix, COUNTED_VALUES)
  counts.fill(0)
  let repeats = 0
  let previous = -1
  for (let i = start; i < end; i++) {
    const digit = (values[i] as number) - min
    if (digit === previous) repeats++
    previous = digit
    const slot = digit & (COUNTED_VALUES - 1)
    counts[slot] = (counts[slot] as number) + 1
  }
  let squares = 0
  for (let slot = 0; slot < slots; slot++) squares += (counts[slot] as number) ** 2
  const count = end - start
  // Of even values, which meet by chance alone.
  const expected = (count * count) / slots + count
  return squares < expected * EVEN_SHARE && repeats < (count / slots) * EVEN_SHARE + COUNTED_SLACK
}

/** The numbers of all groups, into `numbers`; returns how many. */
function joinGroups(
  values: Float64Array | Uint32Array,
  { start, end, min, radix, size }: Omit<BlockPlace, 'max'> & { radix: number; size: number },
  numbers: Float64Array | Uint32Array,
): number {
  let groups = 0
  for (let first = start; first < end; first += size) {
    let number = 0
    for (let i = Math.min(first + size, end) - 1; i >= first; i--) {
      number = number * radix + ((values[i] as number) - min)
    }
    numbers[groups++] = number
  }
  return groups
}

function writeResiduals(count: number, width: number, out: ByteWriter): void {
  const range = { start: 0, end: count }
  if (width <= 32) {
    packBits(residuals, range, width, out)
    return
  }
  for (let i = 0; i < count; i++) plane[i] = (residuals[i] as number) % 2 ** 32
  packBits(plane, range, 32, out)
  for (let i = 0; i < count; i++) plane[i] = Math.floor((residuals[i] as number) / 2 ** 32)
  packBits(plane, range, width - 32, out)
}

/** Reads `count` values. Throws `corrupt`. */
export function decodeSequence(reader: ByteReader, count: number): Sequence {
  const values = newValues(reader.u8(), count)
  const blockCount = Math.ceil(count / SEQUENCE_BLOCK_VALUES)
  const blockMins = new Float64Array(blockCount)
  const blockMaxs = new Float64Array(blockCount)
  for (let block = 0; block < blockCount; block++) {
    blockMins[block] = reader.varint()
    blockMaxs[block] = reader.varint()
    const start = block * SEQUENCE_BLOCK_VALUES
    const end = Math.min(start + SEQUENCE_BLOCK_VALUES, count)
    const [min, max] = [blockMins[block] as number, blockMaxs[block] as number]
    decodeBlock(reader, { min, max, start, end }, values)
  }
  return { values, blockMins, blockMaxs }
}

function newValues(maxWidth: number, count: number): SequenceValues {
  if (maxWidth <= 8) return new Uint8Array(count)
  if (maxWidth <= 16) return new Uint16Array(count)
  return maxWidth <= 32 ? new Uint32Array(count) : new Float64Array(count)
}

interface BlockPlace {
  readonly min: number
  readonly max: number
  readonly start: number
  readonly end: number
}

function decodeBlock(reader: ByteReader, place: BlockPlace, out: SequenceValues): void {
  const { min, start, end } = place
  const count = end - start
  const form = reader.u8()
  const width = form & WIDTH_MASK
  if (form < GROUPED && width === 0) {
    out.fill(min, start, end)
    return
  }
  if (form < GROUPED && width <= 32 && min + 2 ** width <= 2 ** 32) {
    unpackBits(reader, { count, width }, plane, 0)
    if (min !== 0) for (let i = 0; i < count; i++) plane[i] = (plane[i] as number) + min
    out.set(count === plane.length ? plane : plane.subarray(0, count), start)
    return
  }
  if (form < GROUPED) {
    readResiduals(reader, count, width)
    for (let i = 0; i < count; i++) out[start + i] = min + (residuals[i] as number)
    return
  }
  if (form < LINEAR) return decodeGroups(reader, place, width, out)
  const slope = reader.f64()
  const reference = reader.zigzag()
  readResiduals(reader, count, width)
  for (let i = 0; i < count; i++) {
    out[start + i] = reference + Math.floor(slope * i) + (residuals[i] as number)
  }
}

function decodeGroups(
  reader: ByteReader,
  { min, max, start, end }: BlockPlace,
  size: number,
  out: SequenceValues,
): void {
  const radix = max - min + 1
  if (!(radix ** size <= Number.MAX_SAFE_INTEGER && size > 0 && radix > 1)) {
    throw reader.invalid(`groups of ${size} to base ${radix}`)
  }
  const groups = Math.ceil((end - start) / size)
  readResiduals(reader, groups, groupWidth(radix, size))
  for (let group = 0; group < groups; group++) {
    let number = residuals[group] as number
    const first = start + group * size
    for (let i = first; i < Math.min(first + size, end); i++) {
      const rest = Math.floor(number / radix)
      out[i] = number - rest * radix + min
      number = rest
    }
  }
}

function readResiduals(reader: ByteReader, count: number, width: number): void {
  if (width > 53) throw reader.invalid(`residual width ${width}`)
  unpackBits(reader, { count, width: Math.min(width, 32) }, residuals, 0)
  if (width <= 32) return
  unpackBits(reader, { count, width: width - 32 }, plane, 0)
  for (let i = 0; i < count; i++) {
    residuals[i] = (residuals[i] as number) + (plane[i] as number) * 2 ** 32
  }
}
