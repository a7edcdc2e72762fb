import {
  dateFromCivil,
  dateFromSeconds,
  daysFromIsoWeek,
  formatRfc3339,
  type DateValue,
} from './datetime.ts'
import { namedDateFormat } from './named-date-formats.ts'
import { dateInZone, UTC, type TimeZone } from './time-zone.ts'

/** Characters of one `format`; brackets nest no deeper than that. */
const MAX_FORMAT_CHARS = 200

const DATE_OPTIONAL_TIME = "yyyy[-MM[-dd['T'HH[:mm[:ss[.F]]][Z]]]]"
/** Whose parts are read or not. */
const OPTIONAL_TIMES: ReadonlySet<string> = new Set([
  'date_optional_time',
  'strict_date_optional_time',
  'strict_date_optional_time_nanos',
  'iso8601',
  'strict_iso8601',
])

/** The pattern of a named format, with a fraction of any length and a zone with or without a colon. */
function patternOf(name: string): string | undefined {
  if (OPTIONAL_TIMES.has(name)) return DATE_OPTIONAL_TIME
  return namedDateFormat(name)?.replace(/S+/, 'F').replace(/X+$/, 'Z')
}

/** What a token reads, by its letters. `F`, a fraction of any length, is for the aliases alone. */
const TOKENS: ReadonlyMap<string, { readonly part: Part; readonly digits: RegExp }> = new Map([
  ['yyyy', { part: 'year', digits: /[0-9]{4}/y }],
  ['xxxx', { part: 'weekYear', digits: /[0-9]{4}/y }],
  ['MM', { part: 'month', digits: /[0-9]{2}/y }],
  ['M', { part: 'month', digits: /[0-9]{1,2}/y }],
  ['dd', { part: 'day', digits: /[0-9]{2}/y }],
  ['d', { part: 'day', digits: /[0-9]{1,2}/y }],
  ['HH', { part: 'hour', digits: /[0-9]{2}/y }],
  ['H', { part: 'hour', digits: /[0-9]{1,2}/y }],
  ['mm', { part: 'minute', digits: /[0-9]{2}/y }],
  ['m', { part: 'minute', digits: /[0-9]{1,2}/y }],
  ['ss', { part: 'second', digits: /[0-9]{2}/y }],
  ['s', { part: 'second', digits: /[0-9]{1,2}/y }],
  ['ww', { part: 'week', digits: /[0-9]{2}/y }],
  ['w', { part: 'week', digits: /[0-9]{1,2}/y }],
  ['e', { part: 'weekday', digits: /[1-7]/y }],
  ['Z', { part: 'zone', digits: /Z|[+-][0-9]{2}:?[0-9]{2}/y }],
  ['F', { part: 'nanos', digits: /[0-9]{1,9}/y }],
  ...Array.from({ length: 9 }, (_, i): [string, { part: Part; digits: RegExp }] => [
    'S'.repeat(i + 1),
    { part: 'nanos', digits: new RegExp(`[0-9]{${i + 1}}`, 'y') },
  ]),
])

const QUOTED = /'(?:[^']|'')*'/y

type Part =
  | 'year'
  | 'weekYear'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'nanos'
  | 'week'
  | 'weekday'
  | 'zone'

type Fail = (reason: string) => never

type Item =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'token'; readonly letters: string }
  | { readonly kind: 'optional'; readonly items: readonly Item[] }

/**
 * `text` read by a Java date pattern or a named format, as RFC 3339. Several formats are joined by
 * `||`. Absent parts are the first month or day and midnight; what names no zone is meant in `zone`.
 * `fail` throws the caller's error, which knows where the format was written.
 */
export function javaDateToRfc3339(
  text: string,
  format: string,
  fail: Fail,
  zone: TimeZone = UTC,
): string {
  if (format.length > MAX_FORMAT_CHARS) {
    return fail(`a date format takes at most ${MAX_FORMAT_CHARS} characters`)
  }
  for (const single of format.split('||')) {
    const date = parseBy(single.trim(), text, fail, zone)
    if (date !== undefined) return formatRfc3339(date)
  }
  return fail(`\`${text.slice(0, 100)}\` does not match the date format \`${format}\``)
}

function parseBy(format: string, text: string, fail: Fail, zone: TimeZone): DateValue | undefined {
  if (format === 'epoch_millis' || format === 'epoch_second') {
    if (!/^-?[0-9]{1,15}$/.test(text)) return undefined
    const millis = Number(text) * (format === 'epoch_second' ? 1000 : 1)
    return dateFromSeconds(
      Math.floor(millis / 1000),
      (millis - Math.floor(millis / 1000) * 1000) * 1e6,
    )
  }
  const alias = patternOf(format)
  const compiler = new FormatCompiler(alias ?? format, alias !== undefined, fail)
  const parts = new Map<Part, string>()
  const end = matchItems(compiler.compile(), text, 0, parts)
  const date = end === text.length ? dateOf(parts) : undefined
  return date === undefined || parts.has('zone') ? date : dateInZone(date, zone)
}

