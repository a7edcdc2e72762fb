import { QwError } from '../errors.ts'
import { parseDateLiteral, parseRfc3339 } from '../dates/datetime.ts'
import type { ResolvedField } from '../schema/schema.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { parseIp } from '../schema/ip.ts'
import {
  numericReadings,
  parseFloatLiteral,
  parseInteger,
  parseNumericLiteral,
} from './numeric-literal.ts'

/** Types whose literals are values, not texts to be cut into tokens. */
export type LiteralType = Exclude<ValueType, 'str'>

export interface Reading {
  readonly type: ValueType
  readonly value: TypedValue
}

/** What `text` means for a field of a fixed type. Throws `invalid` (QUERY-VALUE) when nothing. */
export function readLiteral(field: ResolvedField, type: LiteralType, text: string): TypedValue {
  const value = parseLiteral(type, text)
  if (value !== undefined) return value
  const message = `expected a \`${field.fieldType}\` search value for field \`${field.path}\`, got \`${clip(text)}\``
  throw new QwError('invalid', message, { code: 'QUERY-VALUE', fix: LITERAL_HINTS[type] })
}

export function parseLiteral(type: LiteralType, text: string): TypedValue | undefined {
  switch (type) {
    case 'i64':
    case 'u64':
      return parseInteger(type, text)
    case 'f64':
      return parseFloatLiteral(text)
    case 'bool':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'date':
      return parseDateLiteral(text)
    case 'ip':
      return parseIp(text)
    case 'bytes':
      return parseBytes(text)
  }
}

export const LITERAL_HINTS: Readonly<Record<LiteralType, string>> = {
  i64: 'write a whole number between -2^63 and 2^63 - 1',
  u64: 'write a whole number between 0 and 2^64 - 1',
  f64: 'write a decimal number such as 1.5 or 2e3',
  bool: 'write true or false',
  date: 'write a date such as 2024-01-31T12:00:00Z (quoted outside ranges) or a Unix timestamp',
  ip: 'write an IPv4 or IPv6 address (IPv6 quoted outside ranges) or, outside ranges, a network such as 10.0.0.0/8',
  bytes: 'write hex digits, or base64 after a `!`',
}

/** How a json or dynamic path may have indexed what `text` stands for, text itself apart. */
export function readingsOf(field: ResolvedField, text: string): Reading[] {
  const readings: Reading[] = []
  const date = readsDates(field) ? parseRfc3339(text) : undefined
  if (date !== undefined) readings.push({ type: 'date', value: date })
  const number = parseNumericLiteral(text)
  if (number !== undefined) readings.push(...numericReadings(number))
  if (text === 'true' || text === 'false') readings.push({ type: 'bool', value: text === 'true' })
  return readings
}

/** Concatenate fields keep every text as text. */
export function readsDates(field: ResolvedField): boolean {
  return field.fieldType !== 'concatenate'
}

function parseBytes(text: string): Uint8Array | undefined {
  if (/^([0-9a-fA-F]{2})*$/.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'))
  const base64 = text.startsWith('!') ? text.slice(1) : text
  const digits = base64.replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined
  return Uint8Array.from(Buffer.from(digits, 'base64'))
}

/** At most a line of a value that may be as long as a request. */
export function clip(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
