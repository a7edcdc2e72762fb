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

const SLASHED = /^(\d{4})[/.](\d\d)[/.](\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/

/** `2024/03/05 12:00:00`, as nginx and Go's log package write it, and `2024.03.05 12:00:00` of ClickHouse. */
export function slashedTime(text: string): string | undefined {
  const match = SLASHED.exec(text)
  return match === null ? undefined : `${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`
}

const BSD = /^([A-Z][a-z]{2}) ([ \d]?\d) (?:(\d{4}) )?(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/

/** `Oct 11 22:14:15`, with a year or without, as Cisco's devices write both: then it is this one, or the last
 *  when it would lie more than a day ahead. */
export function bsdTime(text: string, nowMs: number): string | undefined {
  const match = BSD.exec(text)
  if (match === null) return undefined
  const [, name = '', day = '', year, clock] = match
  const month = monthNumber(name)
  if (month === undefined) return undefined
  return dated(year, `${month}-${day.trim().padStart(2, '0')}T${clock}Z`, nowMs)
}

const HALF_DAY = /^([A-Z][a-z]{2}) (\d?\d), (\d{4}),? (\d?\d)(:\d\d:\d\d)\s([AP])M$/

/** `Oct 11, 2023 10:14:15 PM`, as `java.util.logging` writes it. */
export function halfDayTime(text: string): string | undefined {
  const match = HALF_DAY.exec(text)
  if (match === null) return undefined
  const [, name = '', day = '', year, hour, clock, half] = match
  const month = monthNumber(name)
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0)
  const time = `${String(hours).padStart(2, '0')}${clock}Z`
  return month && `${year}-${month}-${day.padStart(2, '0')}T${time}`
}

function dated(year: string | undefined, rest: string, nowMs: number): string {
  return year === undefined ? withYear(rest, nowMs) : `${year}-${rest}`
}

function withYear(rest: string, nowMs: number): string {
  const year = new Date(nowMs).getUTCFullYear()
  const isAhead = Date.parse(`${year}-${rest}`) > nowMs + 86_400_000
  return `${isAhead ? year - 1 : year}-${rest}`
}

const NUMBERED = /^[A-Z]?(\d{4})?(\d\d)-?(\d\d) (\d\d:\d\d:\d\d\.\d{3,6})$/

/** `I0311 22:14:15.123456` of klog and `03-11 22:14:15.123` of Android, which say no year either, and
 *  `I20240311 22:14:15.123456` of glog. */
export function numberedTime(text: string, nowMs: number): string | undefined {
  const match = NUMBERED.exec(text)
  if (match === null) return undefined
  const [, year, month, day, clock] = match
  return Number(month) > 12 ? undefined : dated(year, `${month}-${day}T${clock}Z`, nowMs)
}

const DAY_FIRST =
  /^(\d\d)[ -]([A-Z][a-z]{2})[ -](\d{4}) (\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?: ([+-]\d\d):?(\d\d)| [A-Z]{3})?$/

/** `11 Oct 2023 22:14:15.123` of Redis and Java, the date of a mail, and `11-Oct-2023 22:14:15` of Tomcat, PHP and
 *  BIND. */
export function dayFirstTime(text: string): string | undefined {
  const match = DAY_FIRST.exec(text)
  if (match === null) return undefined
  const [, day, name = '', year, clock, hours, minutes] = match
  const month = monthNumber(name)
  return month && `${year}-${month}-${day}T${clock}${zone(hours, minutes)}`
}

const EPOCH = /^\d{10}\.\d{3}$/

/** `1697062455.123`, as Squid writes it. */
export function epochTime(text: string): string | undefined {
  return EPOCH.test(text) ? new Date(Math.round(Number(text) * 1000)).toISOString() : undefined
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
