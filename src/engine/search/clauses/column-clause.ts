// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import { COLUMN_BLOCK_VALUES, type Column } from '../../split/column.ts'
import type { SplitField } from '../../split/footer.ts'
import { bitsOf, NO_DOCS, wordsFor, type DocSet } from '../doc-set.ts'
import type { FetchedSplit } from '../fetch.ts'
import { columnNeeds, type Need } from '../needs.ts'
import { ConstantClause } from './constant-clause.ts'

/** A scan takes about a nanosecond a document, and leaves a bit. */
const DOCS_PER_STEP = 8

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

  override firstNeeds(): readonly Need[] {
    return columnNeeds(this.#field)
  }

  within(split: FetchedSplit, docs: Uint32Array): Uint32Array {
    const column = split.column(this.#field)
    const { keys, interval } = (column && this.#interval(column)) ?? {}
    if (keys === undefined || interval === undefined) return NO_DOC_IDS
    split.work.spend(docs.length, this.#field.path)
    return docsInInterval(keys, interval, docs)
  }

  protected evaluate(split: FetchedSplit): DocSet {
    const column = split.column(this.#field)
    if (column === undefined) return NO_DOCS
    const { keys, interval } = this.#interval(column)
    if (interval === undefined) return NO_DOCS
    split.work.spend(split.docCount / DOCS_PER_STEP, this.#field.path)
    return docsWithKeyIn(keys, interval, split.docCount)
  }
}

export interface ScannedKeys {
  readonly keys: Uint8Array | Uint16Array | Uint32Array | Float64Array
  readonly starts: Uint32Array | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

const NO_DOC_IDS = new Uint32Array(0)

/** Those of `docs` with at least one key in [low, high]. */
function docsInInterval(
  { keys, starts }: ScannedKeys,
  { low, high }: { readonly low: number; readonly high: number },
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
function docsWithKeyIn(
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
  for (let block = 0; block < blockMins.length; block++) {
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

/** One loop per array type: a loop that sees several of them runs several times slower. */
function scanBlock(
  keys: ScannedKeys['keys'],
  { start, end, low, high }: { start: number; end: number; low: number; high: number },
  words: Uint32Array,
): void {
  const part = keys.subarray(start, end)
  const out = words.subarray(start >>> 5)
  if (part instanceof Uint8Array) scanBytes(part, acceptedBytes(low, high), out)
  else if (part instanceof Uint16Array) scanShorts(part, low, high, out)
  else if (part instanceof Uint32Array) scanInts(part, low, high, out)
  else scanDoubles(part, low, high, out)
}

/** 1 for each byte in [low, high]. */
function acceptedBytes(low: number, high: number): Uint8Array {
  return new Uint8Array(256).fill(1, Math.max(0, Math.ceil(low)), Math.max(0, Math.floor(high) + 1))
}

// The loops below turn each test into a 0 or 1 without a branch: on values in random order a branch is
// guessed wrong every other time, which costs five times as much.

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
