import { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import {
  decodeSequence,
  encodeSequence,
  SEQUENCE_BLOCK_VALUES,
  type SequenceValues,
} from '../bytes/int-sequence.ts'
import { openBlock, type SealOptions } from '../bytes/sealed-block.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { ByteRange } from '../ports.ts'
import type { TypedValue } from '../schema/value-type.ts'
import { decodeFloatBody, encodeFloatBody } from './float-column.ts'
import { decodeIntBody, encodeIntBody, type IntType, type IntValues } from './int-column.ts'
import {
  decodeOrdinalDictionary,
  encodeOrdinalDictionary,
  type OrdinalDictionary,
} from './ordinal-dictionary.ts'
import { decodePresence, encodePresence, type Presence } from './presence.ts'

/*
 * One field's values by document: a sealed block of
 *
 *   presence                    presence.ts
 *   i64, u64, bool, date        integer body, int-column.ts
 *   f64                         float body, float-column.ts
 *   str, ip, bytes              dictionary, ordinal-dictionary.ts, then a sequence of ordinals
 */

/** Unpacking costs more than the bits do: deflate only where it is a clear gain. */
const SEAL: SealOptions = { level: 4, worthwhileShare: 0.7 }
const WHAT = 'column'

/** Values per block of `blockMins` and `blockMaxs`. */
export const COLUMN_BLOCK_VALUES = SEQUENCE_BLOCK_VALUES

export type OrdinalType = 'str' | 'ip' | 'bytes'

export interface ColumnInfo extends ByteRange {
  readonly type: IntType | 'f64' | OrdinalType
  readonly docCount: number
  readonly valueCount: number
}

interface ColumnShape extends Presence {
  readonly docCount: number
  readonly valueCount: number
}

/** i64, u64, bool (0 and 1) and date (nanoseconds). A value is `base + step * stored`. */
export interface IntColumn extends ColumnShape {
  readonly kind: 'int'
  readonly type: IntType
  readonly base: bigint
  readonly step: bigint
  /** Smallest and largest value; undefined when the column is empty. */
  readonly min: bigint | undefined
  readonly max: bigint | undefined
  /** Stored values, integers below 2^53; empty when `wide` has them. */
  readonly values: SequenceValues
  readonly wide: BigUint64Array | undefined
  /** Bounds of the stored values per block of `COLUMN_BLOCK_VALUES`; rounded outwards to a double
   *  when `wide`. */
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

export interface FloatColumn extends ColumnShape {
  readonly kind: 'float'
  readonly type: 'f64'
  readonly min: number | undefined
  readonly max: number | undefined
  readonly values: Float64Array
  /** Every value is the double nearest to an integer divided by this; undefined: who knows. */
  readonly divisor: number | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** str (after the normalizer), ip and bytes: numbers of terms in a sorted dictionary of distinct
 *  values. */
export interface OrdinalColumn extends ColumnShape {
  readonly kind: 'ordinal'
  readonly type: OrdinalType
  readonly values: Uint8Array | Uint16Array | Uint32Array
  readonly dictionary: OrdinalDictionary
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

export type Column = IntColumn | FloatColumn | OrdinalColumn

/** Values as collected, in document order. Encoding them uses them up. */
export type ColumnInput = ColumnInputShape &
  (
    | { readonly kind: 'int'; readonly type: IntType; readonly values: IntValues }
    | { readonly kind: 'float'; readonly values: Float64Array }
    | {
        readonly kind: 'ordinal'
        readonly ordinals: Uint32Array
        readonly termCount: number
        readonly termAt: (ordinal: number) => Uint8Array
      }
  )

interface ColumnInputShape {
  /** Document of each value; undefined when value i is the only one of document i, for all. */
  readonly docs: Uint32Array | undefined
}

export interface WrittenColumn {
  readonly sealed: Uint8Array
  readonly valueCount: number
  /** Of columns with a value, booleans apart; those of an ordinal column are its terms. */
  readonly bounds: { readonly min: TypedValue; readonly max: TypedValue } | undefined
}

export async function encodeColumn(
  input: ColumnInput,
  queue: SealingQueue,
): Promise<WrittenColumn> {
  const out = new ByteWriter()
  encodePresence(input.docs, out)
  let bounds: WrittenColumn['bounds']
  let valueCount: number
  switch (input.kind) {
    case 'int': {
      const found = encodeIntBody(input.type, input.values, out)
      valueCount = input.values.values.length
      if (found !== undefined && input.type !== 'bool') {
        bounds = {
          min: typedInteger(input.type, found.min),
          max: typedInteger(input.type, found.max),
        }
      }
      break
    }
    case 'float':
      bounds = encodeFloatBody(input.values, out)
      valueCount = input.values.length
      break
    case 'ordinal':
      out.bytes(await encodeOrdinalDictionary(input.termCount, input.termAt, queue))
      encodeSequence(input.ordinals, input.ordinals.length, out)
      valueCount = input.ordinals.length
      // Copies: a term may be a view of what is used again.
      if (input.termCount > 0) {
        bounds = { min: input.termAt(0).slice(), max: input.termAt(input.termCount - 1).slice() }
      }
      break
  }
  return { sealed: await queue.seal(out.view(), SEAL), valueCount, bounds }
}

/** The value as the rest of the engine writes it; dates come in as nanoseconds. */
function typedInteger(type: IntType, value: bigint): TypedValue {
  if (type === 'date') return value % 1_000_000n === 0n ? Number(value / 1_000_000n) : value
  const asNumber = Number(value)
  return Number.isSafeInteger(asNumber) ? asNumber : value
}

/** `bytes` are those of the info's range. Throws `corrupt`. */
export function decodeColumn(bytes: Uint8Array, info: ColumnInfo): Column {
  const { type, docCount, valueCount } = info
  const reader = new ByteReader(openBlock(bytes, WHAT), WHAT)
  const shape = { docCount, valueCount, ...decodePresence(reader, info) }
  switch (type) {
    case 'i64':
    case 'u64':
    case 'bool':
    case 'date':
      return { kind: 'int', type, ...shape, ...decodeIntBody(type, reader, valueCount) }
    case 'f64':
      return { kind: 'float', type, ...shape, ...decodeFloatBody(reader, valueCount) }
    case 'str':
    case 'ip':
    case 'bytes': {
      const dictionary = decodeOrdinalDictionary(reader)
      const { values, blockMins, blockMaxs } = decodeSequence(reader, valueCount)
      if (values instanceof Float64Array) throw reader.invalid('ordinal beyond 2^32')
      return { kind: 'ordinal', type, ...shape, values, dictionary, blockMins, blockMaxs }
    }
  }
}
