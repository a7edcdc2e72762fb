// Casts to number: indexes into a Uint8Array are below its length.
import { JsonLinesWriter } from './json-lines-writer.ts'
import { type LineEvent, MAX_KEPT_LINE_BYTES } from './line-batch.ts'
import { LineProblem } from './line-reader.ts'
import { RecordBatch } from './record-batch.ts'
import type { HalfLineListener, SourceEnd } from './source.ts'

const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
/** Stands for a raw line end inside a string, which no JSON has: the document is rejected for it. */
const BROKEN = 0x01
/** No key of a path is longer. */
const MAX_KEY_BYTES = 256

/** What the next byte lies in. `outside`: between outermost values. `envelope`: in an object on the way
 *  to the array of documents. `array`: between its elements. */
type Place = 'outside' | 'envelope' | 'array' | 'document'

/**
 * Finds the documents of a JSON text of any layout: outermost objects one after another, elements of
 * outermost arrays, or the elements of an array inside each outermost object. Each becomes one line
 * without white space between its tokens; what it says is not looked at. Holds one document, however
 * long the array. What is no JSON becomes a line of its own, to be rejected, up to where the next
 * document can begin.
 */
export class JsonScanner {
  readonly #path: readonly string[]
  readonly #writer: JsonLinesWriter
  #place: Place = 'outside'
  /** Of the byte that is looked at. */
  #position: number
  #line = 1
  /** Brackets that are open in the document, or in a value of the envelope that is passed over. */
  #depth = 0
  #isInArray = false
  #inString = false
  #escaped = false
  /** The last byte outside strings that is not white space. */
  #lastToken = 0
  #docPosition = 0
  /** Objects of the envelope that are open: the outermost one, and each that a key of the path led to. */
  #matched = 0
  /** The string read last in an envelope, and the bytes of its outermost object for a rejection. */
  #text: number[] = []
  #envelope: { line: number; position: number; head: number[]; hasArray: boolean } | undefined
  #events: (LineEvent | RecordBatch)[] = []
  readonly #onHalfLine: HalfLineListener

  /** `path`: keys from each outermost object to the array of documents; empty for the values themselves.
   *  Documents that begin before `resumeAt` are passed over; `start` is the first byte's offset. */
  constructor(
    path: readonly string[],
    {
      resumeAt,
      start,
      onHalfLine = () => undefined,
    }: {
      readonly resumeAt: number
      readonly start: number
      readonly onHalfLine?: HalfLineListener
    },
  ) {
    this.#path = path
    this.#onHalfLine = onHalfLine
    this.#position = start
    this.#writer = new JsonLinesWriter(resumeAt)
  }

  push(chunk: Uint8Array): (LineEvent | RecordBatch)[] {
    let i = 0
    while (i < chunk.length) {
      if (this.#inString && this.#place === 'document' && !this.#escaped) {
        i = this.#copyText(chunk, i)
        if (i === chunk.length) break
      }
      const byte = chunk[i++] as number
      if (this.#inString) this.#inText(byte)
      else this.#outsideText(byte)
      this.#position++
      if (byte === NEWLINE) this.#line++
    }
    return this.#take()
  }

  /** Documents one after another may go on; an array that is cut short at rest is damaged. */
  finish(end: SourceEnd): (LineEvent | RecordBatch)[] {
    const isHalf = this.#place === 'document' && !this.#isInArray
    if (end === 'open' || (end === 'atRest' && isHalf)) {
      if (isHalf) this.#onHalfLine(this.#position - this.#docPosition)
      return this.#take()
    }
    if (this.#place === 'document') this.#endDocument()
    else if (this.#place !== 'outside') this.#reject(`the text ends inside an ${this.#container()}`)
    return this.#take()
  }

  #container(): 'array' | 'object' {
    return this.#isInArray ? 'array' : 'object'
  }

  #take(): (LineEvent | RecordBatch)[] {
    const isBetween = this.#place !== 'document'
    const lines = this.#writer.take(isBetween ? this.#position : this.#docPosition)
    const events = [...this.#events, ...lines]
    this.#events = []
    return events
  }

  /** The plain bytes of a string, up to what ends or escapes it; returns where that stands. */
  #copyText(chunk: Uint8Array, start: number): number {
    let end = start
    for (; end < chunk.length; end++) {
      const byte = chunk[end] as number
      if (byte === QUOTE || byte === BACKSLASH || byte === NEWLINE) break
    }
    this.#writer.writeAll(chunk, start, end)
    this.#position += end - start
    return end
  }

  #inText(byte: number): void {
    if (byte === NEWLINE) {
      // A string cannot hold a line end: most likely the rest of the line is lost, and the next line
      // is a document again.
      this.#inString = false
      if (this.#place !== 'document') return
      this.#writer.write(BROKEN)
      this.#endDocument()
      return
    }
    if (this.#place === 'document') this.#writer.write(byte)
    else this.#keepEnvelope(byte)
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = false
    if (this.#place !== 'document' && this.#inString && this.#text.length < MAX_KEY_BYTES) {
      this.#text.push(byte)
    }
  }

  #outsideText(byte: number): void {
    if (byte <= SPACE) {
      if (this.#place === 'document' && this.#depth === 0) this.#inWord(byte)
      return
    }
    switch (this.#place) {
      case 'document':
        this.#inDocument(byte)
        break
      case 'envelope':
        this.#inEnvelope(byte)
        break
      case 'array':
        if (byte === CLOSE_ARRAY) this.#endArray()
        else if (byte !== COMMA) this.#beginDocument(byte)
        break
      case 'outside':
        this.#between(byte)
        break
    }
    this.#lastToken = byte
  }

  #between(byte: number): void {
    const isEnvelope = this.#path.length > 0
    if (byte === OPEN_ARRAY) {
      this.#place = isEnvelope ? 'outside' : 'array'
      this.#isInArray = !isEnvelope
    } else if (isEnvelope && (byte === COMMA || byte === CLOSE_ARRAY)) {
      // Envelopes may themselves be elements of an array.
    } else if (isEnvelope && byte === OPEN_OBJECT) {
      this.#place = 'envelope'
      this.#matched = 1
      this.#depth = 0
      this.#envelope = { line: this.#line, position: this.#position, head: [], hasArray: false }
      this.#keepEnvelope(byte)
    } else {
      this.#beginDocument(byte)
    }
  }

  #beginDocument(byte: number): void {
    this.#place = 'document'
    this.#depth = 0
    this.#docPosition = this.#position
    this.#writer.begin({ position: this.#position, line: this.#line })
    // As if in front of a value, which is what it should be.
    this.#lastToken = COLON
    this.#inDocument(byte)
  }

