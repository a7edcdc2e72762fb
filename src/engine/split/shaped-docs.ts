// Indexed reads of arrays are cast: loop bounds keep them inside.
import { ByteWriter, type ByteReader } from '../bytes/cursor.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { DecodedNumbers, NumberValues, parsed, parseNumber } from './shaped-numbers.ts'
import { decodeTexts, TextValues } from './shaped-texts.ts'
import type { DecodedTexts } from './text-slices.ts'

/*
 * JSON documents taken apart so that what repeats is written once. A document is a shape, which is
 * a list of segments; a segment is literal bytes and what comes after them:
 *
 *   {"ts":‹number›,"name":"‹text›"}   segments  `{"ts":` number, `,"name":"` text, `"}` end
 *
 * Any bytes can be written so; JSON is what is written small.
 *
 *   segmentCount varint, segments: kind u8 (0 end, 1 number, 2 text), literal (size varint, bytes)
 *   shapeCount varint, shapes: segment count varint, segment numbers varint each, the last an end
 *   sequence of shape numbers, one per document
 *   per segment that is no end, in order: its values in document order (and, within a document, in
 *     the order of the shape): shaped-numbers.ts, shaped-texts.ts
 */
const Kind = { end: 0, number: 1, text: 2 } as const
type SegmentKind = (typeof Kind)[keyof typeof Kind]

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const MINUS = 0x2d
/** Documents per shape, on average, below which shapes cost more than they save. */
const MIN_DOCS_PER_SHAPE = 8
const MIN_SHAPES = 4
/** Of a number, or of a text with its words. */
const VALUE_BYTES = 8

const latin1 = new TextDecoder('latin1')

interface Segment {
  readonly kind: SegmentKind
  readonly literal: Uint8Array
  readonly numbers: NumberValues | undefined
  readonly texts: TextValues | undefined
}

/** A prefix of shapes: the segments on the way to it. */
interface ShapeNode {
  readonly segment: number
  readonly parent: ShapeNode | undefined
  readonly children: Map<number, ShapeNode>
  /** What came next the last time. */
  predicted: ShapeNode | undefined
  /** Number of the shape that ends here. */
  shape: number
}

/** The documents, `ends[i]` being the end of document i in `source`; undefined when they are too
 *  different for shapes to pay. */
export function encodeShapedDocs(source: Uint8Array, ends: Uint32Array): Uint8Array | undefined {
  const shaper = new Shaper(source, Math.max(MIN_SHAPES, ends.length / MIN_DOCS_PER_SHAPE))
  const shapes = new Uint32Array(ends.length)
  let start = 0
  for (let doc = 0; doc < ends.length; doc++) {
    const end = ends[doc] as number
    const shape = shaper.shapeOf(start, end)
    if (shape === undefined) return undefined
    shapes[doc] = shape
    start = end
  }
  return shaper.encode(shapes)
}

class Shaper {
  readonly #source: Uint8Array
  readonly #maxShapes: number
  readonly #segments: Segment[] = []
  readonly #segmentNumbers = new Map<string, number>()
  readonly #root: ShapeNode = newNode(-1, undefined)
  readonly #shapes: ShapeNode[] = []
  /** Where the value of the segment last matched starts and ends. */
  #valueStart = 0
  #valueEnd = 0

  constructor(source: Uint8Array, maxShapes: number) {
    this.#source = source
    this.#maxShapes = maxShapes
  }

