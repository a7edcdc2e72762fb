import { JsonFloat, type JsonValue } from '../../bytes/json.ts'
import { DEFAULT_MAX_EXPANSIONS } from '../limits.ts'
import { parseMinimumMatch } from '../minimum-match.ts'
import type { QueryAst, TextAst, TextMatch } from '../query-ast.ts'
import { tokenizerNamed } from './analyzers.ts'
import { boosted } from './boosted.ts'
import { DslObject, failAt, literalText } from './dsl-object.ts'
import { fuzzyWords } from './fuzzy.ts'

const TEXT_KEYS = ['query', 'analyzer', 'zero_terms_query']
/** What is read where words are asked for one by one, beside the text itself. */
export const WORD_KEYS = ['operator', 'minimum_should_match', 'fuzziness', 'prefix_length']
/** What else Elasticsearch knows there. */
export const WORD_OPTIONS = [
  'auto_generate_synonyms_phrase_query',
  'cutoff_frequency',
  'fuzzy_rewrite',
  'fuzzy_transpositions',
  'max_expansions',
]
const MATCH_KEYS = [...TEXT_KEYS, ...WORD_KEYS, 'lenient']
const PHRASE_KEYS = [...TEXT_KEYS, 'slop']
const PHRASE_PREFIX_KEYS = [...PHRASE_KEYS, 'max_expansions']

export function parseMatch(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(MATCH_KEYS, WORD_OPTIONS)
  return textQuery([field], body, anyOrAll(body), body.flag('lenient', false))
}

export function parseMatchBoolPrefix(value: JsonValue | undefined, path: string): QueryAst {
  const { field, body } = fieldBody(value, path)
  body.only(MATCH_KEYS, WORD_OPTIONS)
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
  const query = { kind: 'text', fields, lenient, text, match, analyzer, zeroTerms } as const
  return boosted({ ...query, ...wordSettings(body) }, body)
}

/** How many words have to match, and how near. */
function wordSettings(body: DslObject): Pick<TextAst, 'fuzzy' | 'minimum'> {
  const json = body.get('minimum_should_match')
  const minimum = json === undefined ? undefined : parseMinimumMatch(json)
  if (json !== undefined && minimum === undefined) {
    const reason = 'expected a number, a percentage or conditions such as `2<75%`'
    return failAt(`${body.path}.minimum_should_match`, reason)
  }
  return {
    ...(body.get('fuzziness') === undefined ? {} : { fuzzy: fuzzyWords(body) }),
    ...(minimum === undefined ? {} : { minimum }),
  }
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
  if (body.count('slop', 0) !== 0) {
    return failAt(
      `${body.path}.slop`,
      'the words before a prefix follow each other',
      'leave it out',
    )
  }
  const maxExpansions = body.count('max_expansions', DEFAULT_MAX_EXPANSIONS)
  return { mode: 'phrasePrefix', maxExpansions }
}
