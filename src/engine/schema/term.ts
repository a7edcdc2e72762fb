import type { TypedValue, ValueType } from './value-type.ts'

/**
 * Terms as the dictionary keeps them; byte order is value order.
 *   str    UTF-8
 *   i64    8 bytes big-endian, sign bit flipped      u64  8 bytes big-endian
 *   f64    8 bytes big-endian, sign bit flipped (all bits when negative); -0 is 0
 *   date   whole seconds since the epoch (rounded down), encoded like i64
 *   bool   1 byte   ip  16 bytes   bytes  as they are
 */
export function encodeTerm(type: ValueType, value: TypedValue): Uint8Array {
  throw new Error(`not written yet ${type} ${typeof value}`)
}

/** Inverse of `encodeTerm`; dates come back as milliseconds. Throws `corrupt` on a wrong length. */
export function decodeTerm(type: ValueType, bytes: Uint8Array): TypedValue {
  throw new Error(`not written yet ${type} ${bytes.length}`)
}

/** Throws `internal` when the value is not of the type (a bug of the caller). */
export function compareTyped(type: ValueType, a: TypedValue, b: TypedValue): number {
  throw new Error(`not written yet ${type} ${typeof a} ${typeof b}`)
}
