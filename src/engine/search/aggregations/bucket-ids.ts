// Typed-array reads below are cast with `as number`: indexes are checked when arrays grow.
import { QwError } from '../../errors.ts'
import type { AggregationMemory } from './aggregation.ts'

/** Cells of (parent bucket, key) that are counted in one flat array: 4 bytes each. */
const DIRECT_CELLS = 1 << 22
/** The same when sub-aggregations keep an entry per cell too. */
const DIRECT_CELLS_WITH_SUBS = 1 << 18
/** What one entry of the sparse table holds, roughly. */
const SPARSE_ENTRY_BYTES = 96

/**
 * Counts entries per (parent bucket, key) and gives each pair a bucket id for sub-aggregations.
 * Few possible pairs: the id is the pair's cell in one array. Many: ids are given out as pairs occur.
 */
export class BucketIds {
  /** Bucket ids are below this. */
  readonly idLimit: number
  readonly #keyCount: number
  readonly #direct: boolean
  readonly #memory: AggregationMemory
  readonly #sparse = new Map<number, number>()
  #counts: Uint32Array
  #used = 0
  #ids = new Uint32Array(0)
  #byParent: Map<number, { key: number; id: number }[]> | undefined

  constructor(shape: BucketShape, memory: AggregationMemory) {
    const { parentLimit, keyCount, hasSubs } = shape
    this.#keyCount = keyCount
    this.#memory = memory
    const cells = parentLimit * keyCount
    this.#direct = cells <= (hasSubs ? DIRECT_CELLS_WITH_SUBS : DIRECT_CELLS)
    this.idLimit = this.#direct ? cells : Infinity
    const start = this.#direct ? cells : 64
    memory.reserve(start * 4)
    this.#counts = new Uint32Array(start)
  }

  /** Counts the entries and returns their bucket ids, lent until the next call. */
  add(parents: Uint32Array, keys: Float64Array, count: number): Uint32Array {
    if (this.#ids.length < count) this.#ids = new Uint32Array(count)
    if (this.#direct) this.#addDirect(parents, keys, count)
    else this.#addSparse(parents, keys, count)
    return this.#ids
  }

  #addDirect(parents: Uint32Array, keys: Float64Array, count: number): void {
    const counts = this.#counts
    const ids = this.#ids
    const keyCount = this.#keyCount
    for (let i = 0; i < count; i += 1) {
      const id = ((parents[i] as number) * keyCount + (keys[i] as number)) | 0
      ids[i] = id
      counts[id] = (counts[id] as number) + 1
    }
  }

  #addSparse(parents: Uint32Array, keys: Float64Array, count: number): void {
    let lastPair = -1
    let id = 0
    for (let i = 0; i < count; i += 1) {
      const pair = (parents[i] as number) * this.#keyCount + (keys[i] as number)
      if (pair !== lastPair) {
        id = this.#sparse.get(pair) ?? this.#newId(pair)
        lastPair = pair
      }
      this.#ids[i] = id
      this.#counts[id] = (this.#counts[id] as number) + 1
    }
  }

  #newId(pair: number): number {
    if (pair > Number.MAX_SAFE_INTEGER) {
      throw new QwError('tooLarge', 'the nested aggregation spans more buckets than can be numbered', {
        fix: 'Use a larger interval or nest fewer levels.',
      })
    }
    const id = this.#used
    this.#used += 1
    this.#sparse.set(pair, id)
    this.#memory.reserve(SPARSE_ENTRY_BYTES)
    if (id >= this.#counts.length) {
      const grown = new Uint32Array(this.#counts.length * 2)
      grown.set(this.#counts)
      this.#counts = grown
    }
    return id
  }

  /** Calls `visit` for every key that occurred in the parent bucket, ascending by key. */
  eachOf(parent: number, visit: (key: number, count: number, id: number) => void): void {
    if (this.#direct) {
      const first = parent * this.#keyCount
      for (let key = 0; key < this.#keyCount; key += 1) {
        const count = this.#counts[first + key] as number
        if (count > 0) visit(key, count, first + key)
      }
      return
    }
    for (const { key, id } of this.#parents().get(parent) ?? []) {
      visit(key, this.#counts[id] as number, id)
    }
  }

  #parents(): Map<number, { key: number; id: number }[]> {
    if (this.#byParent === undefined) {
      this.#byParent = new Map()
      for (const [pair, id] of this.#sparse) {
        const parent = Math.floor(pair / this.#keyCount)
        const list = this.#byParent.get(parent) ?? []
        list.push({ key: pair - parent * this.#keyCount, id })
        this.#byParent.set(parent, list)
      }
      for (const list of this.#byParent.values()) list.sort((a, b) => a.key - b.key)
    }
    return this.#byParent
  }
}

export interface BucketShape {
  /** Parent ids are below this; may be Infinity. */
  readonly parentLimit: number
  /** Keys are whole numbers below this. */
  readonly keyCount: number
  readonly hasSubs: boolean
}
