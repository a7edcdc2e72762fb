import type { Query } from '../query/query.ts'
import { fieldKey } from '../split/footer.ts'
import type { FetchedSplit } from './fetch.ts'
import type { LeafPlan } from './leaf-plan.ts'
import { docRange, type LeafSplit } from './leaf-request.ts'

/** A query whose matches a split's dictionaries count. */
type CountedQuery = Extract<Query, { kind: 'matchAll' | 'matchNone' | 'term' }>

/**
 * What alone decides how many documents match; undefined: several clauses do, or one whose matches have to
 * be found. Splits hold no erased documents, so that a dictionary's count is that of the answer.
 */
export function countedQuery(query: Query): CountedQuery | undefined {
  switch (query.kind) {
    case 'matchAll':
    case 'matchNone':
    case 'term':
      return query
    case 'boost':
      return countedQuery(query.query)
    case 'bool': {
      const { must, filter, should, mustNot, minimumShouldMatch } = query
      const isOptional = minimumShouldMatch <= 0
      if (mustNot.length > 0 || (!isOptional && should.length > 1)) return undefined
      const required = [...must, ...filter, ...(isOptional ? [] : should)]
      const deciding = required.filter(({ kind }) => kind !== 'matchAll')
      if (deciding.length > 1 || minimumShouldMatch > 1) return undefined
      return deciding[0] === undefined ? { kind: 'matchAll' } : countedQuery(deciding[0])
    }
    default:
      return undefined
  }
}

/** Whether the search of the split asks for nothing but how many documents match, and its dictionaries tell. */
export function isCountOnly({ query, request, aggregations }: LeafPlan, split: LeafSplit): boolean {
  const { hitLimit, minScore, terminateAfter } = request
  if (hitLimit > 0 || aggregations.length > 0) return false
  if (minScore !== undefined || terminateAfter !== undefined) return false
  const { start, end } = docRange(split)
  return start === 0 && end === split.docCount && countedQuery(query) !== undefined
}

/** By the dictionary block that the term needs, which is there. */
export function countMatches(query: CountedQuery, split: FetchedSplit): number {
  switch (query.kind) {
    case 'matchAll':
      return split.docCount
    case 'matchNone':
      return 0
    case 'term': {
      const field = split.footer.fields.get(fieldKey(query.field))
      return (field && split.term(field, query.term)?.docCount) ?? 0
    }
  }
}
