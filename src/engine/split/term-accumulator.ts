// Indexed reads of typed arrays are cast to number: loop bounds keep them inside.
import { GrowableUint32 } from '../bytes/growable.ts'
import type { SealingQueue } from '../bytes/sealing-queue.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import type { TypedValue, ValueType } from '../schema/value-type.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { TokenBuffer } from '../text/tokenizer.ts'
import { NO_NUMBER } from './column-accumulator.ts'
import { encodeFieldnorms } from './fieldnorms.ts'
import type { ListSection, TermPostings } from './postings.ts'
import { TermDictionaryWriter, type WrittenTerms } from './term-dictionary-writer.ts'
import { newTokenStream, type RankedTokens, type TokenStream } from './token-stream.ts'

/** Positions left free between two texts of one document, so that no phrase spans them. */
const TEXT_GAP = 1

/** The terms of one field, encoded. */
interface AccumulatedTerms {
  readonly terms: Promise<WrittenTerms>
  readonly fieldnorms: Promise<Uint8Array> | undefined
  readonly totalTokens: number
  readonly docsWithTerms: number
}

/**
 * Keeps one number per token, in document order; postings come out of one counting sort at the end.
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
  add(doc: number, value: TypedValue, number: number): void {
    this.#startDoc(doc)
    // The positions of a further value in a document depend on those before it.
    const canRepeat = number !== NO_NUMBER && this.#nextPosition === 0
    if (canRepeat && this.#repeatFirst(number)) return
    const start = this.#tokens.length
    if (this.#type === 'str' && typeof value === 'string') this.#addText(value)
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
    const buffer = this.#buffer
    const { tokenizer } = this.#options
    const folded = tokenizer.splitAscii?.(text, buffer)
    if (folded === undefined) tokenizer.tokenize(text, buffer)
    const { count, terms, positions, starts, ends } = buffer
    const base = this.#nextPosition
    for (let i = 0; i < count; i++) {
      if (folded === undefined) this.#tokens.push(terms[i] as string)
      else this.#tokens.pushSlice(folded, starts[i] as number, ends[i] as number)
      if (!this.#hasPositions) continue
      const position = base + (positions[i] as number)
      this.#positions.push(position)
      this.#nextPosition = position + 1 + this.#gap
    }
  }

  get memoryBytes(): number {
    const perDoc = this.#docs.capacityBytes + this.#docStarts.capacityBytes
    const tokens = this.#positions.capacityBytes + this.#tokens.memoryBytes
    return perDoc + tokens + this.#firstTokens.byteLength
  }

  /** Writes lists to `lists`; blocks compress in the background. */
  finish(docCount: number, lists: ListSection, queue: SealingQueue): AccumulatedTerms {
    const { record } = this.#options
    const writer = new TermDictionaryWriter(record, lists, queue)
    const ranked = this.#tokens.rank()
    const { termStarts, termDocCounts, postings } = this.#groupByTerm(ranked)
    for (let term = 0; term < ranked.termCount; term++) {
      postings.start = termStarts[term] as number
      postings.positionsStart = postings.start
      postings.docCount = termDocCounts[term] as number
      writer.add(ranked.termAt(term), postings)
    }
    return {
      terms: writer.finish(),
      fieldnorms: this.#options.fieldnorms
        ? encodeFieldnorms(this.#lengths(docCount), queue)
        : undefined,
      totalTokens: this.#tokens.length,
      docsWithTerms: this.#countDocsWithTokens(),
    }
  }

  #countDocsWithTokens(): number {
    const docStarts = this.#docStarts.view()
    let count = 0
    for (let i = 0; i < docStarts.length; i++) {
      const end = i + 1 < docStarts.length ? (docStarts[i + 1] as number) : this.#tokens.length
      if (end > (docStarts[i] as number)) count++
    }
    return count
  }

  /** The entries of term t stand from termStarts[t] on: `termDocCounts[t]` documents, all tokens'
   *  positions. */
  #groupByTerm({ ranks: tokens, termCount }: RankedTokens): {
    readonly termStarts: Uint32Array
    readonly termDocCounts: Uint32Array
    readonly postings: TermPostings
  } {
    const termStarts = countTokens(tokens, termCount)
    const termDocCounts = new Uint32Array(termCount)
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

/** Where the tokens of each term start once they are grouped by term. */
function countTokens(tokens: Uint32Array, termCount: number): Uint32Array {
  const starts = new Uint32Array(termCount + 1)
  for (let i = 0; i < tokens.length; i++) {
    const next = (tokens[i] as number) + 1
    starts[next] = (starts[next] as number) + 1
  }
  for (let term = 1; term < starts.length; term++) {
    starts[term] = (starts[term] as number) + (starts[term - 1] as number)
  }
  return starts
}
