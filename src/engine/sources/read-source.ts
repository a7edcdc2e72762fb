import { isJsonObject, parseJson } from '../bytes/json.ts'
import { messageOf } from '../errors.ts'
import type { SourceFormat } from '../schema/source-format.ts'
import { decompressed, type UnpackOptions } from './compression.ts'
import { delimitedReader } from './delimited.ts'
import { JsonScanner } from './json-scanner.ts'
import { LINE_LIMITS, type LineEvent, LineSplitter } from './line-batch.ts'
import { LineProblem } from './line-reader.ts'
import { LineStage, NOT_UTF8 } from './line-stage.ts'
import { otlpDocs } from './otlp/batch.ts'
import { TEMPLATE_NAMES } from './otlp/template-docs.ts'
import { LINE_READERS } from './patterns/line-patterns.ts'
import { recogniseFormat, RECOGNISED_BYTES } from './recognise-format.ts'
import { RecordBatch, type SourceRecord } from './record-batch.ts'
import type { HalfLineListener, Source, SourceEnd } from './source.ts'

/** The UTF-8 byte order mark. */
const MARK_BYTES = 3
const NEWLINE = 10

/** Some documents of a source, in their order, or one that is too long. */
export type SourceEvent = LineEvent | RecordBatch

export interface ReadSourceOptions extends UnpackOptions {
  /** How it is written when the source does not say; undefined: recognised by content. */
  readonly format?: SourceFormat | undefined
  /** For times without a year. */
  readonly nowMs?: number
  /** Offset among the unpacked bytes: documents that lie before it are passed over. They are read
   *  again, since neither compressions nor most formats can be entered in the middle. */
  readonly resumeAt?: number
  /** Told the length of a last line that is half written, and left. */
  readonly onHalfLine?: HalfLineListener
  /** Told the format once it is known. */
  readonly onFormat?: (format: SourceFormat) => void
}

/**
 * The documents of a source, whatever it is packed with and however it is written. Holds about a chunk
 * of it at a time. Throws as `decompressed` and `recogniseFormat` do.
 */
export async function* readSource(
  source: Source,
  options: ReadSourceOptions = {},
): AsyncGenerator<SourceEvent> {
  const chunks = decompressed(source, options)
  try {
    yield* readChunks(chunks, {
      ...options,
      format: source.format ?? options.format,
      uri: source.uri,
      isLive: source.isLive === true,
      endOf: () => endOf(source),
    })
  } finally {
    // Also when its beginning is all that was looked at.
    await chunks.return(undefined)
  }
}

/** Asked once everything is read. */
async function endOf(source: Source): Promise<SourceEnd> {
  if (source.findGrown === undefined) return 'final'
  return (await source.isAtRest?.()) === false ? 'open' : 'atRest'
}

interface ChunkOptions extends ReadSourceOptions {
  readonly uri: string
  readonly isLive: boolean
  readonly endOf: () => Promise<SourceEnd>
}

async function* readChunks(
  chunks: AsyncGenerator<Uint8Array>,
  options: ChunkOptions,
): AsyncGenerator<SourceEvent> {
  const { nowMs = 0, resumeAt = 0, uri, onHalfLine = () => undefined } = options
  const neededBytes = needsHead(options.format) ? RECOGNISED_BYTES : MARK_BYTES
  const { parts, head } = await readHead(chunks, neededBytes)
  // The line that is being written says nothing yet.
  const known = options.isLive ? head.subarray(0, head.lastIndexOf(NEWLINE) + 1) : head
  const format = options.format ?? recogniseFormat(known, { nowMs, name: uri })
  options.onFormat?.(format)
  if (format.kind === 'parquet') {
    // A library that few files need.
    const { parquetRecords } = await import('./parquet/records.ts')
    yield* parquetRecords(rejoined(parts, chunks), { uri, resumeAt })
    return
  }
  const markBytes = hasByteOrderMark(head) ? MARK_BYTES : 0
  const stage = openStage(format, { nowMs, head, resumeAt, start: markBytes, onHalfLine })
  let left = markBytes
  let position = resumeAt
  for await (const chunk of rejoined(parts, chunks)) {
    const skipped = Math.min(left, chunk.length)
    left -= skipped
    for (const event of eventsFrom(stage.push(chunk.subarray(skipped)), resumeAt)) {
      position = Math.max(position, event.endPosition)
      yield event
    }
    // Whoever waits for the next document can see to what it holds meanwhile.
    if (options.isLive) yield new RecordBatch([], position)
  }
  yield* eventsFrom(stage.finish(await options.endOf()), resumeAt)
}

/** Whether it has to be recognised, or its reader looks ahead. */
function needsHead(format: SourceFormat | undefined): boolean {
  return format === undefined || (format.kind === 'lines' && format.pattern === 'text')
}

/** Enough to recognise a format by, and the chunks that it took. */
async function readHead(
  chunks: AsyncIterator<Uint8Array>,
  neededBytes: number,
): Promise<{ head: Uint8Array; parts: Uint8Array[] }> {
  const parts: Uint8Array[] = []
  let length = 0
  while (length < neededBytes) {
    const next = await chunks.next()
    if (next.done === true) break
    parts.push(next.value)
    length += next.value.length
    // There is no more for now.
    if (next.value.length === 0 && length > 0) break
  }
  return { head: Buffer.concat(parts).subarray(0, neededBytes), parts }
}

