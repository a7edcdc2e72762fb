// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import type { Column } from '../../split/column.ts'
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import type { SplitField } from '../../split/footer.ts'
import type { DocSet } from '../doc-set.ts'
import { bitsOf, NO_DOCS, wordsFor } from '../doc-set.ts'
import type { SplitReader } from '../split-reader.ts'
import { ConstantClause } from './constant-clause.ts'

/** A closed interval of a column's keys; undefined when no value can be in it. */
export type KeyInterval = { readonly low: number; readonly high: number } | undefined

/** Documents with a column value in an interval, which is worked out when the column is there. */
export class ColumnClause extends ConstantClause {
  readonly #field: SplitField
  readonly #interval: (column: Column) => { keys: ScannedKeys; interval: KeyInterval }

  constructor(
    field: SplitField,
    interval: (column: Column) => { keys: ScannedKeys; interval: KeyInterval },
  ) {
    super()
    this.#field = field
    this.#interval = interval
  }

  override planFirst(reader: SplitReader): void {
    reader.wantColumn(this.#field)
  }

  protected evaluate(reader: SplitReader): DocSet {
    const column = reader.column(this.#field)
    if (column === undefined) return NO_DOCS
    const { keys, interval } = this.#interval(column)
    return interval === undefined ? NO_DOCS : docsWithKeyIn(keys, interval, reader.docCount)
  }
}

export interface ScannedKeys {
  readonly keys: Uint8Array | Uint16Array | Uint32Array | Float64Array
  readonly starts: Uint32Array | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** Documents with at least one key in [low, high]. */
export function docsWithKeyIn(
  column: ScannedKeys,
  { low, high }: { readonly low: number; readonly high: number },
  docCount: number,
): DocSet {
  const words = wordsFor(docCount)
  if (column.starts === undefined) scanFull(column, { low, high }, words)
  else scanPartial(column.keys, column.starts, { low, high, words })
  return bitsOf(words, docCount)
}

/** One value per document: value blocks are document blocks, so their bounds decide most of them. */
function scanFull(
  column: ScannedKeys,
  { low, high }: { readonly low: number; readonly high: number },
  words: Uint32Array,
): void {
  const { keys, blockMins, blockMaxs } = column
  for (let block = 0; block < blockMins.length; block += 1) {
    const min = blockMins[block] as number
    const max = blockMaxs[block] as number
    if (max < low || min > high) continue
    const start = block * COLUMN_BLOCK_VALUES
    const end = Math.min(start + COLUMN_BLOCK_VALUES, keys.length)
    if (min >= low && max <= high) fillBits(words, start, end)
    else scanBlock(keys, { start, end, low, high }, words)
  }
}

function fillBits(words: Uint32Array, start: number, end: number): void {
  words.fill(0xffffffff, start >>> 5, end >>> 5)
  if ((end & 31) !== 0) words[end >>> 5] = 0xffffffff >>> (32 - (end & 31))
}

function scanBlock(
  keys: ScannedKeys['keys'],
  { start, end, low, high }: { start: number; end: number; low: number; high: number },
  words: Uint32Array,
): void {
  // One loop per array type: a loop that sees several of them runs several times slower.
  const part = keys.subarray(start, end)
  const out = words.subarray(start >>> 5)
  if (part instanceof Float64Array) scanDoubles(part, low, high, out)
  else {
    const first = Math.max(0, Math.ceil(low))
    const span = Math.min(0xffffffff, Math.floor(high)) - first
    if (part instanceof Uint8Array) scanBytes(part, first, span, out)
    else if (part instanceof Uint16Array) scanShorts(part, first, span, out)
    else scanInts(part, first, span, out)
  }
}

function scanDoubles(keys: Float64Array, low: number, high: number, words: Uint32Array): void {
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as number
    if (key >= low && key <= high) words[i >>> 5] = (words[i >>> 5] as number) | (1 << (i & 31))
  }
}

/** Bit i of each word: whether (key - first), taken as unsigned, is at most `span`. */
function scanBytes(keys: Uint8Array, first: number, span: number, words: Uint32Array): void {
  const whole = keys.length & ~31
  for (let at = 0; at < whole; at += 32) {
    let word = 0
    for (let bit = 0; bit < 32; bit += 1) {
      word = (word >>> 1) | (((keys[at + bit] as number) - first) >>> 0 <= span ? 0x80000000 : 0)
    }
    words[at >>> 5] = word
  }
  for (let at = whole; at < keys.length; at += 1) {
    if (((keys[at] as number) - first) >>> 0 <= span) setBit(words, at)
  }
}

function scanShorts(keys: Uint16Array, first: number, span: number, words: Uint32Array): void {
  for (let at = 0; at < keys.length; at += 1) {
    if (((keys[at] as number) - first) >>> 0 <= span) setBit(words, at)
  }
}

function scanInts(keys: Uint32Array, first: number, span: number, words: Uint32Array): void {
  for (let at = 0; at < keys.length; at += 1) {
    if (((keys[at] as number) - first) >>> 0 <= span) setBit(words, at)
  }
}

function setBit(words: Uint32Array, at: number): void {
  words[at >>> 5] = (words[at >>> 5] as number) | (1 << (at & 31))
}

function scanPartial(
  keys: ScannedKeys['keys'],
  starts: Uint32Array,
  { low, high, words }: { low: number; high: number; words: Uint32Array },
): void {
  for (let doc = 0; doc + 1 < starts.length; doc += 1) {
    const end = starts[doc + 1] as number
    for (let at = starts[doc] as number; at < end; at += 1) {
      const key = keys[at] as number
      if (key >= low && key <= high) {
        words[doc >>> 5] = (words[doc >>> 5] as number) | (1 << (doc & 31))
        break
      }
    }
  }
}
