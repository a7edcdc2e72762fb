import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'

export type ParseChild = (json: JsonValue | undefined, path: string) => QueryAst

const KEYS = [
  'must',
  'must_not',
  'should',
  'filter',
  'minimum_should_match',
  'adjust_pure_negative',
]

export function parseBool(
  value: JsonValue | undefined,
  path: string,
  parseChild: ParseChild,
): QueryAst {
  const body = new DslObject(value, path).only(KEYS)
  const clauses = (key: string): QueryAst[] => {
    const json = body.get(key)
    if (json === undefined) return []
    if (!Array.isArray(json)) return [parseChild(json, `${path}.${key}`)]
    return json.map((child, index) => parseChild(child, `${path}.${key}[${index}]`))
  }
  const should = clauses('should')
  const must = clauses('must')
  const filter = clauses('filter')
  const minimum = minimumOf(
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

const PERCENTAGE = /^(-?)([0-9]{1,9})%$/

/** How many of `shouldCount` clauses; undefined when the setting is as good as absent. */
function minimumOf(
  value: JsonValue | undefined,
  shouldCount: number,
  path: string,
): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value)) {
    return value >= 0 ? value : allBut(-value, shouldCount)
  }
  const [, sign, percent] = (typeof value === 'string' ? PERCENTAGE.exec(value) : null) ?? []
  if (percent === undefined) return failAt(path, 'expected an integer or a percentage')
  const share = Math.trunc((Number(percent) * shouldCount) / 100)
  return sign === '-' ? allBut(share, shouldCount) : share
}

function allBut(missing: number, shouldCount: number): number | undefined {
  return missing >= shouldCount ? undefined : shouldCount - missing
}
