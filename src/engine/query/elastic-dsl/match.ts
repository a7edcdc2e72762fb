import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import { DEFAULT_MAX_EXPANSIONS } from '../limits.ts'
import type { QueryAst, TextMatch } from '../query-ast.ts'
import { tokenizerNamed } from './analyzers.ts'
import { boosted } from './boosted.ts'
import { DslObject, literalText } from './dsl-object.ts'

const MATCH_KEYS = ['query', 'operator', 'analyzer', 'zero_terms_query', 'lenient']
const PHRASE_KEYS = ['query', 'slop', 'analyzer', 'zero_terms_query']
const PHRASE_PREFIX_KEYS = [...PHRASE_KEYS, 'max_expansions']

export function parseMatch(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(MATCH_KEYS)
  return textQuery([field], body, anyOrAll(body), body.flag('lenient', false))
}

export function parseMatchBoolPrefix(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(MATCH_KEYS)
  return textQuery([field], body, boolPrefix(body), body.flag('lenient', false))
}

export function parseMatchPhrase(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(PHRASE_KEYS)
  return textQuery([field], body, phrase(body), false)
}

export function parseMatchPhrasePrefix(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(PHRASE_PREFIX_KEYS)
  return textQuery([field], body, phrasePrefix(body), false)
}

/** `{field: "text"}` or `{field: {query: "text", …}}`. */
function fieldBody(value: JsonValue | undefined, path: string): { field: string; body: DslObject } {
  const single = new DslObject(value, path).singleField()
  const below = `${path}.${single.field}`
  const isShort = typeof single.value !== 'object' || single.value instanceof JsonFloat
  const json = isShort ? { query: literalText(single.value, below) } : single.value
  return { field: single.field, body: new DslObject(json, below) }
}

export function textQuery(
  fields: readonly string[],
  body: DslObject,
  match: TextMatch,
  lenient: boolean,
): QueryAst {
  const text = body.literal('query')
  const analyzer = analyzerOf(body)
  const zeroTerms = body.zeroTerms()
  return boosted({ kind: 'text', fields, lenient, text, match, analyzer, zeroTerms }, body)
}

function analyzerOf(body: DslObject): string | undefined {
  return body.get('analyzer') === undefined ? undefined : tokenizerNamed(body.text('analyzer'))
}

export function anyOrAll(body: DslObject): TextMatch {
  return { mode: body.operator('operator') === 'and' ? 'all' : 'any' }
}

export function boolPrefix(body: DslObject): TextMatch {
  return { mode: 'boolPrefix', operator: body.operator('operator') }
}

export function phrase(body: DslObject): TextMatch {
  return { mode: 'phrase', slop: body.count('slop', 0) }
}

export function phrasePrefix(body: DslObject): TextMatch {
  const maxExpansions = body.count('max_expansions', DEFAULT_MAX_EXPANSIONS)
  return { mode: 'phrasePrefix', maxExpansions }
}
