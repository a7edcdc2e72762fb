import { plainText, type Json } from '../api/exact-json.ts'

const NS_PER_SECOND = 1_000_000_000n
const UNIX_UNITS: Readonly<Record<string, bigint>> = {
  unix_timestamp: NS_PER_SECOND,
  unix_timestamp_secs: NS_PER_SECOND,
  unix_timestamp_millis: 1_000_000n,
  unix_timestamp_micros: 1_000n,
  unix_timestamp_nanos: 1n,
}
/** Seconds up to the year 2242, then thousand-fold for each unit, as the API reads such numbers. */
const MAX_UNIX_SECONDS = 8_589_934_591n

/** How long what a date format shows lasts; 1 where it shows every nanosecond. */
export function unitNs(outputFormat: string | undefined): bigint {
  return UNIX_UNITS[outputFormat ?? ''] ?? 1n
}

/** A date of a hit as nanoseconds since the epoch. Undefined in a format that only the index knows. */
export function instantOf(
  value: Json | undefined,
  outputFormat: string | undefined,
): bigint | undefined {
  if (typeof value === 'string') return readRfc3339(value)
  const digits = plainText(value)
  if (!/^-?\d+$/.test(digits)) return undefined
  const number = BigInt(digits)
  return UNIX_UNITS[outputFormat ?? ''] === undefined
    ? byMagnitude(number)
    : number * unitNs(outputFormat)
}

/** Unix seconds, milliseconds, microseconds or nanoseconds. */
export function byMagnitude(number: bigint): bigint {
  const size = number < 0n ? -number : number
  let limit = MAX_UNIX_SECONDS
  for (const unit of [NS_PER_SECOND, 1_000_000n, 1_000n]) {
    if (size <= limit) return number * unit
    limit *= 1_000n
  }
  return number
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i

/** Undefined for what is no RFC 3339, a day that the calendar does not have included. */
export function readRfc3339(text: string): bigint | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const clock = `${hour}:${minute}:${second === '60' ? '59' : second}`
  const utc = new Date(`${year}-${month}-${day}T${clock}Z`)
  // `Date` takes 30 February for 1 March.
  if (Number.isNaN(utc.getTime()) || utc.getUTCDate() !== Number(day)) return undefined
  const nanos = second === '60' ? 999_999_999n : BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  const offset = /^z$/i.test(zone) ? 0 : offsetSeconds(zone)
  return BigInt(utc.getTime() / 1_000 - offset) * NS_PER_SECOND + nanos
}

function offsetSeconds(zone: string): number {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3_600 + minutes * 60)
}

export function floorDiv(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient
}

/** `2026-11-23T04:00:05.5Z`: exact, without zeros that say nothing. */
export function rfc3339OfNs(ns: bigint): string {
  const second = floorDiv(ns, NS_PER_SECOND)
  const fraction = ns - second * NS_PER_SECOND
  const whole = new Date(Number(second) * 1_000).toISOString().slice(0, 19)
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`
  return `${whole}${digits}Z`
}
