// Typed-array reads below are cast with `as number`: indexes come from the column itself.
import {
  COLUMN_BLOCK_VALUES,
  type Column,
  type FloatColumn,
  type IntColumn,
} from '../split/column.ts'

/**
 * A numeric column as numbers that compare like its values, which is all that sorting, ranges and
 * histograms need in their loops; exact values come back through `exactValue`.
 *   scaled  value = base + step * key
 *   ranked  value = distinct[key]: 64-bit values too far apart for a double
 *   float   value = key
 */
export interface NumberKeys {
  readonly type: 'i64' | 'u64' | 'bool' | 'date' | 'f64'
  readonly docCount: number
  readonly valueCount: number
  /** As in `Presence`. */
  readonly starts: Uint32Array | undefined
  readonly keys: Uint8Array | Uint16Array | Uint32Array | Float64Array
  /** Smallest and largest key of each COLUMN_BLOCK_VALUES keys. */
  readonly blockMins: Float64Array
  readonly blockMaxs: Float64Array
  readonly scale: KeyScale
}

type KeyScale =
  | { readonly kind: 'scaled'; readonly base: bigint; readonly step: bigint }
  | {
      readonly kind: 'ranked'
      readonly distinct: BigUint64Array
      readonly base: bigint
      readonly step: bigint
    }
  /** `divisor` as in `FloatColumn`. */
  | { readonly kind: 'float'; readonly divisor: number | undefined }

/** Keys are derived once per decoded column and live as long as it does. */
const keysOfColumn = new WeakMap<IntColumn | FloatColumn, NumberKeys>()

export function isNumeric(column: Column): column is IntColumn | FloatColumn {
  return column.kind !== 'ordinal'
}

export function numberKeys(column: IntColumn | FloatColumn): NumberKeys {
  let keys = keysOfColumn.get(column)
  if (keys === undefined) {
    keys = makeKeys(column)
    keysOfColumn.set(column, keys)
  }
  return keys
}

function makeKeys(column: IntColumn | FloatColumn): NumberKeys {
  const { type, docCount, valueCount, starts, blockMins, blockMaxs } = column
  const shape = { type, docCount, valueCount, starts }
  if (column.kind === 'float') {
    const scale = { kind: 'float', divisor: column.divisor } as const
    return { ...shape, keys: column.values, blockMins, blockMaxs, scale }
  }
  const { base, wide } = column
  const step = column.step === 0n ? 1n : column.step
  if (wide === undefined) {
    return {
      ...shape,
      keys: column.values,
      blockMins,
      blockMaxs,
      scale: { kind: 'scaled', base, step },
    }
  }
  const distinct = distinctSorted(wide)
  const keys = new Uint32Array(wide.length)
  for (let i = 0; i < wide.length; i++) keys[i] = rankOf(distinct, wide[i] as bigint)
  return {
    ...shape,
    keys,
    ...boundsOf(keys, blockMins.length),
    scale: { kind: 'ranked', distinct, base, step },
  }
}

function distinctSorted(wide: BigUint64Array): BigUint64Array {
  const sorted = wide.slice().sort()
  let count = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[count - 1]) {
      sorted[count] = sorted[i] as bigint
      count++
    }
  }
  return sorted.slice(0, count)
}

/** The number of distinct values below `value`. */
function rankOf(distinct: BigUint64Array, value: bigint): number {
  let low = 0
  let high = distinct.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((distinct[middle] as bigint) < value) low = middle + 1
    else high = middle
  }
  return low
}

function boundsOf(
  keys: Uint32Array,
  blocks: number,
): { blockMins: Float64Array; blockMaxs: Float64Array } {
  const blockMins = new Float64Array(blocks).fill(Infinity)
  const blockMaxs = new Float64Array(blocks).fill(-Infinity)
  for (let i = 0; i < keys.length; i++) {
    const block = Math.floor(i / COLUMN_BLOCK_VALUES)
    const key = keys[i] as number
    if (key < (blockMins[block] as number)) blockMins[block] = key
    if (key > (blockMaxs[block] as number)) blockMaxs[block] = key
  }
  return { blockMins, blockMaxs }
}

