// Typed-array reads below are cast with `as number`: indexes come from the block itself.
import type { JsonObject } from '../../bytes/json.ts'
import type { Column } from '../../split/column.ts'
import {
  jsonFloat,
  type Aggregation,
  type AggregationKind,
  type AggregationMemory,
  type AggregationSplit,
  type Collector,
  type DocBlock,
} from './aggregation.ts'
import { BucketIds } from './bucket-ids.ts'
import { asNumber, fieldOption, invalidAggregation } from './options.ts'
import { ordinalsOf, type Ordinals } from './ordinals.ts'
import { keyTag, type TermKey } from './term-key.ts'
import { ValueBlock, withoutValue } from './values.ts'

/** Up to so many distinct values the count is exact; beyond, a HyperLogLog with about 0.8 % error. */
const EXACT_CARDINALITY_VALUES = 65_536
const REGISTER_BITS = 14
const REGISTERS = 1 << REGISTER_BITS

export const CARDINALITY: AggregationKind = {
  buckets: 'none',
  // Counts are more precise than any threshold asks for.
  options: ['field', 'missing', 'precision_threshold', 'execution_hint', 'rehash'],
  parse(input) {
    const field = fieldOption(input)
    const raw = input.options['missing']
    if (raw === undefined || raw === null) return new CardinalityAggregation(field.path, undefined)
    const number = asNumber(raw)
    if (typeof raw === 'string') {
      return new CardinalityAggregation(field.path, { type: 'str', value: raw })
    }
    if (number === undefined)
      throw invalidAggregation(input.name, '`missing` must be a string or a number')
    return new CardinalityAggregation(
      field.path,
      Number.isInteger(number) && field.type !== 'f64'
        ? { type: 'int', value: BigInt(number) }
        : { type: 'float', value: number },
    )
  },
}

/** Which one it is depends on the set of values alone, so merging in any order gives the same. */
type CardinalityPartial =
  /** 53-bit hashes of the distinct values. */
  | { readonly kind: 'exact'; readonly hashes: ReadonlySet<number> }
  | { readonly kind: 'registers'; readonly registers: Uint8Array }

class CardinalityAggregation implements Aggregation<CardinalityPartial> {
  readonly paths: readonly string[]
  readonly #missing: TermKey | undefined

  constructor(path: string, missing: TermKey | undefined) {
    this.paths = [path]
    this.#missing = missing
  }

