import type { QueryAst } from '../query-ast.ts'
import type { DslObject } from './dsl-object.ts'

/** `query` with the `boost` of its body, if that is not 1. */
export function boosted(query: QueryAst, body: DslObject): QueryAst {
  const boost = body.boost()
  return boost === 1 ? query : { kind: 'boost', query, boost }
}
