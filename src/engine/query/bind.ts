import type { Schema } from '../schema/schema.ts'
import type { QueryAst } from './query-ast.ts'
import type { Query } from './query.ts'

export interface BindOptions {
  /** Fields of clauses that name none; undefined: the index's default search fields. */
  readonly defaultFields?: readonly string[] | undefined
}

/**
 * Resolves fields, tokenises texts and types literals. Throws `invalid`: code QUERY-FIELD for unknown
 * fields (the nearest names in `fix`), QUERY-VALUE for literals that the type refuses, QUERY-SCHEMA
 * where the field is not indexed for the clause; `tooLarge` past a limit of limits.ts.
 *
 * Every bool it returns has a positive clause (`must`, `filter`, or `should` with
 * `minimumShouldMatch` of at least 1): a pure negation gets a `matchAll` filter.
 */
export function bindQuery(ast: QueryAst, schema: Schema, options: BindOptions = {}): Query {
  throw new Error(`not written yet ${ast.kind} ${schema.mode} ${options.defaultFields?.length}`)
}
