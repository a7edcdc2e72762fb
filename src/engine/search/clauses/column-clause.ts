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
  for (let first = start; first < end; first += 32) {
    const last = first + 32 < end ? first + 32 : end
    let word = 0
    for (let i = last - 1; i >= first; i -= 1) {
      const key = keys[i] as number
      word = (word << 1) | (key >= low && key <= high ? 1 : 0)
    }
    words[first >>> 5] = word
  }
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