  /** Takes one document apart; undefined when that makes one shape too many. */
  shapeOf(start: number, end: number): number | undefined {
    let node = this.#root
    let at = start
    for (;;) {
      const predicted = node.predicted
      const next =
        predicted !== undefined && this.#matches(predicted, at, end)
          ? predicted
          : this.#scan(node, at, end)
      node.predicted = next
      node = next
      const segment = this.#segments[node.segment] as Segment
      if (segment.kind === Kind.end) return this.#shapeEndingAt(node)
      if (segment.numbers !== undefined) segment.numbers.push(parsed)
      else segment.texts?.push(this.#valueStart, this.#valueEnd)
      at = this.#valueEnd
    }
  }

  #shapeEndingAt(node: ShapeNode): number | undefined {
    if (node.shape < 0) {
      if (this.#shapes.length >= this.#maxShapes) return undefined
      node.shape = this.#shapes.length
      this.#shapes.push(node)
    }
    return node.shape
  }

  /** Whether the document goes on with this segment. Any match is right: a document is what its
   *  segments and values add up to. */
  #matches(node: ShapeNode, start: number, end: number): boolean {
    const { literal, kind, numbers } = this.#segments[node.segment] as Segment
    const source = this.#source
    const valueStart = start + literal.length
    if (valueStart > end) return false
    for (let i = 0; i < literal.length; i++) if (source[start + i] !== literal[i]) return false
    if (kind === Kind.end) return valueStart === end
    this.#valueStart = valueStart
    if (kind === Kind.text) {
      this.#valueEnd = endOfString(source, valueStart, end)
      return this.#valueEnd < end
    }
    parseNumber(source, valueStart, end)
    this.#valueEnd = parsed.end
    return parsed.end > valueStart && numbers?.fits(parsed) === true
  }

  /** Finds the next value and the segment, perhaps a new one, that leads to it. */
  #scan(node: ShapeNode, start: number, end: number): ShapeNode {
    const source = this.#source
    // After a text stands its closing quote.
    const afterText = (this.#segments[node.segment]?.kind ?? Kind.end) === Kind.text
    let at = afterText ? start + 1 : start
    while (at < end) {
      const byte = source[at] as number
      if (byte === QUOTE) {
        const close = endOfString(source, at + 1, end)
        if (close >= end) break
        if (source[close + 1] !== COLON) {
          this.#valueStart = at + 1
          this.#valueEnd = close
          return this.#child(node, Kind.text, source.subarray(start, at + 1))
        }
        at = close + 2
      } else if (byte === MINUS || (byte >= 0x30 && byte <= 0x39)) {
        parseNumber(source, at, end)
        if (parsed.end > at) {
          const child = this.#child(node, Kind.number, source.subarray(start, at))
          if (this.#segments[child.segment]?.numbers?.fits(parsed) === true) {
            this.#valueEnd = parsed.end
            return child
          }
        }
        at = endOfToken(source, at + 1, end)
      } else at++
    }
    return this.#child(node, Kind.end, source.subarray(start, end))
  }

  #child(node: ShapeNode, kind: SegmentKind, literal: Uint8Array): ShapeNode {
    const key = `${kind}${latin1.decode(literal)}`
    let number = this.#segmentNumbers.get(key)
    if (number === undefined) {
      number = this.#segments.length
      this.#segmentNumbers.set(key, number)
      this.#segments.push({
        kind,
        literal,
        numbers: kind === Kind.number ? new NumberValues() : undefined,
        texts: kind === Kind.text ? new TextValues(this.#source) : undefined,
      })
    }
    const known = node.children.get(number)
    if (known !== undefined) return known
    const child = newNode(number, node)
    node.children.set(number, child)
    return child
  }

  encode(shapes: Uint32Array): Uint8Array {
    const out = new ByteWriter(Math.max(64, this.#source.length >>> 2))
    out.varint(this.#segments.length)
    for (const { kind, literal } of this.#segments) {
      out.u8(kind)
      out.sized(literal)
    }
    out.varint(this.#shapes.length)
    for (const end of this.#shapes) {
      const path = pathTo(end)
      out.varint(path.length)
      for (const segment of path) out.varint(segment)
    }
    encodeSequence(shapes, shapes.length, out)
    for (const { numbers, texts } of this.#segments) {
      numbers?.encode(out)
      texts?.encode(out)
    }
    return out.copy()
  }
}

function newNode(segment: number, parent: ShapeNode | undefined): ShapeNode {
  return { segment, parent, children: new Map(), predicted: undefined, shape: -1 }
}

function pathTo(end: ShapeNode): number[] {
  const path: number[] = []
  for (let node: ShapeNode | undefined = end; node?.parent !== undefined; node = node.parent) {
    path.push(node.segment)
  }
  return path.reverse()
}

/** Where the closing quote stands; `end` when there is none. */
function endOfString(source: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const byte = source[at]
    if (byte === QUOTE) return at
    at += byte === BACKSLASH ? 2 : 1
  }
  return end
}

/** Past a number that is kept as it is. */
function endOfToken(source: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && isTokenByte(source[at] as number)) at++
  return at
}

function isTokenByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === MINUS ||
    byte === 0x2b ||
    byte === 0x2e ||
    (byte | 0x20) === 0x65
  )
}

