import type { ModelField, ModelValue } from './model.ts'
import { Sum, valuesIn, type Json, type ModelAggregation } from './model-aggregation.ts'

type NumberKind = 'stats' | 'extended_stats' | 'avg' | 'sum' | 'min' | 'max'

/** What the kinds over sums, extremes and spreads give. */
export function stats(kind: NumberKind, field: ModelField): ModelAggregation {
  return {
    request: { [kind]: { field: field.path } },
    result(docs) {
      const numbers = valuesIn(docs, field).map(Number)
      const count = numbers.length
      const sum = Number(exactSum(valuesIn(docs, field)))
      const scale = numbers.reduce((total, value) => total + Math.abs(value), 0)
      const avg = count === 0 ? null : sum / count
      const min = count === 0 ? null : Math.min(...numbers)
      const max = count === 0 ? null : Math.max(...numbers)
      if (kind === 'avg') return { value: new Sum(avg, scale) }
      if (kind === 'sum') return { value: new Sum(sum, scale) }
      if (kind === 'min') return { value: min }
      if (kind === 'max') return { value: max }
      const plain = { count, sum: new Sum(sum, scale), min, max, avg: new Sum(avg, scale) }
      return kind === 'stats' ? plain : { ...plain, ...spread(numbers, avg ?? 0) }
    },
  }
}

/** Integers add up as integers, the model's fractions as multiples of an eighth. */
function exactSum(list: readonly ModelValue[]): number | bigint {
  if (list.every((value) => typeof value === 'bigint' || Number.isInteger(value))) {
    return list.reduce((sum: bigint, value) => sum + BigInt(value as number | bigint), 0n)
  }
  return list.reduce((sum: number, value) => sum + Number(value), 0)
}

function spread(numbers: readonly number[], average: number): Json {
  const count = numbers.length
  const squares = numbers.reduce((sum, value) => sum + (value - average) ** 2, 0)
  const has = count > 1
  const population = has ? squares / count : null
  const sampling = has ? squares / (count - 1) : null
  // A mean of doubles is off by an ulp of the largest value for each addition at most, and a variance
  // by the square of that: nothing for small values, and all there is for equal ones beyond 2^53.
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const meanError = count * Number.EPSILON * largest
  const within = (value: number | null, error: number): Sum | null =>
    value === null ? null : new Sum(value, Math.max(1, value, error / 1e-9))
  const variance = (value: number | null): Sum | null => within(value, meanError ** 2)
  const root = (value: number | null): Sum | null =>
    within(value === null ? null : Math.sqrt(value), meanError)
  // Mean and deviation may cancel out: the bound is as wrong as they are.
  const bound = (variance: number | null, sign: number): Sum | null => {
    if (variance === null) return null
    const distance = 2 * Math.sqrt(variance)
    const scale = Math.abs(average) + distance
    return new Sum(average + sign * distance, Math.max(1, scale, (3 * meanError) / 1e-9))
  }
  return {
    sum_of_squares: count === 0 ? null : numbers.reduce((sum, value) => sum + value * value, 0),
    variance: variance(population),
    variance_population: variance(population),
    variance_sampling: variance(sampling),
    std_deviation: root(population),
    std_deviation_population: root(population),
    std_deviation_sampling: root(sampling),
    std_deviation_bounds: {
      upper: bound(population, 1),
      lower: bound(population, -1),
      upper_sampling: bound(sampling, 1),
      lower_sampling: bound(sampling, -1),
      upper_population: bound(population, 1),
      lower_population: bound(population, -1),
    },
  }
}

export function valueCount(field: ModelField): ModelAggregation {
  return {
    request: { value_count: { field: field.path } },
    result: (docs) => ({ value: valuesIn(docs, field).length }),
  }
}

export function percentiles(field: ModelField): ModelAggregation {
  return {
    request: { percentiles: { field: field.path, percents: [0, 50, 99.5] } },
    result(docs) {
      const sorted = valuesIn(docs, field)
        .map(Number)
        .sort((a, b) => a - b)
      const at = (percent: number): number | null =>
        sorted[Math.floor((percent / 100) * (sorted.length - 1))] ?? null
      return { values: { '0.0': at(0), '50.0': at(50), '99.5': at(99.5) } }
    },
  }
}

export function cardinality(field: ModelField): ModelAggregation {
  return {
    request: { cardinality: { field: field.path } },
    result: (docs) => ({
      value: new Set(valuesIn(docs, field).map((v) => `${typeof v === 'string'}${v}`)).size,
    }),
  }
}

/** Weighed by the number that every document has. */
export function weightedAvg(field: ModelField): ModelAggregation {
  const weight = { field: 'id' }
  return {
    request: { weighted_avg: { value: { field: field.path }, weight } },
    result(docs) {
      let sum = 0
      let total = 0
      let scale = 0
      for (const doc of docs) {
        const id = Number(doc.get('id')?.[0])
        for (const value of doc.get(field.path) ?? []) {
          sum += Number(value) * id
          total += id
          scale += Math.abs(Number(value)) * id
        }
      }
      return { value: total === 0 ? null : new Sum(sum / total, scale / total) }
    },
  }
}

export function percentileRanks(field: ModelField): ModelAggregation {
  return {
    request: { percentile_ranks: { field: field.path, values: [3, 7.5] } },
    result(docs) {
      const numbers = valuesIn(docs, field).map(Number)
      const rank = (edge: number): number | null =>
        numbers.length === 0
          ? null
          : (100 * numbers.filter((value) => value <= edge).length) / numbers.length
      return { values: { '3.0': rank(3), '7.5': rank(7.5) } }
    },
  }
}

export function medianAbsoluteDeviation(field: ModelField): ModelAggregation {
  const median = (numbers: readonly number[]): number => {
    const sorted = numbers.toSorted((a, b) => a - b)
    const last = sorted.length - 1
    return (sorted[Math.floor(last / 2)]! + sorted[Math.ceil(last / 2)]!) / 2
  }
  return {
    request: { median_absolute_deviation: { field: field.path } },
    result(docs) {
      const numbers = valuesIn(docs, field).map(Number)
      if (numbers.length === 0) return { value: null }
      const middle = median(numbers)
      return { value: median(numbers.map((value) => Math.abs(value - middle))) }
    },
  }
}
