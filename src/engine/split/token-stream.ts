import { asciiBytes, AsciiSlice } from '../bytes/ascii-slice.ts'
import { ByteStringTable, hashBytes } from '../bytes/byte-string-table.ts'
import type { PackedStrings } from '../bytes/byte-strings.ts'
import { GrowableFloat64, PagedUint32 } from '../bytes/growable.ts'
import { QwError } from '../errors.ts'
import { dateToSeconds } from '../dates/datetime.ts'
import type { FieldValue } from '../schema/field-spec.ts'
import type { ValueType } from '../schema/value-type.ts'

const encoder = new TextEncoder()
/** After so many tokens a field is judged: are its terms mostly new? */
const SAMPLE_TOKENS = 4096
const MOSTLY_NEW_SHARE = 0.8

/** The tokens of one field as they come; which terms they are is settled at the end. */
export interface TokenStream {
  /** Number of tokens. */
  readonly length: number
  readonly memoryBytes: number
  push(value: FieldValue): void
  /** As `push` of the text that the bytes [start, end) of `source` are. */
  pushSlice(source: Uint8Array, start: number, end: number): void
  /** Pushes the tokens [start, end) of this stream again. */
  repeat(start: number, end: number): void
  /** No push after this: views of what is held. */
  collected(): CollectedTokens
}

/** The tokens of a field as a value. */
export type CollectedTokens =
  | {
      readonly kind: 'bytes'
      /** Numbers of strings, in pieces that follow each other. */
      readonly tokens: readonly Uint32Array[]
      readonly strings: PackedStrings
      /** Whether equal tokens have one number. */
      readonly areDistinct: boolean
    }
  | {
      readonly kind: 'numbers'
      readonly type: ValueType
      /** Dates as seconds, booleans as 0 and 1. */
      readonly values: Float64Array | readonly (number | bigint)[]
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
  readonly #tokens = new PagedUint32()
  #sharing = true
  #isJudged = false

  get length(): number {
    return this.#tokens.length
  }

  get memoryBytes(): number {
    return this.#table.memoryBytes + this.#tokens.memoryBytes
  }

  push(value: FieldValue): void {
    if (typeof value === 'string') this.#pushText(value)
    else if (value instanceof AsciiSlice) this.pushSlice(value.source, value.start, value.end)
    else if (value instanceof Uint8Array) this.#pushBytes(value)
    else throw new QwError('internal', `a ${typeof value} is no text and no bytes`)
  }

  pushSlice(source: Uint8Array, start: number, end: number): void {
    if (this.#sharing) {
      this.#push(this.#table.numberOf(source, start, end, hashBytes(source, start, end)))
    } else this.#push(this.#strings.addSlice(source, start, end))
  }

  repeat(start: number, end: number): void {
    this.#tokens.repeat(start, end)
  }

  #pushText(text: string): void {
    const ascii = asciiBytes(text)
    if (ascii !== undefined) this.pushSlice(ascii, 0, text.length)
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

  collected(): CollectedTokens {
    const tokens = this.#tokens.pages()
    return { kind: 'bytes', tokens, strings: this.#strings.packed(), areDistinct: this.#sharing }
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
    return this.#numbers.memoryBytes + (this.#bigints?.length ?? 0) * 32
  }

  push(value: FieldValue): void {
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
  #keyOf(value: FieldValue): number | bigint {
    if (typeof value === 'boolean') return value ? 1 : 0
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw new QwError('internal', `a ${typeof value} is no ${this.#type}`)
    }
    return this.#type === 'date' ? dateToSeconds(value) : value
  }

  collected(): CollectedTokens {
    return { kind: 'numbers', type: this.#type, values: this.#bigints ?? this.#numbers.view() }
  }
}