async function* rejoined(
  parts: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* parts
  yield* rest
}

function* eventsFrom(events: Iterable<SourceEvent>, resumeAt: number): Generator<SourceEvent> {
  for (const event of events) {
    if (event.kind === 'records') yield event.from(resumeAt)
    else if (event.kind === 'lines' || event.position >= resumeAt) yield event
  }
}

/** From unpacked bytes to documents. Keeps views of chunks: they must not be written to afterwards. */
interface Stage {
  push(chunk: Uint8Array): Iterable<SourceEvent>
  finish(end: SourceEnd): Iterable<SourceEvent>
}

/** Parquet is read from its end, which no stage can. */
type StagedFormat = Exclude<SourceFormat, { readonly kind: 'parquet' }>

interface StageSettings {
  readonly nowMs: number
  readonly head: Uint8Array
  readonly resumeAt: number
  /** Offset of the first byte pushed: what lies before is a byte order mark. */
  readonly start: number
  readonly onHalfLine: HalfLineListener
}

function openStage(format: StagedFormat, settings: StageSettings): Stage {
  const { nowMs, head, resumeAt, start, onHalfLine } = settings
  switch (format.kind) {
    case 'ndjson':
      return new NdjsonStage(settings)
    case 'json':
      return new JsonScanner(format.path, { resumeAt, start, onHalfLine })
    case 'delimited':
      return new LineStage(delimitedReader(format.delimiter), { start, onHalfLine })
    case 'lines':
      return new LineStage(LINE_READERS[format.pattern]({ nowMs, head }), { start, onHalfLine })
    case 'otlp':
      return new OtlpStage(format.signal, { start, onHalfLine })
  }
}

/** Lines pass through as they are. */
class NdjsonStage implements Stage {
  readonly #resumeAt: number
  readonly #onHalfLine: HalfLineListener
  #position: number
  #line = 1
  #splitter: LineSplitter | undefined

  constructor({ resumeAt, start, onHalfLine }: StageSettings) {
    this.#resumeAt = resumeAt
    this.#position = start
    this.#onHalfLine = onHalfLine
  }

  push(chunk: Uint8Array): Iterable<SourceEvent> {
    if (this.#splitter !== undefined) return this.#splitter.push(chunk)
    const skipped = Math.max(0, Math.min(chunk.length, this.#resumeAt - this.#position))
    this.#line += countNewlines(chunk.subarray(0, skipped))
    this.#position += skipped
    if (this.#position < this.#resumeAt) return []
    this.#splitter = new LineSplitter(LINE_LIMITS, { line: this.#line, position: this.#position })
    return this.#splitter.push(chunk.subarray(skipped))
  }

  /** A document that lacks its line end is whole all the same: its last bracket says so. */
  *finish(end: SourceEnd): Generator<SourceEvent> {
    for (const event of this.#splitter?.finish() ?? []) {
      const mayBeHalf = end !== 'final' && event.kind === 'lines'
      if (mayBeHalf && !isDocument(event.textOf(0))) this.#onHalfLine(event.bytes.length)
      else yield event
    }
  }
}

function isDocument(text: string | undefined): boolean {
  try {
    return text !== undefined && isJsonObject(parseJson(text))
  } catch {
    return false
  }
}

/** Each batch becomes a document per log record or span. */
class OtlpStage implements Stage {
  readonly #signal: 'logs' | 'traces'
  readonly #scanner: JsonScanner

  constructor(
    signal: 'logs' | 'traces',
    { start, onHalfLine }: Pick<StageSettings, 'start' | 'onHalfLine'>,
  ) {
    this.#signal = signal
    this.#scanner = new JsonScanner([], { resumeAt: 0, start, onHalfLine })
  }

  *push(chunk: Uint8Array): Generator<SourceEvent> {
    for (const event of this.#scanner.push(chunk)) yield this.#expanded(event)
  }

  *finish(end: SourceEnd): Generator<SourceEvent> {
    for (const event of this.#scanner.finish(end)) yield this.#expanded(event)
  }

  #expanded(event: SourceEvent): SourceEvent {
    if (event.kind !== 'lines') return event
    const records: SourceRecord[] = []
    for (let i = 0; i < event.count; i++) {
      const docs = this.#docsOf(event.textOf(i))

      const facts = { line: event.lineNumberOf(i), raw: event.bytesOf(i) }
      // A record takes more than a byte of its batch, so that these positions lie inside it.
      const start = event.positionOf(i)
      docs.forEach((doc, n) => records.push({ ...facts, doc, position: start + n }))
    }
    return new RecordBatch(records, event.endPosition)
  }

  #docsOf(text: string | undefined): SourceRecord['doc'][] {
    if (text === undefined) return [new LineProblem(NOT_UTF8)]
    try {
      const batch = parseJson(text)
      if (!isJsonObject(batch)) return [new LineProblem('the batch is not a JSON object')]
      return otlpDocs(batch, this.#signal, TEMPLATE_NAMES)
    } catch (error) {
      return [new LineProblem(messageOf(error))]
    }
  }
}

export function withoutByteOrderMark(chunk: Uint8Array): Uint8Array {
  return hasByteOrderMark(chunk) ? chunk.subarray(MARK_BYTES) : chunk
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}
