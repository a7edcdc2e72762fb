// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { asciiBytes, AsciiSlice } from '../bytes/ascii-slice.ts'
import { CountingUint32, PagedUint32 } from '../bytes/growable.ts'
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
  /** Of each token, in pieces as long as those of `tokens`; undefined where each has its place among the tokens
   *  of its document, as well as where none are recorded. */
  readonly positions: readonly Uint32Array[] | undefined
  readonly docs: CollectedDocs
}

/** Which document each token belongs to. */
export interface CollectedDocs {
  /** Of documents with a value. */
  readonly count: number
  /** Ascending; undefined: 0, 1 and so on. */
  readonly docs: Uint32Array | undefined
  /** Where the tokens of each start; undefined: 0, 1 and so on. */
  readonly starts: Uint32Array | undefined
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
  /** From the first token on whose position is not its place in its document. */
  #positions: PagedUint32 | undefined
  readonly #docs = new CountingUint32()
  /** Where each document's tokens start. */
  readonly #docStarts = new CountingUint32()
  /** Where those of the last one do. */
  #docStart = 0
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
      const place = this.#tokens.length - this.#docStart
      this.#tokens.push(value)
      if (this.#hasPositions) this.#addPosition(this.#nextPosition++, place)
    }
    if (canRepeat) this.#rememberFirst(number, start)
  }

  #repeatFirst(number: number): boolean {
    if (2 * number >= this.#firstTokens.length) return false
    const start = (this.#firstTokens[2 * number] as number) - 1
    if (start < 0) return false
    const end = this.#firstTokens[2 * number + 1] as number
    if (this.#hasPositions && end > start) {
      // Both stand first in their documents.
      const last = this.#positions?.at(end - 1) ?? end - 1 - start
      this.#positions?.repeat(start, end)
      this.#nextPosition = last + 1 + this.#gap
    }
    this.#tokens.repeat(start, end)
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
    this.#docStart = this.#tokens.length
    this.#docStarts.push(this.#docStart)
    this.#nextPosition = 0
  }

  #addText(text: string): void {
    const ascii = asciiBytes(text)
    if (ascii === undefined) this.#addTokensOf(text)
    else this.#addAscii(ascii, 0, text.length)
  }

  #addAscii(source: Uint8Array, start: number, end: number): void {
    const buffer = this.#buffer
    const folded = this.#options.tokenizer.splitAscii?.(source, start, end, buffer)
    if (folded === undefined) {
      this.#addTokensOf(new AsciiSlice(source, start, end).toString())
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

  /** Of the tokens that were pushed last. */
  #addPositions({ count, positions }: TokenBuffer): void {
    if (!this.#hasPositions || count === 0) return
    const base = this.#nextPosition
    const firstPlace = this.#tokens.length - count - this.#docStart
    for (let i = 0; i < count; i++) {
      const position = base + (positions[i] as number)
      this.#addPosition(position, firstPlace + i)
    }
    this.#nextPosition = base + (positions[count - 1] as number) + 1 + this.#gap
  }

  /** `place`: of the token in its document. */
  #addPosition(position: number, place: number): void {
    if (this.#positions === undefined) {
      if (position === place) return
      this.#positions = this.#placesUntil(this.#docStart + place)
    }
    this.#positions.push(position)
  }

  /** The places in their documents of the first `count` tokens. */
  #placesUntil(count: number): PagedUint32 {
    const places = new PagedUint32()
    const docCount = this.#docStarts.length
    const starts = this.#docStarts.view()
    for (let i = 0; i < docCount; i++) {
      const start = starts?.[i] ?? i
      const end = i + 1 < docCount ? (starts?.[i + 1] ?? i + 1) : count
      for (let at = start; at < end; at++) places.push(at - start)
    }
    return places
  }

  get memoryBytes(): number {
    const perDoc = this.#docs.memoryBytes + this.#docStarts.memoryBytes
    const tokens = (this.#positions?.memoryBytes ?? 0) + this.#tokens.memoryBytes
    return perDoc + tokens + this.#firstTokens.byteLength
  }

  /** No `add` after this: views of what is held. */
  collected(): CollectedTerms {
    const { record, fieldnorms } = this.#options
    return {
      record,
      hasFieldnorms: fieldnorms,
      tokens: this.#tokens.collected(),
      positions: this.#positions?.pages(),
      docs: { count: this.#docs.length, docs: this.#docs.view(), starts: this.#docStarts.view() },
    }
  }
}
