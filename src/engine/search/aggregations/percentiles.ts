import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { jsonFloat, type AggregationInput, type AggregationKind } from './aggregation.ts'
import {
  asNumber,
  booleanOption,
  fieldOption,
  invalidAggregation,
  numberOption,
} from './options.ts'
import { cellsOf, SketchAggregation, valueAt, type ValueSketch } from './value-sketch.ts'

const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99]

/** How other engines sketch is without effect: `tdigest`, `hdr`, `compression`. */
const OPTIONS = 'field keyed missing tdigest hdr compression'.split(' ')

/** Values below which so many percent of all are. */
export const PERCENTILES: AggregationKind = {
  buckets: 'none',
  options: [...OPTIONS, 'percents'],
  parse(input) {
    const percents = percentsOption(input)
    return sketchOf(input, percents, valueAt)
  },
}

/** The other way round: how many percent are not above values. */
export const PERCENTILE_RANKS: AggregationKind = {
  buckets: 'none',
  options: [...OPTIONS, 'values'],
  parse(input) {
    const raw = input.options['values']
    const values = (Array.isArray(raw) ? raw : []).map((value) => asNumber(value) ?? NaN)
    if (values.length === 0 || values.some(Number.isNaN)) {
      throw invalidAggregation(input.name, '`values` must be a list of numbers')
    }
    return sketchOf(input, values, rankOf)
  },
}

/** The median of how far values are from their median. */
export const MEDIAN_ABSOLUTE_DEVIATION: AggregationKind = {
  buckets: 'none',
  options: ['field', 'missing', 'compression', 'execution_hint'],
  parse(input) {
    return new SketchAggregation({
      path: fieldOption(input).path,
      missing: numberOption(input, 'missing'),
      render: (sketch) => ({ value: jsonFloat(deviationOf(sketch)) }),
      metric: (sketch, property = 'value') =>
        property === 'value' ? deviationOf(sketch) : undefined,
    })
  },
}

/** One number for each of `points`, by the point's name. */
function sketchOf(
  input: AggregationInput,
  points: readonly number[],
  valueOf: (sketch: ValueSketch, point: number) => number,
): SketchAggregation {
  const keyed = booleanOption(input, 'keyed', true)
  refuseScaling(input)
  return new SketchAggregation({
    path: fieldOption(input).path,
    missing: numberOption(input, 'missing'),
    render: (sketch) => printPoints(points, keyed, (point) => valueOf(sketch, point)),
    metric: (sketch, property) =>
      points.includes(Number(property)) ? valueOf(sketch, Number(property)) : undefined,
  })
}

function refuseScaling({ options, name }: AggregationInput): void {
  for (const option of ['tdigest', 'hdr']) {
    const raw = options[option] ?? {}
    if (!isJsonObject(raw)) throw invalidAggregation(name, `\`${option}\` must be an object`)
  }
}

export function printPoints(
  points: readonly number[],
  keyed: boolean,
  valueOf: (point: number) => number,
): JsonObject {
  const rows = points.map((point) => ({ point, value: jsonFloat(valueOf(point)) }))
  return {
    values: keyed
      ? Object.fromEntries(rows.map(({ point, value }) => [pointText(point), value]))
      : rows.map(({ point, value }) => ({ key: jsonFloat(point), value })),
  }
}

function pointText(point: number): string {
  return Number.isInteger(point) ? `${point}.0` : String(point)
}

function rankOf(sketch: ValueSketch, value: number): number {
  const cells = cellsOf(sketch)
  const total = cells.reduce((sum, { count }) => sum + count, 0)
  const below = cells.reduce((sum, cell) => sum + (cell.value <= value ? cell.count : 0), 0)
  return (100 * below) / total
}

function deviationOf(sketch: ValueSketch): number {
  const cells = cellsOf(sketch)
  const median = medianOf(cells)
  const distances = cells.map(({ value, count }) => ({ value: Math.abs(value - median), count }))
  return medianOf(distances.sort((a, b) => a.value - b.value))
}

/** Of an even number of values the mean of the two in the middle; NaN of none. */
function medianOf(cells: readonly { readonly value: number; readonly count: number }[]): number {
  const total = cells.reduce((sum, { count }) => sum + count, 0)
  const at = (rank: number): number => {
    let left = rank
    return cells.find(({ count }) => (left -= count) < 0)?.value ?? NaN
  }
  return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2
}

export function percentsOption(
  input: Pick<AggregationInput, 'options' | 'name'>,
): readonly number[] {
  const raw = input.options['percents']
  if (raw === undefined || raw === null) return DEFAULT_PERCENTS
  if (!Array.isArray(raw))
    throw invalidAggregation(input.name, '`percents` must be a list of numbers')
  return raw.map((percent) => {
    const value = asNumber(percent)
    if (value === undefined || value < 0 || value > 100) {
      throw invalidAggregation(input.name, '`percents` must be numbers from 0 to 100')
    }
    return value
  })
}
