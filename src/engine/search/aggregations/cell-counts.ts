// Typed-array reads below are cast with `as number`: places come from the values themselves.
import type { NumberKeys } from '../number-keys.ts'
import { logCells } from './log-cells.ts'

/** Counts of magnitudes by `logCells`. */
export interface Sketch {
  readonly negative: ReadonlyMap<number, number>
  readonly zeros: number
  readonly positive: ReadonlyMap<number, number>
}

/** Counts values by their cells. */
export interface CellCounts {
  /** values[start] to before values[end]. */
  add(values: Float64Array, start: number, end: number): void
  sketch(): Sketch
}

/** For any values: finds the cell of each. */
export class LogCellCounts implements CellCounts {
  readonly #negative = new SpanCounts()
  readonly #positive = new SpanCounts()
  #zeros = 0

  add(values: Float64Array, start: number, end: number): void {
    const part = values.subarray(start, end)
    const positive = magnitudes(part, 1)
    const negative = positive.length === part.length ? NO_VALUES : magnitudes(part, -1)
    this.#positive.add(logCells(positive))
    this.#negative.add(logCells(negative))
    this.#zeros += part.length - positive.length - negative.length
  }

  sketch(): Sketch {
    return {
      negative: this.#negative.toMap(),
      zeros: this.#zeros,
      positive: this.#positive.toMap(),
    }
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

/** How often each whole number is there: one array over their span, which logarithms keep short. */
class SpanCounts {
  #first = 0
  #counts = new Uint32Array(0)

  add(cells: Int32Array): void {
    if (cells.length === 0) return
    let least = Infinity
    let most = -Infinity
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number
      if (cell < least) least = cell
      if (cell > most) most = cell
    }
    this.#reach(least, most)
    const counts = this.#counts
    const first = this.#first
    for (let i = 0; i < cells.length; i++) {
      const at = (cells[i] as number) - first
      counts[at] = (counts[at] as number) + 1
    }
  }

  #reach(least: number, most: number): void {
    const { length } = this.#counts
    const first = length === 0 ? least : Math.min(least, this.#first)
    const end = length === 0 ? most + 1 : Math.max(most + 1, this.#first + length)
    if (end - first === length) return
    const wider = new Uint32Array(end - first)
    if (length > 0) wider.set(this.#counts, this.#first - first)
    this.#first = first
    this.#counts = wider
  }

  toMap(): Map<number, number> {
    const found = new Map<number, number>()
    this.#counts.forEach((count, at) => count > 0 && found.set(this.#first + at, count))
    return found
  }
}

/**
 * The cells of a column with so few distinct values that each has a place: value v has place
 * round((v - first) * perUnit), and slots[place] numbers the cells that occur, in the order of values.
 */
interface CellTable {
  readonly first: number
  readonly perUnit: number
  readonly slots: Uint16Array
  /** By slot; those below `negativeEnd` are of negative values, and `zero` is none of them. */
  readonly cells: Int32Array
  readonly negativeEnd: number
  /** The slot of 0; -1 without it. */
  readonly zero: number
}

/** Places of a table, at two bytes each. */
const MAX_PLACES = 1 << 18
/** Integers up to here, times a power of ten and back, find their place without a doubt. */
const MAX_INTEGER = 2 ** 40

const tables = new WeakMap<NumberKeys, { readonly table: CellTable | undefined }>()

/** Made once for a column; undefined where it would have more places than the column has values. */
export function cellTable(column: NumberKeys): CellTable | undefined {
  let known = tables.get(column)
  if (known === undefined) {
    known = { table: makeTable(column) }
    tables.set(column, known)
  }
  return known.table
}

function makeTable(column: NumberKeys): CellTable | undefined {
  const { scale, valueCount } = column
  const low = column.blockMins.reduce((least, bound) => Math.min(least, bound), Infinity)
  const high = column.blockMaxs.reduce((most, bound) => Math.max(most, bound), -Infinity)
  const integers = integersOf(scale)
  if (integers === undefined) return undefined
  const { base, step, divisor } = integers
  // Keys of a float column are its values.
  const least = scale.kind === 'float' ? Math.round(low * divisor) : base + step * low
  const most = scale.kind === 'float' ? Math.round(high * divisor) : base + step * high
  const count = (most - least) / step + 1
  if (!(count <= Math.min(MAX_PLACES, valueCount))) return undefined
  if (!(Math.max(Math.abs(least), Math.abs(most)) <= MAX_INTEGER)) return undefined
  const values = Float64Array.from({ length: count }, (_, at) => (least + step * at) / divisor)
  return tableOf(values, divisor / step)
}

/** The column's values as (base + step * n) / divisor; undefined where nobody knows that. */
function integersOf(
  scale: NumberKeys['scale'],
): { readonly base: number; readonly step: number; readonly divisor: number } | undefined {
  switch (scale.kind) {
    case 'float':
      return scale.divisor === undefined ? undefined : { base: 0, step: 1, divisor: scale.divisor }
    case 'scaled':
      return { base: Number(scale.base), step: Number(scale.step), divisor: 1 }
    case 'ranked':
      return undefined
  }
}

/** Of ascending values. */
function tableOf(values: Float64Array, perUnit: number): CellTable {
  const cellOf = logCells(values.map((value) => (value === 0 ? 1 : Math.abs(value))))
  const slots = new Uint16Array(values.length)
  const cells: number[] = []
  let negativeEnd = 0
  let zero = -1
  let sign = NaN
  for (let at = 0; at < values.length; at++) {
    const cell = cellOf[at] as number
    const itsSign = Math.sign(values[at] as number)
    if (itsSign !== sign || cell !== cells.at(-1)) cells.push(cell)
    sign = itsSign
    if (sign < 0) negativeEnd = cells.length
    if (sign === 0) zero = cells.length - 1
    slots[at] = cells.length - 1
  }
  return {
    first: values[0] as number,
    perUnit,
    slots,
    cells: Int32Array.from(cells),
    negativeEnd,
    zero,
  }
}

/** For values of one column that has a table: two look-ups each. */
export class TabledCellCounts implements CellCounts {
  readonly #table: CellTable
  /** Two counters a slot: where the same value comes again and again, one would wait for itself. */
  readonly #even: Uint32Array
  readonly #odd: Uint32Array

  constructor(table: CellTable) {
    this.#table = table
    this.#even = new Uint32Array(table.cells.length)
    this.#odd = new Uint32Array(table.cells.length)
  }

  add(values: Float64Array, start: number, end: number): void {
    const { first, perUnit, slots } = this.#table
    const even = this.#even
    const odd = this.#odd
    let i = start
    for (; i + 1 < end; i += 2) {
      const a = slots[(((values[i] as number) - first) * perUnit + 0.5) | 0] as number
      const b = slots[(((values[i + 1] as number) - first) * perUnit + 0.5) | 0] as number
      even[a] = (even[a] as number) + 1
      odd[b] = (odd[b] as number) + 1
    }
    if (i === end) return
    const last = slots[(((values[i] as number) - first) * perUnit + 0.5) | 0] as number
    even[last] = (even[last] as number) + 1
  }

  sketch(): Sketch {
    const { cells, negativeEnd, zero } = this.#table
    const negative = new Map<number, number>()
    const positive = new Map<number, number>()
    let zeros = 0
    for (let slot = 0; slot < cells.length; slot++) {
      const count = (this.#even[slot] as number) + (this.#odd[slot] as number)
      const cell = cells[slot] as number
      if (slot === zero) zeros = count
      else if (count > 0) (slot < negativeEnd ? negative : positive).set(cell, count)
    }
    return { negative, zeros, positive }
  }
}
