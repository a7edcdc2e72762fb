/** Widths that people read easily, with their spelling in a request. */
const WIDTHS: readonly (readonly [ms: number, text: string])[] = [
  [1, '1ms'],
  [10, '10ms'],
  [100, '100ms'],
  [1_000, '1s'],
  [5_000, '5s'],
  [10_000, '10s'],
  [30_000, '30s'],
  [60_000, '1m'],
  [5 * 60_000, '5m'],
  [10 * 60_000, '10m'],
  [30 * 60_000, '30m'],
  [3_600_000, '1h'],
  [3 * 3_600_000, '3h'],
  [6 * 3_600_000, '6h'],
  [12 * 3_600_000, '12h'],
  [86_400_000, '1d'],
  [7 * 86_400_000, '7d'],
  [30 * 86_400_000, '30d'],
  [90 * 86_400_000, '90d'],
  [365 * 86_400_000, '365d'],
]

export interface Interval {
  readonly ms: number
  readonly text: string
}

/** The finest width that cuts [startMs, endMs] into at most `maxBuckets`. */
export function chooseInterval(startMs: number, endMs: number, maxBuckets: number): Interval {
  const spanMs = Math.max(1, endMs - startMs)
  const fitting = WIDTHS.find(([ms]) => spanMs / ms + 1 <= maxBuckets) ?? WIDTHS.at(-1)
  const [ms, text] = fitting ?? [86_400_000, '1d']
  return { ms, text }
}
