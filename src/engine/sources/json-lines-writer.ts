// Casts to number: indexes into a Uint8Array are below its length.
import { LineBatch, type LineEvent, MAX_KEPT_LINE_BYTES, MAX_LINE_BYTES } from './line-batch.ts'

const NEWLINE = 0x0a

/** Where a document begins in its source. */
interface DocStart {
  readonly position: number
  readonly line: number
}

/** Collects documents as lines, byte by byte, and where each came from. A document that is too long is
 *  passed over with its beginning kept. */
export class JsonLinesWriter {
  readonly #resumeAt: number
  #out = new Uint8Array(64 * 1024)
  #length = 0
  /** Where the document under way begins in `#out`. */
  #docStart = 0
  #doc: DocStart = { position: 0, line: 1 }
  #isOverlong = false
  #positions: number[] = []
  #lines: number[] = []
  #events: LineEvent[] = []

  /** Documents that begin before `resumeAt` are dropped. */
  constructor(resumeAt: number) {
    this.#resumeAt = resumeAt
  }

  begin(doc: DocStart): void {
    this.#doc = doc
    this.#docStart = this.#length
    this.#isOverlong = false
  }

  write(byte: number): void {
    if (this.#length === this.#out.length) this.#makeRoom(1)
    this.#out[this.#length++] = byte
  }

  /** The bytes in [from, to); what lies beyond the longest document is left out. */
  writeAll(bytes: Uint8Array, from: number, to: number): void {
    if (this.#length - this.#docStart > MAX_LINE_BYTES) {
      this.#isOverlong = true
      return
    }
    this.#makeRoom(to - from)
    // Most strings are short, and a copy of a few bytes is quicker by hand.
    if (to - from > 64) {
      this.#out.set(bytes.subarray(from, to), this.#length)
      this.#length += to - from
    } else {
      for (let i = from; i < to; i++) this.#out[this.#length++] = bytes[i] as number
    }
  }

  /** `endPosition`: byte offset in the source of what follows the document. */
  end(endPosition: number): void {
    if (this.#doc.position < this.#resumeAt) {
      this.#length = this.#docStart
      return
    }
    if (this.#isOverlong || this.#length - this.#docStart > MAX_LINE_BYTES) {
      const prefix = this.#out.slice(this.#docStart, this.#docStart + MAX_KEPT_LINE_BYTES)
      this.#length = this.#docStart
      this.#flush(this.#doc.position)
      this.#events.push({ kind: 'overlong', ...this.#doc, endPosition, prefix })
      return
    }
    this.write(NEWLINE)
    this.#positions.push(this.#doc.position)
    this.#lines.push(this.#doc.line)
    this.#docStart = this.#length
  }

  /** What is complete. `endPosition`: byte offset up to which the source holds nothing else. */
  take(endPosition: number): LineEvent[] {
    this.#flush(endPosition)
    const events = this.#events
    this.#events = []
    return events
  }

  #flush(endPosition: number): void {
    const bytes = Buffer.from(this.#out.buffer, 0, this.#docStart)
    const origin = { positions: this.#positions, lines: this.#lines, endPosition }
    this.#events.push(new LineBatch(bytes, 0, 0, origin))
    const rest = this.#out.subarray(this.#docStart, this.#length)
    this.#out = new Uint8Array(Math.max(64 * 1024, rest.length * 2))
    this.#out.set(rest)
    this.#length = rest.length
    this.#docStart = 0
    this.#positions = []
    this.#lines = []
  }

  #makeRoom(byteCount: number): void {
    if (this.#length + byteCount <= this.#out.length) return
    const larger = new Uint8Array(Math.max(this.#out.length * 2, this.#length + byteCount))
    larger.set(this.#out)
    this.#out = larger
  }
}
