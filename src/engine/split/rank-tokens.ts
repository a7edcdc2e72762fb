// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { compareBytes } from '../bytes/byte-order.ts'
import { ByteStrings, type ByteSlice } from '../bytes/byte-strings.ts'
import { elementAt } from '../bytes/element-at.ts'
import { encodeTerm } from '../schema/term.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import type { CollectedTokens } from './token-stream.ts'

/** Values per number, on average, above which sorting the numbers alone is quicker. */
const MIN_USES = 4

interface RankedTokens {
  /** Per token, the place of its term in byte order; in pieces that follow each other. */
  readonly ranks: readonly Uint32Array[]
  readonly tokenCount: number
  readonly termCount: number
  /** The term that was moved to. */
  readonly term: Readonly<ByteSlice>
  readonly moveTo: (rank: number) => void
}

/** Tokens of texts are overwritten. */
export function rankTokens(collected: CollectedTokens): RankedTokens {
  if (collected.kind === 'bytes') return rankStrings(collected)
  const { type, values } = collected
  const { ranks, distinct } =
    values instanceof Float64Array ? rankNumbers(values) : rankMixed(values)
  const term = newSlice()
  return {
    ranks: [ranks],
    tokenCount: ranks.length,
    termCount: distinct.length,
    term,
    moveTo: (rank) => {
      term.source = encodeTerm(type, valueOf(type, elementAt(distinct, rank)))
      term.end = term.source.length
    },
  }
}

function newSlice(): ByteSlice {
  return { source: new Uint8Array(0), start: 0, end: 0 }
}

function valueOf(type: ValueType, key: number | bigint): TypedValue {
  if (type === 'date') return Number(key) * 1000
  return type === 'bool' ? key === 1 : key
}

function rankStrings({
  tokens,
  strings: packed,
  areDistinct,
}: CollectedTokens & { readonly kind: 'bytes' }): RankedTokens {
  const strings = new ByteStrings(packed)
  const order = strings.sorted()
  const rankOf = new Uint32Array(order.length)
  const firstOfRank = new Uint32Array(order.length)
  let termCount = 0
  for (let i = 0; i < order.length; i++) {
    const string = order[i] as number
    const isNew =
      areDistinct ||
      i === 0 ||
      compareBytes(strings.at(order[i - 1] as number), strings.at(string)) !== 0
    if (isNew) firstOfRank[termCount++] = string
    rankOf[string] = termCount - 1
  }
  let tokenCount = 0
  for (const page of tokens) {
    // In place: there may be tens of millions.
    for (let i = 0; i < page.length; i++) page[i] = rankOf[page[i] as number] as number
    tokenCount += page.length
  }
  const term = newSlice()
  const moveTo = (rank: number): void => strings.sliceTo(term, firstOfRank[rank] as number)
  return { ranks: tokens, tokenCount, termCount, term, moveTo }
}

function rankNumbers(values: Float64Array): { ranks: Uint32Array; distinct: Float64Array } {
  if (isAscending(values)) return rankAscending(values)
  const few = fewNumbers(values)
  if (few === undefined) {
    const { distinct } = rankAscending(values.slice().sort())
    const ranks = new Uint32Array(values.length)
    for (let i = 0; i < ranks.length; i++) ranks[i] = placeOf(distinct, values[i] as number)
    return { ranks, distinct }
  }
  const { numbers, distinct } = few
  const sorted = distinct.slice().sort()
  // Each is looked for once.
  const rankOf = distinct.map((value) => placeOf(sorted, value))
  for (let i = 0; i < numbers.length; i++) numbers[i] = rankOf[numbers[i] as number] as number
  return { ranks: numbers, distinct: sorted }
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) < (values[i - 1] as number)) return false
  }
  return true
}

function rankAscending(values: Float64Array): { ranks: Uint32Array; distinct: Float64Array } {
  const ranks = new Uint32Array(values.length)
  const distinct = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    // Both zeros are one term.
    if (i === 0 || values[i] !== values[i - 1]) distinct[count++] = values[i] as number
    ranks[i] = count - 1
  }
  return { ranks, distinct: distinct.subarray(0, count) }
}

/** Per value the place of its like in `distinct`, which has each once as they come; undefined when
 *  they do not come often. */
function fewNumbers(
  values: Float64Array,
): { readonly numbers: Uint32Array; readonly distinct: Float64Array } | undefined {
  // A quarter of the places is taken at most.
  const bits = Math.ceil(Math.log2(values.length))
  /** Place + 1 in `distinct`, 0 when free. */
  const table = new Uint32Array(2 ** bits)
  const numbers = new Uint32Array(values.length)
  const distinct = new Float64Array(Math.ceil(values.length / MIN_USES) + 1)
  const key = new Float64Array(1)
  const halves = new Uint32Array(key.buffer)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    // Adding zero makes one of both zeros.
    const value = (values[i] as number) + 0
    key[0] = value
    const mixed = Math.imul(
      (halves[0] as number) ^ Math.imul(halves[1] as number, 0x85ebca6b),
      0x9e3779b1,
    )
    let slot = mixed >>> (32 - bits)
    let place = table[slot] as number
    while (place > 0 && distinct[place - 1] !== value) {
      slot = (slot + 1) & (table.length - 1)
      place = table[slot] as number
    }
    if (place === 0) {
      distinct[count] = value
      place = ++count
      if (count * MIN_USES > values.length) return undefined
      table[slot] = place
    }
    numbers[i] = place - 1
  }
  return { numbers, distinct: distinct.subarray(0, count) }
}

/** The place of a value in ascending ones that it is among. */
function placeOf(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function rankMixed(values: readonly (number | bigint)[]): {
  ranks: Uint32Array
  distinct: (number | bigint)[]
} {
  const distinct = [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const rankOf = new Map(distinct.map((value, rank) => [value, rank]))
  return { ranks: Uint32Array.from(values, (value) => rankOf.get(value) as number), distinct }
}
