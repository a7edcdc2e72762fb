import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { dateToNanos, parseRfc3339 } from '../../dates/datetime.ts'
import { formatIp, parseIp } from '../../schema/ip.ts'
import { jsonFloat } from './aggregation.ts'
import type { CompositeSource } from './composite-source.ts'
import { asNumber } from './options.ts'
import type { TermKey } from './term-key.ts'
import type { TupleKey } from './tuple-source.ts'

const NANOS_PER_MS = 1_000_000n

/** `{name: value}`, dates in milliseconds. */
export function renderTupleKey(
  sources: readonly CompositeSource[],
  key: readonly TupleKey[],
): JsonObject {
  return Object.fromEntries(
    sources.map(({ name, dates }, at) => [name, keyValue(key[at] ?? null, dates)]),
  )
}

function keyValue(key: TupleKey, dates: CompositeSource['dates']): JsonValue {
  if (key === null) return null
  switch (key.type) {
    case 'str':
    case 'bool':
      return key.value
    case 'int':
      return jsonInteger(key.value)
    case 'float':
      return jsonFloat(key.value)
    case 'ip':
      return formatIp(key.value)
    case 'date':
      return dates === undefined ? jsonInteger(key.value / NANOS_PER_MS) : dates.print(key.value)
  }
}

function jsonInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** As `readAfterKey` reads it back: every value with its type, `str:x`. */
export function printAfterKey(
  sources: readonly CompositeSource[],
  key: readonly TupleKey[],
): JsonObject {
  return Object.fromEntries(sources.map(({ name }, at) => [name, tagged(key[at] ?? null)]))
}

function tagged(key: TupleKey): string {
  if (key === null) return 'null:'
  switch (key.type) {
    case 'str':
      return `str:${key.value}`
    case 'bool':
      return `bool:${key.value}`
    case 'int':
      return `${key.value < 2n ** 63n ? 'i64' : 'u64'}:${key.value}`
    case 'float':
      return `f64:${key.value}`
    case 'ip':
      return `ip:${formatIp(key.value)}`
    case 'date':
      return `dt:${key.value}`
  }
}

/**
 * One value of `after`: as it was printed, or as it stands in the key of a bucket, where `scale` tells
 * a date from a number. Undefined when it is neither.
 */
export function readAfterKey(
  value: JsonValue,
  { scale, dates }: Pick<CompositeSource, 'scale' | 'dates'>,
): TupleKey | undefined {
  if (value === null) return null
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value === 'string') {
    const tagged = readTagged(value)
    if (tagged !== undefined || dates === undefined) return tagged ?? plainText(value, scale)
    return { type: 'date', value: BigInt(dates.read(value, 'after')) * NANOS_PER_MS }
  }
  const number = asNumber(value)
  if (number === undefined) return undefined
  if (scale === 'date') return { type: 'date', value: BigInt(Math.round(number)) * NANOS_PER_MS }
  if (typeof value === 'bigint') return { type: 'int', value }
  return Number.isInteger(value)
    ? { type: 'int', value: BigInt(number) }
    : { type: 'float', value: number }
}

function plainText(text: string, scale: CompositeSource['scale']): TermKey | undefined {
  if (scale === 'ip') {
    const ip = parseIp(text)
    return ip === undefined ? undefined : { type: 'ip', value: ip }
  }
  const date = scale === 'date' ? parseRfc3339(text) : undefined
  return date === undefined
    ? { type: 'str', value: text }
    : { type: 'date', value: dateToNanos(date) }
}

function readTagged(text: string): TupleKey | undefined {
  const colon = text.indexOf(':')
  const rest = text.slice(colon + 1)
  switch (text.slice(0, colon)) {
    case 'null':
      return rest === '' ? null : undefined
    case 'str':
      return { type: 'str', value: rest }
    case 'bool':
      return rest === 'true' || rest === 'false'
        ? { type: 'bool', value: rest === 'true' }
        : undefined
    case 'i64':
    case 'u64':
      return /^-?\d{1,20}$/.test(rest) ? { type: 'int', value: BigInt(rest) } : undefined
    case 'dt':
      return /^-?\d{1,20}$/.test(rest) ? { type: 'date', value: BigInt(rest) } : undefined
    case 'f64': {
      const value = asNumber(rest)
      return value === undefined ? undefined : { type: 'float', value }
    }
    case 'ip': {
      const value = parseIp(rest)
      return value === undefined ? undefined : { type: 'ip', value }
    }
    default:
      return undefined
  }
}
