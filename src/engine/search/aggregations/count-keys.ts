// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import { COLUMN_BLOCK_VALUES } from '../../split/column.ts'
import type { DocBlock } from './aggregation.ts'
import type { KeyedColumn } from './values.ts'

/** Keys below this are counted once for each block of a column, which takes two bytes a key and block: a
 *  thirty-second of the column at most. */
const BLOCK_COUNTED_KEYS = 64
const BYTES = 256

/** By the column's keys: the count of key k in block b at [b * limit + k]. */
const countsOfBlocks = new WeakMap<Uint8Array, Uint16Array>()

/**
 * Adds to counts[key] how many of a block's documents have it. Keys are below `limit`, one for each document.
 * A whole block of a column with few keys is counted when it is first asked for, and then only added.
 */
export function countKeysAt(
  keys: KeyedColumn['keys'],
  limit: number,
  { docs, count, isRun }: Pick<DocBlock, 'docs' | 'count' | 'isRun'>,
  counts: Uint32Array,
): void {
  const first = docs[0] as number
  const isBlock =
    isRun &&
    first % COLUMN_BLOCK_VALUES === 0 &&
    count === Math.min(COLUMN_BLOCK_VALUES, keys.length - first)
  if (keys instanceof Uint8Array) {
    if (isBlock && limit <= BLOCK_COUNTED_KEYS) addBlock(keys, limit, first, counts)
    else if (isRun) countBytes(keys.subarray(first, first + count), limit, counts)
    else countBytesAt(keys, docs, count, counts)
  } else if (keys instanceof Uint16Array) countShortsAt(keys, docs, count, counts)
  else if (keys instanceof Uint32Array) countIntsAt(keys, docs, count, counts)
  else countDoublesAt(keys, docs, count, counts)
}

function addBlock(keys: Uint8Array, limit: number, first: number, counts: Uint32Array): void {
  let known = countsOfBlocks.get(keys)
  if (known === undefined) {
    known = countBlocks(keys, limit)
    countsOfBlocks.set(keys, known)
  }
  const start = (first / COLUMN_BLOCK_VALUES) * limit
  for (let key = 0; key < limit; key++) {
    counts[key] = (counts[key] as number) + (known[start + key] as number)
  }
}

function countBlocks(keys: Uint8Array, limit: number): Uint16Array {
  const out = new Uint16Array(Math.ceil(keys.length / COLUMN_BLOCK_VALUES) * limit)
  const counts = new Uint32Array(limit)
  for (let start = 0, at = 0; start < keys.length; start += COLUMN_BLOCK_VALUES, at += limit) {
    countBytes(keys.subarray(start, start + COLUMN_BLOCK_VALUES), limit, counts.fill(0))
    out.set(counts, at)
  }
  return out
}

/** Four tables: where the same key comes again and again, one counter would wait for itself each time. */
const tables = new Uint32Array(4 * BYTES)

function countBytes(keys: Uint8Array, limit: number, counts: Uint32Array): void {
  const whole = keys.length & ~3
  for (let at = 0; at < whole; at += 4) {
    const a = keys[at] as number
    const b = BYTES + (keys[at + 1] as number)
    const c = 2 * BYTES + (keys[at + 2] as number)
    const d = 3 * BYTES + (keys[at + 3] as number)
    tables[a] = (tables[a] as number) + 1
    tables[b] = (tables[b] as number) + 1
    tables[c] = (tables[c] as number) + 1
    tables[d] = (tables[d] as number) + 1
  }
  for (let at = whole; at < keys.length; at++) {
    tables[keys[at] as number] = (tables[keys[at] as number] as number) + 1
  }
  for (let key = 0; key < limit; key++) {
    let sum = counts[key] as number
    for (let at = key; at < tables.length; at += BYTES) {
      sum += tables[at] as number
      tables[at] = 0
    }
    counts[key] = sum
  }
}

// One loop per array type: a loop that sees several of them runs several times slower.

function countBytesAt(keys: Uint8Array, docs: Uint32Array, count: number, out: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    out[key] = (out[key] as number) + 1
  }
}

function countShortsAt(
  keys: Uint16Array,
  docs: Uint32Array,
  count: number,
  out: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    out[key] = (out[key] as number) + 1
  }
}

function countIntsAt(keys: Uint32Array, docs: Uint32Array, count: number, out: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    out[key] = (out[key] as number) + 1
  }
}

function countDoublesAt(
  keys: Float64Array,
  docs: Uint32Array,
  count: number,
  out: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    out[key] = (out[key] as number) + 1
  }
}
