const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Average lengths, as human durations have them. */
const MONTH_MS = 30.44 * DAY_MS
const YEAR_MS = 365.25 * DAY_MS

interface Unit {
  readonly ms: number
  /** Whether a histogram may have buckets of it: weeks and longer follow a calendar. */
  readonly isFixed: boolean
}

/** Every spelling of a unit; `M` (month) is the only one where case matters. */
const UNITS: ReadonlyMap<string, Unit> = new Map(
  (
    [
      [1, 'ms msec millisecond milliseconds'],
      [SECOND_MS, 's sec secs second seconds'],
      [MINUTE_MS, 'm min mins minute minutes'],
      [HOUR_MS, 'h hr hrs hour hours'],
      [DAY_MS, 'd day days'],
      [7 * DAY_MS, 'w wk wks week weeks'],
      [MONTH_MS, 'M mo mos month months'],
      [YEAR_MS, 'y yr yrs year years'],
    ] as const
  ).flatMap(([ms, names]) =>
    names.split(' ').map((name) => [name, { ms, isFixed: ms <= DAY_MS }] as const),
  ),
)

interface Part {
  readonly count: number
  readonly unit: Unit
}

/** The parts of `1h 30m`; undefined when the text is no duration. */
function readParts(text: string): Part[] | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?\s*[a-zA-Z]+\s*)+$/.test(text)) return undefined
  const parts: Part[] = []
  for (const [, digits, name = ''] of text.matchAll(/([\d.]+)\s*([a-zA-Z]+)/g)) {
    const unit = UNITS.get(name)
    if (unit === undefined) return undefined
    parts.push({ count: Number(digits), unit })
  }
  return parts
}

/** `48h`, `2 days`, `1h 30m`, `1.5h` as milliseconds; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const parts = readParts(text)
  return parts === undefined ? undefined : sumMs(parts)
}

/**
 * The width of a histogram's buckets: whole numbers of ms, s, m, h and d, which are always equally
 * long. Undefined for anything else, weeks, months and years included.
 */
export function parseFixedWidth(text: string): number | undefined {
  const parts = readParts(text)
  const isFixed = ({ count, unit }: Part): boolean => unit.isFixed && Number.isInteger(count)
  return parts?.every(isFixed) ? sumMs(parts) : undefined
}

const WIDTH_UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'm'],
  [SECOND_MS, 's'],
] as const

/**
 * The fixed width nearest to what somebody wrote as one: `30d` for `1M` or `month`, `7d` for `week`,
 * `90m` for `1.5h`. Undefined when the text names no length of time.
 */
export function nearestFixedWidth(text: string): string | undefined {
  const ms = parseDuration(text) ?? parseDuration(`1${text.trim().toLowerCase()}`)
  if (ms === undefined || ms < 1) return undefined
  const whole = ms < DAY_MS ? ms : Math.round(ms / DAY_MS) * DAY_MS
  const [unitMs, name] = WIDTH_UNITS.find(([unit]) => whole % unit === 0) ?? [1, 'ms']
  return `${whole / unitMs}${name}`
}

function sumMs(parts: readonly Part[]): number | undefined {
  const ms = Math.round(parts.reduce((sum, { count, unit }) => sum + count * unit.ms, 0))
  return Number.isSafeInteger(ms) ? ms : undefined
}

/** How configs write a length: words from a day up, with an `s` for more than one. */
const WRITTEN_UNITS = [
  [YEAR_MS, 'year', 'years'],
  [MONTH_MS, 'month', 'months'],
  [DAY_MS, 'day', 'days'],
  [HOUR_MS, 'h', 'h'],
  [MINUTE_MS, 'm', 'm'],
  [SECOND_MS, 's', 's'],
  [1, 'ms', 'ms'],
] as const

/** What configs hold, exact and read back by `parseDuration`: `2days`, `1h 30m`, `0s`. */
export function exactDuration(ms: number): string {
  const parts: string[] = []
  let left = ms
  for (const [unitMs, one, many] of WRITTEN_UNITS) {
    const count = Math.floor(left / unitMs)
    left -= count * unitMs
    if (count > 0) parts.push(`${count}${count === 1 ? one : many}`)
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}

/** What people read, two units at most: `850 ms`, `3.2 s`, `1 m 40 s`, `2 h 5 m`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0 ms'
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  // Compared as printed: 999.6 ms is 1.0 s, and 59.96 s is 1 m.
  if (Math.round(ms) < SECOND_MS) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`
  if (Math.round(ms / 100) < 600) return `${(ms / SECOND_MS).toFixed(1)} s`
  const seconds = Math.round(ms / SECOND_MS)
  if (seconds < 3600) return twoUnits([Math.floor(seconds / 60), 'm'], [seconds % 60, 's'])
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return twoUnits([Math.floor(minutes / 60), 'h'], [minutes % 60, 'm'])
  const hours = Math.round(minutes / 60)
  return twoUnits([Math.floor(hours / 24), 'd'], [hours % 24, 'h'])
}

function twoUnits(big: readonly [number, string], small: readonly [number, string]): string {
  const head = `${big[0]} ${big[1]}`
  return small[0] === 0 ? head : `${head} ${small[0]} ${small[1]}`
}
