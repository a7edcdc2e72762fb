import type { MinimumMatch } from './minimum-match.ts'

/**
 * What every dialect parses to, before a schema is known: fields are paths as written, values are
 * text. `bind.ts` turns it into a `Query`.
 */
export type QueryAst =
  | { readonly kind: 'matchAll' }
  | { readonly kind: 'matchNone' }
  | BoolAst
  | { readonly kind: 'boost'; readonly query: QueryAst; readonly boost: number }
  | TextAst
  | TermAst
  | TermSetAst
  | PatternAst
  | FuzzyAst
  | RangeAst
  | { readonly kind: 'exists'; readonly field: string; readonly lenient: boolean }

export interface BoolAst {
  readonly kind: 'bool'
  readonly must: readonly QueryAst[]
  /** Like must, without score. */
  readonly filter: readonly QueryAst[]
  readonly should: readonly QueryAst[]
  readonly mustNot: readonly QueryAst[]
  /** Undefined: one when there is no must and no filter, otherwise none. */
  readonly minimumShouldMatch: number | undefined
  /** Undefined: scores add up. Otherwise the best of `should` counts, and this share of the others. */
  readonly tieBreaker?: number | undefined
}

/** Which fields a leaf asks; with several, one of them has to match. */
export interface LeafFields {
  /** Paths in which `\.` is a literal dot; undefined: the default fields of the request or index. */
  readonly fields: readonly string[] | undefined
  /** An unknown field matches nothing instead of failing the request. */
  readonly lenient: boolean
}

/** Text that the field's tokenizer cuts, or the literal of a typed field. */
export interface TextAst extends LeafFields {
  readonly kind: 'text'
  readonly text: string
  readonly match: TextMatch
  /** The tokenizer that the request expects; another one than the field's is refused. */
  readonly analyzer?: string | undefined
  /** How much a word may differ, where words are asked for one by one. */
  readonly fuzzy?: FuzzyWords | undefined
  /** How many of several words have to match, where any of them would do. */
  readonly minimum?: MinimumMatch | undefined
  /** What a text without tokens matches. */
  readonly zeroTerms: 'none' | 'all'
}

export interface FuzzyWords {
  /** Changes of a character, or from which length on one and two are allowed. */
  readonly distance: 0 | 1 | 2 | { readonly one: number; readonly two: number }
  /** Characters at the start that have to be the same. */
  readonly prefixLength: number
}

export type TextMatch =
  /** A phrase where positions are indexed, otherwise all tokens. */
  | { readonly mode: 'words' }
  /** An error where several tokens meet a field without positions. */
  | { readonly mode: 'phrase'; readonly slop: number }
  | { readonly mode: 'all' }
  | { readonly mode: 'any' }
  /** The last token is a prefix that follows the others. */
  | { readonly mode: 'phrasePrefix'; readonly maxExpansions: number }
  /** The last token is a prefix, the others are terms; `operator` joins them. */
  | { readonly mode: 'boolPrefix'; readonly operator: 'and' | 'or' }

/** An indexed term as it is, never tokenised. */
export interface TermAst extends LeafFields {
  readonly kind: 'term'
  readonly value: string
  readonly caseInsensitive: boolean
}

/** Any of several terms, never tokenised. */
export interface TermSetAst extends LeafFields {
  readonly kind: 'termSet'
  readonly values: readonly string[]
}

/** Whole terms that match. */
export interface PatternAst extends LeafFields {
  readonly kind: 'pattern'
  /** In a wildcard `\` makes the next character literal. */
  readonly syntax: 'wildcard' | 'regex'
  readonly pattern: string
  readonly caseInsensitive: boolean
}

/** Whole terms at most `distance` changes of a character away. */
export interface FuzzyAst extends LeafFields {
  readonly kind: 'fuzzy'
  readonly value: string
  readonly distance: 0 | 1 | 2
  /** Characters at the start that have to be the same. */
  readonly prefixLength: number
}

export interface RangeAst extends LeafFields {
  readonly kind: 'range'
  readonly lower: RangeBoundAst | undefined
  readonly upper: RangeBoundAst | undefined
}

export interface RangeBoundAst {
  /** Text is read as the field's type asks; a number or boolean of JSON is never read as text. */
  readonly value: string | number | bigint | boolean
  /** What `value` means on a date, as RFC 3339, where that is not what it says: `now-1d`. */
  readonly date?: string | undefined
  readonly inclusive: boolean
}

export type DefaultOperator = 'and' | 'or'
