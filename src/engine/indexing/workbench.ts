import { QwError } from '../errors.ts'
import {
  parseJson,
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../bytes/json.ts'
import { DocMapper, newMappedDoc } from '../schema/doc-mapper.ts'
import { DocRejection } from '../schema/doc-rejection.ts'
import type { MappedDoc } from '../schema/field-spec.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import { prunedSource } from '../schema/render.ts'
import { type BuiltSplit, SplitBuilder, type SplitBuilderSettings } from '../split/split-builder.ts'
import type { SplitWork } from '../split/split-work.ts'
import { type LineBatch, MAX_LINE_BYTES, type OverlongLine } from '../sources/line-batch.ts'
import { LineProblem } from '../sources/line-reader.ts'
import { NOT_UTF8 } from '../sources/line-stage.ts'
import type { RecordBatch } from '../sources/record-batch.ts'
import { type KeptLimits, type Rejection, RejectLog } from './rejects.ts'

interface WorkbenchSettings {
  readonly config: IndexConfig
  /** For date formats without a year. */
  readonly nowMs: number
  readonly keepsRejects: KeptLimits
  /** Documents after which it is full. */
  readonly docTarget: number
  /** `check` maps every document and keeps none. */
  readonly purpose: 'build' | 'check'
  /** Who encodes the split; default: this thread. */
  readonly splitWork?: SplitWork | undefined
  /** Told where each accepted line and its line end lie in the source; only when checking. */
  readonly onAccepted?: (start: number, end: number) => void
}

/** One split in progress: mapper, builder, and the documents that did not fit. */
export class Workbench {
  readonly rejects: RejectLog
  readonly #mapper: DocMapper
  readonly #builder: SplitBuilder | undefined
  readonly #doc: MappedDoc = newMappedDoc()
  readonly #prune: ((source: JsonObject) => JsonValue) | undefined
  readonly #settings: WorkbenchSettings
  #docCount = 0
  #finished: Promise<BuiltSplit> | undefined

  constructor(settings: WorkbenchSettings) {
    const { config, nowMs } = settings
    this.rejects = new RejectLog(settings.keepsRejects)
    this.#settings = settings
    this.#mapper = new DocMapper(config, { nowMs })
    if (settings.purpose === 'build') {
      this.#builder = new SplitBuilder(
        this.#mapper.specs,
        splitSettings(config),
        settings.splitWork,
      )
    }
    this.#prune = prunedSource(config)
  }

  get docCount(): number {
    return this.#docCount
  }

  get memoryBytes(): number {
    return (this.#builder?.memoryBytes ?? 0) + this.rejects.keptBytes
  }

  /** Takes documents from `from` on. Returns the one it stopped at because the split is full, or the
   *  batch's count. */
  addBatch(batch: LineBatch | RecordBatch, from: number): number {
    const { count } = batch
    const { docTarget } = this.#settings
    for (let i = from; i < count; i++) {
      if (this.#docCount >= docTarget) return i
      try {
        if (batch.kind === 'lines') this.#addLine(batch, i)
        else this.#addRecord(batch, i)
      } catch (error) {
        if (!(error instanceof DocRejection)) throw error
        // The document fits a split of its own.
        if (error.kind === 'limit' && this.#docCount > 0) return i
        this.#reject(batch, i, error, documentOf(batch, i))
      }
    }
    return count
  }

  rejectOverlong({ line, position, prefix }: OverlongLine): void {
    const why = plain('tooLong', `the line is longer than ${MAX_LINE_BYTES} bytes`)
    this.rejects.add({ ...why, line, bytePosition: position }, prefix, false)
  }

  /** No document may follow. There must be at least one. `where`: as of the builder. Asked again, it
   *  answers with the same split. */
  finish(where?: 'here' | 'beside'): Promise<BuiltSplit> {
    if (this.#builder === undefined) throw new QwError('internal', 'a check builds no split')
    return (this.#finished ??= this.#builder.finish(where))
  }

  #addLine(batch: LineBatch, i: number): void {
    const line = batch.bytesOf(i)
    if (!batch.isUtf8 || !this.#mapper.mapKnown(line, this.#doc)) {
      const text = batch.textOf(i)
      if (text === undefined) {
        this.#reject(batch, i, plain('encoding', NOT_UTF8))
        return
      }
      if (isBlank(text)) return
      this.#mapper.mapLine(text, this.#doc, line.length)
      if (batch.isUtf8) this.#mapper.learn(line)
    }
    this.#docCount++
    if (this.#builder === undefined) {
      this.#settings.onAccepted?.(batch.positionOf(i), batch.positionAfter(i))
    } else if (this.#prune === undefined) {
      this.#builder.add(this.#doc, line)
    } else {
      const source = parseJson(line.toString())
      const kept = isJsonObject(source) ? this.#prune(source) : source
      this.#builder.add(this.#doc, Buffer.from(stringifyJson(kept)))
    }
  }

  #addRecord(batch: RecordBatch, i: number): void {
    const { doc } = batch.recordAt(i)
    if (doc instanceof LineProblem) {
      const { reason, summary, example } = doc
      this.#reject(batch, i, { kind: 'format', reason, summary, example, path: undefined })
      return
    }
    const bytes = Buffer.from(stringifyJson(doc))
    this.#mapper.map(doc, this.#doc, bytes.length)
    this.#docCount++
    const kept = this.#prune === undefined ? bytes : Buffer.from(stringifyJson(this.#prune(doc)))
    this.#builder?.add(this.#doc, kept)
  }

  /** Without a document: the line is none, and is kept to be looked at. */
  // oxlint-disable-next-line max-params -- where, why and what
  #reject(batch: LineBatch | RecordBatch, i: number, why: RejectWhy, document?: Uint8Array): void {
    const { kind, reason, summary, example, path } = why
    const line = batch.lineNumberOf(i)
    const place = { line, bytePosition: batch.positionOf(i) }
    const rejection = { ...place, kind, reason, summary, example, path }
    this.rejects.add(rejection, document ?? batch.bytesOf(i), document !== undefined)
  }
}

/** What was mapped. */
function documentOf(batch: LineBatch | RecordBatch, i: number): Uint8Array | undefined {
  if (batch.kind === 'lines') return batch.bytesOf(i)
  const { doc } = batch.recordAt(i)
  return doc instanceof LineProblem ? undefined : Buffer.from(stringifyJson(doc))
}

type RejectWhy = Pick<Rejection, 'kind' | 'reason' | 'summary' | 'example' | 'path'>

/** A reason about a line as a whole. */
function plain(kind: Rejection['kind'], reason: string): RejectWhy {
  return { kind, reason, summary: reason, example: undefined, path: undefined }
}

export function splitSettings(config: IndexConfig): SplitBuilderSettings {
  const { timestampField, tagFields, indexFieldPresence, storeDocumentSize } = config.docMapping
  return {
    docStoreBlockBytes: config.indexingSettings.docstoreBlocksizeBytes,
    docStoreLevel: config.indexingSettings.docstoreCompressionLevel,
    ...(timestampField === undefined ? {} : { timestampPath: timestampField }),
    tagPaths: tagFields,
    indexFieldPresence,
    storeDocumentSize,
  }
}

function isBlank(text: string): boolean {
  // A document starts with `{`, so the long test is for odd lines alone.
  return text.charCodeAt(0) !== 0x7b && text.trim() === ''
}
