import { parseIso8601 } from '../../dates/datetime-format.ts'
import { dateToSeconds, type DateValue, parseRfc2822, parseRfc3339 } from '../../dates/datetime.ts'
import { compileDatePattern } from '../../dates/strptime.ts'
import type { DateUnit } from './mapping-proposal.ts'

/** Without the order of day and month, which cannot be seen in one alone. */
const SURE_PATTERNS: readonly string[] = [
  '%Y-%m-%d %H:%M:%S.%f',
  // Python's logging and log4j.
  '%Y-%m-%d %H:%M:%S,%f',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%d %H:%M',
  '%Y/%m/%d %H:%M:%S.%f',
  '%Y/%m/%d %H:%M:%S,%f',
  '%Y/%m/%d %H:%M:%S',
  '%d/%b/%Y:%H:%M:%S %z',
  '%Y-%m-%d %H:%M:%S %z',
  // PostgreSQL, and Python's dates as text.
  '%Y-%m-%d %H:%M:%S.%f %z',
  // Go's times as text.
  '%Y-%m-%d %H:%M:%S.%f %z %Z',
  '%Y-%m-%d %H:%M:%S %z %Z',
  '%a %b %d %H:%M:%S %Y',
  // `date`, and Java's dates as text.
  '%a %b %d %H:%M:%S %Z %Y',
  // Kibana, where it exports tables.
  '%b %d, %Y @ %H:%M:%S.%f',
  '%b %d, %Y %I:%M:%S %p',
  '%b %d, %Y, %I:%M:%S %p',
  // Oracle, BIND and Redis.
  '%d-%b-%Y %H:%M:%S.%f',
  '%d-%b-%Y %H:%M:%S',
  '%d %b %Y %H:%M:%S.%f',
  '%d %b %Y %H:%M:%S',
  '%Y-%m-%d',
  '%Y/%m/%d',
]

const TIMES = ['%H:%M', '%H:%M:%S', '%H:%M:%S.%f', '%H:%M:%S,%f', '%I:%M %p', '%I:%M:%S %p']

/** Each has a rival that reads the month first. Browsers put a comma behind the date. */
const DAY_FIRST_PATTERNS: readonly string[] = ['%d/%m/%Y', '%d-%m-%Y'].flatMap((date) => [
  date,
  ...TIMES.flatMap((time) => [`${date} ${time}`, `${date}, ${time}`]),
])

/** Nobody writes the month first with dots. */
const DOTTED_PATTERNS: readonly string[] = ['', ' %H:%M', ' %H:%M:%S', ' %H:%M:%S.%f'].map(
  (time) => `%d.%m.%Y${time}`,
)

/** Of two readings only one can be right. */
const RIVALS: ReadonlyMap<string, string> = new Map(
  DAY_FIRST_PATTERNS.flatMap((dayFirst) => {
    const monthFirst = dayFirst.replace(/%d(.)%m/, '%m$1%d')
    return [
      [dayFirst, monthFirst],
      [monthFirst, dayFirst],
    ]
  }),
)

/** Spellings of dates worth proposing, most telling first. Those that read a day and a month in either
 *  order come last, and count only when the other order cannot be meant. */
const SPELLINGS: ReadonlyMap<string, (text: string) => DateValue | undefined> = new Map([
  ['rfc3339', parseRfc3339],
  ['rfc2822', parseRfc2822],
  ...SURE_PATTERNS.map((pattern) => [pattern, patternReader(pattern)] as const),
  // Without the T, ordinal dates look like order numbers: 2024-123.
  ['iso8601', (text: string) => (text.includes('T') ? parseIso8601(text) : undefined)],
  ...[...RIVALS.keys(), ...DOTTED_PATTERNS].map(
    (pattern) => [pattern, patternReader(pattern)] as const,
  ),
])

function patternReader(pattern: string): (text: string) => DateValue | undefined {
  const compiled = compileDatePattern(pattern)
  if ('problem' in compiled) return () => undefined
  // Most patterns are told from a text by what stands between its numbers.
  const between = [...new Set(pattern.replaceAll(/%.|\s/g, ''))]
  return (text) =>
    between.every((char) => text.includes(char)) ? compiled.parse(text, 0) : undefined
}

/** Years that a written date is meant to have: what else looks like a date is a code. */
const EARLIEST_SECONDS = Date.UTC(1800, 0) / 1000
const LATEST_SECONDS = Date.UTC(2300, 0) / 1000

const UNITS: readonly DateUnit[] = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds']

/** Whether the texts of a field are dates, in which spellings, and how fine. */
export class DateFacts {
  #areDates = true
  /** Spellings that read some text which the ones before it do not. */
  readonly #needed = new Set<string>()
  /** Spellings that failed on some text. */
  readonly #failed = new Set<string>()
  #unit = 0

  observe(text: string): void {
    if (!this.#areDates) return
    const trimmed = text.trim()
    const found = [...SPELLINGS.keys()].filter((name) => reads(name, trimmed))
    for (const name of SPELLINGS.keys()) if (!found.includes(name)) this.#failed.add(name)
    const [best] = found
    if (best === undefined) {
      this.#areDates = false
      return
    }
    if (!found.some((name) => this.#needed.has(name))) this.#needed.add(best)
    const fraction = /:\d\d([.,]\d+)/.exec(trimmed)?.[1] ?? ''
    this.#unit = Math.max(this.#unit, UNITS.indexOf(fractionUnit(fraction)))
  }

  /** The spellings that together read every text; empty when no set does, or when some texts could as
   *  well mean another day. */
  get spellings(): readonly string[] {
    if (!this.#areDates) return []
    const names = [...SPELLINGS.keys()].filter((name) => this.#needed.has(name))
    const sure = names.map((name) => this.#sureOf(name))
    return sure.includes(undefined) ? [] : sure.filter((name) => name !== undefined)
  }

  get unit(): DateUnit {
    return UNITS[this.#unit] ?? 'nanoseconds'
  }

  /** The one of two rival readings that never failed; undefined when both or neither are possible. */
  #sureOf(name: string): string | undefined {
    const rival = RIVALS.get(name)
    if (rival === undefined) return name
    const canBeThis = !this.#failed.has(name)
    const canBeRival = !this.#failed.has(rival)
    if (canBeThis === canBeRival) return undefined
    return canBeThis ? name : rival
  }
}

/** Behind a clock: eight hours ahead in China, six behind in America. Only in a mail it is the latter. */
const AMBIGUOUS_ZONE = /:\d\d(?:[.,]\d+)? CST\b/

function reads(name: string, text: string): boolean {
  // A date holds a digit first, or the name of a day; most texts are told apart by their length alone.
  if (text.length < 8 || text.length > 48 || !/\d/.test(text)) return false
  if (name !== 'rfc2822' && AMBIGUOUS_ZONE.test(text)) return false
  const date = SPELLINGS.get(name)?.(text)
  if (date === undefined) return false
  const seconds = dateToSeconds(date)
  return seconds >= EARLIEST_SECONDS && seconds < LATEST_SECONDS
}

/** Seconds with a fraction are as fine as their digits. */
export function fractionUnit(text: string): DateUnit {
  const digits = (/[.,](\d+)/.exec(text)?.[1] ?? '').length
  if (digits === 0) return 'seconds'
  if (digits <= 3) return 'milliseconds'
  return digits <= 6 ? 'microseconds' : 'nanoseconds'
}
