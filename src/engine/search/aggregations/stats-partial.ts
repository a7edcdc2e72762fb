import type { JsonObject } from '../../bytes/json.ts'
import { jsonFloat } from './aggregation.ts'

/** avg, min, max, sum, value_count, stats and extended_stats: one set of sums, printed differently. */
export interface StatsPartial {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Sum of squared distances from the mean: merges without the cancellation of plain squares. */
  readonly squares: number
}

export const EMPTY: StatsPartial = { count: 0, sum: 0, min: Infinity, max: -Infinity, squares: 0 }

export function mergeStats(a: StatsPartial, b: StatsPartial): StatsPartial {
  if (a.count === 0) return b
  if (b.count === 0) return a
  const count = a.count + b.count
  const delta = b.sum / b.count - a.sum / a.count
  return {
    count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    squares: a.squares + b.squares + (delta * delta * a.count * b.count) / count,
  }
}

/** What the stats of these numbers are made of. */
export function statsOf(values: readonly number[]): StatsPartial {
  return values
    .map((value) => ({ count: 1, sum: value, min: value, max: value, squares: 0 }))
    .reduce(mergeStats, EMPTY)
}

export function averageOf({ count, sum }: StatsPartial): number {
  return count === 0 ? NaN : sum / count
}

export function printStats(partial: StatsPartial): JsonObject {
  return {
    count: partial.count,
    sum: jsonFloat(partial.sum),
    min: jsonFloat(partial.min),
    max: jsonFloat(partial.max),
    avg: jsonFloat(averageOf(partial)),
  }
}

export function printExtendedStats(partial: StatsPartial, sigma: number): JsonObject {
  const { count, squares } = partial
  const average = averageOf(partial)
  const population = count <= 1 ? NaN : squares / count
  const sampling = count <= 1 ? NaN : squares / (count - 1)
  const spread = (variance: number): number => sigma * Math.sqrt(variance)
  return {
    ...printStats(partial),
    sum_of_squares: jsonFloat(count === 0 ? NaN : squares + count * average * average),
    variance: jsonFloat(population),
    variance_population: jsonFloat(population),
    variance_sampling: jsonFloat(sampling),
    std_deviation: jsonFloat(Math.sqrt(population)),
    std_deviation_population: jsonFloat(Math.sqrt(population)),
    std_deviation_sampling: jsonFloat(Math.sqrt(sampling)),
    std_deviation_bounds: {
      upper: jsonFloat(average + spread(population)),
      lower: jsonFloat(average - spread(population)),
      upper_sampling: jsonFloat(average + spread(sampling)),
      lower_sampling: jsonFloat(average - spread(sampling)),
      upper_population: jsonFloat(average + spread(population)),
      lower_population: jsonFloat(average - spread(population)),
    },
  }
}
