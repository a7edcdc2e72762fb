// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import type { Column } from '../../split/column.ts'
import { isNumeric, numberKeys, type NumberKeys } from '../number-keys.ts'
import type { AggregationSplit, DocBlock } from './aggregation.ts'

type Keys = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** Keys of a column, with what says which document has which. */
export interface KeyedColumn {
  readonly keys: Keys
  readonly starts: Uint32Array | undefined
}

/** Values of one document from which looking them up is faster than looking through them. */
const LONG_RUN = 32

/**
 * The values of a block of documents, one entry per value: keys[i] belongs to docs[i] in parents[i].
 * One instance per collector, refilled block by block.
 */
export class ValueBlock implements DocBlock {
  docs: Uint32Array = new Uint32Array(0)
  parents: Uint32Array = new Uint32Array(0)
  keys: Float64Array = new Float64Array(0)
  count = 0
  isRun = false
  onlyParent: number | undefined
  #ownDocs = new Uint32Array(0)
  #ownParents = new Uint32Array(0)

  fill(column: KeyedColumn, block: DocBlock): void {
    this.onlyParent = block.onlyParent
    if (column.starts === undefined) this.#fillFull(column.keys, block)
    else this.#fillPartial(column.keys, column.starts, block)
  }

  #fillFull(keys: Keys, block: DocBlock): void {
    const { docs, count } = block
    if (this.keys.length < count) this.keys = new Float64Array(count)
    const first = docs[0] as number
    // One loop per array type: a loop that sees several of them runs several times slower.
    if (block.isRun) {
      this.keys.set(keys.subarray(first, first + count))
    } else if (keys instanceof Uint8Array) gatherBytes(keys, docs, count, this.keys)
    else if (keys instanceof Uint32Array) gatherInts(keys, docs, count, this.keys)
    else if (keys instanceof Float64Array) gatherDoubles(keys, docs, count, this.keys)
    else gatherShorts(keys, docs, count, this.keys)
    this.docs = docs
    this.parents = block.parents
    this.count = count
    this.isRun = block.isRun
  }

  #fillPartial(keys: Keys, starts: Uint32Array, block: DocBlock): void {
    const { docs, parents, count } = block
    let total = 0
    for (let i = 0; i < count; i++) {
      const doc = docs[i] as number
      total += (starts[doc + 1] as number) - (starts[doc] as number)
    }
    this.#reserve(total)
    const outDocs = this.#ownDocs
    const outParents = this.#ownParents
    const out = this.keys
    let size = 0
    for (let i = 0; i < count; i++) {
      const doc = docs[i] as number
      const end = starts[doc + 1] as number
      for (let at = starts[doc] as number; at < end; at++) {
        outDocs[size] = doc
        outParents[size] = parents[i] as number
        out[size] = keys[at] as number
        size++
      }
    }
    this.isRun = false
    this.docs = outDocs
    this.parents = outParents
    this.count = size
  }

  #reserve(total: number): void {
    if (this.keys.length < total) this.keys = new Float64Array(total)
    if (this.#ownDocs.length < total) {
      this.#ownDocs = new Uint32Array(total)
      this.#ownParents = new Uint32Array(total)
    }
  }

  /** The same documents in other parent buckets. */
  under(parents: Uint32Array): DocBlock {
    const { docs, count, isRun } = this
    return { docs, parents, count, isRun, onlyParent: undefined }
  }

  /**
   * Leaves out what a document has twice in the same parent bucket: it is counted once in each bucket,
   * however often its values lead there.
   */
  unique(): void {
    if (this.isRun) return
    const { docs, parents, count } = this
    let keep: Uint8Array | undefined
    let start = 0
    for (let i = 1; i <= count; i++) {
      if (i < count && docs[i] === docs[start] && parents[i] === parents[start]) continue
      if (i - start > 1) keep = this.#markRepeated({ start, end: i }, keep)
      start = i
    }
    if (keep !== undefined) this.filter(keep)
  }

  /** Sets a 0 in `keep`, which is made when it is first needed, for keys that stand before in the run. */
  #markRepeated(
    { start, end }: { readonly start: number; readonly end: number },
    keep: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const { keys } = this
    const seen = end - start > LONG_RUN ? new Set<number>() : undefined
    let marks = keep
    for (let i = start; i < end; i++) {
      const key = keys[i] as number
      let at = start
      while (seen === undefined && at < i && keys[at] !== key) at++
      const isRepeated = seen === undefined ? at < i : seen.has(key)
      seen?.add(key)
      if (!isRepeated) continue
      marks ??= new Uint8Array(this.count).fill(1)
      marks[i] = 0
    }
    return marks
  }

  /** Puts as many entries in the place of each as its key has items: items[starts[key]] on. */
  expand({ starts, items }: { readonly starts: Uint32Array; readonly items: Uint32Array }): void {
    const { docs, parents, keys, count } = this
    let total = 0
    let isOne = true
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number
      const size = (starts[key + 1] as number) - (starts[key] as number)
      total += size
      if (size !== 1) isOne = false
    }
    if (isOne) {
      for (let i = 0; i < count; i++) keys[i] = items[starts[keys[i] as number] as number] as number
      return
    }
    const outDocs = new Uint32Array(total)
    const outParents = new Uint32Array(total)
    const outKeys = new Float64Array(total)
    let size = 0
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number
      for (let at = starts[key] as number; at < (starts[key + 1] as number); at++) {
        outDocs[size] = docs[i] as number
        outParents[size] = parents[i] as number
        outKeys[size] = items[at] as number
        size++
      }
    }
    this.#ownDocs = outDocs
    this.#ownParents = outParents
    this.docs = outDocs
    this.parents = outParents
    this.keys = outKeys
    this.count = total
    this.isRun = false
  }

  /** Keeps the entries for which `keep` holds a 1 at the same place. */
  filter(keep: Uint8Array): void {
    const { docs, parents, keys, count } = this
    if (this.#ownDocs.length < count) {
      this.#ownDocs = new Uint32Array(count)
      this.#ownParents = new Uint32Array(count)
    }
    let size = 0
    for (let i = 0; i < count; i++) {
      if (keep[i] === 0) continue
      this.#ownDocs[size] = docs[i] as number
      this.#ownParents[size] = parents[i] as number
      keys[size] = keys[i] as number
      size++
    }
    this.isRun = false
    this.docs = this.#ownDocs
    this.parents = this.#ownParents
    this.count = size
  }
}

