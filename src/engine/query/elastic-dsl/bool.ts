import type { JsonValue } from '../../bytes/json.ts'
import { minimumOf, parseMinimumMatch } from '../minimum-match.ts'
import type { QueryAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'

export type ParseChild = (json: JsonValue | undefined, path: string) => QueryAst

const KEYS = ['must', 'must_not', 'should', 'filter', 'minimum_should_match']

export function parseBool(
  value: JsonValue | undefined,
  path: string,
  parseChild: ParseChild,
): QueryAst {
  const body = new DslObject(value, path).only(KEYS, ['adjust_pure_negative'])
  const clauses = (key: string): QueryAst[] => {
    const json = body.get(key)
    if (json === undefined) return []
    if (!Array.isArray(json)) return [parseChild(json, `${path}.${key}`)]
    return json.map((child, index) => parseChild(child, `${path}.${key}[${index}]`))
  }
  const should = clauses('should')
  const must = clauses('must')
  const filter = clauses('filter')
  const minimum = minimumShould(
    body.get('minimum_should_match'),
    should.length,
    `${path}.minimum_should_match`,
  )
  const isAlone = must.length + filter.length === 0
  const bool: QueryAst = {
    kind: 'bool',
    must,
    filter,
    should,
    mustNot: clauses('must_not'),
    // Of what stands alone one has to match, also where zero are asked for.
    minimumShouldMatch: minimum === 0 && isAlone ? undefined : minimum,
  }
  return boosted(bool, body)
}

/** How many of `shouldCount` clauses; undefined when the setting is as good as absent. */
function minimumShould(
  value: JsonValue | undefined,
  shouldCount: number,
  path: string,
): number | undefined {
  if (value === undefined) return undefined
  const match = parseMinimumMatch(value)
  if (match !== undefined) return minimumOf(match, shouldCount)
  return failAt(path, 'expected an integer, a percentage or conditions such as `2<75%`')
}