  collector(split: AggregationSplit, parentLimit: number): Collector<CardinalityPartial> {
    const columns = this.paths
      .flatMap((path) => split.columnsAt(path))
      .filter(({ type }) => type !== 'bytes')
    return new CardinalityCollector(columns, this.#missing, { split, parentLimit })
  }

  merge(partials: readonly CardinalityPartial[]): CardinalityPartial {
    const [first] = partials
    if (partials.length === 1 && first !== undefined) return first
    const hashes = new Set<number>()
    for (const partial of partials) {
      if (partial.kind === 'registers') return mergeRegisters(partials)
      for (const hash of partial.hashes) hashes.add(hash)
    }
    return hashes.size <= EXACT_CARDINALITY_VALUES
      ? { kind: 'exact', hashes }
      : mergeRegisters(partials)
  }

  render(partial: CardinalityPartial): JsonObject {
    return { value: jsonFloat(countOf(partial)) }
  }

  metric(partial: CardinalityPartial, property: string | undefined): number | undefined {
    return property === undefined || property === 'value' ? countOf(partial) : undefined
  }
}

function countOf(partial: CardinalityPartial): number {
  return partial.kind === 'exact' ? partial.hashes.size : estimate(partial.registers)
}

function mergeRegisters(partials: readonly CardinalityPartial[]): CardinalityPartial {
  const merged = new Uint8Array(REGISTERS)
  for (const partial of partials) {
    if (partial.kind === 'exact') for (const hash of partial.hashes) register(merged, hash)
    else {
      for (let i = 0; i < REGISTERS; i++) {
        const rank = partial.registers[i] as number
        if (rank > (merged[i] as number)) merged[i] = rank
      }
    }
  }
  return { kind: 'registers', registers: merged }
}

/** The low bits choose the register, the zeros above them are its rank. */
function register(registers: Uint8Array, hash: number): void {
  const index = hash % REGISTERS
  const rest = Math.floor(hash / REGISTERS)
  const restBits = 53 - REGISTER_BITS
  const rank = rest === 0 ? restBits + 1 : restBits - Math.floor(Math.log2(rest))
  if (rank > (registers[index] as number)) registers[index] = rank
}

function estimate(registers: Uint8Array): number {
  let sum = 0
  let empty = 0
  for (const rank of registers) {
    sum += 2 ** -rank
    if (rank === 0) empty++
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum
  const isSmall = raw <= 2.5 * REGISTERS && empty > 0
  return Math.floor(isSmall ? REGISTERS * Math.log(REGISTERS / empty) : raw)
}

/** 53 bits, the same in every process: partials of one answer come from many. */
function hashOf(key: TermKey): number {
  const text = keyTag(key)
  let low = 0x2545f491
  let high = 0x6c078965 ^ text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    low = Math.imul(low ^ unit, 0x5bd1e995)
    low ^= low >>> 15
    high = Math.imul(high ^ unit, 0x1b873593)
    high ^= high >>> 13
  }
  low = mixed(low ^ (high >>> 7))
  high = mixed(high ^ (low >>> 11))
  return (low >>> 0) * 0x200000 + (high >>> 11)
}

/** Spreads every bit over all 32. */
function mixed(bits: number): number {
  let out = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  out = Math.imul(out ^ (out >>> 15), 0x846ca68b)
  return out ^ (out >>> 16)
}

class CardinalityCollector implements Collector<CardinalityPartial> {
  readonly #columns: readonly Column[]
  readonly #parts: readonly { readonly ordinals: Ordinals; readonly ids: BucketIds }[]
  readonly #missing: { readonly hash: number; readonly ids: BucketIds } | undefined
  readonly #memory: AggregationMemory
  readonly #values = new ValueBlock()

  constructor(
    columns: readonly Column[],
    missing: TermKey | undefined,
    place: { readonly split: AggregationSplit; readonly parentLimit: number },
  ) {
    const { split, parentLimit } = place
    this.#columns = columns
    this.#memory = split.memory
    this.#parts = columns.map((column) => {
      const ordinals = ordinalsOf(column)
      const shape = { parentLimit, keyCount: ordinals.limit, hasSubs: false }
      return { ordinals, ids: new BucketIds(shape, split.memory) }
    })
    this.#missing =
      missing === undefined
        ? undefined
        : {
            hash: hashOf(missing),
            ids: new BucketIds({ parentLimit, keyCount: 1, hasSubs: false }, split.memory),
          }
  }

  collect(block: DocBlock): void {
    const values = this.#values
    for (const { ordinals, ids } of this.#parts) {
      values.fill(ordinals, block)
      ids.add(values)
    }
    if (this.#missing === undefined) return
    const rest = withoutValue(this.#columns, block)
    this.#missing.ids.addSame(rest, 0)
  }

  result(parent: number): CardinalityPartial {
    const hashes = new Set<number>()
    let registers: Uint8Array | undefined
    const see = (hash: number): void => {
      if (registers !== undefined) return register(registers, hash)
      hashes.add(hash)
      if (hashes.size <= EXACT_CARDINALITY_VALUES) return
      registers = new Uint8Array(REGISTERS)
      for (const seen of hashes) register(registers, seen)
      hashes.clear()
    }
    for (const { ordinals, ids } of this.#parts) {
      ids.eachOf(parent, (ordinal) => see(hashOf(ordinals.keyOf(ordinal))))
    }
    const missing = this.#missing
    missing?.ids.eachOf(parent, () => see(missing.hash))
    this.#memory.reserve(hashes.size * 16)
    return registers === undefined ? { kind: 'exact', hashes } : { kind: 'registers', registers }
  }
}
