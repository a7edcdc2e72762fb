// Indexed reads of arrays are cast: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { GrowableIntegers, GrowableUint32 } from '../bytes/growable.ts'
import {
  decodeSequence,
  encodeSequence,
  leastOf,
  type SequenceValues,
} from '../bytes/int-sequence.ts'

/*
 * Numbers of one place in the documents of a block, written so that each prints as it came in:
 *
 *   decimals u8       bits 0-6: 0 to MAX_DIGITS; bit 7: at least one is printed
 *   min zigzag varint
 *   sequence          value * 10^decimals - min
 *
 * A number prints as its integer divided by 10^decimals, without zeros at the end of the fraction
 * and without a point when nothing follows it; with bit 7, one zero is left, as in 5.0.
 */
const KEEPS_POINT = 0x80

/** Digits that a double holds whatever they are. */
export const MAX_DIGITS = 15
const POINT = 0x2e
const MINUS = 0x2d
const ZERO = 0x30

interface ParsedNumber {
  /** Where the number ends; the start when there is none that prints back to the same text. */
  end: number
  mantissa: number
  decimals: number
  integerDigits: number
  /** Its fraction is one zero. */
  endsInZero: boolean
}

/** A double from the start: the object would change its layout, and undo what was compiled for it, with
 *  the first mantissa beyond 31 bits. */
const DOUBLE = Number.NaN

export const parsed: ParsedNumber = {
  end: 0,
  mantissa: DOUBLE,
  decimals: 0,
  integerDigits: 0,
  endsInZero: false,
}

/** Reads the number at `start` into `parsed`. Left alone: exponents, more than MAX_DIGITS digits,
 *  leading zeros, fractions ending in zero (but .0 itself) and minus zero. */
export function parseNumber(bytes: Uint8Array, start: number, end: number): void {
  parsed.end = start
  let at = start
  const isNegative = at < end && bytes[at] === MINUS
  if (isNegative) at++
  const firstDigit = at
  let value = 0
  for (let digit = digitAt(bytes, at, end); digit >= 0; digit = digitAt(bytes, ++at, end)) {
    value = value * 10 + digit
  }
  const integerDigits = at - firstDigit
  if (integerDigits === 0 || (integerDigits > 1 && bytes[firstDigit] === ZERO)) return
  let decimals = 0
  let endsInZero = false
  if (at < end && bytes[at] === POINT) {
    const point = at++
    for (let digit = digitAt(bytes, at, end); digit >= 0; digit = digitAt(bytes, ++at, end)) {
      value = value * 10 + digit
    }
    decimals = at - point - 1
    endsInZero = bytes[at - 1] === ZERO
    if (decimals === 0 || (endsInZero && decimals > 1)) return
  }
  if (integerDigits + decimals > MAX_DIGITS || (isNegative && value === 0)) return
  if (at < end && continuesNumber(bytes[at] as number)) return
  parsed.end = at
  parsed.mantissa = isNegative ? -value : value
  parsed.decimals = decimals
  parsed.integerDigits = integerDigits
  parsed.endsInZero = endsInZero
}

function digitAt(bytes: Uint8Array, at: number, end: number): number {
  const digit = at < end ? (bytes[at] as number) - ZERO : -1
  return digit <= 9 ? digit : -1
}

function continuesNumber(byte: number): boolean {
  return byte === POINT || byte === MINUS || byte === 0x2b || byte === 0x45 || byte === 0x65
}

/** The numbers of one place, collected. */
export class NumberValues {
  readonly #mantissas = new GrowableIntegers()
  /** Of each; undefined as long as all have none. */
  #decimals: GrowableUint32 | undefined
  #maxDecimals = 0
  #maxIntegerDigits = 0
  #hasWhole = false
  #keepsPoint = false

  get count(): number {
    return this.#mantissas.length
  }

  /** Whether one more value leaves all of them exact at one scale, and printed in one way: 5 or 5.0. */
  fits({ decimals, integerDigits, endsInZero }: ParsedNumber): boolean {
    if (endsInZero ? this.#hasWhole : decimals === 0 && this.#keepsPoint) return false
    return (
      Math.max(this.#maxDecimals, decimals) + Math.max(this.#maxIntegerDigits, integerDigits) <=
      MAX_DIGITS
    )
  }

  push({ mantissa, decimals, integerDigits, endsInZero }: ParsedNumber): void {
    if (endsInZero) this.#keepsPoint = true
    else if (decimals === 0) this.#hasWhole = true
    if (decimals > 0) this.#decimals ??= new GrowableUint32(new Uint32Array(this.count))
    this.#decimals?.push(decimals)
    this.#mantissas.push(mantissa)
    if (decimals > this.#maxDecimals) this.#maxDecimals = decimals
    if (integerDigits > this.#maxIntegerDigits) this.#maxIntegerDigits = integerDigits
  }

  /** An integer of up to MAX_DIGITS digits. */
  pushInteger(value: number): void {
    this.#decimals?.push(0)
    this.#mantissas.push(value)
  }

  encode(out: ByteWriter): void {
    const values = this.#scaled()
    const min = values.length === 0 ? 0 : leastOf(values, 0, values.length)
    if (min !== 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - min
    out.u8(this.#maxDecimals | (this.#keepsPoint ? KEEPS_POINT : 0))
    out.zigzag(min)
    encodeSequence(values, values.length, out)
  }

  /** All at the scale of the one with the most decimals. */
  #scaled(): Uint32Array | Float64Array {
    const mantissas = this.#mantissas.view()
    const decimals = this.#decimals?.view()
    if (decimals === undefined) return mantissas
    const scaled = new Float64Array(mantissas.length)
    for (let i = 0; i < scaled.length; i++) {
      const missing = this.#maxDecimals - (decimals[i] as number)
      scaled[i] = (mantissas[i] as number) * 10 ** missing
    }
    return scaled
  }
}

/** Numbers as `NumberValues` wrote them. */
export class DecodedNumbers {
  readonly #decimals: number
  readonly #leastDecimals: number
  readonly #min: number
  readonly #values: SequenceValues

  constructor(reader: ByteReader, count: number) {
    const form = reader.u8()
    this.#leastDecimals = form >= KEEPS_POINT ? 1 : 0
    this.#decimals = form & (KEEPS_POINT - 1)
    if (this.#decimals > MAX_DIGITS) throw reader.invalid(`${this.#decimals} decimals`)
    this.#min = reader.zigzag()
    this.#values = decodeSequence(reader, count).values
  }

  text(index: number): string {
    let integer = this.#min + (this.#values[index] as number)
    let decimals = this.#decimals
    for (; decimals > this.#leastDecimals && integer % 10 === 0; decimals--) integer /= 10
    if (decimals === 0) return String(integer)
    const digits = String(Math.abs(integer)).padStart(decimals + 1, '0')
    const point = digits.length - decimals
    return `${integer < 0 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
  }
}
