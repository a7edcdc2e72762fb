// Typed-array reads below are cast with `as number`: indexes are checked when arrays grow.
import type { AggregationMemory, DocBlock } from './aggregation.ts'
import { countKeysAt } from './count-keys.ts'
import type { KeyedColumn } from './values.ts'

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
  /** Parent -> key -> id. */
  readonly #sparse = new Map<number, Map<number, number>>()
  readonly #hasSubs: boolean
  #counts: Uint32Array
  #used = 0
  #ids = new Uint32Array(0)
  #sameKeys = new Float64Array(0)

  constructor(shape: BucketShape, memory: AggregationMemory) {
    const { parentLimit, keyCount, hasSubs } = shape
    this.#keyCount = keyCount
    this.#memory = memory
    this.#hasSubs = hasSubs
    const cells = parentLimit * keyCount
    this.#direct = cells <= (hasSubs ? DIRECT_CELLS_WITH_SUBS : DIRECT_CELLS)
    this.idLimit = this.#direct ? cells : Infinity
    const start = this.#direct ? cells : 64
    memory.reserve(start * 4)
    this.#counts = new Uint32Array(start)
  }

  /** Counts the entries and returns their bucket ids, lent until the next call; without
   *  sub-aggregations nobody asks for ids, and what is returned says nothing. */
  add(entries: Entries): Uint32Array {
    const { onlyParent, keys, count } = entries
    if (this.#ids.length < count) this.#ids = new Uint32Array(count)
    if (!this.#direct) this.#addSparse(entries)
    else if (onlyParent === undefined || this.#hasSubs) this.#addDirect(entries)
    else countKeys(this.#counts.subarray(onlyParent * this.#keyCount), keys, count)
    return this.#ids
  }

  /** Counts the keys of a block's documents where they stand in the column. False, and nothing done, where
   *  that does not go: documents with none or several keys, blocks of several parents, where ids are wanted. */
  countAt({ keys, starts }: KeyedColumn, block: DocBlock): boolean {
    const { onlyParent } = block
    if (starts !== undefined || onlyParent === undefined || this.#hasSubs || !this.#direct) {
      return false
    }
    const first = onlyParent * this.#keyCount
    const counts = this.#counts.subarray(first, first + this.#keyCount)
    countKeysAt(keys, this.#keyCount, block, counts)
    return true
  }

  /** As `add` where every entry has the same key. */
  addSame(
    { parents, count, onlyParent }: Omit<Entries, 'keys'>,
    key: number,
  ): Pick<DocBlock, 'parents' | 'onlyParent'> {
    const only = this.#direct ? (onlyParent ?? onlyValue(parents, count)) : undefined
    if (only !== undefined) {
      const id = only * this.#keyCount + key
      if (this.#ids.length < count) this.#ids = new Uint32Array(count)
      this.#counts[id] = (this.#counts[id] as number) + count
      return { parents: this.#ids.fill(id, 0, count), onlyParent: id }
    }
    if (this.#sameKeys.length < count) this.#sameKeys = new Float64Array(count)
    const keys = this.#sameKeys.fill(key, 0, count)
    return { parents: this.add({ parents, keys, count, onlyParent }), onlyParent: undefined }
  }

  #addDirect({ parents, keys, count }: Entries): void {
    const counts = this.#counts
    const ids = this.#ids
    const keyCount = this.#keyCount
    for (let i = 0; i < count; i++) {
      const id = ((parents[i] as number) * keyCount + (keys[i] as number)) | 0
      ids[i] = id
      counts[id] = (counts[id] as number) + 1
    }
  }

  #addSparse({ parents, keys, count }: Entries): void {
    let parent = -1
    let ids: Map<number, number> | undefined
    let lastKey = NaN
    let id = 0
    for (let i = 0; i < count; i++) {
      if (ids === undefined || parents[i] !== parent) {
        parent = parents[i] as number
        ids = this.#idsOf(parent)
        lastKey = NaN
      }
      const key = keys[i] as number
      if (key !== lastKey) {
        id = ids.get(key) ?? this.#newId(ids, key)
        lastKey = key
      }
      this.#ids[i] = id
      this.#counts[id] = (this.#counts[id] as number) + 1
    }
  }

  #idsOf(parent: number): Map<number, number> {
    let ids = this.#sparse.get(parent)
    if (ids === undefined) {
      ids = new Map()
      this.#sparse.set(parent, ids)
    }
    return ids
  }

  #newId(ids: Map<number, number>, key: number): number {
    const id = this.#used
    this.#used++
    ids.set(key, id)
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
      for (let key = 0; key < this.#keyCount; key++) {
        const count = this.#counts[first + key] as number
        if (count > 0) visit(key, count, first + key)
      }
      return
    }
    const ids = this.#sparse.get(parent)
    if (ids === undefined) return
    for (const [key, id] of [...ids].sort(([x], [y]) => x - y)) {
      visit(key, this.#counts[id] as number, id)
    }
  }
}

function countKeys(counts: Uint32Array, keys: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const key = (keys[i] as number) | 0
    counts[key] = (counts[key] as number) + 1
  }
}

/** The value of the first `count` entries, when they all have the same. */
function onlyValue(values: Uint32Array, count: number): number | undefined {
  const first = values[0]
  for (let i = 1; i < count; i++) if (values[i] !== first) return undefined
  return first
}

/** keys[i] stands in bucket parents[i], for i below `count`. */
interface Entries extends Pick<DocBlock, 'parents' | 'count' | 'onlyParent'> {
  readonly keys: Float64Array
}

interface BucketShape {
  /** Parent ids are below this; may be Infinity. */
  readonly parentLimit: number
  /** Keys are whole numbers from 0 to below this; Infinity: any numbers. */
  readonly keyCount: number
  readonly hasSubs: boolean
}
