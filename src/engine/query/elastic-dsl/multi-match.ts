import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst, TextMatch } from '../query-ast.ts'
import { overFields, type WeightedField } from './boosted.ts'
import { DslObject, failAt, list } from './dsl-object.ts'
import { anyOrAll, boolPrefix, phrase, phrasePrefix, textQuery } from './match.ts'

interface MatchKind {
  readonly keys: readonly string[]
  readonly match: (body: DslObject) => TextMatch
}

const WORDS: MatchKind = { keys: ['operator', 'analyzer', 'zero_terms_query'], match: anyOrAll }
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
  const isLenient = body.flag('lenient', false)
  return overFields(fields, (names) => textQuery(names, body, kind.match(body), isLenient))
}

export function parseFields(value: JsonValue | undefined, path: string): WeightedField[] {
  const names = Array.isArray(value) ? value : value === undefined ? [] : [value]
  if (names.length === 0) return failAt(path, 'at least one field is required')
  return names.map((name) => {
    if (typeof name !== 'string') return failAt(path, 'expected field names')
    if (name.includes('*')) return failAt(path, '`*` is not supported in field names')
    const [, plain = name, weight = '1'] = /^(.+)\^(\d+(?:\.\d+)?)$/.exec(name) ?? []
    if (plain.includes('^')) return failAt(path, 'the weight after `^` is a number')
    return { name: plain, boost: Number(weight) }
  })
}
