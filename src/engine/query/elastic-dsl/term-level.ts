import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import { MAX_SET_VALUES } from '../limits.ts'
import type { QueryAst } from '../query-ast.ts'
import { boosted } from './boosted.ts'
import { DslObject, literalText } from './dsl-object.ts'

const VALUE_KEYS = ['value', 'case_insensitive']

export function parseTerm(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only(VALUE_KEYS)
  const caseInsensitive = body.flag('case_insensitive', false)
  const text = body.literal('value')
  return boosted(
    { kind: 'term', fields: [field], lenient: false, value: text, caseInsensitive },
    body,
  )
}

export function parseTerms(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path)
  const single = body.singleField()
  const below = `${path}.${single.field}`
  const values = Array.isArray(single.value) ? single.value : [single.value]
  if (values.length > MAX_SET_VALUES) {
    throw new QwError('tooLarge', `\`${below}\` takes at most ${MAX_SET_VALUES} values`, {
      code: 'QUERY-LIMIT',
      fix: 'split it into several searches',
    })
  }
  const texts = values.map((item, index) => literalText(item, `${below}[${index}]`))
  const distinct = [...new Set(texts)]
  return boosted(
    { kind: 'termSet', fields: [single.field], lenient: false, values: distinct },
    body,
  )
}

export function parseExists(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path).only(['field'])
  return boosted({ kind: 'exists', field: body.text('field'), lenient: false }, body)
}

export function parsePrefix(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only(VALUE_KEYS, ['rewrite'])
  const literal = body.literal('value').replaceAll(/[\\*?]/g, String.raw`\$&`)
  return boosted(wildcard(field, `${literal}*`, body), body)
}

export function parseWildcardClause(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only([...VALUE_KEYS, 'wildcard'], ['rewrite'])
  const pattern = body.literal(body.has('wildcard') ? 'wildcard' : 'value')
  return boosted(wildcard(field, pattern, body), body)
}

export function parseRegexp(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = valueBody(value, path)
  body.only(VALUE_KEYS, ['flags', 'max_determinized_states', 'rewrite'])
  const pattern: QueryAst = {
    kind: 'pattern',
    fields: [field],
    lenient: false,
    syntax: 'regex',
    pattern: body.literal('value'),
    caseInsensitive: body.flag('case_insensitive', false),
  }
  return boosted(pattern, body)
}

/** An unknown field matches nothing here, unlike in `term` and `regexp`. */
function wildcard(field: string, pattern: string, body: DslObject): QueryAst {
  return {
    kind: 'pattern',
    fields: [field],
    lenient: true,
    syntax: 'wildcard',
    pattern,
    caseInsensitive: body.flag('case_insensitive', false),
  }
}

/** `{field: "text"}` or `{field: {value: "text", …}}`. */
export function valueBody(
  value: JsonValue | undefined,
  path: string,
): { field: string; body: DslObject } {
  const single = new DslObject(value, path).singleField()
  const below = `${path}.${single.field}`
  const isShort = typeof single.value !== 'object' || single.value instanceof JsonFloat
  const json = isShort ? { value: literalText(single.value, below) } : single.value
  return { field: single.field, body: new DslObject(json, below) }
}
