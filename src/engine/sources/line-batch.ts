// Casts to number: indexes into typed arrays are below `count` or the array's length.
import { isAscii, isUtf8 } from 'node:buffer'

const NEWLINE = 10
const CARRIAGE_RETURN = 13

/** A longer line is rejected, not read into memory. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024
/** Beginning of a rejected line that is kept: enough to recognise it. */
export const MAX_KEPT_LINE_BYTES = 2_000

/** Where lines come from that do not stand in the source as they are. Both ascend. */
interface LineOrigin {
  /** Byte offset at which each line's document begins in the source, and its line there. */
  readonly positions: readonly number[]
  readonly lines: readonly number[]
  /** Byte offset up to which the source is worked through. */
  readonly endPosition: number
}

/** Bounds of lines in their text. */
interface DecodedLines {
  readonly text: string
  readonly starts: Uint32Array
  readonly ends: Uint32Array
}

/** JSON documents, one a line; the text is decoded once for all of them, when one is asked for. */
export class LineBatch {
  readonly kind = 'lines'
  /** The lines and their line ends. */
  readonly bytes: Buffer
  readonly count: number
  /** Number of the first line, from 1. */
  readonly firstLine: number
  /** Uncompressed byte offset of `bytes[0]` in the source. */
  readonly position: number
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  /** Whether all lines are; else each has to be looked at. */
  readonly isUtf8: boolean
  readonly #isAscii: boolean
  #decoded: DecodedLines | undefined
  readonly #origin: LineOrigin | undefined

