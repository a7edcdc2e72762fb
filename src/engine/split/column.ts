import type { ByteRange } from '../ports.ts'
import type { ValueType } from '../schema/value-type.ts'

/** Values per block of `blockMins` and `blockMaxs`. */
export const COLUMN_BLOCK_VALUES = 4096

export interface ColumnInfo extends ByteRange {
  readonly type: ValueType
  readonly docCount: number
  readonly valueCount: number
}

/** Which values belong to a document. */
export interface Presence {
  /** Undefined: exactly one value per document, values[doc]. Otherwise those of doc d are [starts[d], starts[d + 1]). */
  readonly starts: Uint32Array | undefined
}

interface ColumnShape extends Presence {
  readonly docCount: number
  readonly valueCount: number
}

export type SmallValues = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** i64, u64, bool (0 and 1) and date (nanoseconds). A value is `base + step * stored`. */
export interface IntColumn extends ColumnShape {
  readonly kind: 'int'
  readonly type: 'i64' | 'u64' | 'bool' | 'date'
  readonly base: bigint
  readonly step: bigint
  /** Smallest and largest value; undefined when the column is empty. */
  readonly min: bigint | undefined
  readonly max: bigint | undefined
  /** Stored values, integers below 2^53; empty when `wide` has them. */
  readonly values: SmallValues
  readonly wide: BigUint64Array | undefined
  /** Bounds of the stored values per block of `COLUMN_BLOCK_VALUES`; rounded outwards to a double when `wide`. */
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

export interface FloatColumn extends ColumnShape {
  readonly kind: 'float'
  readonly type: 'f64'
  readonly min: number | undefined
  readonly max: number | undefined
  readonly values: Float64Array
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** str (after the normalizer), ip and bytes: numbers of terms in a sorted dictionary of distinct values. */
export interface OrdinalColumn extends ColumnShape {
  readonly kind: 'ordinal'
  readonly type: 'str' | 'ip' | 'bytes'
  readonly values: Uint8Array | Uint16Array | Uint32Array
  readonly dictionary: OrdinalDictionary
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

export interface OrdinalDictionary {
  readonly termCount: number
  term(ordinal: number): Uint8Array
  text(ordinal: number): string
  /** The place of `term`, or where it would stand (the number of smaller terms). */
  find(term: Uint8Array): { readonly ordinal: number; readonly found: boolean }
}

export type Column = IntColumn | FloatColumn | OrdinalColumn

/** `bytes` are those of the info's range. Throws `corrupt`. */
export function decodeColumn(bytes: Uint8Array, info: ColumnInfo): Column {
  throw new Error(`not written yet ${bytes.length} ${info.valueCount}`)
}
