// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { elementAt } from '../bytes/element-at.ts'
import { compareBytes } from '../bytes/byte-order.ts'
import { ByteStringTable, hashBytes } from '../bytes/byte-string-table.ts'
import { isAsciiText } from '../bytes/byte-strings.ts'
import { GrowableFloat64, GrowableUint32 } from '../bytes/growable.ts'
import { QwError } from '../errors.ts'
import { dateToSeconds } from '../dates/datetime.ts'
import { encodeTerm } from '../schema/term.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'

const encoder = new TextEncoder()
/** After so many tokens a field is judged: are its terms mostly new? */
const SAMPLE_TOKENS = 4096
const MOSTLY_NEW_SHARE = 0.8

/** The tokens of one field as they come; which terms they are is settled at the end. */
export interface TokenStream {
  /** Number of tokens. */
  readonly length: number
  readonly memoryBytes: number
  push(value: TypedValue): void
  /** As `push(text.slice(start, end))`, without making that string. The slice is ASCII. */
  pushSlice(text: string, start: number, end: number): void
  /** Pushes the tokens [start, end) of this stream again. */
  repeat(start: number, end: number): void
  rank(): RankedTokens
}

export interface RankedTokens {
  /** Per token, the place of its term in byte order. */
  readonly ranks: Uint32Array
  readonly termCount: number
  /** Valid until the next call. */
  termAt(rank: number): Uint8Array
}

export function newTokenStream(type: ValueType): TokenStream {
  return type === 'str' || type === 'ip' || type === 'bytes'
    ? new ByteTokens()
    : new NumberTokens(type)
}

/** Equal strings share a number as long as that finds repetitions; in a field of mostly unique
 *  values, every token is a string of its own until the sort brings equals together. */
class ByteTokens implements TokenStream {
  readonly #table = new ByteStringTable()
  readonly #strings = this.#table.strings
  readonly #tokens = new GrowableUint32()
  #sharing = true
  #isJudged = false

  get length(): number {
    return this.#tokens.length
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#tokens.capacityBytes
  }

  push(value: TypedValue): void {
    if (typeof value === 'string') this.#pushText(value)
    else if (value instanceof Uint8Array) this.#pushBytes(value)
    else throw new QwError('internal', `a ${typeof value} is no text and no bytes`)
  }

  pushSlice(text: string, start: number, end: number): void {
    if (this.#sharing) this.#push(this.#table.numberOfAscii(text, start, end))
    else this.#push(this.#strings.addAscii(text, start, end))
  }

  repeat(start: number, end: number): void {
    this.#tokens.repeat(start, end)
  }

  #pushText(text: string): void {
    if (isAsciiText(text)) this.pushSlice(text, 0, text.length)
    else if (this.#sharing) this.#pushBytes(encoder.encode(text))
    else this.#push(this.#strings.addText(text))
  }

  #pushBytes(bytes: Uint8Array): void {
    this.#push(this.#table.numberOf(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length)))
  }

  #push(number: number): void {
    this.#tokens.push(number)
    if (this.#isJudged || this.#tokens.length < SAMPLE_TOKENS) return
    this.#isJudged = true
    this.#sharing = this.#strings.count < this.#tokens.length * MOSTLY_NEW_SHARE
  }

  rank(): RankedTokens {
    const strings = this.#strings
    const order = strings.sorted()
    const rankOf = new Uint32Array(order.length)
    const firstOfRank = new Uint32Array(order.length)
    let termCount = 0
    for (let i = 0; i < order.length; i++) {
      const string = order[i] as number
      const isNew =
        this.#sharing ||
        i === 0 ||
        compareBytes(strings.at(order[i - 1] as number), strings.at(string)) !== 0
      if (isNew) firstOfRank[termCount++] = string
      rankOf[string] = termCount - 1
    }
    const tokens = this.#tokens.view()
    const ranks = new Uint32Array(tokens.length)
    for (let i = 0; i < ranks.length; i++) ranks[i] = rankOf[tokens[i] as number] as number
    return { ranks, termCount, termAt: (rank) => strings.at(firstOfRank[rank] as number) }
  }
}

/** i64, u64, f64, bool and date (in seconds); bigints from the first value on that is no double. */
class NumberTokens implements TokenStream {
  readonly #type: ValueType
  readonly #numbers = new GrowableFloat64()
  #bigints: (number | bigint)[] | undefined

  constructor(type: ValueType) {
    this.#type = type
  }

  get length(): number {
    return this.#bigints?.length ?? this.#numbers.length
  }

  get memoryBytes(): number {
    return this.#numbers.capacityBytes + (this.#bigints?.length ?? 0) * 32
  }

  push(value: TypedValue): void {
    const key = this.#keyOf(value)
    if (typeof key === 'bigint') this.#bigints ??= [...this.#numbers.view()]
    if (this.#bigints !== undefined) this.#bigints.push(key)
    else this.#numbers.push(Number(key))
  }

  pushSlice(): void {
    throw new QwError('internal', `a slice of a text is no ${this.#type}`)
  }

  repeat(): void {
    throw new QwError('internal', `${this.#type} tokens are told apart when they are ranked`)
  }

  /** Equal for equal terms, in the order of the terms. */
  #keyOf(value: TypedValue): number | bigint {
    if (typeof value === 'boolean') return value ? 1 : 0
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw new QwError('internal', `a ${typeof value} is no ${this.#type}`)
    }
    return this.#type === 'date' ? dateToSeconds(value) : value
  }

  rank(): RankedTokens {
    const { ranks, distinct } =
      this.#bigints === undefined ? rankNumbers(this.#numbers.view()) : rankMixed(this.#bigints)
    return {
      ranks,
      termCount: distinct.length,
      termAt: (rank) => encodeTerm(this.#type, this.#valueOf(elementAt(distinct, rank))),
    }
  }

  #valueOf(key: number | bigint): TypedValue {
    if (this.#type === 'date') return Number(key) * 1000
    return this.#type === 'bool' ? key === 1 : key
  }
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
