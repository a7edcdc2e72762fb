import { isDateMath, resolveDateMath, type Rounding } from '../dates/date-math.ts'
import { formatRfc3339, parseDateLiteral, parseRfc3339 } from '../dates/datetime.ts'
import { javaDateToRfc3339 } from '../dates/java-date-format.ts'
import { UTC, type TimeZone } from '../dates/time-zone.ts'

/** How written bounds of a range become dates. */
export interface BoundDates {
  /** What `now` is; undefined where bounds have to mean the same whenever they are read. */
  readonly nowMs: number | undefined
  /** What a bound without a zone of its own is meant in. */
  readonly zone: TimeZone
  /** A Java pattern or named format; undefined: dates as in any query. */
  readonly format?: string | undefined
}

type Fail = (reason: string, fix?: string) => never

/**
 * What a bound means on a date, as RFC 3339, where that is not what it says: date maths, or a local
 * time. Undefined where it means what it says. `fail` throws the caller's error.
 */
export function boundDate(
  text: string,
  { nowMs, zone, format }: BoundDates,
  rounding: Rounding,
  fail: Fail,
): string | undefined {
  const readAnchor = (anchor: string): ReturnType<typeof parseRfc3339> =>
    format === undefined
      ? parseDateLiteral(anchor, zone)
      : (parseRfc3339(anchor) ?? parseRfc3339(javaDateToRfc3339(anchor, format, fail, zone)))
  if (!isDateMath(text)) {
    if (rounding === 'up' && isDayAlone(text, format)) {
      return resolveDateMath(`${text}||/d`, { nowMs: 0, readAnchor, rounding, zone })
    }
    if (format !== undefined) return javaDateToRfc3339(text, format, fail, zone)
    const date = zone === UTC ? undefined : parseDateLiteral(text, zone)
    return date === undefined ? undefined : formatRfc3339(date)
  }
  if (nowMs === undefined && text.startsWith('now')) {
    return fail(
      '`now` is not supported here',
      'write the date itself, or put the range into `query`',
    )
  }
  return (
    resolveDateMath(text, { nowMs: nowMs ?? 0, readAnchor, rounding, zone }) ??
    fail(
      `\`${text.slice(0, 100)}\` is no date maths`,
      'write `now` or a date and `||`, then steps such as -1d, +2h or /d (y, M, w, d, h, m, s)',
    )
  )
}

/** By a format: four to eight digits, which are no more than a day, and no sign of a time. */
function isDayAlone(text: string, format: string | undefined): boolean {
  if (format === undefined) return /^\d{4}([-/])\d\d\1\d\d$/.test(text)
  return !format.includes('epoch') && /^\D*(?:\d\D*){4,8}$/.test(text) && !/[T:]/.test(text)
}

/** From the first moment of an included unit, and past the last of an excluded one. */
export function boundRounding(side: 'lower' | 'upper', inclusive: boolean): Rounding {
  return (side === 'lower') === inclusive ? 'down' : 'up'
}
