import type { JsonObject } from '../bytes/json.ts'
import type { LineBatch } from './line-batch.ts'
import type { LineProblem } from './line-reader.ts'

/** One record of a source that is not written as JSON lines. */
export interface SourceRecord {
  /** The document, or why the record is none. */
  readonly doc: JsonObject | LineProblem
  /** Line of the source in which the record ends, from 1. */
  readonly line: number
  /** Byte offset in the source. Ascends strictly from record to record, so that a position says
   *  exactly which records lie before it. */
  readonly position: number
  /** As it stands in the source, to be shown when it is rejected; undefined: its line of the batch. */
  readonly raw?: Uint8Array
}

/** Some records of a source, read into documents. */
export class RecordBatch {
  readonly kind = 'records'
  readonly records: readonly SourceRecord[]
  /** Byte offset up to which the source is worked through with this batch. */
  readonly endPosition: number
  readonly #lines: LineBatch | undefined

  /** `lines`: those that the records without `raw` are in. */
  constructor(records: readonly SourceRecord[], endPosition: number, lines?: LineBatch) {
    this.records = records
    this.endPosition = endPosition
    this.#lines = lines
  }

  get count(): number {
    return this.records.length
  }

  recordAt(i: number): SourceRecord {
    const record = this.records[i]
    if (record === undefined) throw new RangeError(`no record ${i} of ${this.count}`)
    return record
  }

  /** As it stands in the source, to be shown when it is rejected. */
  bytesOf(i: number): Uint8Array {
    const { raw, line } = this.recordAt(i)
    if (raw !== undefined) return raw
    return this.#lines?.bytesOf(line - this.#lines.firstLine) ?? new Uint8Array(0)
  }

  /** Its line in the source, from 1. */
  lineNumberOf(i: number): number {
    return this.recordAt(i).line
  }

  positionOf(i: number): number {
    return this.recordAt(i).position
  }

  /** Byte offset at which the next record begins, or the batch ends. */
  positionAfter(i: number): number {
    return this.records[i + 1]?.position ?? this.endPosition
  }

  /** The records from a position on. */
  from(position: number): RecordBatch {
    const [first] = this.records
    if (first === undefined || first.position >= position) return this
    const kept = this.records.filter((record) => record.position >= position)
    return new RecordBatch(kept, this.endPosition, this.#lines)
  }
}
