import type { ByteRange } from '../ports.ts'
import type { FieldRef, TypedValue } from '../schema/value-type.ts'

/** `Staged` is kept for readers of the contract's states; nothing here writes it. */
export type SplitState = 'Staged' | 'Published' | 'MarkedForDeletion'

export type SplitMaturity =
  | { readonly kind: 'mature' }
  /** Merges leave the split alone from `createTimestamp` + this on. */
  | { readonly kind: 'immature'; readonly maturationPeriodMs: number }

/** Seconds since the epoch, both ends inclusive. */
export interface TimeRange {
  readonly startSeconds: number
  readonly endSeconds: number
}

/** Least and greatest value of a column in one split: `min <= value <= max`. */
export interface ColumnBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

/** What is known of a split without opening it. Timestamps without a unit are Unix seconds. */
export interface SplitRecord {
  readonly splitId: string
  /** `{index_id}:{ULID}`. */
  readonly indexUid: string
  readonly sourceId: string
  readonly nodeId: string
  readonly state: SplitState
  readonly createTimestamp: number
  /** Of the last change of state. */
  readonly updateTimestamp: number
  readonly publishTimestamp: number | undefined
  readonly docCount: number
  /** Bytes of the documents as they came, before indexing. */
  readonly sourceBytes: number
  readonly timeRange: TimeRange | undefined
  readonly tags: readonly string[]
  /** Where the footer lies; its end is the size of the split's object. */
  readonly footer: ByteRange
  readonly maturity: SplitMaturity
  readonly mergeOpCount: number
  readonly deleteOpstamp: number
  readonly docMappingUid: string
  readonly columnBounds: readonly ColumnBounds[]
}

/** The size of the split's object. */
export function splitSizeBytes(split: SplitRecord): number {
  return split.footer.end
}
