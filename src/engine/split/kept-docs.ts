// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { Column, FloatColumn, IntColumn, OrdinalColumn } from './column.ts'
import type { Fieldnorms } from './fieldnorms.ts'
import type { OrdinalDictionary } from './ordinal-dictionary.ts'

/** The documents of a split that go on into a new one, numbered anew without gaps. */
export interface KeptDocs {
  readonly count: number
  /** By document: its new number, or GONE. */
  readonly places: Uint32Array
}

export const GONE = 0xffff_ffff

/** A column as a merge reads it: values, and the terms that ordinals stand for. */
export type MergedColumn = IntColumn | FloatColumn | MergedOrdinals

export type MergedOrdinals = Omit<OrdinalColumn, 'dictionary'> & {
  readonly dictionary: Pick<OrdinalDictionary, 'termCount' | 'eachTerm'>
}

/** `erased`, in any order, are documents of a split of `docCount`. */
export function keepAllBut(erased: Uint32Array, docCount: number): KeptDocs {
  const places = new Uint32Array(docCount)
  for (const doc of erased) places[doc] = GONE
  let count = 0
  for (let doc = 0; doc < docCount; doc++) if (places[doc] !== GONE) places[doc] = count++
  return { count, places }
}

/** The lengths of the kept documents alone. */
export function keptLengths(lengths: Fieldnorms, { count, places }: KeptDocs): Fieldnorms {
  const kept = new Uint32Array(count)
  for (let doc = 0; doc < places.length; doc++) {
    const place = places[doc] as number
    if (place !== GONE) kept[place] = lengths[doc] as number
  }
  return kept
}

/** The column without the values of documents that are gone. Bounds stay those of all values: they
 *  still hold. A dictionary loses what only those documents had. */
export function keptColumn(column: Column, { count, places }: KeptDocs): MergedColumn {
  const starts = new Uint32Array(count + 1)
  const from = new Uint32Array(column.valueCount)
  let valueCount = 0
  for (let doc = 0; doc < places.length; doc++) {
    const place = places[doc] as number
    if (place === GONE) continue
    starts[place] = valueCount
    const first = column.starts === undefined ? doc : (column.starts[doc] as number)
    const end = column.starts === undefined ? doc + 1 : (column.starts[doc + 1] as number)
    for (let i = first; i < end; i++) from[valueCount++] = i
  }
  starts[count] = valueCount
  const shape = {
    docCount: count,
    valueCount,
    starts: column.starts === undefined ? undefined : starts,
  }
  const chosen = from.subarray(0, valueCount)
  switch (column.kind) {
    case 'int':
      return {
        ...column,
        ...shape,
        values: column.wide === undefined ? pick(column.values, chosen) : column.values,
        wide: column.wide && pickWide(column.wide, chosen),
      }
    case 'float':
      return { ...column, ...shape, values: pick(column.values, chosen) }
    case 'ordinal':
      return { ...column, ...shape, ...keptOrdinals(column, chosen) }
  }
}

function pick(values: ArrayLike<number>, chosen: Uint32Array): Float64Array {
  const picked = new Float64Array(chosen.length)
  for (let i = 0; i < chosen.length; i++) picked[i] = values[chosen[i] as number] as number
  return picked
}

function pickWide(values: BigUint64Array, chosen: Uint32Array): BigUint64Array {
  const picked = new BigUint64Array(chosen.length)
  for (let i = 0; i < chosen.length; i++) picked[i] = values[chosen[i] as number] as bigint
  return picked
}

function keptOrdinals(
  { values, dictionary }: OrdinalColumn,
  chosen: Uint32Array,
): Pick<MergedOrdinals, 'values' | 'dictionary'> {
  const isUsed = new Uint8Array(dictionary.termCount)
  for (const i of chosen) isUsed[values[i] as number] = 1
  const ordinalOf = new Uint32Array(dictionary.termCount)
  let usedCount = 0
  for (let ordinal = 0; ordinal < isUsed.length; ordinal++) {
    ordinalOf[ordinal] = usedCount
    if (isUsed[ordinal] === 1) usedCount++
  }
  return {
    values: Uint32Array.from(chosen, (i) => ordinalOf[values[i] as number] as number),
    dictionary: {
      termCount: usedCount,
      eachTerm: (take) =>
        dictionary.eachTerm((term, ordinal) => {
          if (isUsed[ordinal] === 1) take(term, ordinalOf[ordinal] as number)
        }),
    },
  }
}
