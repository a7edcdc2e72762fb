import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseQueryString } from '../query-string.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'
import { zoneOf } from './range.ts'

const KEYS = ['query', 'fields', 'default_field', 'default_operator', 'lenient', 'time_zone']
const OTHERS = [
  'allow_leading_wildcard',
  'analyze_wildcard',
  'auto_generate_synonyms_phrase_query',
  'enable_position_increments',
  'escape',
  'fuzzy_max_expansions',
  'fuzzy_prefix_length',
  'fuzzy_rewrite',
  'fuzzy_transpositions',
  'max_determinized_states',
  'phrase_slop',
  'quote_analyzer',
  'quote_field_suffix',
  'rewrite',
]

/** The native grammar inside a body. */
export function parseQueryStringClause(
  value: JsonValue | undefined,
  path: string,
  nowMs: number | undefined,
): QueryAst {
  const body = new DslObject(value, path).only(KEYS, OTHERS)
  const query = parseQueryString(body.text('query'), {
    defaultOperator: body.operator('default_operator'),
    defaultFields: defaultFieldsOf(body),
    lenient: body.flag('lenient', false),
    dates: { nowMs, zone: zoneOf(body) },
  })
  return boosted(query, body)
}

function defaultFieldsOf(body: DslObject): string[] | undefined {
  const fields = body.get('fields')
  if (fields === undefined) {
    return body.get('default_field') === undefined ? undefined : [body.text('default_field')]
  }
  if (body.get('default_field') !== undefined) {
    return body.fail('`fields` and `default_field` exclude each other')
  }
  const path = `${body.path}.fields`
  if (!Array.isArray(fields)) return failAt(path, 'expected an array of field names')
  return fields.map((name) => (typeof name === 'string' ? name : failAt(path, 'expected names')))
}
