import type { BoolQuery, Query } from './query.ts'

export const MATCH_NONE: Query = { kind: 'matchNone' }
export const MATCH_ALL: Query = { kind: 'matchAll' }

export function anyOf(queries: readonly Query[]): Query {
  if (queries.length === 0) return MATCH_NONE
  return combine({ should: queries })
}

export function allOf(queries: readonly Query[]): Query {
  if (queries.length === 0) return MATCH_ALL
  return combine({ must: queries })
}

interface Clauses {
  readonly must?: readonly Query[]
  readonly filter?: readonly Query[]
  readonly should?: readonly Query[]
  readonly mustNot?: readonly Query[]
  /** Undefined: one when `should` stands alone. */
  readonly minimumShouldMatch?: number | undefined
  readonly tieBreaker?: number | undefined
}

/**
 * A bool in its simplest form: what can be decided now is, and what remains has a positive clause.
 * No clauses at all match everything.
 */
export function combine(clauses: Clauses): Query {
  const { must = [], filter = [], should = [], mustNot = [] } = clauses
  const required = must.length + filter.length
  const minimum = clauses.minimumShouldMatch ?? (required === 0 && should.length > 0 ? 1 : 0)
  const wanted = should.filter((query) => query.kind !== 'matchNone')
  const unwanted = mustNot.filter((query) => query.kind !== 'matchNone')
  const isImpossible =
    [...must, ...filter].some((query) => query.kind === 'matchNone') ||
    unwanted.some((query) => query.kind === 'matchAll') ||
    minimum > wanted.length
  if (isImpossible) return MATCH_NONE
  const [positive, second] = minimum > 0 ? [...must, ...wanted] : must
  const isSingle = second === undefined && filter.length + unwanted.length === 0
  if (positive !== undefined && isSingle && (minimum > 0 || wanted.length === 0)) return positive
  const hasPositive = required > 0 || minimum > 0
  if (!hasPositive && wanted.length + unwanted.length === 0) return MATCH_ALL
  const bool: BoolQuery = {
    kind: 'bool',
    must,
    filter: hasPositive ? filter : [MATCH_ALL],
    should: wanted,
    mustNot: unwanted,
    minimumShouldMatch: minimum,
    ...(clauses.tieBreaker === undefined ? {} : { tieBreaker: clauses.tieBreaker }),
  }
  return bool
}
