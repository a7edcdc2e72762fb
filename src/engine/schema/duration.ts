const SECOND_MS = 1000
const DAY_MS = 86_400 * SECOND_MS
/** Average lengths, as human durations have them. */
const MONTH_MS = 30.44 * DAY_MS
const YEAR_MS = 365.25 * DAY_MS

/** Every spelling of a unit and its length; `M` (month) is the only one where case matters. */
const UNIT_MS: ReadonlyMap<string, number> = new Map(
  (
    [
      [1, 'ms msec millisecond milliseconds'],
      [SECOND_MS, 's sec secs second seconds'],
      [60 * SECOND_MS, 'm min mins minute minutes'],
      [3600 * SECOND_MS, 'h hr hrs hour hours'],
      [DAY_MS, 'd day days'],
      [7 * DAY_MS, 'w week weeks'],
      [MONTH_MS, 'M month months'],
      [YEAR_MS, 'y year years'],
    ] as const
  ).flatMap(([ms, names]) => names.split(' ').map((name) => [name, ms] as const)),
)

/** `48h`, `2 days`, `1h 30m` as milliseconds; undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^\s*(?:\d+\s*[a-zA-Z]+\s*)+$/.test(text)) return undefined
  let totalMs = 0
  for (const [, digits, unit] of text.matchAll(/(\d+)\s*([a-zA-Z]+)/g)) {
    const unitMs = UNIT_MS.get(unit ?? '')
    if (unitMs === undefined) return undefined
    totalMs += Number(digits) * unitMs
  }
  return Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined
}

/** Compact human form: `2days`, `1h 30m`, `0s`. */
export function formatDuration(ms: number): string {
  const parts: string[] = []
  let left = ms
  const named = [
    [YEAR_MS, 'year'],
    [MONTH_MS, 'month'],
    [DAY_MS, 'day'],
  ] as const
  for (const [unitMs, name] of named) {
    const count = Math.floor(left / unitMs)
    left -= count * unitMs
    if (count > 0) parts.push(`${count}${name}${count > 1 ? 's' : ''}`)
  }
  const short = [
    [3600 * SECOND_MS, 'h'],
    [60 * SECOND_MS, 'm'],
    [SECOND_MS, 's'],
    [1, 'ms'],
  ] as const
  for (const [unitMs, name] of short) {
    const count = Math.floor(left / unitMs)
    left -= count * unitMs
    if (count > 0) parts.push(`${count}${name}`)
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}

const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
  ['t', 1e12],
  ['ki', 1024],
  ['mi', 1024 ** 2],
  ['gi', 1024 ** 3],
  ['ti', 1024 ** 4],
])

/** `2G`, `500 MB`, `1GiB`, `1000` as bytes; undefined when the text is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*$/i.exec(text)
  const unit = BYTE_UNITS.get((match?.[2] ?? '?').toLowerCase())
  return unit === undefined ? undefined : Math.round(Number(match?.[1]) * unit)
}
