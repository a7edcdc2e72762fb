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
import {
  cellTable,
  LogCellCounts,
  TabledCellCounts,
  type CellCounts,
  type Sketch,
} from './cell-counts.ts'
import { GAMMA } from './log-cells.ts'
import { numberColumns, ValueBlock, withoutValue } from './values.ts'

/** Up to so many values per bucket percentiles are exact; beyond, within the RELATIVE_ERROR of log cells. */
const EXACT_PERCENTILE_VALUES = 10_000

/** Which one it is depends on the number of values alone, so merging in any order gives the same. */
export type ValueSketch =
  | { readonly kind: 'exact'; readonly values: Float64Array }
  | { readonly kind: 'sketch'; readonly sketch: Sketch }

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
  readonly sharesBy: string
  readonly #settings: SketchSettings

  constructor(settings: SketchSettings) {
    this.#settings = settings
    this.paths = [settings.path]
    this.sharesBy = JSON.stringify(['sketch', settings.path, settings.missing])
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
  const counts = new LogCellCounts()
  counts.add(values, 0, values.length)
  return counts.sketch()
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
      bag = new ValueBag(this.#memory, () => this.#newCounts())
      this.#buckets.set(parent, bag)
    }
    return bag
  }

  #newCounts(): CellCounts {
    const [column] = this.#columns
    const isOnly = this.#columns.length === 1 && this.#missing === undefined
    const table = isOnly && column !== undefined ? cellTable(column) : undefined
    return table === undefined ? new LogCellCounts() : new TabledCellCounts(table)
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

/** Up to so many are gathered before they are counted. */
const FEW_VALUES = 64

/** The values of one bucket: kept while few, counted by their cells when they are many. */
class ValueBag {
  readonly #memory: AggregationMemory
  readonly #newCounts: () => CellCounts
  #values = new Float64Array(8)
  #count = 0
  #counts: CellCounts | undefined

  constructor(memory: AggregationMemory, newCounts: () => CellCounts) {
    this.#memory = memory
    this.#newCounts = newCounts
  }

  /** values[start] to before values[end]. */
  addAll(values: Float64Array, start: number, end: number): void {
    const size = end - start
    if (this.#count + size > EXACT_PERCENTILE_VALUES) this.#flush()
    if (this.#counts !== undefined && size > FEW_VALUES) {
      this.#counts.add(values, start, end)
      return
    }
    this.#makeRoom(this.#count + size)
    if (size === 1) this.#values[this.#count] = values[start] as number
    else this.#values.set(values.subarray(start, end), this.#count)
    this.#count += size
  }

  #flush(): void {
    this.#counts ??= this.#newCounts()
    this.#counts.add(this.#values, 0, this.#count)
    this.#count = 0
  }

  #makeRoom(count: number): void {
    if (count <= this.#values.length) return
    const next = new Float64Array(Math.max(count, this.#values.length * 2))
    this.#memory.reserve(next.byteLength - this.#values.byteLength)
    next.set(this.#values)
    this.#values = next
  }

  partial(): ValueSketch {
    if (this.#counts === undefined) {
      return { kind: 'exact', values: this.#values.slice(0, this.#count).sort() }
    }
    this.#flush()
    return { kind: 'sketch', sketch: this.#counts.sketch() }
  }
}
