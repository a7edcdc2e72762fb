import type { ByteRange } from '../ports.ts'
import type { FieldSpec, MappedDoc } from '../schema/field-spec.ts'
import type { FieldRef, TypedValue } from '../schema/value-type.ts'

export interface SplitBuilderSettings {
  /** JSON bytes per compressed block of the document store. */
  readonly docStoreBlockBytes: number
  readonly timestampPath?: string
  readonly tagPaths: readonly string[]
  /** Terms of `_field_presence`: one per path present in a document. */
  readonly indexFieldPresence: boolean
  /** Adds the u64 column `_doc_length`: bytes of the source as given to `add`. */
  readonly storeDocumentSize?: boolean
}

export interface ColumnBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

export interface BuiltSplit {
  /** The whole file. */
  readonly bytes: Uint8Array
  readonly footer: ByteRange
  readonly docCount: number
  /** Bytes of the documents as stored, before compression. */
  readonly sourceBytes: number
  /** Inclusive on both ends. */
  readonly timeRange: { readonly startSeconds: number; readonly endSeconds: number } | undefined
  /** `path:value` and `path!`, sorted. */
  readonly tags: readonly string[]
  /** Of i64, u64, f64 and date columns with a value. */
  readonly columnBounds: readonly ColumnBounds[]
}

export class SplitBuilder {
  readonly #specs: readonly FieldSpec[]
  readonly #settings: SplitBuilderSettings

  /** `specs` may grow between calls of `add`; what is there never changes. */
  constructor(specs: readonly FieldSpec[], settings: SplitBuilderSettings) {
    this.#specs = specs
    this.#settings = settings
  }

  /** Takes copies of what it keeps. `source` is the UTF-8 JSON to store. */
  add(doc: MappedDoc, source: Uint8Array): void {
    throw new Error(`not written yet ${doc.count} ${source.length} ${this.#specs.length}`)
  }

  get docCount(): number {
    return 0
  }

  /** An estimate of what is held, for cutting. */
  get memoryBytes(): number {
    return 0
  }

  /** No `add` after this. Rejects on an empty builder with `internal`. */
  finish(): Promise<BuiltSplit> {
    return Promise.reject(new Error(`not written yet ${this.#settings.docStoreBlockBytes}`))
  }
}
