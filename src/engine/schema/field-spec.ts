import type { AsciiSlice } from '../bytes/ascii-slice.ts'
import type { Normalizer } from '../text/normalizer.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import type { FieldRef, TypedValue } from './value-type.ts'

export type RecordOption = 'basic' | 'freq' | 'position'

/** How the values of one (path, type) pair are indexed. `id` is its place in the mapper's list. */
export interface FieldSpec extends FieldRef {
  readonly id: number
  /** Undefined: no inverted index. */
  readonly terms: TermOptions | undefined
  /** Undefined: no column. The normalizer matters for `str` alone. */
  readonly column: { readonly normalizer: Normalizer; readonly precisionNs: number } | undefined
}

export interface TermOptions {
  /** Used for `str` alone; other types have one term per value. */
  readonly tokenizer: Tokenizer
  readonly record: RecordOption
  readonly fieldnorms: boolean
}

/** A value on its way into a split: a text may still stand in the bytes that it came in. */
export type FieldValue = TypedValue | AsciiSlice

/**
 * One accepted document as parallel arrays, reused from document to document so that mapping
 * allocates nothing per value. Entry i says: field `specs[fieldIds[i]]` has value `values[i]`.
 * A field appears once per value, in input order. Concatenate fields appear like any other.
 */
export interface MappedDoc {
  count: number
  readonly fieldIds: number[]
  readonly values: FieldValue[]
  /** The value of the timestamp field, as in `TypedValue` for `date`; undefined without such a field. */
  timestamp: number | bigint | undefined
  /** Paths for `exists` on fields without a column; empty unless `index_field_presence`. */
  readonly presentPaths: string[]
}
