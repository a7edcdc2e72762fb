// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { ByteStrings, wellFormed } from '../bytes/byte-strings.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import { dateToSeconds } from '../schema/datetime.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import { encodeTerm } from '../schema/term.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { TokenBuffer } from '../text/tokenizer.ts'
import { encodeFieldnorms } from './fieldnorms.ts'
import type { ListSection, TermPostings } from './postings.ts'
import { TermDictionaryWriter } from './term-dictionary.ts'
import type { WrittenTerms } from './term-dictionary.ts'

/** Positions left free between two values of one document, so that no phrase spans them. */
const POSITION_GAP = 1
/** A Map entry with its key, as measured on V8. */
const MAP_ENTRY_BYTES = 80

const latin1 = new TextDecoder('latin1')

/** The terms of one field, encoded. */
export interface AccumulatedTerms {
  readonly terms: Promise<WrittenTerms>
  readonly fieldnorms: Promise<Uint8Array> | undefined
  readonly totalTokens: number
  readonly docsWithTerms: number
}

/**
 * Numbers distinct terms as they come and keeps one number per token, in document order. Postings
 * come out of one counting sort at the end; nothing is kept per posting.
 */
export class TermAccumulator {
  readonly #type: ValueType
  readonly #options: TermOptions
  readonly #hasPositions: boolean
  readonly #terms: TermNumbers
  readonly #buffer: TokenBuffer = newTokenBuffer()
  readonly #tokens = new GrowableUint32()
  readonly #positions = new GrowableUint32()
  readonly #docs = new GrowableUint32()
  /** Where each document's tokens start. */
  readonly #docStarts = new GrowableUint32()
  #lastDoc = -1
  #nextPosition = 0

  constructor(type: ValueType, options: TermOptions) {
    this.#type = type
    this.#options = options
    this.#hasPositions = options.record === 'position'
    this.#terms =
      type === 'str' || type === 'ip' || type === 'bytes' ? new ByteTerms() : new NumberTerms(type)
  }

  /** Documents come in ascending order; a document may have several values. */
  add(doc: number, value: TypedValue): void {
    this.#startDoc(doc)
    if (this.#type === 'str' && typeof value === 'string') this.#addText(value)
    else {
      this.#tokens.push(this.#terms.numberOf(value))
      if (this.#hasPositions) this.#positions.push(this.#nextPosition++)
    }
  }

  /** A term as it is, past the tokenizer. */
  addTerm(doc: number, term: string): void {
    this.#startDoc(doc)
    this.#tokens.push(this.#terms.numberOf(term))
  }

  #startDoc(doc: number): void {
    if (doc === this.#lastDoc) return
    this.#lastDoc = doc
    this.#docs.push(doc)
    this.#docStarts.push(this.#tokens.length)
    this.#nextPosition = 0
  }

  #addText(text: string): void {
    const buffer = this.#buffer
    this.#options.tokenizer.tokenize(text, buffer)
    const { count, terms, positions } = buffer
    const base = this.#nextPosition
    for (let i = 0; i < count; i++) {
      this.#tokens.push(this.#terms.numberOf(terms[i] as string))
      if (!this.#hasPositions) continue
      const position = base + (positions[i] as number)
      this.#positions.push(position)
      this.#nextPosition = position + 1 + POSITION_GAP
    }
  }

  get memoryBytes(): number {
    const perToken = this.#tokens.capacityBytes + this.#positions.capacityBytes
    return perToken + this.#docs.capacityBytes * 2 + this.#terms.memoryBytes
  }

  /** Writes lists to `lists`; blocks compress in the background. */
  finish(docCount: number, lists: ListSection, queue: SealingQueue): AccumulatedTerms {
    const { record } = this.#options
    const writer = new TermDictionaryWriter(record, lists, queue)
    const grouped = this.#groupByTerm()
    const { termStarts, termDocCounts, postings } = grouped
    this.#terms.inOrder((term, number) => {
      postings.start = termStarts[number] as number
      postings.positionsStart = postings.start
      postings.docCount = termDocCounts[number] as number
      writer.add(term, postings)
    })
    const lengths = this.#lengths(docCount)
    return {
      terms: writer.finish(),
      fieldnorms: this.#options.fieldnorms ? encodeFieldnorms(lengths, queue) : undefined,
      totalTokens: this.#tokens.length,
      docsWithTerms: lengths.reduce((count, length) => count + (length > 0 ? 1 : 0), 0),
    }
  }

