import type { DefaultOperator, QueryAst } from './query-ast.ts'

export interface QueryStringOptions {
  /** How clauses that stand side by side are joined: `and` natively, `or` in the Elasticsearch dialect. */
  readonly defaultOperator: DefaultOperator
  /** Fields of clauses that name none; undefined: left to the binder. */
  readonly defaultFields?: readonly string[] | undefined
  /** Clauses on unknown fields match nothing instead of failing. */
  readonly lenient?: boolean | undefined
}

/**
 * Throws `invalid` with code QUERY-SYNTAX and the position of the offending character, `tooLarge`
 * past a limit of limits.ts. Blank text and `*` match everything.
 */
export function parseQueryString(text: string, options: QueryStringOptions): QueryAst {
  throw new Error(`not written yet ${text} ${options.defaultOperator}`)
}
