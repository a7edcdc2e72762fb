// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import type { Column, OrdinalColumn } from '../../split/column.ts'
import { exactValue, numberKeys, type NumberKeys } from '../number-keys.ts'
import type { TermKey } from './term-key.ts'
import type { KeyedColumn } from './values.ts'

/** A column as small whole numbers, one per distinct value and in value order. */
export interface Ordinals extends KeyedColumn {
  readonly type: Column['type']
  /** Ordinals are below this; not every one of them need occur. */
  readonly limit: number
  keyOf(ordinal: number): TermKey
}

/** Stored integers below this are ordinals as they are. */
const SMALL_KEYS = 1 << 20

const ordinalsOfColumn = new WeakMap<Column, Ordinals>()

export function ordinalsOf(column: Column): Ordinals {
  let ordinals = ordinalsOfColumn.get(column)
  if (ordinals === undefined) {
    ordinals =
      column.kind === 'ordinal' ? dictionaryOrdinals(column) : numberOrdinals(numberKeys(column))
    ordinalsOfColumn.set(column, ordinals)
  }
  return ordinals
}

function dictionaryOrdinals(column: OrdinalColumn): Ordinals {
  const { type, values, starts, dictionary } = column
  return {
    type,
    keys: values,
    starts,
    limit: dictionary.termCount,
    keyOf: (ordinal) =>
      type === 'str'
        ? { type: 'str', value: dictionary.text(ordinal) }
        : { type: 'ip', value: dictionary.term(ordinal) },
  }
}

function numberOrdinals(column: NumberKeys): Ordinals {
  const { type, keys, starts, scale } = column
  const highest = column.blockMaxs.reduce((most, bound) => Math.max(most, bound), -1)
  if (scale.kind !== 'float' && highest < SMALL_KEYS) {
    return { type, keys, starts, limit: highest + 1, keyOf: (key) => numberKey(column, key) }
  }
  const distinct = distinctOf(keys)
  return {
    type,
    keys: ranks(keys, distinct),
    starts,
    limit: distinct.length,
    keyOf: (ordinal) => numberKey(column, distinct[ordinal] as number),
  }
}

function numberKey(column: NumberKeys, key: number): TermKey {
  const value = exactValue(column, key)
  // -0 and 0 are one bucket, whichever of them stands in the column.
  if (typeof value === 'number') return { type: 'float', value: value === 0 ? 0 : value }
  if (column.type === 'bool') return { type: 'bool', value: value !== 0n }
  return { type: column.type === 'date' ? 'date' : 'int', value }
}

function distinctOf(keys: KeyedColumn['keys']): Float64Array {
  const sorted = Float64Array.from(keys).sort()
  let count = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[count - 1]) {
      sorted[count] = sorted[i] as number
      count++
    }
  }
  return sorted.slice(0, count)
}

function ranks(keys: KeyedColumn['keys'], distinct: Float64Array): Uint32Array {
  const out = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number
    let low = 0
    let high = distinct.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((distinct[middle] as number) < key) low = middle + 1
      else high = middle
    }
    out[i] = low
  }
  return out
}