  // oxlint-disable-next-line max-params -- the origin is for lines that were written by a reader
  constructor(bytes: Buffer, firstLine: number, position: number, origin?: LineOrigin) {
    this.bytes = bytes
    this.firstLine = firstLine
    this.position = position
    this.#origin = origin
    const byteLines = findLines((from) => bytes.indexOf(NEWLINE, from), bytes.length)
    this.count = byteLines.count
    this.#starts = byteLines.starts
    this.#ends = byteLines.ends
    for (let i = 0; i < this.count; i++) {
      const end = this.#ends[i] as number
      if (end > (this.#starts[i] as number) && bytes[end - 1] === CARRIAGE_RETURN) {
        this.#ends[i] = end - 1
      }
    }
    this.#isAscii = isAscii(bytes)
    this.isUtf8 = this.#isAscii || isUtf8(bytes)
  }

  #decode(): DecodedLines {
    const { bytes } = this
    if (this.#isAscii) {
      return { text: bytes.toString('latin1'), starts: this.#starts, ends: this.#ends }
    }
    const text = bytes.toString('utf8')
    return { text, ...findLines((from) => text.indexOf('\n', from), text.length) }
  }

  /** The line without its line end; undefined when it is not UTF-8. White space may follow it. */
  textOf(line: number): string | undefined {
    if (this.isUtf8) {
      const { text, starts, ends } = (this.#decoded ??= this.#decode())
      return text.slice(starts[line] as number, ends[line] as number)
    }
    const bytes = this.bytesOf(line)
    return isUtf8(bytes) ? bytes.toString() : undefined
  }

  /** A view of the line without its line end. */
  bytesOf(line: number): Buffer {
    return this.bytes.subarray(this.#starts[line] as number, this.#ends[line] as number)
  }

  /** Its number in the source, from 1. */
  lineNumberOf(line: number): number {
    return this.#origin?.lines[line] ?? this.firstLine + line
  }

  /** Byte offset of the line in the source. */
  positionOf(line: number): number {
    return this.#origin?.positions[line] ?? this.position + (this.#starts[line] as number)
  }

  /** Byte offset at which the next line begins. */
  positionAfter(line: number): number {
    return line + 1 < this.count ? this.positionOf(line + 1) : this.endPosition
  }

  /** Byte offset up to which the source is worked through with this batch. */
  get endPosition(): number {
    return this.#origin?.endPosition ?? this.position + this.bytes.length
  }
}

/** A line longer than the limit: passed over, with its beginning kept to be shown. */
export interface OverlongLine {
  readonly kind: 'overlong'
  readonly line: number
  readonly position: number
  /** Byte offset at which the next line begins. */
  readonly endPosition: number
  readonly prefix: Uint8Array
}

export type LineEvent = LineBatch | OverlongLine

interface LineSplitterSettings {
  readonly maxLineBytes: number
  /** Bytes of an over-long line that are kept. */
  readonly prefixBytes: number
}

export const LINE_LIMITS: LineSplitterSettings = {
  maxLineBytes: MAX_LINE_BYTES,
  prefixBytes: MAX_KEPT_LINE_BYTES,
}

/** Cuts a stream of chunks into batches of whole lines. Holds at most one unfinished line. */
export class LineSplitter {
  readonly #settings: LineSplitterSettings
  #line: number
  /** Of the first carried byte. */
  #position: number
  #carried: Uint8Array[] = []
  #carriedBytes = 0
  /** The over-long line that is being passed over. */
  #overlongPrefix: Uint8Array | undefined

  constructor(settings: LineSplitterSettings, start: { line: number; position: number }) {
    this.#settings = settings
    this.#line = start.line
    this.#position = start.position
  }

  /** Keeps views of `chunk`: it must not be written to afterwards. */
  *push(chunk: Uint8Array): Generator<LineEvent> {
    let rest = chunk
    if (this.#overlongPrefix !== undefined) {
      const end = rest.indexOf(NEWLINE)
      this.#carriedBytes += end === -1 ? rest.length : end + 1
      if (end === -1) return
      yield this.#takeOverlong(this.#overlongPrefix)
      rest = rest.subarray(end + 1)
    }
    // The line that began before is a batch of its own: only it has to be put together.
    const firstNewline = this.#carriedBytes > 0 ? rest.indexOf(NEWLINE) : -1
    if (firstNewline !== -1) {
      yield this.#takeLines(rest.subarray(0, firstNewline + 1))
      rest = rest.subarray(firstNewline + 1)
    }
    const lastNewline = rest.lastIndexOf(NEWLINE)
    if (lastNewline !== -1) {
      yield this.#takeLines(rest.subarray(0, lastNewline + 1))
      rest = rest.subarray(lastNewline + 1)
    }
    if (rest.length > 0) {
      this.#carried.push(rest)
      this.#carriedBytes += rest.length
    }
    if (this.#carriedBytes > this.#settings.maxLineBytes) {
      const head = Buffer.concat(this.#carried)
      this.#overlongPrefix = new Uint8Array(head.subarray(0, this.#settings.prefixBytes))
      this.#carried = []
    }
  }

  /** The last line, which needs no line end. */
  *finish(): Generator<LineEvent> {
    if (this.#overlongPrefix !== undefined) yield this.#takeOverlong(this.#overlongPrefix)
    else if (this.#carriedBytes > 0) yield this.#takeLines(new Uint8Array(0))
  }

  #takeLines(tail: Uint8Array): LineBatch {
    const bytes =
      this.#carriedBytes === 0
        ? Buffer.from(tail.buffer, tail.byteOffset, tail.length)
        : Buffer.concat([...this.#carried, tail])
    const batch = new LineBatch(bytes, this.#line, this.#position)
    this.#carried = []
    this.#carriedBytes = 0
    this.#line += batch.count
    this.#position += bytes.length
    return batch
  }

  #takeOverlong(prefix: Uint8Array): OverlongLine {
    const position = this.#position
    this.#position += this.#carriedBytes
    this.#carriedBytes = 0
    this.#overlongPrefix = undefined
    return { kind: 'overlong', line: this.#line++, position, endPosition: this.#position, prefix }
  }
}

/** Line bounds of a text whose last line may lack its end. */
function findLines(
  indexOfNewline: (from: number) => number,
  length: number,
): { count: number; starts: Uint32Array; ends: Uint32Array } {
  let starts = new Uint32Array(1024)
  let ends = new Uint32Array(1024)
  let count = 0
  for (let start = 0; start < length; count++) {
    const newline = indexOfNewline(start)
    if (count === starts.length) {
      starts = doubled(starts)
      ends = doubled(ends)
    }
    const end = newline === -1 ? length : newline
    starts[count] = start
    ends[count] = end
    start = end + 1
  }
  return { count, starts, ends }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