/** Documents as `encodeShapedDocs` wrote them. */
export class ShapedDocs {
  readonly #reader: ByteReader
  readonly #segments: { readonly kind: number; readonly literal: Uint8Array }[] = []
  readonly #shapes: number[][] = []
  readonly #shapeOf: ArrayLike<number>
  readonly #numbers: (DecodedNumbers | undefined)[] = []
  readonly #texts: (DecodedTexts | undefined)[] = []
  /** Of what is decoded, roughly. */
  readonly memoryBytes: number

  /** Throws `corrupt`. */
  constructor(reader: ByteReader, docCount: number) {
    this.#reader = reader
    for (let left = reader.varint(); left > 0; left--) {
      this.#segments.push({ kind: reader.u8(), literal: reader.sized() })
    }
    for (let left = reader.varint(); left > 0; left--) {
      const shape: number[] = []
      for (let more = reader.varint(); more > 0; more--) {
        const segment = reader.varint()
        if (segment >= this.#segments.length) throw reader.invalid('unknown segment')
        shape.push(segment)
      }
      this.#shapes.push(shape)
    }
    this.#shapeOf = decodeSequence(reader, docCount).values
    const uses = new Uint32Array(this.#segments.length)
    this.#count(uses, 0, docCount)
    this.memoryBytes = uses.reduce((sum, count) => sum + count * VALUE_BYTES, 0)
    this.#segments.forEach(({ kind }, i) => {
      const count = uses[i] as number
      if (kind === Kind.number) this.#numbers[i] = new DecodedNumbers(reader, count)
      else if (kind === Kind.text) this.#texts[i] = decodeTexts(reader, count)
      else if (kind !== Kind.end) throw reader.invalid(`segment kind ${kind}`)
    })
  }

  /** Adds how often each segment stands in the documents from `from` to `end`. */
  #count(used: Uint32Array, from: number, end: number): void {
    const shapeOf = this.#shapeOf
    const docsOf = new Uint32Array(this.#shapes.length)
    for (let doc = from; doc < end; doc++) {
      const shape = shapeOf[doc] as number
      if (shape >= docsOf.length) throw this.#reader.invalid('unknown shape')
      docsOf[shape] = (docsOf[shape] as number) + 1
    }
    this.#shapes.forEach((segments, shape) => {
      const docs = docsOf[shape] as number
      for (const segment of segments) used[segment] = (used[segment] as number) + docs
    })
  }

  /** The documents of these numbers, which ascend. */
  read(docs: readonly number[]): Uint8Array[] {
    const used = new Uint32Array(this.#segments.length)
    const found: Uint8Array[] = []
    const out = new ByteWriter(1024)
    let doc = 0
    for (const wanted of docs) {
      this.#count(used, doc, wanted)
      out.truncate(0)
      this.#appendDoc(wanted, used, out)
      doc = wanted + 1
      found.push(out.copy())
    }
    return found
  }

  /** All documents, one after the other, into one writer. */
  readInto(out: ByteWriter, onEnd: (place: number) => void): void {
    const used = new Uint32Array(this.#segments.length)
    for (let doc = 0; doc < this.#shapeOf.length; doc++) {
      this.#appendDoc(doc, used, out)
      onEnd(doc)
    }
  }

  /** `used`: how often each segment stands in the documents before. */
  #appendDoc(doc: number, used: Uint32Array, out: ByteWriter): void {
    // That all shapes and segments are known was seen when the block was opened.
    for (const segment of this.#shapes[this.#shapeOf[doc] as number] as number[]) {
      out.bytes((this.#segments[segment] as { readonly literal: Uint8Array }).literal)
      // A segment may stand twice in a shape; each use is the next value.
      this.#appendValue(segment, used[segment] as number, out)
      used[segment] = (used[segment] as number) + 1
    }
  }

  #appendValue(segment: number, use: number, out: ByteWriter): void {
    const numbers = this.#numbers[segment]
    if (numbers !== undefined) out.ascii(numbers.text(use))
    else this.#texts[segment]?.append(use, out)
  }
}
