import type { ByteRange } from '../ports.ts'
import type { FieldRef } from '../schema/value-type.ts'
import type { ColumnInfo } from './column.ts'
import type { DocStoreIndex } from './doc-store.ts'
import type { TermsInfo } from './term-dictionary.ts'

export interface SplitFooter {
  readonly formatVersion: number
  readonly docCount: number
  readonly docStore: DocStoreIndex
  /** By `fieldKey`. */
  readonly fields: ReadonlyMap<string, SplitField>
  /** The fields at exactly this path, one per type. */
  fieldsAt(path: string): readonly SplitField[]
}

export interface SplitField extends FieldRef {
  readonly terms: TermsInfo | undefined
  readonly column: ColumnInfo | undefined
  /** Tokens per document; `decodeFieldnorms` reads the section. */
  readonly fieldnorms: ByteRange | undefined
  /** Tokens indexed over all documents. */
  readonly totalTokens: number
  /** Documents with at least one token. */
  readonly docsWithTerms: number
}

export function fieldKey(field: FieldRef): string {
  return `${field.path}\0${field.type}`
}

/** `bytes` is the footer's range of the file, up to the end of the file.
 *  Throws `corrupt` (truncated, flipped) and `invalid` (written by a newer version). */
export function decodeFooter(bytes: Uint8Array): SplitFooter {
  throw new Error(`not written yet ${bytes.length}`)
}
