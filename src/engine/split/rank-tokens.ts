// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { compareBytes } from '../bytes/byte-order.ts'
import { ByteStrings } from '../bytes/byte-strings.ts'
import { elementAt } from '../bytes/element-at.ts'
import { encodeTerm } from '../schema/term.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import type { CollectedTokens } from './token-stream.ts'

interface RankedTokens {
  /** Per token, the place of its term in byte order; in pieces that follow each other. */
  readonly ranks: readonly Uint32Array[]
  readonly tokenCount: number
  readonly termCount: number
  /** Valid until the next call. */
  readonly termAt: (rank: number) => Uint8Array
}

/** Tokens of texts are overwritten. */
export function rankTokens(collected: CollectedTokens): RankedTokens {
  if (collected.kind === 'bytes') return rankStrings(collected)
  const { type, values } = collected
  const { ranks, distinct } =
    values instanceof Float64Array ? rankNumbers(values) : rankMixed(values)
  return {
    ranks: [ranks],
    tokenCount: ranks.length,
    termCount: distinct.length,
    termAt: (rank) => encodeTerm(type, valueOf(type, elementAt(distinct, rank))),
  }
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
  const termAt = (rank: number): Uint8Array => strings.at(firstOfRank[rank] as number)
  return { ranks: tokens, tokenCount, termCount, termAt }
}

function rankNumbers(values: Float64Array): { ranks: Uint32Array; distinct: Float64Array } {
  const ranks = new Uint32Array(values.length)
  const sorted = isAscending(values) ? values : values.slice().sort()
  const distinct = new Float64Array(sorted.length)
  let count = 0
  for (let i = 0; i < sorted.length; i++) {
    // Both zeros are one term.
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct[count++] = sorted[i] as number
    if (sorted === values) ranks[i] = count - 1
  }
  if (sorted !== values) {
    for (let i = 0; i < values.length; i++) ranks[i] = placeOf(distinct, count, values[i] as number)
  }
  return { ranks, distinct: distinct.subarray(0, count) }
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) < (values[i - 1] as number)) return false
  }
  return true
}

/** The place of a value that is among the first `count` of `distinct`. */
function placeOf(distinct: Float64Array, count: number, value: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((distinct[middle] as number) < value) low = middle + 1
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
