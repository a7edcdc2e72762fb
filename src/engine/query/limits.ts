/** Characters of one query string: as many as fit in a request body. */
export const MAX_QUERY_CHARS = 1_048_576
/** Groups within groups. */
export const MAX_QUERY_DEPTH = 200
/** Leaves of one query after default fields and readings of dynamic fields have been spelled out. */
export const MAX_QUERY_CLAUSES = 16_384
/** Values of one `IN [...]` or `terms`. */
export const MAX_SET_VALUES = 65_536
/** Terms that the last word of a phrase prefix stands for. */
export const DEFAULT_MAX_EXPANSIONS = 50
/** Groups within groups of one regex. */
export const MAX_REGEX_DEPTH = 100
/** States of one pattern, repetition counts spelled out; also the most work per character of a term. */
export const MAX_PATTERN_STATES = 5_000
