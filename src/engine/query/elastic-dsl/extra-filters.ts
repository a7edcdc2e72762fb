import type { QueryAst } from '../query-ast.ts'

/** `query` narrowed, without changing scores, by query strings whose default operator is `or`. */
export function withExtraFilters(query: QueryAst, filters: readonly string[]): QueryAst {
  throw new Error(`not written yet ${query.kind} ${filters.length}`)
}
