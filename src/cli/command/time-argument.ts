import { QwError } from '../../engine/errors.ts'
import { parseTimeNs } from '../format/time.ts'

/** Nanoseconds since the epoch of what a flag was given as a time. Throws `invalid` that says what the
 *  calendar has against it. */
export function readTimeNs(flag: string, written: string, nowMs: number): bigint {
  const ns = parseTimeNs(written.trim(), nowMs)
  if (ns !== undefined) return ns
  throw new QwError('invalid', `${flag} \`${written}\` is no time`, {
    code: 'USAGE',
    why: calendarWhy(written.trim()),
    fix: 'write 15m (ago), now-2h, 2026-11-23, 2026-11-23T04:00:00Z or Unix time',
  })
}

function calendarWhy(written: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)/.exec(written)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
  if (month < 1 || month > 12) return `there is no month ${month}`
  // Day 0 of the next month.
  const last = new Date(Date.UTC(year, month, 0))
  const dayCount = last.getUTCDate()
  if (day >= 1 && day <= dayCount) return undefined
  const name = last.toLocaleString('en', { month: 'long', timeZone: 'UTC' })
  return `${name} ${year} has ${dayCount} days`
}
