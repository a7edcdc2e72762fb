import { QwError } from '../errors.ts'
import type { ByteRange } from '../ports.ts'
import { dateToSeconds } from '../dates/datetime.ts'
import type { FieldSpec, FieldValue, MappedDoc, TermOptions } from '../schema/field-spec.ts'
import type { FieldRef, TypedValue } from '../schema/value-type.ts'
import { newColumnAccumulator, NO_NUMBER, type ColumnAccumulator } from './column-accumulator.ts'
import { DocStoreWriter, type DocStoreSettings } from './doc-store.ts'
import { encodeFields } from './encode-fields.ts'
import { assembleSplit, type SplitParts } from './split-file.ts'
import { type SplitWork, splitWorkHere } from './split-work.ts'
import { tagsOf } from './tags.ts'
import { TermAccumulator } from './term-accumulator.ts'

const FIELD_PRESENCE: FieldRef = { path: '_field_presence', type: 'str' }
const DOC_LENGTH: FieldRef = { path: '_doc_length', type: 'u64' }
/** Presence terms are paths as they are; this tokenizer is never asked. */
const PRESENCE_TERMS: TermOptions = {
  tokenizer: { name: 'raw', lowercases: false, tokenize: () => undefined },
  record: 'basic',
  fieldnorms: false,
}
/** `memoryBytes` walks all fields: once in so many documents is enough to cut by. */
const MEMORY_SAMPLE_DOCS = 256

export interface SplitBuilderSettings extends DocStoreSettings {
  readonly timestampPath?: string
  readonly tagPaths: readonly string[]
  /** Terms of `_field_presence`: one per path present in a document. */
  readonly indexFieldPresence: boolean
  /** Adds the u64 column `_doc_length`: bytes of the source as given to `add`. */
  readonly storeDocumentSize?: boolean
}

interface ColumnBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

export interface BuiltSplit {
  /** The whole file, in pieces that follow each other. */
  readonly pieces: readonly Uint8Array[]
  readonly footer: ByteRange
  readonly docCount: number
  /** Bytes of the documents as stored, before compression. */
  readonly sourceBytes: number
  /** Of the timestamp column, inclusive on both ends. */
  readonly timeRange: { readonly startSeconds: number; readonly endSeconds: number } | undefined
  /** `path:value` and `path!`, sorted. */
  readonly tags: readonly string[]
  /** Of i64, u64, f64, date and ip columns with a value. */
  readonly columnBounds: readonly ColumnBounds[]
}

interface FieldAccumulator {
  readonly ref: FieldRef
  readonly terms: TermAccumulator | undefined
  readonly column: ColumnAccumulator | undefined
}

/** Holds one split in memory while documents are added; document ids are given in that order. */
export class SplitBuilder {
  readonly #specs: readonly FieldSpec[]
  readonly #settings: SplitBuilderSettings
  readonly #work: SplitWork
  readonly #docStore: DocStoreWriter
  /** By spec id; made when the first value comes. */
  readonly #fields: FieldAccumulator[] = []
  #presence: TermAccumulator | undefined
  #docLength: ColumnAccumulator | undefined
  #docCount = 0
  #sampledBytes = 0
  #sampledAtDocCount = -1

  /** `specs` may grow between calls of `add`; what is there never changes. */
  constructor(
    specs: readonly FieldSpec[],
    settings: SplitBuilderSettings,
    work: SplitWork = splitWorkHere(),
  ) {
    this.#specs = specs
    this.#settings = settings
    this.#work = work
    this.#docStore = new DocStoreWriter(settings, (block) => work.sealDocs(block))
    if (settings.indexFieldPresence) this.#presence = new TermAccumulator('str', PRESENCE_TERMS)
    if (settings.storeDocumentSize === true) {
      this.#docLength = newColumnAccumulator('u64', { normalizer: 'raw', precisionNs: 1 })
    }
  }

