import { isJsonObject, JsonFloat, stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { formatTime, type Zone } from '../format/time.ts'
import type { FieldFacts } from './index-facts.ts'

/** A hit as dotted paths to values; arrays stay whole. Paths keep the document's order. */
export function flattenHit(hit: JsonObject): Map<string, JsonValue> {
  const flat = new Map<string, JsonValue>()
  const walk = (value: JsonValue, path: string): void => {
    if (isJsonObject(value) && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`)
    } else flat.set(path, value)
  }
  walk(hit, '')
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

/** How many milliseconds one unit of a numeric date format is. */
const UNIX_UNIT_MS: Readonly<Record<string, number>> = {
  unix_timestamp_secs: 1_000,
  unix_timestamp_millis: 1,
  unix_timestamp_micros: 1e-3,
  unix_timestamp_nanos: 1e-6,
}

/** For reading, not for scripts: a date in the zone of the reader. */
export function humanCell(value: JsonValue | undefined, field: FieldFacts | undefined, zone: Zone): string {
  if (field?.type === 'datetime') {
    const ms = dateMs(value, field.outputFormat)
    if (ms !== undefined) return formatTime(ms, zone, 'auto')
  }
  return cellText(value)
}

function dateMs(value: JsonValue | undefined, outputFormat: string | undefined): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const unitMs = UNIX_UNIT_MS[outputFormat ?? '']
    return unitMs === undefined ? undefined : Number(value) * unitMs
  }
  if (typeof value !== 'string') return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}
