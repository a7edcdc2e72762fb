import { emptyBool } from '../bool-ast.ts'
import type { QueryAst } from '../query-ast.ts'
import type { DslObject } from './dsl-object.ts'

/** `query` with the `boost` of its body, if that is not 1. */
export function boosted(query: QueryAst, body: DslObject): QueryAst {
  const boost = body.boost()
  return boost === 1 ? query : { kind: 'boost', query, boost }
}

/** A field to search, and how much it weighs: `title^3`. */
export interface WeightedField {
  readonly name: string
  readonly boost: number
}

/** One leaf over all fields, or one for each where they weigh differently. */
export function overFields(
  fields: readonly WeightedField[],
  leaf: (names: readonly string[]) => QueryAst,
): QueryAst {
  if (fields.every(({ boost }) => boost === 1)) return leaf(fields.map(({ name }) => name))
  const should = fields.map(({ name, boost }): QueryAst => ({
    kind: 'boost',
    query: leaf([name]),
    boost,
  }))
  return emptyBool({ should })
}
