import {
  isJsonObject,
  JsonFloat,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { formatTimeNs, writtenTimeNs, type Zone } from '../format/time.ts'
import type { FieldFacts } from '../stack/index-facts.ts'

/**
 * A hit as dotted paths to values; arrays stay whole. Paths keep the document's order. Where a key with
 * a dot meets a nested one of the same path, the dots of the first are escaped: `a\\.b` beside `a.b`.
 */
export function flattenHit(hit: JsonObject): Map<string, JsonValue> {
  const flat = new Map<string, JsonValue>()
  /** The escaped spelling of each path that is in use. */
  const spelled = new Map<string, string>()
  const put = (path: string, escaped: string, value: JsonValue): void => {
    const other = spelled.get(path)
    const before = flat.get(path)
    if (other === undefined || before === undefined) {
      flat.set(path, value)
      spelled.set(path, escaped)
    } else if (escaped === path) {
      flat.set(other, before)
      flat.set(path, value)
      spelled.set(path, escaped)
    } else flat.set(escaped, value)
  }
  const walk = (value: JsonValue, path: string, escaped: string): void => {
    if (!isJsonObject(value) || Object.keys(value).length === 0) return put(path, escaped, value)
    for (const [key, inner] of Object.entries(value)) {
      const spelling = key.replaceAll('.', '\\.')
      if (path === '') walk(inner, key, spelling)
      else walk(inner, `${path}.${key}`, `${escaped}.${spelling}`)
    }
  }
  walk(hit, '', '')
  return flat
}

/** The value as plain text: strings without quotes, everything else as JSON, nothing for null. */
export function cellText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : stringifyJson(value)
}

export function isNumeric(value: JsonValue | undefined): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonFloat
}

/** How many nanoseconds one unit of a numeric date format is. */
const UNIX_UNIT_NS: Readonly<Record<string, bigint>> = {
  unix_timestamp_secs: 1_000_000_000n,
  unix_timestamp_millis: 1_000_000n,
  unix_timestamp_micros: 1_000n,
  unix_timestamp_nanos: 1n,
}

/** For reading, not for scripts: a date in the zone of the reader. */
export function humanCell(
  value: JsonValue | undefined,
  field: FieldFacts | undefined,
  zone: Zone,
): string {
  if (field?.type === 'datetime') {
    const ns = dateNs(value, field.outputFormat)
    if (ns !== undefined) return formatTimeNs(ns, zone)
  }
  return cellText(value)
}

/** A stored date as nanoseconds since the epoch; undefined in a format that only the index knows. */
export function dateNs(
  value: JsonValue | undefined,
  outputFormat: string | undefined,
): bigint | undefined {
  if (typeof value === 'string') return writtenTimeNs(value)
  const unitNs = UNIX_UNIT_NS[outputFormat ?? '']
  if (unitNs === undefined) return undefined
  if (typeof value === 'bigint') return value * unitNs
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) * unitNs : undefined
}
