import { JsonFloat, stringifyJson, type JsonValue } from '../bytes/json.ts'
import { parseBinary } from './binary-text.ts'
import { makeDateParser } from '../dates/datetime-format.ts'
import { rejectValue } from './doc-rejection.ts'
import type { DeclaredField } from './field-table.ts'
import { parseIp } from './ip.ts'
import type { TypedValue } from './value-type.ts'

/** Converts one JSON value, never null or undefined; throws `DocRejection` naming the path. */
export type ValueReader = (value: JsonValue) => TypedValue

/** How a declared field reads its values. `nowMs` is for date formats without a year. */
export function makeValueReader({ path, field }: DeclaredField, nowMs: number): ValueReader {
  switch (field.type) {
    case 'text':
      return (value) => (typeof value === 'string' ? value : rejectType(path, 'string', value))
    case 'i64':
    case 'u64':
      return integerReader(path, field.type, field.coerce)
    case 'f64':
      return floatReader(path, field.coerce)
    case 'bool':
      return (value) => (typeof value === 'boolean' ? value : rejectType(path, 'boolean', value))
    case 'ip':
      return (value) => {
        if (typeof value !== 'string') return rejectType(path, 'string', value)
        return parseIp(value) ?? rejectValue(path, 'failed to parse IP address {}', value)
      }
    case 'bytes':
      return (value) => {
        if (typeof value !== 'string') return rejectType(path, 'string', value)
        const format = field.inputFormat
        return (
          parseBinary(value, format) ??
          rejectValue(path, `expected ${format} string, got {}`, value)
        )
      }
    case 'datetime':
      return dateReader(path, field.inputFormats, nowMs)
    case 'json':
    case 'concatenate':
      return (value) => rejectType(path, 'a single value', value)
  }
}

function rejectType(path: string, expected: string, value: JsonValue): never {
  return rejectValue(path, `expected ${expected}, got {}`, stringifyJson(value))
}

const MAX_I64 = 2n ** 63n - 1n
const MIN_I64 = -(2n ** 63n)
const MAX_U64 = 2n ** 64n - 1n

function integerReader(path: string, type: 'i64' | 'u64', coerce: boolean): ValueReader {
  const isSigned = type === 'i64'
  const [least, most] = isSigned ? [MIN_I64, MAX_I64] : [0n, MAX_U64]
  const written = isSigned ? /^[+-]?\d{1,39}$/ : /^\+?\d{1,39}$/
  const inconvertible = (value: JsonValue) => {
    const why = `expected ${type}, got inconvertible JSON number {}`
    return rejectValue(path, why, stringifyJson(value))
  }
  const fromBig = (value: bigint, source: JsonValue): number | bigint => {
    if (value < least || value > most) inconvertible(source)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  return (value) => {
    switch (typeof value) {
      case 'number':
        if (!Number.isInteger(value) || (value < 0 && !isSigned)) return inconvertible(value)
        return value === 0 ? 0 : value
      case 'bigint':
        return fromBig(value, value)
      case 'string':
        if (!coerce) return rejectValue(path, `expected ${type}, got string {}`, value)
        if (!written.test(value)) {
          return rejectValue(path, `failed to coerce JSON string {} to ${type}`, `"${value}"`)
        }
        return fromBig(BigInt(value.startsWith('+') ? value.slice(1) : value), value)
      default:
        return value instanceof JsonFloat ? inconvertible(value) : rejectType(path, type, value)
    }
  }
}

const FLOAT_TEXT = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

function floatReader(path: string, coerce: boolean): ValueReader {
  return (value) => {
    switch (typeof value) {
      case 'number':
        return value
      case 'bigint':
        return Number(value)
      case 'string': {
        if (!coerce) return rejectValue(path, 'expected f64, got string {}', value)
        const number = FLOAT_TEXT.test(value) ? Number(value) : Number.NaN
        if (Number.isFinite(number)) return number
        return rejectValue(path, 'failed to coerce JSON string {} to f64', `"${value}"`)
      }
      default:
        return value instanceof JsonFloat ? value.value : rejectType(path, 'f64', value)
    }
  }
}

function dateReader(path: string, formats: readonly string[], nowMs: number): ValueReader {
  const parse = makeDateParser(formats, nowMs)
  const named = formats.map((format) => `\`${format}\``).join(', ')
  return (value) => {
    const date = parse(value)
    if (date !== undefined) return date
    const isScalar = typeof value !== 'object' && typeof value !== 'boolean'
    if (!isScalar && !(value instanceof JsonFloat)) {
      return rejectType(path, 'datetime as a string or a number', value)
    }
    const text = typeof value === 'string' ? value : stringifyJson(value)
    return rejectValue(path, `failed to parse datetime {} using the formats ${named}`, text)
  }
}

/** One form per number inside json and dynamic fields: `1.0` and `1` are the same, integers beyond
 *  u64 are floats. Integers are safe numbers or bigints, so that every other number is a float. */
export function canonicalNumber(value: number | bigint): number | bigint {
  if (typeof value === 'bigint') return value < MIN_I64 || value > MAX_U64 ? Number(value) : value
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  const isInRange = Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64
  return isInRange ? BigInt(value) : value
}

/** The type of a number that `canonicalNumber` gave. */
export function numberType(value: number | bigint): 'i64' | 'u64' | 'f64' {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'i64' : 'f64'
  return value <= MAX_I64 ? 'i64' : 'u64'
}
