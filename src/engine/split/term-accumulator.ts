// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { asciiBytes, AsciiSlice } from '../bytes/ascii-slice.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import type { FieldValue, RecordOption, TermOptions } from '../schema/field-spec.ts'
import type { ValueType } from '../schema/value-type.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { TokenBuffer } from '../text/tokenizer.ts'
import { NO_NUMBER } from './column-accumulator.ts'
import { type CollectedTokens, newTokenStream, type TokenStream } from './token-stream.ts'

/** Positions left free between two texts of one document, so that no phrase spans them. */
const TEXT_GAP = 1

/** The tokens of one field as a value. */
export interface CollectedTerms {
  readonly record: RecordOption
  readonly hasFieldnorms: boolean
  readonly tokens: CollectedTokens
  /** Of each token, when they are kept. */
  readonly positions: Uint32Array | undefined
  /** Documents with a value, ascending, and where the tokens of each start. */
  readonly docs: Uint32Array
  readonly docStarts: Uint32Array
}

/**
 * Keeps one number per token, in document order; postings come out of one counting sort at the end
 * (`encode-terms.ts`).
 */
export class TermAccumulator {
  readonly #type: ValueType
  readonly #options: TermOptions
  readonly #hasPositions: boolean
  readonly #gap: number
  readonly #tokens: TokenStream
  readonly #buffer: TokenBuffer = newTokenBuffer()
  readonly #positions = new GrowableUint32()
  readonly #docs = new GrowableUint32()
  /** Where each document's tokens start. */
  readonly #docStarts = new GrowableUint32()
  /** By number of a value, its tokens where it came first: start + 1 and end, zeros for none. */
  #firstTokens = new Uint32Array(64)
  #lastDoc = -1
  #nextPosition = 0

  constructor(type: ValueType, options: TermOptions) {
    this.#type = type
    this.#options = options
    this.#hasPositions = options.record === 'position'
    this.#gap = type === 'str' ? TEXT_GAP : 0
    this.#tokens = newTokenStream(type)
  }

  /** Documents come in ascending order; a document may have several values. `number`, where it is not
   *  `NO_NUMBER`, is one that only equal values share, so that the tokens of the first can be repeated. */
  add(doc: number, value: FieldValue, number: number): void {
    this.#startDoc(doc)
    // The positions of a further value in a document depend on those before it.
    const canRepeat = number !== NO_NUMBER && this.#nextPosition === 0
    if (canRepeat && this.#repeatFirst(number)) return
    const start = this.#tokens.length
    if (this.#type === 'str' && value instanceof AsciiSlice) {
      this.#addAscii(value.source, value.start, value.end)
    } else if (this.#type === 'str' && typeof value === 'string') this.#addText(value)
    else {
      this.#tokens.push(value)
      if (this.#hasPositions) this.#positions.push(this.#nextPosition++)
    }
    if (canRepeat) this.#rememberFirst(number, start)
  }

  #repeatFirst(number: number): boolean {
    if (2 * number >= this.#firstTokens.length) return false
    const start = (this.#firstTokens[2 * number] as number) - 1
    if (start < 0) return false
    const end = this.#firstTokens[2 * number + 1] as number
    this.#tokens.repeat(start, end)
    if (this.#hasPositions && end > start) {
      this.#positions.repeat(start, end)
      this.#nextPosition = this.#positions.at(end - 1) + 1 + this.#gap
    }
    return true
  }

  #rememberFirst(number: number, start: number): void {
    if (2 * number >= this.#firstTokens.length) {
      const grown = new Uint32Array(4 * number)
      grown.set(this.#firstTokens)
      this.#firstTokens = grown
    }
    this.#firstTokens[2 * number] = start + 1
    this.#firstTokens[2 * number + 1] = this.#tokens.length
  }

  /** A term as it is, past the tokenizer. */
  addTerm(doc: number, term: string): void {
    this.#startDoc(doc)
    this.#tokens.push(term)
  }

  #startDoc(doc: number): void {
    if (doc === this.#lastDoc) return
    this.#lastDoc = doc
    this.#docs.push(doc)
    this.#docStarts.push(this.#tokens.length)
    this.#nextPosition = 0
  }

  #addText(text: string): void {
    const ascii = asciiBytes(text)
    if (ascii === undefined) this.#addTokensOf(text)
    else this.#addAscii(ascii, 0, text.length)
  }

  #addAscii(source: Buffer, start: number, end: number): void {
    const buffer = this.#buffer
    const folded = this.#options.tokenizer.splitAscii?.(source, start, end, buffer)
    if (folded === undefined) {
      this.#addTokensOf(source.toString('latin1', start, end))
      return
    }
    for (let i = 0; i < buffer.count; i++) {
      this.#tokens.pushSlice(folded, buffer.starts[i] as number, buffer.ends[i] as number)
    }
    this.#addPositions(buffer)
  }

  #addTokensOf(text: string): void {
    const buffer = this.#buffer
    this.#options.tokenizer.tokenize(text, buffer)
    for (let i = 0; i < buffer.count; i++) this.#tokens.push(buffer.terms[i] as string)
    this.#addPositions(buffer)
  }

  #addPositions({ count, positions }: TokenBuffer): void {
    if (!this.#hasPositions || count === 0) return
    const base = this.#nextPosition
    for (let i = 0; i < count; i++) this.#positions.push(base + (positions[i] as number))
    this.#nextPosition = this.#positions.at(this.#positions.length - 1) + 1 + this.#gap
  }

  get memoryBytes(): number {
    const perDoc = this.#docs.capacityBytes + this.#docStarts.capacityBytes
    const tokens = this.#positions.capacityBytes + this.#tokens.memoryBytes
    return perDoc + tokens + this.#firstTokens.byteLength
  }

  /** No `add` after this: views of what is held. */
  collected(): CollectedTerms {
    const { record, fieldnorms } = this.#options
    return {
      record,
      hasFieldnorms: fieldnorms,
      tokens: this.#tokens.collected(),
      positions: this.#hasPositions ? this.#positions.view() : undefined,
      docs: this.#docs.view(),
      docStarts: this.#docStarts.view(),
    }
  }
}
