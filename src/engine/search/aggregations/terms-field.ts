import { dateToNanos, parseRfc3339 } from '../../dates/datetime.ts'
import { parseIp } from '../../schema/ip.ts'
import type { AggregationField, AggregationInput } from './aggregation.ts'
import { dateOptions } from './date-options.ts'
import { parseDecimalFormat } from './decimal-format.ts'
import { asNumber, fieldOption, invalidAggregation } from './options.ts'
import type { TermKey } from './term-key.ts'

export interface TermsField {
  readonly path: string
  readonly type: AggregationField['type']
  /** The key of documents without value; undefined: they have no bucket. */
  readonly missing: TermKey | undefined
}

/** A field whose values are keys, and the key of documents without any. */
export function parseTermsField(input: AggregationInput): TermsField {
  const field = fieldOption(input)
  if (field.type === 'bytes') {
    throw invalidAggregation(
      input.name,
      `field "${field.path}" holds bytes, which do not aggregate`,
    )
  }
  return { path: field.path, type: field.type, missing: parseMissing(input, field) }
}

function parseMissing(input: AggregationInput, field: AggregationField): TermKey | undefined {
  const raw = input.options['missing']
  if (raw === undefined || raw === null) return undefined
  if (typeof raw === 'string') return missingText(raw, field)
  if (typeof raw === 'boolean' && field.type === 'bool') return { type: 'bool', value: raw }
  const number = asNumber(raw)
  if (number === undefined) {
    throw invalidAggregation(input.name, '`missing` must be a string or a number')
  }
  if (field.type === 'str') return { type: 'str', value: String(number) }
  if (typeof raw === 'bigint') return { type: 'int', value: raw }
  return numberKey(number, field)
}

function numberKey(number: number, field: AggregationField): TermKey {
  return Number.isInteger(number) && field.type !== 'f64'
    ? { type: 'int', value: BigInt(number) }
    : { type: 'float', value: number }
}

function missingText(text: string, field: AggregationField): TermKey {
  const ip = field.type === 'ip' ? parseIp(text) : undefined
  if (ip !== undefined) return { type: 'ip', value: ip }
  // A number as a text is one where the field has nothing else.
  const isNumeric = field.type === 'i64' || field.type === 'u64' || field.type === 'f64'
  const number = isNumeric ? asNumber(text) : undefined
  if (number !== undefined) return numberKey(number, field)
  const date = field.type === 'date' ? parseRfc3339(text) : undefined
  return date === undefined
    ? { type: 'str', value: text }
    : { type: 'date', value: dateToNanos(date) }
}

/** `format`: dates by a Java pattern, numbers by a decimal one. */
export function keyFormatOption(
  input: AggregationInput,
  type: TermsField['type'],
): ((key: TermKey) => string | undefined) | undefined {
  const raw = input.options['format'] ?? undefined
  if (raw === undefined) return undefined
  if (type === 'date') {
    const { print } = dateOptions(input)
    return (key) => (key.type === 'date' ? print(key.value) : undefined)
  }
  const print = parseDecimalFormat(input.name, raw)
  return (key) =>
    key.type === 'int' || key.type === 'float' ? print(Number(key.value)) : undefined
}