function gatherBytes(keys: Uint8Array, docs: Uint32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = keys[docs[i] as number] as number
}

function gatherInts(keys: Uint32Array, docs: Uint32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = keys[docs[i] as number] as number
}

function gatherShorts(
  keys: Uint16Array,
  docs: Uint32Array,
  count: number,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) out[i] = keys[docs[i] as number] as number
}

function gatherDoubles(
  keys: Float64Array,
  docs: Uint32Array,
  count: number,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) out[i] = keys[docs[i] as number] as number
}

/** Columns of numbers at a path, or of dates: a json path may have both, and then one kind is meant. */
export function numberColumns(
  split: AggregationSplit,
  path: string,
  preferred: 'numbers' | 'dates' = 'numbers',
): NumberKeys[] {
  const columns = split.columnsAt(path).filter(isNumeric)
  const dates = columns.filter((column) => column.type === 'date')
  const plain = columns.filter((column) => column.type !== 'date' && column.type !== 'bool')
  const chosen = preferred === 'dates' || plain.length === 0 ? dates : plain
  return chosen.map(numberKeys)
}

/** Entries of the block whose document has a value in none of the columns. */
export function withoutValue(columns: readonly (Column | NumberKeys)[], block: DocBlock): DocBlock {
  if (columns.some((column) => column.starts === undefined)) return { ...block, count: 0 }
  const docs = new Uint32Array(block.count)
  const parents = new Uint32Array(block.count)
  let size = 0
  for (let i = 0; i < block.count; i++) {
    const doc = block.docs[i] as number
    if (columns.some(({ starts }) => starts !== undefined && starts[doc] !== starts[doc + 1]))
      continue
    docs[size] = doc
    parents[size] = block.parents[i] as number
    size++
  }
  return { docs, parents, count: size, isRun: false, onlyParent: block.onlyParent }
}
