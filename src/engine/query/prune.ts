import type { FieldRef, TypedValue } from '../schema/value-type.ts'
import type { Query } from './query.ts'

/** Nanoseconds since the epoch; undefined: unbounded. */
export interface TimeBounds {
  /** Inclusive. */
  readonly startNs: bigint | undefined
  /** Exclusive. */
  readonly endNs: bigint | undefined
}

/** Smallest and largest value of one column of a split. */
export interface FieldBounds extends FieldRef {
  readonly min: TypedValue
  readonly max: TypedValue
}

/** What is known of a split without opening it. */
export interface SplitFacts {
  /** Seconds, inclusive on both sides. */
  readonly timeRange: { readonly start: number; readonly end: number } | undefined
  /** `field:value` and `field!` entries. */
  readonly tags: ReadonlySet<string>
  readonly columnBounds: readonly FieldBounds[]
}

export interface TimestampField {
  readonly path: string
  readonly precisionNs: number
}

/** What range clauses on the timestamp field that every match has to satisfy leave of time. */
export function timeBounds(query: Query, timestamp: TimestampField | undefined): TimeBounds {
  throw new Error(`not written yet ${query.kind} ${timestamp?.path}`)
}

/** False only when no document of the split can match, by time, tags and column bounds together. */
export function splitMayMatch(
  query: Query,
  split: SplitFacts,
  timestamp: TimestampField | undefined,
): boolean {
  throw new Error(`not written yet ${query.kind} ${split.tags.size} ${timestamp?.path}`)
}

/** The query without the required time clauses that every document of the split satisfies. */
export function withoutCoveredTime(
  query: Query,
  timeRange: SplitFacts['timeRange'],
  timestamp: TimestampField | undefined,
): Query {
  throw new Error(`not written yet ${query.kind} ${timeRange?.start} ${timestamp?.path}`)
}
