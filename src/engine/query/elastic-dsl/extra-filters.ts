import { emptyBool } from '../bool-ast.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseQueryString } from '../query-string.ts'

/** `query` narrowed, without changing scores, by query strings whose default operator is `or`. */
export function withExtraFilters(query: QueryAst, filters: readonly string[]): QueryAst {
  if (filters.length === 0) return query
  const filter = filters.map((text) => parseQueryString(text, { defaultOperator: 'or' }))
  return emptyBool({ must: [query], filter })
}
