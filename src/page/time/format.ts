import { floorDiv } from './instant.ts'

/** In which zone times are shown: this browser's, or UTC. */
export type TimeZone = 'local' | 'utc'

/** `2026-11-23 04:00:05.123`: three, six or nine digits of a second that is not whole. */
export function formatNs(ns: bigint, zone: TimeZone): string {
  const second = floorDiv(ns, 1_000_000_000n)
  const digits = String(ns - second * 1_000_000_000n)
    .padStart(9, '0')
    .replace(/(?:000){0,3}$/, '')
  const seconds = formatMs(Number(second) * 1_000, zone, 'seconds')
  return digits === '' ? seconds : `${seconds}.${digits}`
}

/** A moment as precise as it is wanted. */
export function formatMs(
  ms: number,
  zone: TimeZone,
  detail: 'days' | 'minutes' | 'seconds' | 'millis',
): string {
  // What UTC shows of a date that was moved by the zone is what the zone shows of the real one.
  const shift = zone === 'utc' ? 0 : -new Date(ms).getTimezoneOffset() * 60_000
  const date = new Date(ms + shift)
  if (Number.isNaN(date.getTime())) return ''
  const text = date.toISOString().replace('T', ' ')
  const cut = { days: -14, minutes: -8, seconds: -5, millis: -1 }[detail]
  return text.slice(0, cut)
}

/** How much of a time the buckets of a histogram need. */
export function bucketDetail(intervalMs: number): 'days' | 'minutes' | 'seconds' | 'millis' {
  if (intervalMs < 1_000) return 'millis'
  if (intervalMs < 60_000) return 'seconds'
  return intervalMs >= 86_400_000 ? 'days' : 'minutes'
}

/** `UTC`, or of this browser `UTC+02:00` with the zone's name. */
export function zoneName(zone: TimeZone, atMs: number): string {
  if (zone === 'utc') return 'UTC'
  const east = -new Date(atMs).getTimezoneOffset()
  const size = Math.abs(east)
  const two = (value: number): string => String(value).padStart(2, '0')
  const offset = `UTC${east < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return east === 0 ? 'UTC' : `${timeZone} (${offset})`
}

/** `850 ms`, `3.2 s`, `2 m 5 s`: how long something took or lasts. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const
  let left = Math.round(ms / 1_000)
  const parts = units.map(([seconds, name]) => {
    const count = Math.floor(left / seconds)
    left -= count * seconds
    return { count, text: `${count} ${name}` }
  })
  const first = parts.findIndex(({ count }) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ text }) => text)
    .join(' ')
}
