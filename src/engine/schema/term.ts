import { compareBytes } from '../bytes/byte-order.ts'
import { QwError } from '../errors.ts'
import { dateToNanos, dateToSeconds } from '../dates/datetime.ts'
import type { TypedValue, ValueType } from './value-type.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Where each type's bytes have a fixed length. */
const TERM_BYTES: Partial<Record<ValueType, number>> = {
  i64: 8,
  u64: 8,
  f64: 8,
  date: 8,
  bool: 1,
  ip: 16,
}

const SIGN_BIT = 1n << 63n
const SIGN_WORD = 0x80000000

/**
 * Terms as the dictionary keeps them; byte order is value order.
 *   str    UTF-8
 *   i64    8 bytes big-endian, sign bit flipped      u64  8 bytes big-endian
 *   f64    8 bytes big-endian, sign bit flipped (all bits when negative); -0 is 0
 *   date   whole seconds since the epoch (rounded down), encoded like i64
 *   bool   1 byte   ip  16 bytes   bytes  as they are
 */
export function encodeTerm(type: ValueType, value: TypedValue): Uint8Array {
  switch (type) {
    case 'str':
      if (typeof value === 'string') return encoder.encode(value)
      break
    case 'i64':
      if (isInteger(value)) return encodeInteger(value, SIGN_WORD)
      break
    case 'u64':
      if (isInteger(value)) return encodeInteger(value, 0)
      break
    case 'f64':
      if (typeof value === 'number') return encodeFloat(value)
      break
    case 'date':
      if (isInteger(value)) return encodeInteger(dateToSeconds(value), SIGN_WORD)
      break
    case 'bool':
      if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0)
      break
    case 'ip':
    case 'bytes':
      if (value instanceof Uint8Array) return value
      break
  }
  return wrongValue(type, value)
}

/** Inverse of `encodeTerm`; dates come back as milliseconds. Throws `corrupt` on a wrong length. */
export function decodeTerm(type: ValueType, bytes: Uint8Array): TypedValue {
  const expected = TERM_BYTES[type]
  if (expected !== undefined && bytes.length !== expected) {
    const message = `a term has the wrong length type=${type} length=${bytes.length}`
    throw new QwError('corrupt', message)
  }
  switch (type) {
    case 'str':
      return decoder.decode(bytes)
    case 'i64':
      return shortest(viewOf(bytes).getBigUint64(0) - SIGN_BIT)
    case 'u64':
      return shortest(viewOf(bytes).getBigUint64(0))
    case 'f64':
      return decodeFloat(bytes)
    case 'date':
      return Number(viewOf(bytes).getBigUint64(0) - SIGN_BIT) * 1000
    case 'bool':
      return bytes[0] === 1
    case 'ip':
    case 'bytes':
      return bytes
  }
}

/** Negative, zero or positive, in the order of the encoded terms but with dates to the nanosecond.
 *  Throws `internal` when a value is not of the type (a bug of the caller). */
export function compareTyped(type: ValueType, a: TypedValue, b: TypedValue): number {
  switch (type) {
    case 'i64':
    case 'u64':
      if (isInteger(a) && isInteger(b)) return order(a, b)
      break
    case 'f64':
      if (typeof a === 'number' && typeof b === 'number') return order(a, b)
      break
    case 'date':
      if (typeof a === 'number' && typeof b === 'number') return order(a, b)
      if (isInteger(a) && isInteger(b)) return order(dateToNanos(a), dateToNanos(b))
      break
    case 'bool':
      return Number(a) - Number(b)
    case 'str':
    case 'ip':
    case 'bytes':
      return compareBytes(encodeTerm(type, a), encodeTerm(type, b))
  }
  return wrongValue(type, isInteger(a) ? b : a)
}

function order(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isInteger(value: TypedValue): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

/** `flip` is exclusive-ored into the high word. Without bigints for the values that are doubles:
 *  there is one call per distinct number of a split. */
function encodeInteger(value: number | bigint, flip: number): Uint8Array {
  if (typeof value === 'number') {
    return bigEndian((Math.floor(value / 2 ** 32) ^ flip) >>> 0, value >>> 0)
  }
  const high = Number((value >> 32n) & 0xffffffffn)
  return bigEndian((high ^ flip) >>> 0, Number(value & 0xffffffffn))
}

/** Byte by byte: a view would cost more than the encoding. */
function bigEndian(high: number, low: number): Uint8Array {
  const bytes = new Uint8Array(8)
  for (let i = 0; i < 4; i++) {
    bytes[i] = high >>> (24 - 8 * i)
    bytes[4 + i] = low >>> (24 - 8 * i)
  }
  return bytes
}

const floatScratch = new DataView(new ArrayBuffer(8))

function encodeFloat(value: number): Uint8Array {
  floatScratch.setFloat64(0, value === 0 ? 0 : value)
  const high = floatScratch.getUint32(0)
  const low = floatScratch.getUint32(4)
  return high >= SIGN_WORD ? bigEndian(~high, ~low) : bigEndian(high ^ SIGN_WORD, low)
}

function decodeFloat(bytes: Uint8Array): number {
  const bits = viewOf(bytes).getBigUint64(0)
  const scratch = new DataView(new ArrayBuffer(8))
  scratch.setBigUint64(0, bits & SIGN_BIT ? bits ^ SIGN_BIT : ~bits)
  return scratch.getFloat64(0)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function shortest(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function wrongValue(type: ValueType, value: TypedValue): never {
  throw new QwError('internal', `a value is not of its type type=${type} value=${String(value)}`)
}
