// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import { bitsOf, wordsFor, type DocSet } from '../doc-set.ts'
import { KERNEL_KEYS, scanKernel, type ScanKernel } from './scan-kernel.ts'

/** A column as a scan sees it: the keys of document i are [starts[i], starts[i + 1]), or key i alone without
 *  `starts`; bounds are those of each COLUMN_BLOCK_VALUES keys. */
export interface ScannedKeys {
  readonly keys: Uint8Array | Uint16Array | Uint32Array | Float64Array
  readonly starts: Uint32Array | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** A closed interval of a column's keys. */
export interface KeyInterval {
  readonly low: number
  readonly high: number
}

/** Those of `docs` with at least one key in [low, high]. */
export function docsInInterval(
  { keys, starts }: ScannedKeys,
  { low, high }: KeyInterval,
  docs: Uint32Array,
): Uint32Array {
  const kept = new Uint32Array(docs.length)
  let count = 0
  if (starts === undefined) {
    // Written always and counted by the answer: whether the next one is in is nothing to foresee.
    for (let i = 0; i < docs.length; i++) {
      const doc = docs[i] as number
      const key = keys[doc] as number
      kept[count] = doc
      count += key >= low && key <= high ? 1 : 0
    }
    return kept.subarray(0, count)
  }
  for (let i = 0; i < docs.length; i++) {
    const doc = docs[i] as number
    const end = starts[doc + 1] as number
    let at = starts[doc] as number
    while (at < end && !((keys[at] as number) >= low && (keys[at] as number) <= high)) at++
    if (at < end) kept[count++] = doc
  }
  return kept.subarray(0, count)
}

/** Documents with at least one key in [low, high]. */
export function docsWithKeyIn(
  column: ScannedKeys,
  { low, high }: KeyInterval,
  docCount: number,
): DocSet {
  const words = wordsFor(docCount)
  if (column.starts === undefined) scanFull(column, { low, high }, words)
  else scanPartial(column.keys, column.starts, { low, high, words })
  return bitsOf(words, docCount)
}

/** One value per document: value blocks are document blocks, so their bounds decide most of them. */
function scanFull(column: ScannedKeys, { low, high }: KeyInterval, words: Uint32Array): void {
  const { keys, blockMins, blockMaxs } = column
  for (let block = 0; block < blockMins.length; block++) {
    const min = blockMins[block] as number
    const max = blockMaxs[block] as number
    if (max < low || min > high) continue
    const start = block * COLUMN_BLOCK_VALUES
    const end = Math.min(start + COLUMN_BLOCK_VALUES, keys.length)
    if (min >= low && max <= high) fillBits(words, start, end)
    else scanBlock(keys, { start, end, max, low, high }, words)
  }
}

function fillBits(words: Uint32Array, start: number, end: number): void {
  words.fill(0xffffffff, start >>> 5, end >>> 5)
  if ((end & 31) !== 0) words[end >>> 5] = 0xffffffff >>> (32 - (end & 31))
}

interface ScannedBlock {
  /** Its keys are [start, end), `start` a multiple of 32, and none is above `max`. */
  readonly start: number
  readonly end: number
  readonly max: number
  readonly low: number
  readonly high: number
}

function scanBlock(keys: ScannedKeys['keys'], block: ScannedBlock, words: Uint32Array): void {
  const { start, end, max, low, high } = block
  const part = keys.subarray(start, end)
  const out = words.subarray(start >>> 5)
  const kernel = part.length === KERNEL_KEYS ? scanKernel() : undefined
  if (kernel === undefined) scanPlainly(part, { low, high, max }, out)
  else scanByKernel(kernel, part, { low, high }, out)
}

/** One loop per array type: a loop that sees several of them runs several times slower. */
function scanPlainly(
  keys: ScannedKeys['keys'],
  { low, high, max }: KeyInterval & { readonly max: number },
  words: Uint32Array,
): void {
  if (keys instanceof Uint8Array) {
    const done = max < 128 ? scanFours(keys, low, high, words) : 0
    if (done === keys.length) return
    scanBytes(keys.subarray(done), acceptedBytes(low, high), words.subarray(done >>> 5))
  } else if (keys instanceof Uint16Array) scanShorts(keys, low, high, words)
  else if (keys instanceof Uint32Array) scanInts(keys, low, high, words)
  else scanDoubles(keys, low, high, words)
}

function scanByKernel(
  kernel: ScanKernel,
  keys: ScannedKeys['keys'],
  { low, high }: KeyInterval,
  words: Uint32Array,
): void {
  if (keys instanceof Float64Array) {
    kernel.doubles(keys, low, high, words)
    return
  }
  const least = Math.max(0, Math.ceil(low))
  const most = Math.min(256 ** keys.BYTES_PER_ELEMENT - 1, Math.floor(high))
  // Nothing lies between two whole numbers that follow each other.
  if (least > most) return
  if (keys instanceof Uint8Array) kernel.bytes(keys, least, most, words)
  else if (keys instanceof Uint16Array) kernel.shorts(keys, least, most, words)
  else kernel.ints(keys, least, most, words)
}

/** 1 for each byte in [low, high]. */
function acceptedBytes(low: number, high: number): Uint8Array {
  return new Uint8Array(256).fill(1, Math.max(0, Math.ceil(low)), Math.max(0, Math.floor(high) + 1))
}

// The loops below turn each test into a 0 or 1 without a branch: on values in random order a branch is
// guessed wrong every other time, which costs five times as much.

/** The highest bit of each of four bytes. */
const HIGH_BITS = 0x80808080
/** Each of four bytes is 1. */
const ONES = 0x01010101
/** Times four bytes that are 0 or 1: they stand side by side in the highest four bits. */
const GATHER = 0x10204080

/** The whole words of keys below 128, four keys at a time; returns how many keys those are. Within a byte
 *  key + 128 - low reaches its highest bit from `low` on, and key + 127 - high after `high`. */
function scanFours(keys: Uint8Array, low: number, high: number, words: Uint32Array): number {
  if ((keys.byteOffset & 3) !== 0) return 0
  const fours = new Int32Array(keys.buffer, keys.byteOffset, (keys.length & ~31) >>> 2)
  const toLow = Math.imul(128 - Math.max(0, Math.ceil(low)), ONES)
  const pastHigh = Math.imul(127 - Math.min(127, Math.floor(high)), ONES)
  for (let at = 0; at < fours.length; at += 8) {
    words[at >>> 3] =
      fourBits(fours[at] as number, toLow, pastHigh) |
      (fourBits(fours[at + 1] as number, toLow, pastHigh) << 4) |
      (fourBits(fours[at + 2] as number, toLow, pastHigh) << 8) |
      (fourBits(fours[at + 3] as number, toLow, pastHigh) << 12) |
      (fourBits(fours[at + 4] as number, toLow, pastHigh) << 16) |
      (fourBits(fours[at + 5] as number, toLow, pastHigh) << 20) |
      (fourBits(fours[at + 6] as number, toLow, pastHigh) << 24) |
      (fourBits(fours[at + 7] as number, toLow, pastHigh) << 28)
  }
  return fours.length * 4
}

function fourBits(keys: number, toLow: number, pastHigh: number): number {
  const isIn = (keys + toLow) & ~(keys + pastHigh) & HIGH_BITS
  return Math.imul(isIn >>> 7, GATHER) >>> 28
}

function scanBytes(keys: Uint8Array, accepted: Uint8Array, words: Uint32Array): void {
  const whole = keys.length & ~7
  let word = 0
  for (let at = 0; at < whole; at += 8) {
    const eight =
      (accepted[keys[at] as number] as number) |
      ((accepted[keys[at + 1] as number] as number) << 1) |
      ((accepted[keys[at + 2] as number] as number) << 2) |
      ((accepted[keys[at + 3] as number] as number) << 3) |
      ((accepted[keys[at + 4] as number] as number) << 4) |
      ((accepted[keys[at + 5] as number] as number) << 5) |
      ((accepted[keys[at + 6] as number] as number) << 6) |
      ((accepted[keys[at + 7] as number] as number) << 7)
    word |= eight << (at & 24)
    if ((at & 24) === 24) {
      words[at >>> 5] = word
      word = 0
    }
  }
  for (let at = whole; at < keys.length; at++) {
    word |= (accepted[keys[at] as number] as number) << (at & 31)
  }
  if ((keys.length & 31) !== 0) words[keys.length >>> 5] = word
}

function scanShorts(keys: Uint16Array, low: number, high: number, words: Uint32Array): void {
  for (let first = 0; first < keys.length; first += 32) {
    let word = 0
    const end = Math.min(first + 32, keys.length)
    for (let at = end - 1; at >= first; at--) {
      const key = keys[at] as number
      word = (word << 1) | (Number(key >= low) & Number(key <= high))
    }
    words[first >>> 5] = word
  }
}

function scanInts(keys: Uint32Array, low: number, high: number, words: Uint32Array): void {
  for (let first = 0; first < keys.length; first += 32) {
    let word = 0
    const end = Math.min(first + 32, keys.length)
    for (let at = end - 1; at >= first; at--) {
      const key = keys[at] as number
      word = (word << 1) | (Number(key >= low) & Number(key <= high))
    }
    words[first >>> 5] = word
  }
}

function scanDoubles(keys: Float64Array, low: number, high: number, words: Uint32Array): void {
  for (let first = 0; first < keys.length; first += 32) {
    let word = 0
    const end = Math.min(first + 32, keys.length)
    for (let at = end - 1; at >= first; at--) {
      const key = keys[at] as number
      word = (word << 1) | (Number(key >= low) & Number(key <= high))
    }
    words[first >>> 5] = word
  }
}

function scanPartial(
  keys: ScannedKeys['keys'],
  starts: Uint32Array,
  { low, high, words }: { low: number; high: number; words: Uint32Array },
): void {
  for (let doc = 0; doc + 1 < starts.length; doc++) {
    const end = starts[doc + 1] as number
    for (let at = starts[doc] as number; at < end; at++) {
      const key = keys[at] as number
      if (key >= low && key <= high) {
        words[doc >>> 5] = (words[doc >>> 5] as number) | (1 << (doc & 31))
        break
      }
    }
  }
}
