// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import type { JsonObject } from '../../bytes/json.ts'
import { exactValue, type NumberKeys } from '../number-keys.ts'
import type {
  Aggregation,
  AggregationMemory,
  AggregationSplit,
  Collector,
  DocBlock,
} from './aggregation.ts'
import { GAMMA, logCells } from './log-cells.ts'
import { numberColumns, ValueBlock, withoutValue } from './values.ts'

/** Up to so many values per bucket percentiles are exact; beyond, within the RELATIVE_ERROR of log cells. */
const EXACT_PERCENTILE_VALUES = 10_000

/** Which one it is depends on the number of values alone, so merging in any order gives the same. */
export type ValueSketch =
  | { readonly kind: 'exact'; readonly values: Float64Array }
  | { readonly kind: 'sketch'; readonly sketch: Sketch }

/** Counts of magnitudes by `logCells`. */
interface Sketch {
  readonly negative: ReadonlyMap<number, number>
  readonly zeros: number
  readonly positive: ReadonlyMap<number, number>
}

interface SketchSettings {
  readonly path: string
  readonly missing: number | undefined
  readonly render: (sketch: ValueSketch) => JsonObject
  /** As in `Aggregation`. */
  readonly metric: (sketch: ValueSketch, property: string | undefined) => number | undefined
}

/** The values of a field, as many as they are; what is told of them is the kind's own. */
export class SketchAggregation implements Aggregation<ValueSketch> {
  readonly paths: readonly string[]
  readonly #settings: SketchSettings

  constructor(settings: SketchSettings) {
    this.#settings = settings
    this.paths = [settings.path]
  }

  collector(split: AggregationSplit): Collector<ValueSketch> {
    return new SketchCollector(split, this.#settings)
  }

  merge(partials: readonly ValueSketch[]): ValueSketch {
    const [first] = partials
    return partials.length === 1 && first !== undefined ? first : mergeSketches(partials)
  }

  render(sketch: ValueSketch): JsonObject {
    return this.#settings.render(sketch)
  }

  metric(sketch: ValueSketch, property: string | undefined): number | null | undefined {
    const value = this.#settings.metric(sketch, property)
    return Number.isNaN(value) ? null : value
  }
}

function mergeSketches(partials: readonly ValueSketch[]): ValueSketch {
  const exact = partials.flatMap((partial) => (partial.kind === 'exact' ? [partial.values] : []))
  const total = exact.reduce((sum, values) => sum + values.length, 0)
  if (exact.length === partials.length && total <= EXACT_PERCENTILE_VALUES) {
    const values = new Float64Array(total)
    let at = 0
    for (const part of exact) {
      values.set(part, at)
      at += part.length
    }
    return { kind: 'exact', values: values.sort() }
  }
  const negative = new Map<number, number>()
  const positive = new Map<number, number>()
  let zeros = 0
  for (const partial of partials) {
    const sketch = partial.kind === 'exact' ? sketchOf(partial.values) : partial.sketch
    for (const [cell, count] of sketch.negative)
      negative.set(cell, (negative.get(cell) ?? 0) + count)
    for (const [cell, count] of sketch.positive)
      positive.set(cell, (positive.get(cell) ?? 0) + count)
    zeros += sketch.zeros
  }
  return { kind: 'sketch', sketch: { negative, zeros, positive } }
}

function sketchOf(values: Float64Array): Sketch {
  const positive = magnitudes(values, 1)
  const negative = positive.length === values.length ? NO_VALUES : magnitudes(values, -1)
  return {
    negative: countsOf(logCells(negative)),
    zeros: values.length - positive.length - negative.length,
    positive: countsOf(logCells(positive)),
  }
}

const NO_VALUES = new Float64Array(0)

/** Those of one sign without it; the values themselves where they all are positive. */
function magnitudes(values: Float64Array, sign: 1 | -1): Float64Array {
  let count = 0
  for (let i = 0; i < values.length; i++) if (sign * (values[i] as number) > 0) count++
  if (sign === 1 && count === values.length) return values
  const out = new Float64Array(count)
  let at = 0
  for (let i = 0; i < values.length; i++) {
    const magnitude = sign * (values[i] as number)
    if (magnitude > 0) out[at++] = magnitude
  }
  return out
}

/** How often each number is there: counted in one array over their span, which logarithms keep short. */
function countsOf(cells: Int32Array): Map<number, number> {
  let first = Infinity
  let last = -Infinity
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as number
    if (cell < first) first = cell
    if (cell > last) last = cell
  }
  const found = new Map<number, number>()
  if (cells.length === 0) return found
  const counts = new Uint32Array(last - first + 1)
  for (let i = 0; i < cells.length; i++) {
    const at = (cells[i] as number) - first
    counts[at] = (counts[at] as number) + 1
  }
  counts.forEach((count, at) => count > 0 && found.set(first + at, count))
  return found
}

