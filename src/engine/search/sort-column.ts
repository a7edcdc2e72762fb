// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import { JsonFloat, type JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { Column } from '../split/column.ts'
import {
  exactValue,
  firstKeyFrom,
  isNumeric,
  lastKeyUpTo,
  numberKeys,
  type NumberKeys,
  type ValueBound,
} from './number-keys.ts'
import type { SortKey, SortValue } from './request.ts'

type FieldKey = Extract<SortKey, { by: 'field' }>

/** One sort key in one split: a number per document that compares like its value. */
export interface SortColumn {
  /** keys[doc]; NaN without a value. */
  readonly keys: Uint8Array | Uint16Array | Uint32Array | Float64Array
  /** Bounds of each block of documents; undefined when some documents have no value. */
  readonly blocks: { readonly mins: Float64Array; readonly maxs: Float64Array } | undefined
  value(doc: number): SortValue | undefined
  /** Where `search_after` stands among the keys. */
  cursor(after: JsonValue, dateUnit: FieldKey['dateUnit']): KeyCursor
}

/** Keys from `above` on come after the cursor's value, keys up to `below` before; NaN: it has no value. */
export interface KeyCursor {
  readonly below: number
  readonly above: number
}

/** Every document of the split is without a value. */
function emptySortColumn(docCount: number): SortColumn {
  return {
    keys: new Float64Array(docCount).fill(NaN),
    blocks: undefined,
    value: () => undefined,
    cursor: (after) => (after === null ? { below: NaN, above: NaN } : { below: 0, above: 0 }),
  }
}

type Several = FieldKey['several']

/**
 * The column that the split sorts a path by. Of several numeric types at one path (json and dynamic
 * fields) the values compare as doubles. Throws `invalid` when there is only text.
 */
// oxlint-disable-next-line max-params -- the key's field and what it says of several values
export function sortColumn(
  field: string,
  columns: readonly Column[],
  docCount: number,
  several?: Several,
): SortColumn {
  const sortable = columns.filter(isNumeric).map(numberKeys)
  const plain = sortable.filter(({ type }) => type !== 'date' && type !== 'bool')
  const [first, ...others] = plain.length > 0 ? plain : sortable
  if (first === undefined) {
    if (columns.length === 0) return emptySortColumn(docCount)
    throw new QwError(
      'invalid',
      `sort by field on type text is currently not supported: \`${field}\``,
      {
        fix: 'sort by a number, date or bool field',
      },
    )
  }
  return others.length === 0
    ? singleColumn(first, several)
    : mixedColumn([first, ...others], docCount, several)
}

function singleColumn(column: NumberKeys, several: Several): SortColumn {
  const keys = keysOfDocs(column, several)
  return {
    keys,
    blocks:
      column.starts === undefined ? { mins: column.blockMins, maxs: column.blockMaxs } : undefined,
    value(doc) {
      const key = keys[doc] as number
      return Number.isNaN(key) ? undefined : sortValue(column, key)
    },
    cursor: (after, dateUnit) => cursorIn(column, afterValue(after, column.type, dateUnit)),
  }
}

const denseKeys = {
  first: new WeakMap<NumberKeys, Float64Array>(),
  min: new WeakMap<NumberKeys, Float64Array>(),
  max: new WeakMap<NumberKeys, Float64Array>(),
}

/** One key of each document: its first, its smallest or its largest. */
function keysOfDocs(column: NumberKeys, several: Several): SortColumn['keys'] {
  const { starts, keys, docCount } = column
  if (starts === undefined) return keys
  const known = denseKeys[several ?? 'first']
  let dense = known.get(column)
  if (dense === undefined) {
    dense = new Float64Array(docCount).fill(NaN)
    for (let doc = 0; doc < docCount; doc++) {
      const start = starts[doc] as number
      const end = several === undefined ? start + 1 : (starts[doc + 1] as number)
      if (start === (starts[doc + 1] as number)) continue
      let best = keys[start] as number
      for (let at = start + 1; at < end; at++) {
        const key = keys[at] as number
        if (several === 'min' ? key < best : key > best) best = key
      }
      dense[doc] = best
    }
    known.set(column, dense)
  }
  return dense
}

function sortValue(column: NumberKeys, key: number): SortValue {
  const value = exactValue(column, key)
  if (typeof value === 'number') return { type: 'f64', value }
  if (column.type === 'bool') return { type: 'bool', value: value !== 0n }
  return { type: column.type === 'f64' ? 'i64' : column.type, value }
}

function mixedColumn(
  columns: readonly NumberKeys[],
  docCount: number,
  several: Several,
): SortColumn {
  const keys = new Float64Array(docCount).fill(NaN)
  const parts = columns.map((column) => ({ column, own: keysOfDocs(column, several) }))
  const partOf = (doc: number): (typeof parts)[number] | undefined =>
    parts.find(({ own }) => !Number.isNaN(own[doc] as number))
  for (let doc = 0; doc < docCount; doc++) {
    const part = partOf(doc)
    if (part !== undefined) keys[doc] = Number(exactValue(part.column, part.own[doc] as number))
  }
  return {
    keys,
    blocks: undefined,
    value(doc) {
      const part = partOf(doc)
      return part === undefined ? undefined : sortValue(part.column, part.own[doc] as number)
    },
    cursor(after) {
      const value = afterValue(after, 'f64', 'ns')
      const key = value === null ? NaN : Number(value)
      return { below: key, above: key }
    },
  }
}

/** null: the cursor's document has no value. */
function afterValue(
  after: JsonValue,
  type: NumberKeys['type'],
  dateUnit: FieldKey['dateUnit'],
): bigint | number | null {
  const value = cursorNumber(after)
  if (value === null || type !== 'date' || dateUnit === 'ns') return value
  return typeof value === 'bigint' || Number.isInteger(value)
    ? BigInt(value) * 1_000_000n
    : BigInt(Math.round(value * 1e6))
}

/** A `search_after` value of a key that sorts numbers; null: the hit had no value. Throws `invalid`. */
export function cursorNumber(after: JsonValue): bigint | number | null {
  if (after === null || typeof after === 'number' || typeof after === 'bigint') return after
  if (typeof after === 'boolean') return after ? 1 : 0
  if (after instanceof JsonFloat) return after.value
  if (typeof after === 'string' && /^-?\d+$/.test(after)) return BigInt(after)
  if (typeof after === 'string' && after.trim() !== '' && Number.isFinite(Number(after))) {
    return Number(after)
  }
  throw new QwError(
    'invalid',
    'a search_after value must be a number, a bool, null or a numeric string',
  )
}

function cursorIn(column: NumberKeys, value: bigint | number | null): KeyCursor {
  if (value === null) return { below: NaN, above: NaN }
  const bound = (inclusive: boolean): ValueBound => ({ value, inclusive })
  return { below: lastKeyUpTo(column, bound(false)), above: firstKeyFrom(column, bound(false)) }
}
