import { elementAt } from '../../bytes/element-at.ts'
// Typed-array reads below are cast with `as number`: indexes are below the capacity just ensured.
import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { exactValue, type NumberKeys } from '../number-keys.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationInput,
  type AggregationKind,
  type AggregationMemory,
  type AggregationSplit,
  type Collector,
  type DocBlock,
} from './aggregation.ts'
import { fieldOption, invalidAggregation, numberOption, refuseUnknown } from './options.ts'
import { numberColumns } from './values.ts'

/** The mean of a field's values, each weighing what another field of its document says. */
export const WEIGHTED_AVG: AggregationKind = {
  buckets: 'none',
  options: ['value', 'weight', 'value_type'],
  parse(input) {
    return new WeightedAverage(operandOf(input, 'value'), operandOf(input, 'weight'))
  },
}

interface Operand {
  readonly path: string
  /** For documents without value; undefined: they do not count. */
  readonly missing: number | undefined
}

function operandOf(input: AggregationInput, name: 'value' | 'weight'): Operand {
  const options = input.options[name]
  if (options === undefined || !isJsonObject(options)) {
    throw invalidAggregation(input.name, `\`${name}\` must be an object with a \`field\``)
  }
  const inner = { ...input, options, name: `${input.name}.${name}` }
  refuseUnknown(inner, name, ['field', 'missing'])
  return { path: fieldOption(inner).path, missing: numberOption(inner, 'missing') }
}

interface WeightedPartial {
  readonly sum: number
  readonly weight: number
}

class WeightedAverage implements Aggregation<WeightedPartial> {
  readonly paths: readonly string[]
  readonly #value: Operand
  readonly #weight: Operand

  constructor(value: Operand, weight: Operand) {
    this.paths = [value.path, weight.path]
    this.#value = value
    this.#weight = weight
  }

  collector(split: AggregationSplit): Collector<WeightedPartial> {
    return new WeightedCollector(
      new Values(split, this.#value),
      new Values(split, this.#weight),
      split.memory,
    )
  }

  /** Sums of doubles: equal up to rounding, whatever the order. */
  merge(partials: readonly WeightedPartial[]): WeightedPartial {
    return partials.reduce((a, b) => ({ sum: a.sum + b.sum, weight: a.weight + b.weight }), {
      sum: 0,
      weight: 0,
    })
  }

  render(partial: WeightedPartial): JsonObject {
    return { value: jsonFloat(averageOf(partial)) }
  }

  metric(partial: WeightedPartial, property: string | undefined): number | null | undefined {
    if (property !== undefined && property !== 'value') return undefined
    return partial.weight === 0 ? null : averageOf(partial)
  }
}

function averageOf({ sum, weight }: WeightedPartial): number {
  return weight === 0 ? NaN : sum / weight
}

class WeightedCollector implements Collector<WeightedPartial> {
  readonly #values: Values
  readonly #weights: Values
  readonly #memory: AggregationMemory
  #sums = new Float64Array(0)
  #totals = new Float64Array(0)

  constructor(values: Values, weights: Values, memory: AggregationMemory) {
    this.#values = values
    this.#weights = weights
    this.#memory = memory
  }

  collect({ docs, parents, count }: DocBlock): void {
    for (let i = 0; i < count; i++) {
      const doc = docs[i] as number
      const values = this.#values.read(doc)
      if (values === 0 || this.#weights.read(doc) === 0) continue
      // Of several weights the first counts: a document has one.
      const weight = this.#weights.found[0] as number
      const parent = parents[i] as number
      if (parent >= this.#sums.length) this.#grow(parent)
      for (let at = 0; at < values; at++) {
        const value = this.#values.found[at] as number
        this.#sums[parent] = (this.#sums[parent] as number) + value * weight
        this.#totals[parent] = (this.#totals[parent] as number) + weight
      }
    }
  }

  result(parent: number): WeightedPartial {
    // Buckets without a value are not grown to.
    if (parent >= this.#sums.length) return { sum: 0, weight: 0 }
    return { sum: elementAt(this.#sums, parent), weight: elementAt(this.#totals, parent) }
  }

  #grow(parent: number): void {
    const capacity = Math.max(16, parent + 1, this.#sums.length * 2)
    this.#memory.reserve((capacity - this.#sums.length) * 16)
    this.#sums = resized(this.#sums, capacity)
    this.#totals = resized(this.#totals, capacity)
  }
}

function resized(array: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(capacity)
  out.set(array)
  return out
}

/** The numbers of one field, document by document. */
class Values {
  readonly #columns: readonly NumberKeys[]
  readonly #missing: number | undefined
  found = new Float64Array(16)

  constructor(split: AggregationSplit, { path, missing }: Operand) {
    this.#columns = numberColumns(split, path)
    this.#missing = missing
  }

  /** How many numbers of `found` are the document's. */
  read(doc: number): number {
    let size = 0
    for (const column of this.#columns) {
      const start = column.starts === undefined ? doc : (column.starts[doc] as number)
      const end = column.starts === undefined ? doc + 1 : (column.starts[doc + 1] as number)
      if (size + end - start > this.found.length) {
        this.found = resized(this.found, (size + end - start) * 2)
      }
      for (let at = start; at < end; at++) {
        this.found[size] = Number(exactValue(column, column.keys[at] as number))
        size++
      }
    }
    if (size > 0 || this.#missing === undefined) return size
    this.found[0] = this.#missing
    return 1
  }
}
