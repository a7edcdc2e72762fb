import type { TypedValue } from '../schema/value-type.ts'

export type NumericType = 'i64' | 'u64' | 'f64'

/** A number as written, exact when it is whole. */
type NumericLiteral = bigint | number

interface Limits {
  readonly min: bigint
  readonly max: bigint
}

const I64: Limits = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const U64: Limits = { min: 0n, max: 2n ** 64n - 1n }

/** Longer texts are no numbers that a field could hold; they would be slow to read. */
const MAX_NUMBER_CHARS = 400
const WHOLE = /^[+-]?[0-9]+$/
const DECIMAL = /^[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/

/** Decimal syntax; a fraction of zero (`1.0`, `1e3`) is dropped. Undefined for anything else. */
export function parseNumericLiteral(text: string): NumericLiteral | undefined {
  if (text.length > MAX_NUMBER_CHARS) return undefined
  if (WHOLE.test(text)) return BigInt(text.startsWith('+') ? text.slice(1) : text)
  return DECIMAL.test(text) ? wholeIfPossible(Number(text)) : undefined
}

/** Undefined for infinities and what is no number. */
export function wholeIfPossible(value: number): NumericLiteral | undefined {
  if (!Number.isFinite(value)) return undefined
  return Number.isInteger(value) ? BigInt(value) : value
}

/** The strict reading of a declared integer field: digits with a sign, within the type's range. */
export function parseInteger(type: 'i64' | 'u64', text: string): TypedValue | undefined {
  if (!WHOLE.test(text) || text.length > MAX_NUMBER_CHARS) return undefined
  return integerOf(type, BigInt(text.startsWith('+') ? text.slice(1) : text))
}

export function integerOf(type: 'i64' | 'u64', value: bigint): TypedValue | undefined {
  const { min, max } = type === 'i64' ? I64 : U64
  return value < min || value > max ? undefined : shortInteger(value)
}

export function parseFloatLiteral(text: string): number | undefined {
  const value = DECIMAL.test(text) && text.length <= MAX_NUMBER_CHARS ? Number(text) : undefined
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/** A number as each type that holds it exactly. The first is how json and dynamic fields index it; the
 *  others stand in splits from when the path was declared with a type of its own. */
export function numericReadings(
  literal: NumericLiteral,
): { readonly type: NumericType; readonly value: TypedValue }[] {
  if (typeof literal === 'number') return [{ type: 'f64', value: literal }]
  const readings: { type: NumericType; value: TypedValue }[] = []
  for (const type of ['i64', 'u64'] as const) {
    const value = integerOf(type, literal)
    if (value !== undefined) readings.push({ type, value })
  }
  const float = Number(literal)
  if (readings.length === 0 || BigInt(float) === literal)
    readings.push({ type: 'f64', value: float })
  return readings
}

/** One side of a range over numbers of any type. */
export interface NumericBound {
  readonly value: NumericLiteral
  readonly inclusive: boolean
}

/** The bound among the values of one type; `all` and `none` when it lies outside them. */
type TypedBound =
  | { readonly kind: 'bound'; readonly value: TypedValue; readonly inclusive: boolean }
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }

/** Exact: no value of the type changes sides by the conversion. */
export function boundAmong(
  type: NumericType,
  side: 'lower' | 'upper',
  bound: NumericBound,
): TypedBound {
  return type === 'f64' ? floatBound(side, bound) : integerBound(type, side, bound)
}

function integerBound(
  type: 'i64' | 'u64',
  side: 'lower' | 'upper',
  { value, inclusive }: NumericBound,
): TypedBound {
  const { min, max } = type === 'i64' ? I64 : U64
  const isLower = side === 'lower'
  const whole =
    typeof value === 'bigint' ? value : BigInt(isLower ? Math.ceil(value) : Math.floor(value))
  if (whole < min) return { kind: isLower ? 'all' : 'none' }
  if (whole > max) return { kind: isLower ? 'none' : 'all' }
  const keepsEdge = typeof value === 'number' || inclusive
  return { kind: 'bound', value: shortInteger(whole), inclusive: keepsEdge }
}

function floatBound(side: 'lower' | 'upper', { value, inclusive }: NumericBound): TypedBound {
  if (typeof value === 'number') return { kind: 'bound', value, inclusive }
  const nearest = Number(value)
  const isLower = side === 'lower'
  if (!Number.isFinite(nearest)) return { kind: isLower === nearest > 0 ? 'none' : 'all' }
  const rounded = BigInt(nearest)
  if (rounded === value) return { kind: 'bound', value: nearest, inclusive }
  // The literal lies between two floats: the nearest one is in or out whatever the brackets say.
  return { kind: 'bound', value: nearest, inclusive: isLower === rounded > value }
}

function shortInteger(value: bigint): TypedValue {
  const short = Number(value)
  return Number.isSafeInteger(short) ? short : value
}
