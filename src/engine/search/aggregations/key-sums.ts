// Typed-array reads below are cast with `as number`: indexes are below the capacity just ensured, or come from
// the column itself.
import type { AggregationMemory, DocBlock } from './aggregation.ts'
import { EMPTY, type StatsPartial } from './stats-partial.ts'
import type { KeyedColumn } from './values.ts'

/** Count, sum, extremes and spread per parent bucket, as parallel arrays. */
export class KeySums {
  readonly #memory: AggregationMemory
  #capacity = 0
  #counts = new Float64Array(0)
  #sums = new Float64Array(0)
  #mins = new Float64Array(0)
  #maxs = new Float64Array(0)
  /** Only with spread: how many values the running mean has. */
  #seen = new Float64Array(0)
  #means = new Float64Array(0)
  #squares = new Float64Array(0)
  readonly #withSpread: boolean

  constructor(memory: AggregationMemory, withSpread: boolean) {
    this.#memory = memory
    this.#withSpread = withSpread
  }

  add(values: SummedValues): void {
    const { parents, keys, count, onlyParent } = values
    this.#reserve(onlyParent ?? largest(parents, count))
    if (onlyParent === undefined) this.#addMany(values)
    else this.#addTotals(onlyParent, count, totalsOf(keys, count))
    if (this.#withSpread) this.#addSpread(parents, keys, count)
  }

  /** Adds the keys of a block's documents where they stand in the column, without taking them out of it
   *  first. False, and nothing done, where that does not go: documents with none or several keys, blocks of
   *  several buckets, spread. */
  addAt({ keys, starts }: KeyedColumn, { docs, count, onlyParent }: DocBlock): boolean {
    if (starts !== undefined || onlyParent === undefined || this.#withSpread) return false
    this.#reserve(onlyParent)
    this.#addTotals(onlyParent, count, totalsAt(keys, docs, count))
    return true
  }

  #addTotals(parent: number, count: number, { sum, min, max }: Totals): void {
    this.#counts[parent] = (this.#counts[parent] as number) + count
    this.#sums[parent] = (this.#sums[parent] as number) + sum
    this.#mins[parent] = Math.min(this.#mins[parent] as number, min)
    this.#maxs[parent] = Math.max(this.#maxs[parent] as number, max)
  }

  #addMany({ parents, keys, count }: SummedValues): void {
    const counts = this.#counts
    const sums = this.#sums
    const mins = this.#mins
    const maxs = this.#maxs
    for (let i = 0; i < count; i++) {
      const parent = parents[i] as number
      const key = keys[i] as number
      counts[parent] = (counts[parent] as number) + 1
      sums[parent] = (sums[parent] as number) + key
      if (key < (mins[parent] as number)) mins[parent] = key
      if (key > (maxs[parent] as number)) maxs[parent] = key
    }
  }

  /** Welford's running mean, one value after the other. */
  #addSpread(parents: Uint32Array, keys: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const parent = parents[i] as number
      const key = keys[i] as number
      const seen = (this.#seen[parent] as number) + 1
      this.#seen[parent] = seen
      const mean = this.#means[parent] as number
      const moved = mean + (key - mean) / seen
      this.#means[parent] = moved
      this.#squares[parent] = (this.#squares[parent] as number) + (key - mean) * (key - moved)
    }
  }

  result(parent: number): StatsPartial {
    if (parent >= this.#capacity || this.#counts[parent] === 0) return EMPTY
    return {
      count: this.#counts[parent] as number,
      sum: this.#sums[parent] as number,
      min: this.#mins[parent] as number,
      max: this.#maxs[parent] as number,
      squares: this.#squares[parent] as number,
    }
  }

  #reserve(last: number): void {
    if (last < this.#capacity) return
    const capacity = Math.max(16, last + 1, this.#capacity * 2)
    this.#memory.reserve((capacity - this.#capacity) * (this.#withSpread ? 56 : 32))
    this.#counts = grown(this.#counts, capacity, 0)
    this.#sums = grown(this.#sums, capacity, 0)
    this.#mins = grown(this.#mins, capacity, Infinity)
    this.#maxs = grown(this.#maxs, capacity, -Infinity)
    this.#capacity = capacity
    if (!this.#withSpread) return
    this.#seen = grown(this.#seen, capacity, 0)
    this.#means = grown(this.#means, capacity, 0)
    this.#squares = grown(this.#squares, capacity, 0)
  }
}

/** keys[i] is of bucket parents[i], for i below `count`. */
interface SummedValues extends Pick<DocBlock, 'parents' | 'count' | 'onlyParent'> {
  readonly keys: Float64Array
}

/** -1 of none. */
function largest(parents: Uint32Array, count: number): number {
  let last = -1
  for (let i = 0; i < count; i++) if ((parents[i] as number) > last) last = parents[i] as number
  return last
}

export function grown(
  array: Float64Array<ArrayBuffer>,
  capacity: number,
  fill: number,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(capacity).fill(fill, array.length)
  next.set(array)
  return next
}

interface Totals {
  readonly sum: number
  readonly min: number
  readonly max: number
}

function totalsOf(keys: Float64Array, count: number): Totals {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number
    sum += key
    if (key < min) min = key
    if (key > max) max = key
  }
  return { sum, min, max }
}

/** Of keys[docs[i]], for i below `count`. One loop per array type: a loop that sees several of them runs
 *  several times slower. */
function totalsAt(keys: KeyedColumn['keys'], docs: Uint32Array, count: number): Totals {
  if (keys instanceof Float64Array) return totalsOfDoubles(keys, docs, count)
  if (keys instanceof Uint32Array) return totalsOfInts(keys, docs, count)
  return keys instanceof Uint16Array
    ? totalsOfShorts(keys, docs, count)
    : totalsOfBytes(keys, docs, count)
}

function totalsOfDoubles(keys: Float64Array, docs: Uint32Array, count: number): Totals {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    sum += key
    if (key < min) min = key
    if (key > max) max = key
  }
  return { sum, min, max }
}

function totalsOfInts(keys: Uint32Array, docs: Uint32Array, count: number): Totals {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    sum += key
    if (key < min) min = key
    if (key > max) max = key
  }
  return { sum, min, max }
}

function totalsOfShorts(keys: Uint16Array, docs: Uint32Array, count: number): Totals {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    sum += key
    if (key < min) min = key
    if (key > max) max = key
  }
  return { sum, min, max }
}

function totalsOfBytes(keys: Uint8Array, docs: Uint32Array, count: number): Totals {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < count; i++) {
    const key = keys[docs[i] as number] as number
    sum += key
    if (key < min) min = key
    if (key > max) max = key
  }
  return { sum, min, max }
}