/** The value at rank floor(percent / 100 * (n - 1)); NaN without values. */
export function valueAt(partial: ValueSketch, percent: number): number {
  if (partial.kind === 'exact') {
    const { values } = partial
    return values[Math.floor((percent / 100) * (values.length - 1))] ?? NaN
  }
  const cells = ascendingCells(partial.sketch)
  const total = cells.reduce((sum, { count }) => sum + count, 0)
  let left = Math.floor((percent / 100) * (total - 1))
  for (const { value, count } of cells) {
    if (left < count) return value
    left -= count
  }
  return NaN
}

/** Values and how often they are there, ascending. */
export function cellsOf(partial: ValueSketch): { value: number; count: number }[] {
  if (partial.kind === 'sketch') return ascendingCells(partial.sketch)
  return Array.from(partial.values, (value) => ({ value, count: 1 }))
}

function ascendingCells({ negative, zeros, positive }: Sketch): { value: number; count: number }[] {
  const middle = (cell: number): number => (2 * GAMMA ** cell) / (GAMMA + 1)
  const below = [...negative].sort(([a], [b]) => b - a)
  const above = [...positive].sort(([a], [b]) => a - b)
  return [
    ...below.map(([cell, count]) => ({ value: -middle(cell), count })),
    ...(zeros > 0 ? [{ value: 0, count: zeros }] : []),
    ...above.map(([cell, count]) => ({ value: middle(cell), count })),
  ]
}

class SketchCollector implements Collector<ValueSketch> {
  readonly #columns: readonly NumberKeys[]
  readonly #missing: number | undefined
  readonly #buckets = new Map<number, ValueBag>()
  readonly #memory: AggregationMemory
  readonly #values = new ValueBlock()

  constructor(split: AggregationSplit, settings: Pick<SketchSettings, 'path' | 'missing'>) {
    this.#columns = numberColumns(split, settings.path)
    this.#missing = settings.missing
    this.#memory = split.memory
  }

  collect(block: DocBlock): void {
    const values = this.#values
    for (const column of this.#columns) {
      values.fill(column, block)
      toFloats(column, values)
      this.#add(values)
    }
    if (this.#missing === undefined) return
    const rest = withoutValue(this.#columns, block)
    this.#add({ ...rest, keys: new Float64Array(rest.count).fill(this.#missing) })
  }

  /** Stretches of one bucket at a time. */
  #add({ parents, keys, count, onlyParent }: BaggedValues): void {
    let start = 0
    while (start < count) {
      const parent = parents[start] as number
      let end = onlyParent === undefined ? start + 1 : count
      while (end < count && parents[end] === parent) end++
      this.#bagOf(parent).addAll(keys, start, end)
      start = end
    }
  }

  #bagOf(parent: number): ValueBag {
    let bag = this.#buckets.get(parent)
    if (bag === undefined) {
      bag = new ValueBag(this.#memory)
      this.#buckets.set(parent, bag)
    }
    return bag
  }

  result(parent: number): ValueSketch {
    return this.#buckets.get(parent)?.partial() ?? { kind: 'exact', values: new Float64Array(0) }
  }
}

/** keys[i] is of bucket parents[i], for i below `count`. */
interface BaggedValues extends Pick<DocBlock, 'parents' | 'count' | 'onlyParent'> {
  readonly keys: Float64Array
}

function toFloats(column: NumberKeys, values: ValueBlock): void {
  const { scale } = column
  if (scale.kind === 'float') return
  const { keys, count } = values
  const base = Number(scale.base)
  const step = Number(scale.step)
  const highest = column.blockMaxs.reduce((most, bound) => Math.max(most, bound), 0)
  const isExact =
    scale.kind === 'scaled' &&
    Number.isSafeInteger(base) &&
    Number.isSafeInteger(base + step * highest)
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number
    keys[i] = isExact ? base + step * key : Number(exactValue(column, key))
  }
}

/** The values of one bucket: kept while few, folded into the sketch when they are many. */
class ValueBag {
  readonly #memory: AggregationMemory
  #values = new Float64Array(8)
  #count = 0
  #folded: ValueSketch | undefined

  constructor(memory: AggregationMemory) {
    this.#memory = memory
  }

  /** values[start] to before values[end]. */
  addAll(values: Float64Array, start: number, end: number): void {
    let at = start
    while (at < end) {
      if (this.#count === this.#values.length) this.#makeRoom()
      const size = Math.min(end - at, this.#values.length - this.#count)
      if (size === 1) this.#values[this.#count] = values[at] as number
      else this.#values.set(values.subarray(at, at + size), this.#count)
      this.#count += size
      at += size
    }
  }

  #makeRoom(): void {
    if (this.#count > EXACT_PERCENTILE_VALUES) {
      const part: ValueSketch = { kind: 'sketch', sketch: sketchOf(this.#values) }
      this.#folded = this.#folded === undefined ? part : mergeSketches([this.#folded, part])
      this.#count = 0
      return
    }
    this.#memory.reserve(this.#values.byteLength)
    const next = new Float64Array(this.#values.length * 2)
    next.set(this.#values)
    this.#values = next
  }

  partial(): ValueSketch {
    const rest: ValueSketch = { kind: 'exact', values: this.#values.slice(0, this.#count) }
    return mergeSketches(this.#folded === undefined ? [rest] : [this.#folded, rest])
  }
}
