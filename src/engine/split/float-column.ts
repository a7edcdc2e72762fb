// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { SEQUENCE_BLOCK_VALUES } from '../bytes/int-sequence.ts'
import { decodeIntBody, encodeIntBody } from './int-column.ts'

/*
 * Values of an f64 column, bit for bit:
 *
 *   form u8    0 doubles, little-endian
 *              1 decimal: exponent u8, then the body of an i64 column;
 *                a value is the double nearest to (integer / 10^exponent), integers up to 2^51
 */
const Form = { raw: 0, decimal: 1 } as const
/** More digits than measured values have; each costs a pass over the values. */
const MAX_EXPONENT = 10
/** Distances between such integers are exact too. */
const MAX_SCALED = 2 ** 51

interface FloatBody {
  readonly min: number | undefined
  readonly max: number | undefined
  readonly values: Float64Array
  /** Every value is the double nearest to an integer divided by this; undefined: who knows. */
  readonly divisor: number | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** Appends the body; returns the bounds, or undefined when there are no values. */
export function encodeFloatBody(
  values: Float64Array,
  out: ByteWriter,
): { readonly min: number; readonly max: number } | undefined {
  const exponent = decimalExponent(values)
  if (exponent === undefined) {
    out.u8(Form.raw)
    for (const value of values) out.f64(value)
  } else {
    out.u8(Form.decimal)
    out.u8(exponent)
    const scale = 10 ** exponent
    const integers = values.map((value) => Math.round(value * scale))
    encodeIntBody('i64', { kind: 'numbers', values: integers, unit: 1n }, out)
  }
  if (values.length === 0) return undefined
  return bounds(values)
}

/** The smallest power of ten that makes every value an integer that divides back to its bits. */
function decimalExponent(values: Float64Array): number | undefined {
  let exponent = 0
  for (const value of values) {
    while (!survives(value, 10 ** exponent)) if (++exponent > MAX_EXPONENT) return undefined
  }
  const scale = 10 ** exponent
  return values.every((value) => survives(value, scale)) ? exponent : undefined
}

function survives(value: number, scale: number): boolean {
  const scaled = Math.round(value * scale)
  // Integers have one zero: -0 stays a double.
  return (
    scaled / scale === value &&
    Math.abs(scaled) <= MAX_SCALED &&
    (value !== 0 || Object.is(value, 0))
  )
}

function bounds(values: Float64Array): { readonly min: number; readonly max: number } {
  let min = Infinity
  let max = -Infinity
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

/** Throws `corrupt`. */
export function decodeFloatBody(reader: ByteReader, valueCount: number): FloatBody {
  const form = reader.u8()
  if (form === Form.decimal) return decodeDecimal(reader, valueCount)
  if (form !== Form.raw) throw reader.invalid(`float column form ${form}`)
  const values = littleEndianDoubles(reader.bytes(valueCount * 8))
  const blockCount = Math.ceil(valueCount / SEQUENCE_BLOCK_VALUES)
  const blockMins = new Float64Array(blockCount)
  const blockMaxs = new Float64Array(blockCount)
  for (let block = 0; block < blockCount; block++) {
    const start = block * SEQUENCE_BLOCK_VALUES
    const { min, max } = bounds(values.subarray(start, start + SEQUENCE_BLOCK_VALUES))
    blockMins[block] = min
    blockMaxs[block] = max
  }
  return { ...wholeBounds(blockMins, blockMaxs), values, divisor: undefined, blockMins, blockMaxs }
}

/** Every platform that Node runs on is little-endian: a copy, for its alignment, is all. */
function littleEndianDoubles(bytes: Uint8Array): Float64Array {
  const values = new Float64Array(bytes.length / 8)
  new Uint8Array(values.buffer).set(bytes)
  return values
}

function decodeDecimal(reader: ByteReader, valueCount: number): FloatBody {
  const scale = 10 ** reader.u8()
  const body = decodeIntBody('i64', reader, valueCount)
  if (body.wide !== undefined) throw reader.invalid('decimal column beyond 2^53')
  const base = Number(body.base)
  const step = Number(body.step)
  const { values: stored } = body
  const values = new Float64Array(valueCount)
  for (let i = 0; i < valueCount; i++) values[i] = (base + step * (stored[i] as number)) / scale
  const blockMins = body.blockMins.map((value) => (base + step * value) / scale)
  const blockMaxs = body.blockMaxs.map((value) => (base + step * value) / scale)
  return { ...wholeBounds(blockMins, blockMaxs), values, divisor: scale, blockMins, blockMaxs }
}

function wholeBounds(
  blockMins: Float64Array,
  blockMaxs: Float64Array,
): { readonly min: number | undefined; readonly max: number | undefined } {
  if (blockMins.length === 0) return { min: undefined, max: undefined }
  return { min: bounds(blockMins).min, max: bounds(blockMaxs).max }
}