  #inDocument(byte: number): void {
    const isNextDocument =
      // An object where none can stand: the document before it was never closed.
      (byte === OPEN_OBJECT && !canPrecedeValue(this.#lastToken)) ||
      (this.#depth === 0 && this.#isInArray && (byte === COMMA || byte === CLOSE_ARRAY))
    if (isNextDocument) {
      this.#endDocument()
      this.#outsideText(byte)
      return
    }
    this.#writer.write(byte)
    if (byte === QUOTE) this.#inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      this.#depth--
      if (this.#depth <= 0) this.#endDocument()
    }
  }

  /** White space after a value without brackets, which is no document: it reaches to the line's end. */
  #inWord(byte: number): void {
    if (byte === NEWLINE && !this.#isInArray) this.#endDocument()
    else this.#writer.write(SPACE)
  }

  #endDocument(): void {
    this.#writer.end(this.#position)
    this.#place = this.#isInArray ? 'array' : 'outside'
  }

  #endArray(): void {
    this.#isInArray = false
    this.#depth = 0
    this.#place = this.#envelope === undefined ? 'outside' : 'envelope'
  }

  #inEnvelope(byte: number): void {
    this.#keepEnvelope(byte)
    const followsKey = this.#depth === 0 && this.#lastToken === COLON && this.#isKeyOnPath()
    if (byte === QUOTE) {
      this.#inString = true
      this.#text = []
    } else if (followsKey && byte === OPEN_OBJECT && this.#matched < this.#path.length) {
      this.#matched++
    } else if (followsKey && byte === OPEN_ARRAY && this.#matched === this.#path.length) {
      this.#place = 'array'
      this.#isInArray = true
      if (this.#envelope !== undefined) this.#envelope.hasArray = true
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      this.#depth++
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (this.#depth > 0) this.#depth--
      else if (--this.#matched === 0) this.#endEnvelope()
    }
  }

  #isKeyOnPath(): boolean {
    return Buffer.from(this.#text).toString() === this.#path[this.#matched - 1]
  }

  #keepEnvelope(byte: number): void {
    const head = this.#envelope?.head
    if (head !== undefined && head.length < MAX_KEPT_LINE_BYTES) head.push(byte)
  }

  /** An object without the array holds no documents, which is said rather than passed over. */
  #endEnvelope(): void {
    const hasArray = this.#envelope?.hasArray === true
    this.#place = 'outside'
    if (!hasArray) this.#reject(`the object has no array at \`${this.#path.join('.')}\``)
    this.#envelope = undefined
  }

  #reject(why: string): void {
    const { line, position, head } = this.#envelope ?? {
      line: this.#line,
      position: this.#position,
      head: [],
    }
    // In the order of the source: whoever stops after this event has everything before it.
    this.#events.push(...this.#writer.take(position))
    const record = { doc: new LineProblem(why), line, position, raw: Uint8Array.from(head) }
    this.#events.push(new RecordBatch([record], this.#position))
  }
}

function canPrecedeValue(token: number): boolean {
  return token === COLON || token === COMMA || token === OPEN_ARRAY
}
