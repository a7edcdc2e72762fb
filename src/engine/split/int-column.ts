// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import {
  decodeSequence,
  encodeSequence,
  SEQUENCE_BLOCK_VALUES,
  type SequenceValues,
} from '../bytes/int-sequence.ts'

/*
 * Values of an i64, u64, bool or date column. A value is base + step * stored, stored >= 0.
 *
 *   base 8 bytes LE    the smallest value: two's complement for i64 and date (nanoseconds),
 *                      unsigned for u64 and bool
 *   step u64 LE        greatest common divisor of the distances from base; 1 or more
 *   form u8            0 the stored values are a sequence
 *                      1 a stored value reaches 2^53: u64 LE each, step 1
 */
const Form = { sequence: 0, wide: 1 } as const
const MAX_EXACT = Number.MAX_SAFE_INTEGER

export type IntType = 'i64' | 'u64' | 'bool' | 'date'

/** Values as collected: doubles that are exact integers in units of `unit`, or 64-bit integers. */
export type IntValues =
  | { readonly kind: 'numbers'; readonly values: Float64Array; readonly unit: bigint }
  | { readonly kind: 'bigints'; readonly values: BigInt64Array | BigUint64Array }

interface IntBody {
  readonly base: bigint
  readonly step: bigint
  readonly min: bigint | undefined
  readonly max: bigint | undefined
  readonly values: SequenceValues
  readonly wide: BigUint64Array | undefined
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
}

/** Appends the body; returns the bounds, or undefined when there are no values. Writes over doubles that it
 *  is given: there is one for each document. */
export function encodeIntBody(
  type: IntType,
  input: IntValues,
  out: ByteWriter,
): { readonly min: bigint; readonly max: bigint } | undefined {
  const narrow = input.kind === 'numbers' ? normalizeNumbers(input) : normalizeBigints(input.values)
  if (narrow === undefined) return encodeWide(type, toBigints(type, input), out)
  writeBase(type, narrow.base, out)
  out.u64(narrow.step)
  out.u8(Form.sequence)
  encodeSequence(narrow.stored, narrow.stored.length, out)
  if (narrow.stored.length === 0) return undefined
  return { min: narrow.base, max: narrow.base + narrow.step * BigInt(narrow.storedMax) }
}

interface Normalized {
  readonly base: bigint
  readonly step: bigint
  readonly stored: Float64Array
  readonly storedMax: number
}

/** Undefined when a distance from the smallest value is no exact double. Writes over `values`. */
function normalizeNumbers({
  values,
  unit,
}: {
  readonly values: Float64Array
  readonly unit: bigint
}): Normalized | undefined {
  if (values.length === 0) return { base: 0n, step: 1n, stored: values, storedMax: 0 }
  let min = Infinity
  let max = -Infinity
  // Not by an iterator, which makes an object for each.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  if (max - min > MAX_EXACT) return undefined
  const divisor = commonDivisor(values, min)
  if (divisor === 1) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - min
  else {
    for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) - min) / divisor
  }
  return {
    base: BigInt(min) * unit,
    step: BigInt(divisor) * unit,
    stored: values,
    storedMax: (max - min) / divisor,
  }
}

function commonDivisor(values: Float64Array, min: number): number {
  let divisor = 0
  for (let i = 0; i < values.length; i++) {
    let rest = (values[i] as number) - min
    // Most distances are multiples of the divisor found so far.
    if (divisor !== 0 && rest % divisor === 0) continue
    while (rest !== 0) [divisor, rest] = [rest, divisor % rest]
    if (divisor === 1) return 1
  }
  return divisor === 0 ? 1 : divisor
}

