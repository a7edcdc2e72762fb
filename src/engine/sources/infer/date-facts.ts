import { parseIso8601 } from '../../dates/datetime-format.ts'
import { dateToSeconds, type DateValue, parseRfc2822, parseRfc3339 } from '../../dates/datetime.ts'
import { compileDatePattern } from '../../dates/strptime.ts'
import type { DateUnit } from './mapping-proposal.ts'

/** Spellings of dates worth proposing, most telling first. Those that read a day and a month in either
 *  order come last, and count only when the other order cannot be meant. */
const SPELLINGS: ReadonlyMap<string, (text: string) => DateValue | undefined> = new Map([
  ['rfc3339', parseRfc3339],
  ['rfc2822', parseRfc2822],
  ...[
    '%Y-%m-%d %H:%M:%S.%f',
    '%Y-%m-%d %H:%M:%S',
    '%Y-%m-%d %H:%M',
    '%Y/%m/%d %H:%M:%S.%f',
    '%Y/%m/%d %H:%M:%S',
    '%d/%b/%Y:%H:%M:%S %z',
    '%Y-%m-%d %H:%M:%S %z',
    '%a %b %d %H:%M:%S %Y',
    '%Y-%m-%d',
    '%Y/%m/%d',
  ].map((pattern) => [pattern, patternReader(pattern)] as const),
  // Without the T, ordinal dates look like order numbers: 2024-123.
  ['iso8601', (text: string) => (text.includes('T') ? parseIso8601(text) : undefined)],
  ...[
    '%d/%m/%Y',
    '%m/%d/%Y',
    '%d/%m/%Y %H:%M:%S',
    '%m/%d/%Y %H:%M:%S',
    '%d.%m.%Y',
    '%d.%m.%Y %H:%M:%S',
  ].map((pattern) => [pattern, patternReader(pattern)] as const),
])

/** Two readings of which only one can be right. */
const RIVALS: ReadonlyMap<string, string> = new Map([
  ['%d/%m/%Y', '%m/%d/%Y'],
  ['%m/%d/%Y', '%d/%m/%Y'],
  ['%d/%m/%Y %H:%M:%S', '%m/%d/%Y %H:%M:%S'],
  ['%m/%d/%Y %H:%M:%S', '%d/%m/%Y %H:%M:%S'],
])

function patternReader(pattern: string): (text: string) => DateValue | undefined {
  const compiled = compileDatePattern(pattern)
  return (text) => ('problem' in compiled ? undefined : compiled.parse(text, 0))
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

function reads(name: string, text: string): boolean {
  // A date holds a digit first, or the name of a day; most texts are told apart by their length alone.
  if (text.length < 8 || text.length > 48 || !/\d/.test(text)) return false
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
