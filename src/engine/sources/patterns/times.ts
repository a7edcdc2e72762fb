/** Written times of logs as RFC 3339. Only the shape is looked at here: the mapping refuses a 31st of
 *  February. All return undefined for text of another shape. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const CLF = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d)(\.\d{1,9})? ([+-]\d\d)(\d\d)$/

/** `10/Oct/2023:13:55:36 -0700`, as access logs write it. */
export function clfTime(text: string): string | undefined {
  const match = CLF.exec(text)
  if (match === null) return undefined
  const [, day, name = '', year, clock, fraction = '', hours, minutes] = match
  const month = monthNumber(name)
  return month && `${year}-${month}-${day}T${clock}${fraction}${zone(hours, minutes)}`
}

const ISO =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d\d(?::?\d\d)?))?$/

/** `2024-03-05T12:00:00.123+01:00` and its relatives: a space for the T, a comma for the point, no
 *  colon or no zone at all, which is UTC. */
export function isoTime(text: string): string | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, date, clock, fraction, offset] = match
  const parts = /^([+-]\d\d):?(\d\d)?$/.exec(offset ?? '')
  const suffix = parts === null ? 'Z' : zone(parts[1], parts[2] ?? '00')
  return `${date}T${clock}${fraction === undefined ? '' : `.${fraction}`}${suffix}`
}

const SLASHED = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/

/** `2024/03/05 12:00:00`, as nginx and Go's log package write it. */
export function slashedTime(text: string): string | undefined {
  const match = SLASHED.exec(text)
  return match === null ? undefined : `${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`
}

const BSD = /^([A-Z][a-z]{2}) ([ \d]?\d) (\d\d):(\d\d):(\d\d)$/

/** `Oct 11 22:14:15`, which says no year: this one, or the last when it would lie more than a day ahead. */
export function bsdTime(text: string, nowMs: number): string | undefined {
  const match = BSD.exec(text)
  if (match === null) return undefined
  const [, name = '', day = '', hour, minute, second] = match
  const month = monthNumber(name)
  if (month === undefined) return undefined
  const rest = `${month}-${day.trim().padStart(2, '0')}T${hour}:${minute}:${second}Z`
  const year = new Date(nowMs).getUTCFullYear()
  const isAhead = Date.parse(`${year}-${rest}`) > nowMs + 86_400_000
  return `${isAhead ? year - 1 : year}-${rest}`
}

const CTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]?\d) (\d\d:\d\d:\d\d)(\.\d{1,9})? (\d{4})$/

/** `Wed Oct 11 14:32:52.123456 2023`, as Apache's error log writes it. */
export function ctimeTime(text: string): string | undefined {
  const match = CTIME.exec(text)
  if (match === null) return undefined
  const [, name = '', day = '', clock, fraction = '', year] = match
  const month = monthNumber(name)
  return month && `${year}-${month}-${day.trim().padStart(2, '0')}T${clock}${fraction}Z`
}

function monthNumber(name: string): string | undefined {
  const index = MONTHS.indexOf(name)
  return index < 0 ? undefined : String(index + 1).padStart(2, '0')
}

function zone(hours = '+00', minutes = '00'): string {
  return hours === '+00' && minutes === '00' ? 'Z' : `${hours}:${minutes}`
}

/** The longest time that a line may begin with, brackets included. */
const MAX_HEAD_CHARS = 48

/** The time at the head of a log line, in brackets or not. */
export function timeAtHead(line: string, nowMs: number): string | undefined {
  const first = line.charCodeAt(0)
  if (first === 0x5b) {
    const close = line.indexOf(']')
    if (close < 0 || close > MAX_HEAD_CHARS) return undefined
    return wholeTime(line.slice(1, close), nowMs)
  }
  // A time has at most four spaces inside; the longest reading is the right one.
  let best: string | undefined
  let end = -1
  for (let words = 0; words < 5; words++) {
    end = line.indexOf(' ', end + 1)
    if (end < 0 || end > MAX_HEAD_CHARS) end = line.length
    const text = line.slice(0, end).replace(/[:,;|\]]$/, '')
    best = wholeTime(text, nowMs) ?? best
    if (end === line.length) break
  }
  return best
}

function wholeTime(text: string, nowMs: number): string | undefined {
  if (text.length < 15 || text.length > MAX_HEAD_CHARS) return undefined
  return (
    isoTime(text) ?? slashedTime(text) ?? clfTime(text) ?? ctimeTime(text) ?? bsdTime(text, nowMs)
  )
}
