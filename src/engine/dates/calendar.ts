/** Units of the calendar, in UTC. Weeks start on Mondays. */
export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

const NAMES: ReadonlyMap<string, CalendarUnit> = new Map([
  ['1m', 'minute'],
  ['1h', 'hour'],
  ['1d', 'day'],
  ['1w', 'week'],
  ['1M', 'month'],
  ['1q', 'quarter'],
  ['1y', 'year'],
])

/** `month` or `1M`; undefined when it names no unit. */
export function calendarUnit(text: string): CalendarUnit | undefined {
  return NAMES.get(text) ?? [...NAMES.values()].find((unit) => unit === text)
}

const MONTHS = { month: 1, quarter: 3, year: 12 } as const
const WIDTHS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const
/** The first Monday since the epoch. */
const FIRST_MONDAY_MS = 4 * 86_400_000

/** The first millisecond of the unit that `ms` lies in. */
export function startOfUnit(ms: number, unit: CalendarUnit): number {
  if (unit === 'month' || unit === 'quarter' || unit === 'year') {
    const date = new Date(ms)
    const month = Math.floor(date.getUTCMonth() / MONTHS[unit]) * MONTHS[unit]
    return Date.UTC(date.getUTCFullYear(), month)
  }
  const origin = unit === 'week' ? FIRST_MONDAY_MS : 0
  return Math.floor((ms - origin) / WIDTHS_MS[unit]) * WIDTHS_MS[unit] + origin
}

/** The first millisecond of the unit after the one that starts at `ms`. */
export function nextUnit(ms: number, unit: CalendarUnit): number {
  if (unit === 'month' || unit === 'quarter' || unit === 'year') {
    const date = new Date(ms)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + MONTHS[unit])
  }
  return ms + WIDTHS_MS[unit]
}
