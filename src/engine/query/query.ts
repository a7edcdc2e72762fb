import type { FieldRef, TypedValue } from '../schema/value-type.ts'

/**
 * What every dialect lowers to and all that search sees: fields are resolved against the schema,
 * texts are tokenised, literals are typed. Terms are in the dictionary's encoding (schema/term.ts).
 * A field that a split does not have matches nothing there.
 */
export type Query =
  | { readonly kind: 'matchAll' }
  | { readonly kind: 'matchNone' }
  | BoolQuery
  | { readonly kind: 'boost'; readonly query: Query; readonly boost: number }
  | { readonly kind: 'term'; readonly field: FieldRef; readonly term: Uint8Array }
  | { readonly kind: 'termSet'; readonly field: FieldRef; readonly terms: readonly Uint8Array[] }
  | PhraseQuery
  | PhrasePrefixQuery
  | { readonly kind: 'prefix'; readonly field: FieldRef; readonly prefix: Uint8Array }
  | { readonly kind: 'pattern'; readonly field: FieldRef; readonly pattern: TermPattern }
  | RangeQuery
  /** Equality on a column whose field has no terms (text after its normalizer). */
  | { readonly kind: 'columnTerm'; readonly field: FieldRef; readonly value: TypedValue }
  /** Any column at `path` or below it (`path.`…) has a value, or the presence terms name the path. */
  | { readonly kind: 'exists'; readonly path: string }

export interface BoolQuery {
  readonly kind: 'bool'
  readonly must: readonly Query[]
  /** Like must, without score. */
  readonly filter: readonly Query[]
  readonly should: readonly Query[]
  readonly mustNot: readonly Query[]
  /** How many of `should` have to match; already resolved from the dialect's rules. */
  readonly minimumShouldMatch: number
  /** Undefined: scores add up. Otherwise the best of `should` counts, and this share of the others. */
  readonly tieBreaker?: number | undefined
}

export interface PositionedTerm {
  readonly term: Uint8Array
  /** Distance in tokens from the first term. */
  readonly position: number
}

export interface PhraseQuery {
  readonly kind: 'phrase'
  readonly field: FieldRef
  readonly terms: readonly PositionedTerm[]
  readonly slop: number
}

/** At least one term, then a term that starts with `prefix`. */
interface PhrasePrefixQuery {
  readonly kind: 'phrasePrefix'
  readonly field: FieldRef
  readonly terms: readonly PositionedTerm[]
  readonly prefix: PositionedTerm
  readonly maxExpansions: number
}

export interface RangeBound {
  readonly value: TypedValue
  readonly inclusive: boolean
}

/** Answered by the column, or by the term dictionary where there is none. */
export interface RangeQuery {
  readonly kind: 'range'
  readonly field: FieldRef
  readonly lower: RangeBound | undefined
  readonly upper: RangeBound | undefined
}

/** A wildcard or regex over whole terms, compiled to a matcher with bounded cost. */
export interface TermPattern {
  /** As the user wrote it, for messages. */
  readonly source: string
  /** Every matching term starts with these bytes; empty when nothing is known. */
  readonly literalPrefix: Uint8Array
  /** `term` in UTF-8. */
  matches(term: Uint8Array): boolean
  /** Steps that `matches` has taken so far: what the pattern costs, independent of the clock. */
  work(): number
}