  /** Takes copies of what it keeps. `source` is the UTF-8 JSON to store. */
  add(doc: MappedDoc, source: Uint8Array): void {
    const docId = this.#docCount++
    const { count, fieldIds, values, presentPaths } = doc
    for (let i = 0; i < count; i++) {
      // Entries below `count` are there.
      const fieldId = fieldIds[i] as number
      const value = values[i] as FieldValue
      const field = this.#fields[fieldId] ?? this.#newField(fieldId)
      const number = field.column?.add(docId, value) ?? NO_NUMBER
      field.terms?.add(docId, value, number)
    }
    if (this.#presence !== undefined) {
      for (const path of presentPaths) this.#presence.addTerm(docId, path)
    }
    this.#docLength?.add(docId, source.length)
    this.#docStore.add(source)
  }

  #newField(fieldId: number): FieldAccumulator {
    const spec = this.#specs[fieldId]
    if (spec === undefined) throw new QwError('internal', `document with unknown field ${fieldId}`)
    const { path, type, terms, column } = spec
    const field = {
      ref: { path, type },
      terms: terms && new TermAccumulator(type, terms),
      column: column && newColumnAccumulator(type, column),
    }
    this.#fields[fieldId] = field
    return field
  }

  get docCount(): number {
    return this.#docCount
  }

  /** An estimate of what is held, for cutting. */
  get memoryBytes(): number {
    if (this.#docCount - this.#sampledAtDocCount >= MEMORY_SAMPLE_DOCS) this.#sampleMemory()
    return this.#sampledBytes
  }

  #sampleMemory(): void {
    this.#sampledAtDocCount = this.#docCount
    let held = this.#docStore.memoryBytes
    for (const field of this.#accumulators()) {
      held += (field.terms?.memoryBytes ?? 0) + (field.column?.memoryBytes ?? 0)
    }
    this.#sampledBytes = held
  }

  /** No `add` after this. `beside`: this thread has something else to do meanwhile. Rejects with
   *  `internal` when there is no document. */
  async finish(where: 'here' | 'beside' = 'here'): Promise<BuiltSplit> {
    const docCount = this.#docCount
    if (docCount === 0) throw new QwError('internal', 'a split without documents was finished')
    const collected = this.#accumulators().map(({ ref, terms, column }) => ({
      ...ref,
      terms: terms?.collected(),
      column: column?.collected(docCount),
    }))
    const fields = { docCount, fields: collected }
    const [docStore, encoded] = await Promise.all([
      this.#docStore.finish(),
      where === 'beside' ? this.#work.encodeFields(fields) : encodeFields(fields),
    ])
    return buildSplit({ docCount, docStore, ...encoded }, this.#settings)
  }

  #accumulators(): FieldAccumulator[] {
    // Fields that no document has leave holes, which `filter` skips.
    const fields = this.#fields.filter(() => true)
    if (this.#presence !== undefined) {
      fields.push({ ref: FIELD_PRESENCE, terms: this.#presence, column: undefined })
    }
    if (this.#docLength !== undefined) {
      fields.push({ ref: DOC_LENGTH, terms: undefined, column: this.#docLength })
    }
    return fields
  }
}

/** Assembles the file and what the metastore keeps of it. */
export async function buildSplit(
  parts: SplitParts,
  { timestampPath, tagPaths }: Pick<SplitBuilderSettings, 'timestampPath' | 'tagPaths'>,
): Promise<BuiltSplit> {
  const columnBounds: ColumnBounds[] = []
  for (const { path, type, column } of parts.fields) {
    // Texts may be long, and are seldom asked for in ranges.
    if (column?.bounds === undefined || type === 'str' || type === 'bytes') continue
    columnBounds.push({ path, type, ...column.bounds })
  }
  return {
    ...(await assembleSplit(parts)),
    docCount: parts.docCount,
    sourceBytes: parts.docStore.sourceBytes,
    timeRange: timeRange(
      columnBounds.find(({ path, type }) => path === timestampPath && type === 'date'),
    ),
    tags: tagsOf(parts.fields, tagPaths),
    columnBounds,
  }
}

function timeRange(bounds: ColumnBounds | undefined): BuiltSplit['timeRange'] {
  if (bounds === undefined) return undefined
  // Bounds of a date column are dates.
  const min = bounds.min as number | bigint
  const max = bounds.max as number | bigint
  return { startSeconds: dateToSeconds(min), endSeconds: dateToSeconds(max) }
}