  /** The entries of term t stand from termStarts[t] on: `termDocCounts[t]` documents, all tokens'
   *  positions. */
  #groupByTerm(): {
    readonly termStarts: Uint32Array
    readonly termDocCounts: Uint32Array
    readonly postings: TermPostings
  } {
    const tokens = this.#tokens.view()
    const termStarts = this.#countTokens(tokens)
    const termDocCounts = new Uint32Array(this.#terms.count)
    const docs = new Uint32Array(tokens.length)
    const freqs = this.#options.record === 'basic' ? undefined : new Uint32Array(tokens.length)
    const docIds = this.#docs.view()
    const docStarts = this.#docStarts.view()
    for (let i = 0; i < docIds.length; i++) {
      const doc = docIds[i] as number
      const end = i + 1 < docIds.length ? (docStarts[i + 1] as number) : tokens.length
      for (let at = docStarts[i] as number; at < end; at++) {
        const term = tokens[at] as number
        const count = termDocCounts[term] as number
        const to = (termStarts[term] as number) + count
        if (count > 0 && docs[to - 1] === doc) {
          if (freqs !== undefined) freqs[to - 1] = (freqs[to - 1] as number) + 1
          continue
        }
        docs[to] = doc
        if (freqs !== undefined) freqs[to] = 1
        termDocCounts[term] = count + 1
      }
    }
    const positions = this.#hasPositions ? this.#groupPositions(tokens, termStarts) : undefined
    const postings = { docCount: 0, start: 0, docs, freqs, positions, positionsStart: 0 }
    return { termStarts, termDocCounts, postings }
  }

  #countTokens(tokens: Uint32Array): Uint32Array {
    const starts = new Uint32Array(this.#terms.count + 1)
    for (let i = 0; i < tokens.length; i++) {
      const next = (tokens[i] as number) + 1
      starts[next] = (starts[next] as number) + 1
    }
    for (let term = 1; term < starts.length; term++) {
      starts[term] = (starts[term] as number) + (starts[term - 1] as number)
    }
    return starts
  }

  #groupPositions(tokens: Uint32Array, termStarts: Uint32Array): Uint32Array {
    const source = this.#positions.view()
    const next = termStarts.slice()
    const positions = new Uint32Array(tokens.length)
    for (let i = 0; i < tokens.length; i++) {
      const term = tokens[i] as number
      const to = next[term] as number
      positions[to] = source[i] as number
      next[term] = to + 1
    }
    return positions
  }

  #lengths(docCount: number): Uint32Array {
    const lengths = new Uint32Array(docCount)
    const docIds = this.#docs.view()
    const docStarts = this.#docStarts.view()
    for (let i = 0; i < docIds.length; i++) {
      const end = i + 1 < docIds.length ? (docStarts[i + 1] as number) : this.#tokens.length
      lengths[docIds[i] as number] = end - (docStarts[i] as number)
    }
    return lengths
  }
}

/** Distinct terms, numbered from 0 in the order of their first appearance. */
interface TermNumbers {
  readonly count: number
  readonly memoryBytes: number
  numberOf(value: TypedValue): number
  /** Calls with every term's bytes and number in byte order. */
  inOrder(visit: (term: Uint8Array, number: number) => void): void
}

class ByteTerms implements TermNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #strings = new ByteStrings()

  get count(): number {
    return this.#strings.count
  }

  get memoryBytes(): number {
    return this.#strings.memoryBytes + this.#numbers.size * MAP_ENTRY_BYTES
  }

  numberOf(value: TypedValue): number {
    if (typeof value !== 'string') return this.#numberOfBytes(value as Uint8Array)
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    const storable = wellFormed(value)
    const number = this.#numbers.get(storable) ?? this.#strings.addText(storable)
    this.#numbers.set(storable, number)
    return number
  }

  #numberOfBytes(bytes: Uint8Array): number {
    const key = latin1.decode(bytes)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#strings.addBytes(bytes)
    this.#numbers.set(key, number)
    return number
  }

  inOrder(visit: (term: Uint8Array, number: number) => void): void {
    for (const number of this.#strings.sorted()) visit(this.#strings.at(number), number)
  }
}

class NumberTerms implements TermNumbers {
  readonly #type: ValueType
  readonly #numbers = new Map<number | bigint, number>()
  #hasBigints = false

  constructor(type: ValueType) {
    this.#type = type
  }

  get count(): number {
    return this.#numbers.size
  }

  get memoryBytes(): number {
    return this.#numbers.size * MAP_ENTRY_BYTES
  }

  numberOf(value: TypedValue): number {
    const key = this.#keyOf(value)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    if (typeof key === 'bigint') this.#hasBigints = true
    const number = this.#numbers.size
    this.#numbers.set(key, number)
    return number
  }

  /** Equal for equal terms, in the order of the terms. */
  #keyOf(value: TypedValue): number | bigint {
    if (this.#type === 'date') return dateToSeconds(value as number | bigint)
    return typeof value === 'boolean' ? Number(value) : (value as number | bigint)
  }

  inOrder(visit: (term: Uint8Array, number: number) => void): void {
    for (const key of this.#sortedKeys()) {
      visit(encodeTerm(this.#type, this.#valueOf(key)), this.#numbers.get(key) as number)
    }
  }

  #sortedKeys(): Iterable<number | bigint> {
    const keys = [...this.#numbers.keys()]
    if (this.#hasBigints) return keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return Float64Array.from(keys as number[]).sort()
  }

  #valueOf(key: number | bigint): TypedValue {
    if (this.#type === 'date') return (key as number) * 1000
    return this.#type === 'bool' ? key === 1 : key
  }
}