class FormatCompiler {
  readonly #format: string
  readonly #isAlias: boolean
  readonly #refuse: Fail
  #at = 0

  constructor(format: string, isAlias: boolean, refuse: Fail) {
    this.#format = format
    this.#isAlias = isAlias
    this.#refuse = refuse
  }

  compile(): Item[] {
    const items = this.#items()
    return this.#at < this.#format.length ? this.#fail('this `]` closes nothing') : items
  }

  #items(): Item[] {
    const items: Item[] = []
    while (this.#at < this.#format.length && this.#format[this.#at] !== ']') {
      items.push(this.#item(this.#format.charAt(this.#at)))
    }
    return items
  }

  #item(char: string): Item {
    if (char === '[') {
      this.#at++
      const items = this.#items()
      if (this.#format[this.#at] !== ']') this.#fail('a `[` is never closed')
      this.#at++
      return { kind: 'optional', items }
    }
    if (char === "'") return this.#quoted()
    if (!/[A-Za-z]/.test(char)) {
      this.#at++
      return { kind: 'literal', text: char }
    }
    const start = this.#at
    while (this.#format[this.#at] === char) this.#at++
    const letters = this.#format.slice(start, this.#at)
    const isKnown = TOKENS.has(letters) && (letters !== 'F' || this.#isAlias)
    return isKnown ? { kind: 'token', letters } : this.#fail(`\`${letters}\` is not supported`)
  }

  /** `''` is a quote, inside a quoted literal as well as alone. */
  #quoted(): Item {
    QUOTED.lastIndex = this.#at
    const found = QUOTED.exec(this.#format)?.[0]
    if (found === undefined) return this.#fail("a ' is never closed")
    this.#at += found.length
    const text = found === "''" ? "'" : found.slice(1, -1).replaceAll("''", "'")
    return { kind: 'literal', text }
  }

  #fail(reason: string): never {
    return this.#refuse(`bad date format \`${this.#format}\`: ${reason}`)
  }
}

/** Where the match ends; undefined when there is none. An optional part is read if it can be. */
function matchItems(
  items: readonly Item[],
  text: string,
  start: number,
  parts: Map<Part, string>,
): number | undefined {
  let at = start
  for (const item of items) {
    if (item.kind === 'literal') {
      if (!text.startsWith(item.text, at)) return undefined
      at += item.text.length
    } else if (item.kind === 'optional') {
      const attempt = new Map(parts)
      const end = matchItems(item.items, text, at, attempt)
      if (end === undefined) continue
      for (const [part, value] of attempt) parts.set(part, value)
      at = end
    } else {
      const token = TOKENS.get(item.letters)
      if (token === undefined) return undefined
      token.digits.lastIndex = at
      const found = token.digits.exec(text)?.[0]
      if (found === undefined) return undefined
      parts.set(token.part, found)
      at += found.length
    }
  }
  return at
}

function dateOf(parts: ReadonlyMap<Part, string>): DateValue | undefined {
  const number = (part: Part, fallback: number): number => Number(parts.get(part) ?? fallback)
  const offsetSeconds = zoneSeconds(parts.get('zone') ?? 'Z')
  const time = {
    hour: number('hour', 0),
    minute: number('minute', 0),
    second: number('second', 0),
    nanos: Number((parts.get('nanos') ?? '').padEnd(9, '0')),
  }
  const weekYear = parts.get('weekYear')
  if (weekYear === undefined) {
    const day = { year: number('year', 1970), month: number('month', 1), day: number('day', 1) }
    return dateFromCivil({ ...day, ...time }, offsetSeconds)
  }
  const days = daysFromIsoWeek(Number(weekYear), number('week', 1), number('weekday', 1))
  if (days === undefined || time.hour > 23 || time.minute > 59 || time.second > 59) return undefined
  const seconds = days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second
  return dateFromSeconds(seconds - offsetSeconds, time.nanos)
}

function zoneSeconds(zone: string): number {
  if (zone === 'Z') return 0
  const digits = zone.replace(':', '')
  const seconds = Number(digits.slice(1, 3)) * 3600 + Number(digits.slice(3, 5)) * 60
  return digits.startsWith('-') ? -seconds : seconds
}
