import { AsciiSlice } from '../bytes/ascii-slice.ts'
import { DocRejection } from './doc-rejection.ts'
import type { FieldSpec, MappedDoc } from './field-spec.ts'
import type { TypedValue } from './value-type.ts'

/** Distinct (path, type) pairs of one split; the document that would add one more is rejected with
 *  kind `limit`, and fits a fresh mapper (and split) unless it has that many by itself. */
export const MAX_FIELDS_PER_SPLIT = 10_000

/** The growing list of fields. What a document adds can be taken back until the next one begins. */
export class SpecList {
  readonly specs: FieldSpec[] = []
  readonly indexFieldPresence: boolean
  private readonly undo: (() => void)[] = []

  constructor(indexFieldPresence: boolean) {
    this.indexFieldPresence = indexFieldPresence
  }

  /** `forget` is called if the document that brought the field is rejected. */
  add(spec: Omit<FieldSpec, 'id'>, forget: () => void): number {
    const id = this.specs.length
    if (id >= MAX_FIELDS_PER_SPLIT) {
      const why = `too many distinct fields in one split limit=${MAX_FIELDS_PER_SPLIT}`
      throw new DocRejection('limit', why, { path: spec.path })
    }
    this.specs.push({ ...spec, id })
    this.undo.push(forget)
    return id
  }

  /** What has been added so far stays. */
  commit(): void {
    if (this.undo.length > 0) this.undo.length = 0
  }

  rollback(): void {
    this.specs.length -= this.undo.length
    for (const forget of this.undo) forget()
    this.undo.length = 0
  }
}

/** Where the values of the document being mapped go. */
export class MappingSink {
  /** Differs from document to document. */
  docSerial = 0
  private out: MappedDoc
  private readonly presentPaths = new Set<string>()
  /** By place in the document: used again for each. */
  private readonly slices: AsciiSlice[] = []

  constructor(out: MappedDoc) {
    this.out = out
  }

  begin(out: MappedDoc): void {
    this.docSerial++
    this.out = out
    out.count = 0
    out.timestamp = undefined
    if (out.presentPaths.length > 0) out.presentPaths.length = 0
    if (this.presentPaths.size > 0) this.presentPaths.clear()
  }

  push(fieldId: number, value: TypedValue): void {
    const { out } = this
    const at = out.count++
    out.fieldIds[at] = fieldId
    out.values[at] = value
  }

  /** The text that stands at [start, end) of `line` in ASCII. */
  // oxlint-disable-next-line max-params -- an object per value would cost
  pushAscii(fieldId: number, line: Buffer, start: number, end: number): void {
    const at = this.out.count
    const slice = (this.slices[at] ??= new AsciiSlice(line, start, end))
    slice.source = line
    slice.start = start
    slice.end = end
    this.out.fieldIds[at] = fieldId
    this.out.values[at] = slice
    this.out.count++
  }

  /** Each path counts once per document. */
  present(path: string): void {
    if (this.presentPaths.has(path)) return
    this.presentPaths.add(path)
    this.out.presentPaths.push(path)
  }

  timestamp(value: number | bigint): void {
    this.out.timestamp = value
  }

  get hasTimestamp(): boolean {
    return this.out.timestamp !== undefined
  }
}