/** The value as the column holds it: bigint for integers (dates in nanoseconds, bools 0 and 1). */
export function exactValue(keys: NumberKeys, key: number): bigint | number {
  const { scale } = keys
  switch (scale.kind) {
    case 'float':
      return key
    case 'scaled':
      return scale.base + scale.step * BigInt(key)
    case 'ranked':
      return scale.base + scale.step * (scale.distinct[key] as bigint)
  }
}

/**
 * Keys of the values v with lower <= v <= upper, as the closed interval [low, high]; `undefined` when
 * there are none. Bounds are exact values: bigint, or any number, on any column.
 */
export function keyInterval(
  keys: NumberKeys,
  lower: ValueBound | undefined,
  upper: ValueBound | undefined,
): { readonly low: number; readonly high: number } | undefined {
  const low = lower === undefined ? -Infinity : firstKeyFrom(keys, lower)
  const high = upper === undefined ? Infinity : lastKeyUpTo(keys, upper)
  return low <= high ? { low, high } : undefined
}

export interface ValueBound {
  readonly value: bigint | number
  readonly inclusive: boolean
}

/** The smallest key whose value is not below the bound; may be past every key. */
export function firstKeyFrom(keys: NumberKeys, bound: ValueBound): number {
  const { scale } = keys
  if (scale.kind === 'float') return firstFloat(bound)
  const first = firstInteger(bound)
  if (typeof first === 'number') return first
  const stored = ceilDiv(first - scale.base, scale.step)
  if (scale.kind === 'scaled') return clampKey(stored)
  if (stored > MAX_U64) return scale.distinct.length
  return stored <= 0n ? 0 : rankOf(scale.distinct, stored)
}

/** The largest key whose value is not above the bound; may be before every key. */
export function lastKeyUpTo(keys: NumberKeys, bound: ValueBound): number {
  const { scale } = keys
  if (scale.kind === 'float')
    return -firstFloat({ value: negated(bound.value), inclusive: bound.inclusive })
  // One before the first key that is above the bound.
  const above = firstInteger({ value: bound.value, inclusive: !bound.inclusive })
  if (typeof above === 'number') return above
  const stored = ceilDiv(above - scale.base, scale.step)
  if (scale.kind === 'scaled') return clampKey(stored - 1n)
  if (stored <= 0n) return -1
  return stored > MAX_U64 ? scale.distinct.length - 1 : rankOf(scale.distinct, stored) - 1
}

const MAX_U64 = (1n << 64n) - 1n

/** Stored keys are below 2^53: anything outside that is as good as infinite. */
function clampKey(key: bigint): number {
  if (key < 0n) return -1
  return key > 0x20000000000000n ? Infinity : Number(key)
}

/** The first integer from the bound on; ±Infinity for an infinite bound. */
function firstInteger({ value, inclusive }: ValueBound): bigint | number {
  if (typeof value === 'bigint') return inclusive ? value : value + 1n
  if (!Number.isFinite(value)) return value
  const up = Math.ceil(value)
  return BigInt(up) + (up === value && !inclusive ? 1n : 0n)
}

/** The first double from the bound on. */
function firstFloat({ value, inclusive }: ValueBound): number {
  if (typeof value === 'number') return inclusive ? value : nextAfter(value)
  const near = Number(value)
  if (!Number.isFinite(near)) return near
  const rounded = BigInt(near)
  if (rounded === value) return inclusive ? near : nextAfter(near)
  return rounded > value ? near : nextAfter(near)
}

function negated(value: bigint | number): bigint | number {
  return -value
}

const bits = new DataView(new ArrayBuffer(8))

/** The next larger double. */
function nextAfter(value: number): number {
  if (value === Infinity || Number.isNaN(value)) return value
  if (value === 0) return Number.MIN_VALUE
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return bits.getFloat64(0)
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return -floorDiv(-a, b)
}
