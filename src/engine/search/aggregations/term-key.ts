import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { dateFromNanos, formatRfc3339 } from '../../dates/datetime.ts'
import { formatIp } from '../../schema/ip.ts'
import { jsonFloat } from './aggregation.ts'

/** One distinct value, comparable across splits and columns. Integers of all types are one kind. */
export type TermKey =
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'date'; readonly value: bigint }

/** The key as text that no other key has. */
export function keyTag(key: TermKey): string {
  switch (key.type) {
    case 'str':
      return `s${key.value}`
    case 'ip':
      return `a${Buffer.from(key.value).toString('hex')}`
    case 'bool':
    case 'int':
    case 'float':
    case 'date':
      return `${key.type}:${key.value}`
  }
}

const TYPE_ORDER = { bool: 0, str: 1, int: 2, float: 2, ip: 3, date: 4 } as const

/** Across types: bool, string, number, ip, date. Strings in the order of their UTF-8 bytes. */
export function compareKeys(a: TermKey, b: TermKey): number {
  const byType = TYPE_ORDER[a.type] - TYPE_ORDER[b.type]
  if (byType !== 0) return byType
  if (a.type === 'str' && b.type === 'str') {
    return a.value === b.value ? 0 : Buffer.compare(Buffer.from(a.value), Buffer.from(b.value))
  }
  if (a.type === 'ip' && b.type === 'ip') return Buffer.compare(a.value, b.value)
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}

/** `key`, and `key_as_string` where the contract has one. */
export function renderKey(key: TermKey): JsonObject {
  return key.type === 'bool'
    ? { key: key.value ? 1 : 0, key_as_string: String(key.value) }
    : { key: keyValue(key) }
}

function keyValue(key: Exclude<TermKey, { type: 'bool' }>): JsonValue {
  switch (key.type) {
    case 'str':
      return key.value
    case 'int':
      return jsonInteger(key.value)
    case 'float':
      return jsonFloat(key.value)
    case 'ip':
      return formatIp(key.value)
    case 'date':
      return formatRfc3339(dateFromNanos(key.value))
  }
}

function jsonInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
