// Indexed reads of arrays are cast: loop bounds keep them inside.
import { compareBytes } from '../bytes/byte-order.ts'
import { ByteStrings } from '../bytes/byte-strings.ts'
import { decodeColumn, type ColumnInput, type FloatColumn, type IntColumn } from './column.ts'
import type { IntType, IntValues } from './int-column.ts'
import { keptColumn, type MergedColumn, type MergedOrdinals } from './kept-docs.ts'
import { rangeOf, type MergeField } from './merge-input.ts'

const NS_PER_MS = 1_000_000n
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER)

/** The values of all inputs one after the other; undefined when no input has the column. */
export function mergeColumns(
  sources: readonly MergeField[],
  docCount: number,
): ColumnInput | undefined {
  const columns: MergedColumn[] = []
  const offsets: number[] = []
  for (const { input, field } of sources) {
    if (field.column === undefined) continue
    const column = decodeColumn(rangeOf(input.bytes, field.column), field.column)
    columns.push(input.kept === undefined ? column : keptColumn(column, input.kept))
    offsets.push(input.docOffset)
  }
  const docs = joinDocs(columns, offsets, docCount)
  const ints = columns.filter((column): column is IntColumn => column.kind === 'int')
  const floats = columns.filter((column): column is FloatColumn => column.kind === 'float')
  const ordinals = columns.filter((column): column is MergedOrdinals => column.kind === 'ordinal')
  // A field has one type, so all columns are of one kind.
  if (ints[0] !== undefined) {
    return { kind: 'int', docs, type: ints[0].type, values: joinIntegers(ints[0].type, ints) }
  }
  if (floats.length > 0) return { kind: 'float', docs, values: joinFloats(floats) }
  return ordinals.length > 0 ? joinOrdinals(ordinals, docs) : undefined
}

function joinDocs(
  columns: readonly MergedColumn[],
  offsets: readonly number[],
  docCount: number,
): Uint32Array | undefined {
  const covered = columns.reduce((sum, column) => sum + column.docCount, 0)
  if (covered === docCount && columns.every(({ starts }) => starts === undefined)) return undefined
  const docs = new Uint32Array(columns.reduce((sum, column) => sum + column.valueCount, 0))
  let at = 0
  columns.forEach(({ starts, docCount: count }, c) => {
    const offset = offsets[c] as number
    for (let doc = 0; doc < count; doc++) {
      const valueCount =
        starts === undefined ? 1 : (starts[doc + 1] as number) - (starts[doc] as number)
      for (let left = valueCount; left > 0; left--) docs[at++] = doc + offset
    }
  })
  return docs
}

/** Doubles when all values are exact in milliseconds (dates) or as they are, else 64 bits. */
function joinIntegers(type: IntType, columns: readonly IntColumn[]): IntValues {
  const unit = type === 'date' ? NS_PER_MS : 1n
  const valueCount = columns.reduce((sum, column) => sum + column.valueCount, 0)
  if (columns.every((column) => isExactIn(unit, column))) {
    const values = new Float64Array(valueCount)
    let at = 0
    for (const { base, step, values: stored } of columns) {
      const first = Number(base / unit)
      const distance = Number(step / unit)
      for (let i = 0; i < stored.length; i++)
        values[at++] = first + distance * (stored[i] as number)
    }
    return { kind: 'numbers', values, unit }
  }
  const isSigned = type === 'i64' || type === 'date'
  const values = isSigned ? new BigInt64Array(valueCount) : new BigUint64Array(valueCount)
  let at = 0
  for (const { base, step, values: stored, wide } of columns) {
    for (let i = 0; i < stored.length; i++) values[at++] = base + step * BigInt(stored[i] as number)
    for (const value of wide ?? []) values[at++] = base + step * value
  }
  return { kind: 'bigints', values }
}

function isExactIn(unit: bigint, { base, step, min, max, wide }: IntColumn): boolean {
  if (min === undefined || max === undefined) return true
  return (
    wide === undefined &&
    base % unit === 0n &&
    (step % unit === 0n || min === max) &&
    min / unit >= -MAX_EXACT &&
    max / unit <= MAX_EXACT
  )
}

function joinFloats(columns: readonly FloatColumn[]): Float64Array {
  const values = new Float64Array(columns.reduce((sum, column) => sum + column.valueCount, 0))
  let at = 0
  for (const column of columns) {
    values.set(column.values, at)
    at += column.valueCount
  }
  return values
}

function joinOrdinals(
  columns: readonly MergedOrdinals[],
  docs: Uint32Array | undefined,
): ColumnInput {
  const all = new ByteStrings()
  for (const { dictionary } of columns) {
    dictionary.eachTerm((term) => {
      all.addSlice(term, 0, term.length)
    })
  }
  const distinct: number[] = []
  const ordinalOf = new Uint32Array(all.count)
  let previous: Uint8Array | undefined
  for (const string of all.sorted()) {
    const bytes = all.at(string)
    if (previous === undefined || compareBytes(previous, bytes) !== 0) distinct.push(string)
    ordinalOf[string] = distinct.length - 1
    previous = bytes
  }
  const ordinals = new Uint32Array(columns.reduce((sum, column) => sum + column.valueCount, 0))
  let at = 0
  let firstString = 0
  for (const { values, dictionary } of columns) {
    for (let i = 0; i < values.length; i++) {
      ordinals[at++] = ordinalOf[firstString + (values[i] as number)] as number
    }
    firstString += dictionary.termCount
  }
  const termAt = (ordinal: number) => all.at(distinct[ordinal] as number)
  return { kind: 'ordinal', docs, ordinals, termCount: distinct.length, termAt }
}