function normalizeBigints(values: BigInt64Array | BigUint64Array): Normalized | undefined {
  const { min, max } = bigBounds(values)
  let divisor = 0n
  for (const value of values) {
    let rest = value - min
    while (rest !== 0n) [divisor, rest] = [rest, divisor % rest]
    if (divisor === 1n) break
  }
  const step = divisor === 0n ? 1n : divisor
  const storedMax = (max - min) / step
  if (storedMax > BigInt(MAX_EXACT)) return undefined
  const stored = new Float64Array(values.length)
  for (let i = 0; i < stored.length; i++) {
    stored[i] = Number(((values[i] as bigint) - min) / step)
  }
  return { base: min, step, stored, storedMax: Number(storedMax) }
}

function bigBounds(values: BigInt64Array | BigUint64Array): {
  readonly min: bigint
  readonly max: bigint
} {
  let [min = 0n] = values
  let max = min
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}

function toBigints(type: IntType, input: IntValues): BigInt64Array | BigUint64Array {
  if (input.kind === 'bigints') return input.values
  const out = isSigned(type)
    ? new BigInt64Array(input.values.length)
    : new BigUint64Array(input.values.length)
  for (let i = 0; i < out.length; i++) out[i] = BigInt(input.values[i] as number) * input.unit
  return out
}

function encodeWide(
  type: IntType,
  values: BigInt64Array | BigUint64Array,
  out: ByteWriter,
): { readonly min: bigint; readonly max: bigint } {
  const { min, max } = bigBounds(values)
  writeBase(type, min, out)
  out.u64(1n)
  out.u8(Form.wide)
  for (const value of values) out.u64(value - min)
  return { min, max }
}

/** Throws `corrupt`. */
export function decodeIntBody(type: IntType, reader: ByteReader, valueCount: number): IntBody {
  const base = isSigned(type) ? reader.i64() : reader.u64()
  const step = reader.u64()
  const form = reader.u8()
  if (form === Form.sequence) {
    const sequence = decodeSequence(reader, valueCount)
    const greatest = sequence.blockMaxs.reduce((max, value) => Math.max(max, value), 0)
    const bounds =
      valueCount === 0
        ? { min: undefined, max: undefined }
        : { min: base, max: base + step * BigInt(greatest) }
    return { base, step, ...bounds, ...sequence, wide: undefined }
  }
  if (form !== Form.wide) throw reader.invalid(`integer column form ${form}`)
  return decodeWide({ base, step }, reader, valueCount)
}

function decodeWide(
  { base, step }: { readonly base: bigint; readonly step: bigint },
  reader: ByteReader,
  valueCount: number,
): IntBody {
  const wide = new BigUint64Array(valueCount)
  const blockCount = Math.ceil(valueCount / SEQUENCE_BLOCK_VALUES)
  const blockMins = new Float64Array(blockCount).fill(Infinity)
  const blockMaxs = new Float64Array(blockCount)
  let greatest = 0n
  for (let i = 0; i < valueCount; i++) {
    const stored = reader.u64()
    wide[i] = stored
    if (stored > greatest) greatest = stored
    const block = Math.floor(i / SEQUENCE_BLOCK_VALUES)
    blockMins[block] = Math.min(blockMins[block] as number, doubleNear(stored, -1))
    blockMaxs[block] = Math.max(blockMaxs[block] as number, doubleNear(stored, 1))
  }
  const max = base + step * greatest
  return { base, step, min: base, max, values: new Uint8Array(0), wide, blockMins, blockMaxs }
}

/** The value as a double, rounded down (-1) or up (1) when it is none. */
function doubleNear(value: bigint, direction: -1 | 1): number {
  const near = Number(value)
  if (BigInt(near) === value || value <= BigInt(MAX_EXACT)) return near
  // Doubles below 2^64 are at most 2^11 apart.
  return Math.max(0, near + direction * 2 ** 11)
}

function writeBase(type: IntType, base: bigint, out: ByteWriter): void {
  if (isSigned(type)) out.i64(base)
  else out.u64(base)
}

function isSigned(type: IntType): boolean {
  return type === 'i64' || type === 'date'
}
