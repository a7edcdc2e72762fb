import { LINE_LIMITS, type LineBatch, type LineEvent, LineSplitter } from './line-batch.ts'
import { LineProblem, type LineReader } from './line-reader.ts'
import { RecordBatch, type SourceRecord } from './record-batch.ts'
import type { HalfLineListener, SourceEnd } from './source.ts'

/** The lines of a source read by a `LineReader`. A record's position is that of the line which ended it. */
export class LineStage {
  readonly #reader: LineReader
  readonly #splitter: LineSplitter
  readonly #onHalfLine: HalfLineListener
  #line = 1
  #position: number

  /** `start`: offset of the first byte pushed. */
  constructor(
    reader: LineReader,
    { start, onHalfLine }: { readonly start: number; readonly onHalfLine: HalfLineListener },
  ) {
    this.#reader = reader
    this.#position = start
    this.#onHalfLine = onHalfLine
    this.#splitter = new LineSplitter(LINE_LIMITS, { line: 1, position: start })
  }

  *push(chunk: Uint8Array): Generator<LineEvent | RecordBatch> {
    for (const event of this.#splitter.push(chunk)) yield* this.#read(event)
  }

  *finish(end: SourceEnd): Generator<LineEvent | RecordBatch> {
    for (const event of this.#splitter.finish()) {
      if (end === 'final') yield* this.#read(event)
      else yield* this.#readLast(event, end)
    }
    // What the reader still holds is read again with what completes it.
    if (end !== 'final') return
    const rest = this.#reader.finish?.() ?? []
    if (rest.length === 0) return
    // Nothing follows them in the source, so the bytes after its end can tell them apart.
    const records = rest.map((doc, i) => {
      return { doc, line: this.#line, position: this.#position + i, raw: new Uint8Array(0) }
    })
    yield new RecordBatch(records, this.#position + rest.length)
  }

  /** The last line of a file that may grow, when it lacks its line end. */
  *#readLast(event: LineEvent, end: 'atRest' | 'open'): Generator<LineEvent | RecordBatch> {
    if (event.kind === 'lines' && end === 'atRest') {
      const [batch] = this.#read(event)
      const isWhole = batch?.kind === 'records' && !batch.records.some(isProblem)
      if (isWhole) {
        yield batch
        return
      }
    }
    this.#onHalfLine(event.kind === 'lines' ? event.bytes.length : event.prefix.length)
  }

  *#read(event: LineEvent): Generator<LineEvent | RecordBatch> {
    if (event.kind === 'overlong') {
      this.#position = event.endPosition
      yield event
      return
    }
    for (let from = 0; from < event.count; from += BATCH_LINES) {
      const end = Math.min(from + BATCH_LINES, event.count)
      const records: SourceRecord[] = []
      for (let i = from; i < end; i++) {
        const record = this.#readLine(event, i)
        if (record !== undefined) records.push(record)
      }
      this.#line = event.firstLine + end - 1
      this.#position = event.positionAfter(end - 1)
      yield new RecordBatch(records, this.#position, event)
    }
  }

  #readLine(batch: LineBatch, i: number): SourceRecord | undefined {
    const text = batch.textOf(i)
    const doc =
      text === undefined ? new LineProblem(NOT_UTF8) : this.#reader.read(withoutReturn(text))
    if (doc === undefined) return undefined
    // Nobody meant a blank line as a document, whatever the reader makes of it.
    if (doc instanceof LineProblem && text?.trim() === '') return undefined
    return { doc, line: batch.firstLine + i, position: batch.positionOf(i) }
  }
}

/** Documents that are in memory together: few enough to be gone before a collection of garbage has to
 *  carry them along, which at a thousand is most of the work. */
const BATCH_LINES = 256

export const NOT_UTF8 = 'the line is not valid UTF-8'

function isProblem({ doc }: SourceRecord): boolean {
  return doc instanceof LineProblem
}

/** Where a batch is not ASCII its text keeps the carriage return of a line end. */
function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
