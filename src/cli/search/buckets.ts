import {
  isJsonObject,
  JsonFloat,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { cellText } from './cells.ts'

/** The buckets of a result; keyed ones get their key back. */
export function bucketsOf(result: JsonValue | undefined): JsonObject[] {
  const buckets = isJsonObject(result) ? result['buckets'] : undefined
  if (Array.isArray(buckets)) return buckets.filter(isJsonObject)
  if (!isJsonObject(buckets)) return []
  return Object.entries(buckets).flatMap(([key, bucket]) =>
    isJsonObject(bucket) ? [{ key, ...bucket }] : [],
  )
}

export function keyText(bucket: JsonObject): string {
  const key = bucket['key_as_string'] ?? bucket['key']
  return key instanceof JsonFloat ? String(key.value) : cellText(key)
}

export function countOf(bucket: JsonObject): number {
  return numberOf(bucket['doc_count'])
}

export function numberOf(value: JsonValue | undefined): number {
  return value instanceof JsonFloat ? value.value : Number(value ?? 0)
}

const DECIMALS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })
const SMALL = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** A metric for reading: grouped, four decimals; a dash where there is none. */
export function metricText(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return DECIMALS.format(value)
  const number = numberOf(value)
  return number !== 0 && Math.abs(number) < 0.01 ? SMALL.format(number) : DECIMALS.format(number)
}
