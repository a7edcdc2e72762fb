import { elementAt } from '../../bytes/element-at.ts'

/** Averages and others over a window of numbers, oldest first: the functions that scripts call
 *  `MovingFunctions`. Of an empty window they are NaN, its sum is 0. */

export function unweightedAverage(values: readonly number[]): number {
  return values.length === 0 ? NaN : sumOf(values) / values.length
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

export function standardDeviation(values: readonly number[], average: number): number {
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0)
  return Math.sqrt(squares / values.length)
}

/** Later values weigh more. The weights' sum begins at 1, which is Elasticsearch's own and pulls to 0. */
export function linearAverage(values: readonly number[]): number {
  let sum = 0
  let weights = 1
  values.forEach((value, at) => {
    sum += value * (at + 1)
    weights += at + 1
  })
  return values.length === 0 ? NaN : sum / weights
}

/** `alpha` 1 remembers the last value alone, 0 the first. */
export function exponentialAverage(values: readonly number[], alpha: number): number {
  return values.reduce(
    (average, value, at) => (at === 0 ? value : value * alpha + average * (1 - alpha)),
    NaN,
  )
}

/** Exponential in value and, by `beta`, in trend. */
export function holt(values: readonly number[], alpha: number, beta: number): number {
  let smoothed = NaN
  let trend = 0
  values.forEach((value, at) => {
    const before = smoothed
    smoothed = at === 0 ? value : alpha * value + (1 - alpha) * (before + trend)
    if (at > 0) trend = beta * (smoothed - before) + (1 - beta) * trend
  })
  return smoothed
}

interface Seasons {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
  /** Values of one season. */
  readonly period: number
  readonly multiplicative: boolean
}

/** Exponential in value, trend and season; needs the values of two seasons, NaN with fewer. */
export function holtWinters(values: readonly number[], seasons: Seasons): number {
  const { alpha, beta, gamma, period, multiplicative } = seasons
  if (values.length < 2 * period || period < 1) return NaN
  // Keeps a season of zeros from being divided by.
  const padded = Float64Array.from(values, (value) => value + (multiplicative ? 1e-10 : 0))
  const at = (index: number): number => elementAt(padded, index)
  const first = padded.subarray(0, period)
  let level = first.reduce((sum, value) => sum + value, 0) / period
  let trend = first.reduce((sum, value, i) => sum + (at(i + period) - value) / period, 0) / period
  const seasonal = new Float64Array(padded.length)
  if (level !== 0) first.forEach((value, i) => (seasonal[i] = value / level))
  for (let i = period; i < padded.length; i++) {
    const season = elementAt(seasonal, i - period)
    const rest = multiplicative ? at(i) / season : at(i) - season
    const before = level
    const expected = multiplicative ? at(i) / (level + trend) : at(i) - (level - trend)
    level = alpha * rest + (1 - alpha) * (before + trend)
    seasonal[i] = gamma * expected + (1 - gamma) * season
    trend = beta * (level - before) + (1 - beta) * trend
  }
  const season = elementAt(seasonal, padded.length - period)
  return multiplicative ? (level + trend) * season : level + trend + season
}
