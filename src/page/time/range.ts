import { byMagnitude, readRfc3339, rfc3339OfNs } from './instant.ts'
import type { TimeZone } from './format.ts'

/** As the address of the page has it, and the time range box: texts of the grammar of `resolveTime`. */
export interface WrittenRange {
  /** Inclusive. */
  readonly from?: string | undefined
  /** Exclusive. */
  readonly to?: string | undefined
}

/** Nanoseconds since the epoch; undefined: open. */
export interface TimeRange {
  readonly fromNs: bigint | undefined
  readonly toNs: bigint | undefined
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}
const DURATION = /^(?:\d+(?:ms|[smhdw])\s*)+$/
const RELATIVE = /^now(?:\s*-\s*(.+))?$/

/**
 * `now`, `now-15m`, `15m` (ago), a date (its midnight in UTC), a time, RFC 3339 or Unix time, as the
 * command line reads them. A time without a zone is one of `zone`. Undefined for anything else.
 */
export function resolveTime(text: string, nowMs: number, zone: TimeZone): bigint | undefined {
  const written = text.trim()
  const relative = RELATIVE.exec(written)
  if (relative !== null) {
    const ago = relative[1] === undefined ? 0 : durationMs(relative[1])
    return ago === undefined ? undefined : msToNs(nowMs - ago)
  }
  if (/^\d+$/.test(written)) return byMagnitude(BigInt(written))
  const ago = durationMs(written)
  return ago === undefined ? writtenTime(written, zone) : msToNs(nowMs - ago)
}

/** Whether what a text means moves on as time passes. */
export function isRelative(text: string | undefined): boolean {
  return text !== undefined && (text.trim().startsWith('now') || durationMs(text) !== undefined)
}

/** `1h30m`; undefined for what is no length of time. */
function durationMs(text: string): number | undefined {
  if (!DURATION.test(text.trim())) return undefined
  let sum = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([a-z]+)/g)) {
    sum += Number(count) * (UNIT_MS[unit] ?? 0)
  }
  return sum
}

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i

function writtenTime(text: string, zone: TimeZone): bigint | undefined {
  if (DATE.test(text)) return readRfc3339(`${text}T00:00:00Z`)
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, date = '', clock = '', seconds = ':00', offset] = match
  const local = `${date}T${clock}${seconds}`
  if (offset !== undefined) return readRfc3339(local + offset.replace(/^(...)(\d\d)$/, '$1:$2'))
  const asUtc = readRfc3339(`${local}Z`)
  if (asUtc === undefined || zone === 'utc') return asUtc
  // The browser knows its zone; what is finer than a second stays as it is.
  const there = new Date(`${date}T${clock}${seconds.slice(0, 3)}`)
  const here = new Date(`${date}T${clock}${seconds.slice(0, 3)}Z`)
  return asUtc + msToNs(there.getTime() - here.getTime())
}

/** Both ends at one moment. Throws RangeError that says which is wrong, or that nothing lies between. */
export function resolveRange(range: WrittenRange, nowMs: number, zone: TimeZone): TimeRange {
  const read = (name: string, text: string | undefined): bigint | undefined => {
    if (text === undefined || text.trim() === '') return undefined
    const ns = resolveTime(text, nowMs, zone)
    if (ns !== undefined) return ns
    throw new RangeError(
      `“${text}” is no time (${name}): write now-15m, 2026-11-23, 2026-11-23 04:00 or RFC 3339`,
    )
  }
  const fromNs = read('from', range.from)
  const toNs = read('to', range.to)
  if (fromNs !== undefined && toNs !== undefined && toNs <= fromNs) {
    throw new RangeError('the time range is empty: it ends before it begins')
  }
  return { fromNs, toNs }
}

/** The same for requests: RFC 3339. */
export function rangeBounds({ fromNs, toNs }: TimeRange): WrittenRange {
  return {
    from: fromNs === undefined ? undefined : rfc3339OfNs(fromNs),
    to: toNs === undefined ? undefined : rfc3339OfNs(toNs),
  }
}

/** What was brushed on a histogram, as a range that stays where it is. */
export function brushedRange(startMs: number, endMs: number): WrittenRange {
  const [first, last] = startMs <= endMs ? [startMs, endMs] : [endMs, startMs]
  const from = Math.floor(first)
  return rangeBounds({ fromNs: msToNs(from), toNs: msToNs(Math.max(Math.ceil(last), from + 1)) })
}

/** Twice as long around its middle. */
export function widerRange(startMs: number, endMs: number): WrittenRange {
  const half = Math.max(1, (endMs - startMs) / 2)
  return brushedRange(startMs - half, endMs + half)
}

export const QUICK_RANGES: readonly { readonly label: string; readonly range: WrittenRange }[] = [
  ...(
    [
      ['5 minutes', '5m'],
      ['15 minutes', '15m'],
      ['1 hour', '1h'],
      ['6 hours', '6h'],
      ['24 hours', '24h'],
      ['7 days', '7d'],
      ['30 days', '30d'],
    ] as const
  ).map(([label, ago]) => ({ label: `Last ${label}`, range: { from: `now-${ago}` } })),
  { label: 'All time', range: {} },
]

/** A few words for a range: of the quick ones their label. */
export function rangeLabel({ from, to }: WrittenRange): string {
  const quick = QUICK_RANGES.find(({ range }) => range.from === from && range.to === to)
  if (quick !== undefined) return quick.label
  if (from === undefined) return `until ${to}`
  return to === undefined ? `since ${from}` : `${from} – ${to}`
}

/** Widths that people read easily, with their spelling in a request. */
const WIDTHS: readonly (readonly [ms: number, text: string])[] = [
  [1, '1ms'],
  [10, '10ms'],
  [100, '100ms'],
  [1_000, '1s'],
  [5_000, '5s'],
  [10_000, '10s'],
  [30_000, '30s'],
  [60_000, '1m'],
  [5 * 60_000, '5m'],
  [10 * 60_000, '10m'],
  [30 * 60_000, '30m'],
  [3_600_000, '1h'],
  [3 * 3_600_000, '3h'],
  [6 * 3_600_000, '6h'],
  [12 * 3_600_000, '12h'],
  [86_400_000, '1d'],
  [7 * 86_400_000, '7d'],
  [30 * 86_400_000, '30d'],
  [90 * 86_400_000, '90d'],
  [365 * 86_400_000, '365d'],
]

export interface Interval {
  readonly ms: number
  readonly text: string
}

/** The finest bucket width that cuts the range into at most `maxBuckets`. */
export function chooseInterval(startMs: number, endMs: number, maxBuckets: number): Interval {
  const spanMs = Math.max(1, endMs - startMs)
  const [ms, text] = WIDTHS.find(([width]) => spanMs / width + 1 <= maxBuckets) ?? [
    365 * 86_400_000,
    '365d',
  ]
  return { ms, text }
}

function msToNs(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n
}
