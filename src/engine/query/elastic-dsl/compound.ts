import type { JsonValue } from '../../bytes/json.ts'
import { emptyBool } from '../bool-ast.ts'
import type { QueryAst } from '../query-ast.ts'
import type { ParseChild } from './bool.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt, numberOf } from './dsl-object.ts'

/** Matches as its filter does, each document scoring the boost. */
export function parseConstantScore(
  value: JsonValue | undefined,
  path: string,
  parseChild: ParseChild,
): QueryAst {
  const body = new DslObject(value, path).only(['filter'])
  const filter = [parseChild(body.get('filter'), `${path}.filter`)]
  return boosted(emptyBool({ must: [{ kind: 'matchAll' }], filter }), body)
}

/** Matches as any of its queries does; the best of their scores counts, and a share of the others. */
export function parseDisMax(
  value: JsonValue | undefined,
  path: string,
  parseChild: ParseChild,
): QueryAst {
  const body = new DslObject(value, path).only(['queries', 'tie_breaker'])
  const json = body.get('queries')
  const queries = Array.isArray(json) ? json : json === undefined ? [] : [json]
  if (queries.length === 0) return failAt(`${path}.queries`, 'at least one query is required')
  const tieBreaker = numberOf(body.get('tie_breaker') ?? 0)
  if (tieBreaker === undefined || tieBreaker < 0) {
    return failAt(`${path}.tie_breaker`, 'expected a number of zero or more')
  }
  const should = queries.map((child, at) => parseChild(child, `${path}.queries[${at}]`))
  return boosted(emptyBool({ should, minimumShouldMatch: 1, tieBreaker }), body)
}
