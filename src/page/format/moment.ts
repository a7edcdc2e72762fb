/** Unix seconds as `2026-11-27 18:30:05`, local or in UTC; with what is no time, nothing. */
export function formatSecond(seconds: number, tz: 'local' | 'utc'): string {
  const date = new Date(seconds * 1_000)
  if (Number.isNaN(date.getTime())) return ''
  const shown = tz === 'utc' ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shown.toISOString().slice(0, 19).replace('T', ' ')
}
