import { parseDurationMs } from './duration.ts'

/**
 * A point in time as users write it, as milliseconds: RFC 3339, `2026-11-23`, `now`, `now-15m`,
 * `15m` (ago), Unix s, ms, µs or ns by magnitude. Undefined when it is none of these.
 */
export function parseTimeMs(text: string, nowMs: number): number | undefined {
  const relative = /^now(?:\s*-\s*(.+))?$/.exec(text)
  if (relative !== null) {
    const ago = relative[1] === undefined ? 0 : parseDurationMs(relative[1])
    return ago === undefined ? undefined : nowMs - ago
  }
  if (/^\d+$/.test(text)) return unixMs(text)
  const ago = parseDurationMs(text)
  if (ago !== undefined) return nowMs - ago
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** The unit follows from the size: seconds up to the year 2242, then thousand-fold for each unit. */
function unixMs(digits: string): number {
  const value = Number(digits)
  if (value <= 8_589_934_591) return value * 1_000
  if (value <= 8_589_934_591e3) return value
  return value <= 8_589_934_591e6 ? value / 1_000 : value / 1_000_000
}

export type Zone = { readonly kind: 'local' } | { readonly kind: 'named'; readonly name: string }

/** `local`, `utc` or an IANA name; undefined when the zone is unknown. */
export function parseZone(text: string | undefined): Zone | undefined {
  if (text === undefined || text === 'local') return { kind: 'local' }
  const name = text.toLowerCase() === 'utc' ? 'UTC' : text
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return { kind: 'named', name }
  } catch {
    return undefined
  }
}

/** `2026-11-23 04:00:05.123`; milliseconds only where they are not zero or `fraction` asks for them. */
export function formatTime(ms: number, zone: Zone, detail: 'minutes' | 'seconds' | 'days' | 'auto'): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(zone.kind === 'local' ? {} : { timeZone: zone.name }),
  }).formatToParts(ms)
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? ''
  const date = `${part('year')}-${part('month')}-${part('day')}`
  if (detail === 'days') return date
  const clock = `${date} ${part('hour')}:${part('minute')}`
  if (detail === 'minutes') return clock
  const seconds = `${clock}:${part('second')}`
  const fraction = ((ms % 1_000) + 1_000) % 1_000
  if (detail === 'seconds' || fraction === 0) return seconds
  return `${seconds}.${String(Math.floor(fraction)).padStart(3, '0')}`
}
