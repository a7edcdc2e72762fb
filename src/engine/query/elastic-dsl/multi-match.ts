import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst, TextMatch } from '../query-ast.ts'
import { DslObject, failAt, list } from './dsl-object.ts'
import { anyOrAll, boolPrefix, phrase, phrasePrefix, textQuery } from './match.ts'

interface MatchKind {
  readonly keys: readonly string[]
  readonly match: (body: DslObject) => TextMatch
}

const WORDS: MatchKind = { keys: ['operator', 'zero_terms_query'], match: anyOrAll }
const PHRASE_KEYS = ['slop', 'analyzer', 'zero_terms_query']

const KINDS: ReadonlyMap<JsonValue, MatchKind> = new Map<JsonValue, MatchKind>([
  ['most_fields', WORDS],
  ['best_fields', WORDS],
  ['cross_fields', WORDS],
  ['phrase', { keys: PHRASE_KEYS, match: phrase }],
  ['phrase_prefix', { keys: [...PHRASE_KEYS, 'max_expansions'], match: phrasePrefix }],
  ['bool_prefix', { keys: WORDS.keys, match: boolPrefix }],
])

export function parseMultiMatch(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path)
  const kind = KINDS.get(body.get('type') ?? 'most_fields')
  if (kind === undefined) {
    return failAt(`${path}.type`, `expected one of ${list([...KINDS.keys()].map(String))}`)
  }
  body.only(['query', 'fields', 'type', 'lenient', ...kind.keys])
  const fields = parseFields(body.get('fields'), `${path}.fields`)
  return textQuery(fields, body, kind.match(body), false)
}

function parseFields(value: JsonValue | undefined, path: string): string[] {
  const names = Array.isArray(value) ? value : value === undefined ? [] : [value]
  if (names.length === 0) return failAt(path, 'at least one field is required')
  return names.map((name) => {
    if (typeof name !== 'string') return failAt(path, 'expected field names')
    if (/[\^*]/.test(name)) return failAt(path, '`^` and `*` are not supported in field names')
    return name
  })
}
