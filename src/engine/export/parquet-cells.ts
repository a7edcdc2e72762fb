import type { SchemaElement } from 'hyparquet'
import { isJsonObject, JsonFloat, stringifyJson, type JsonValue } from '../bytes/json.ts'
import { dateToNanos } from '../dates/datetime.ts'
import { DocRejection } from '../schema/doc-rejection.ts'
import type { DeclaredField } from '../schema/field-table.ts'
import { makeValueReader } from '../schema/field-value.ts'
import { formatIp } from '../schema/ip.ts'
import type { TypedValue } from '../schema/value-type.ts'
import type { ExportColumn } from './export-columns.ts'

/** A value of a document as its column holds it; null where the column cannot. */
export type ParquetCell = (value: JsonValue) => unknown

/** The column in the schema of a file: a list of values for `array<…>`. */
export function elementsOf({ name, declared }: ExportColumn): SchemaElement[] {
  const repetition_type = 'OPTIONAL'
  const element = elementOf(declared)
  if (!isList(declared)) return [{ name, repetition_type, ...element }]
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type, ...element },
  ]
}

function isList(declared: DeclaredField | undefined): boolean {
  if (declared === undefined || declared.field.type === 'json') return false
  return declared.field.type !== 'concatenate' && declared.field.array
}

type LeafElement = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>

const JSON_TEXT: LeafElement = { type: 'BYTE_ARRAY', logical_type: { type: 'JSON' } }
const TEXT: LeafElement = { type: 'BYTE_ARRAY', converted_type: 'UTF8' }

function elementOf(declared: DeclaredField | undefined): LeafElement {
  switch (declared?.field.type) {
    case 'text':
    case 'ip':
      return TEXT
    case 'i64':
      return { type: 'INT64' }
    case 'u64':
      return { type: 'INT64', converted_type: 'UINT_64' }
    case 'f64':
      return { type: 'DOUBLE' }
    case 'bool':
      return { type: 'BOOLEAN' }
    case 'bytes':
      return { type: 'BYTE_ARRAY' }
    case 'datetime': {
      const unit = hasNanos(declared) ? 'NANOS' : 'MICROS'
      return { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit } }
    }
    default:
      return JSON_TEXT
  }
}

/** Microseconds reach further, and more programs read them. */
function hasNanos({ field }: DeclaredField): boolean {
  return field.type === 'datetime' && field.fastPrecision === 'nanoseconds'
}

/** `onInexact` is told of each value that the column cannot hold as it is. */
export function parquetCell(
  declared: DeclaredField | undefined,
  onInexact: () => void,
): ParquetCell {
  if (declared === undefined || declared.field.type === 'json') {
    return (value) => utf8.encode(stringifyJson(value))
  }
  const one = valueCell(declared, onInexact)
  if (isList(declared)) {
    return (value) =>
      (Array.isArray(value) ? value : [value]).map((item) => (item === null ? null : one(item)))
  }
  return (value) => {
    // Below a list of objects there are several values, and the column holds one.
    if (!Array.isArray(value)) return one(value)
    if (value.length > 1) onInexact()
    const [first = null] = value
    return first === null ? null : one(first)
  }
}

const utf8 = new TextEncoder()

function valueCell(declared: DeclaredField, onInexact: () => void): ParquetCell {
  const { field } = declared
  const isNumber = field.type === 'u64' || field.type === 'i64' || field.type === 'f64'
  const reader = { path: declared.path, field: isNumber ? { ...field, coerce: true } : field }
  // Documents were accepted by this mapping or by one before it.
  const read = makeValueReader(reader, 0)
  const convert = converterOf(declared, onInexact)
  return (value) => {
    try {
      return convert(read(value))
    } catch (error) {
      if (!(error instanceof DocRejection)) throw error
      onInexact()
      return field.type === 'text' ? textOf(value) : null
    }
  }
}

function textOf(value: JsonValue): string {
  if (value instanceof JsonFloat || isJsonObject(value)) return stringifyJson(value)
  return Array.isArray(value) ? stringifyJson(value) : String(value)
}

function converterOf(
  declared: DeclaredField,
  onInexact: () => void,
): (value: TypedValue) => unknown {
  switch (declared.field.type) {
    case 'i64':
    case 'u64':
      return (value) => BigInt(value as number | bigint) // what readers of integers give
    case 'ip':
      return (value) => (value instanceof Uint8Array ? formatIp(value) : null)
    case 'datetime': {
      const unitNs = hasNanos(declared) ? 1n : 1_000n
      return (value) => {
        const ns = dateToNanos(value as number | bigint) // what readers of dates give
        const units = (ns - (((ns % unitNs) + unitNs) % unitNs)) / unitNs
        const fits = BigInt.asIntN(64, units) === units
        if (!fits || units * unitNs !== ns) onInexact()
        return fits ? units : null
      }
    }
    default:
      return (value) => value
  }
}
