// Typed-array reads below are cast with `as number`: indexes come from the columns themselves.
import type { AggregationSplit } from './aggregation.ts'
import { ordinalsOf, type Ordinals } from './ordinals.ts'
import { keyTag, type TermKey } from './term-key.ts'
import type { KeyedColumn } from './values.ts'

/** One part of the keys of composite and multi_terms: what it makes of each value of a field. */
export interface TupleSource {
  readonly path: string
  /** Undefined: the value has no part in any bucket. */
  readonly bucketOf: (value: TermKey) => TermKey | undefined
  /** For documents without value; undefined: they are in no bucket. */
  readonly missing: TupleKey | undefined
}

/** Null: the document has no value. */
export type TupleKey = TermKey | null

/** The field in one split, all its types in one column of small whole numbers. */
export interface SourceColumn extends KeyedColumn {
  readonly keyOf: (key: number) => TupleKey
  /** Keys are below this. */
  readonly limit: number
}

export function sourceColumn(split: AggregationSplit, source: TupleSource): SourceColumn {
  const columns = split
    .columnsAt(source.path)
    .filter(({ type }) => type !== 'bytes')
    .map(ordinalsOf)
  const keys = new KeyTable()
  const parts = columns.map((ordinals) => ({ ordinals, map: mapOf(ordinals, source, keys) }))
  const missing = source.missing === undefined ? DROPPED : keys.add(source.missing)
  const starts = new Uint32Array(split.docCount + 1)
  for (let doc = 0; doc < split.docCount; doc++) {
    let count = 0
    for (const { ordinals } of parts) count += endOf(ordinals, doc) - startOf(ordinals, doc)
    const hasOwn = count > 0
    starts[doc + 1] = (starts[doc] as number) + (hasOwn || missing === DROPPED ? count : 1)
  }
  split.memory.reserve(8 * (starts.at(-1) ?? 0) + 4 * starts.length)
  return { ...fill({ parts, missing, starts }), keyOf: (key) => keys.at(key), limit: keys.size }
}

/** Stands for a value that is in no bucket. */
const DROPPED = 0xffffffff

interface Part {
  readonly ordinals: Ordinals
  /** Ordinal -> key. */
  readonly map: Uint32Array
}

function mapOf(ordinals: Ordinals, source: TupleSource, keys: KeyTable): Uint32Array {
  const used = new Uint8Array(ordinals.limit)
  for (let i = 0; i < ordinals.keys.length; i++) used[ordinals.keys[i] as number] = 1
  const map = new Uint32Array(ordinals.limit).fill(DROPPED)
  for (let ordinal = 0; ordinal < ordinals.limit; ordinal++) {
    if (used[ordinal] === 0) continue
    const bucket = source.bucketOf(ordinals.keyOf(ordinal))
    if (bucket !== undefined) map[ordinal] = keys.add(bucket)
  }
  return map
}

/** Replaces the counts of `starts` by those of what is kept. */
function fill(column: {
  readonly parts: readonly Part[]
  readonly missing: number
  readonly starts: Uint32Array
}): KeyedColumn {
  const { parts, missing, starts } = column
  const keys = new Uint32Array(starts.at(-1) ?? 0)
  let size = 0
  for (let doc = 0; doc + 1 < starts.length; doc++) {
    let hasOwn = false
    for (const { ordinals, map } of parts) {
      for (let at = startOf(ordinals, doc); at < endOf(ordinals, doc); at++) {
        hasOwn = true
        const key = map[ordinals.keys[at] as number] as number
        if (key === DROPPED) continue
        keys[size] = key
        size++
      }
    }
    if (!hasOwn && missing !== DROPPED) {
      keys[size] = missing
      size++
    }
    starts[doc + 1] = size
  }
  return { keys: keys.subarray(0, size), starts }
}

function startOf({ starts }: Ordinals, doc: number): number {
  return starts === undefined ? doc : (starts[doc] as number)
}

function endOf({ starts }: Ordinals, doc: number): number {
  return starts === undefined ? doc + 1 : (starts[doc + 1] as number)
}

/** Distinct keys, numbered as they come. */
class KeyTable {
  readonly #keys: TupleKey[] = []
  readonly #numbers = new Map<string, number>()

  get size(): number {
    return this.#keys.length
  }

  at(number: number): TupleKey {
    return this.#keys[number] ?? null
  }

  add(key: TupleKey): number {
    const tag = key === null ? '' : keyTag(key)
    let number = this.#numbers.get(tag)
    if (number === undefined) {
      number = this.#keys.length
      this.#keys.push(key)
      this.#numbers.set(tag, number)
    }
    return number
  }
}
