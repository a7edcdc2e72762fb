import type { JsonValue } from '../../bytes/json.ts'
import type { QueryAst, TextMatch } from '../query-ast.ts'
import { emptyBool } from '../bool-ast.ts'
import { overFields, type WeightedField } from './boosted.ts'
import { DslObject, failAt, list, numberOf } from './dsl-object.ts'
import {
  anyOrAll,
  boolPrefix,
  phrase,
  phrasePrefix,
  textQuery,
  WORD_KEYS,
  WORD_OPTIONS,
} from './match.ts'

interface MatchKind {
  readonly keys: readonly string[]
  readonly others: readonly string[]
  readonly match: (body: DslObject) => TextMatch
}

const TEXT_KEYS = ['query', 'fields', 'type', 'lenient', 'analyzer', 'zero_terms_query']
const WORDS: MatchKind = { keys: WORD_KEYS, others: WORD_OPTIONS, match: anyOrAll }
const OTHERS = ['auto_generate_synonyms_phrase_query', 'cutoff_frequency']

const KINDS: ReadonlyMap<JsonValue, MatchKind> = new Map<JsonValue, MatchKind>([
  ['most_fields', WORDS],
  ['best_fields', WORDS],
  ['cross_fields', WORDS],
  ['phrase', { keys: ['slop'], others: OTHERS, match: phrase }],
  ['phrase_prefix', { keys: ['slop', 'max_expansions'], others: OTHERS, match: phrasePrefix }],
  ['bool_prefix', { ...WORDS, match: boolPrefix }],
])

export function parseMultiMatch(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path)
  const kind = KINDS.get(body.get('type') ?? 'most_fields')
  if (kind === undefined) {
    return failAt(`${path}.type`, `expected one of ${list([...KINDS.keys()].map(String))}`)
  }
  body.only([...TEXT_KEYS, 'tie_breaker', ...kind.keys], kind.others)
  const fields = parseFields(body.get('fields'), `${path}.fields`)
  const isLenient = body.flag('lenient', false)
  const leaf = (names: readonly string[]): QueryAst =>
    textQuery(names, body, kind.match(body), isLenient)
  const tieBreaker = tieBreakerOf(body)
  return tieBreaker === undefined ? overFields(fields, leaf) : bestOf(fields, leaf, tieBreaker)
}

/** Undefined: the scores of the fields add up, whichever the type. */
function tieBreakerOf(body: DslObject): number | undefined {
  if (body.get('tie_breaker') === undefined) return undefined
  const share = numberOf(body.get('tie_breaker'))
  if (share !== undefined && share >= 0 && share <= 1) return share
  return failAt(`${body.path}.tie_breaker`, 'expected a number from 0 to 1')
}

/** The best field counts, and a share of the others. */
function bestOf(
  fields: readonly WeightedField[],
  leaf: (names: readonly string[]) => QueryAst,
  tieBreaker: number,
): QueryAst {
  const should = fields.map((field) => overFields([field], leaf))
  return emptyBool({ should, minimumShouldMatch: 1, tieBreaker })
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
