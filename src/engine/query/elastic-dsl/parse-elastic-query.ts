import type { JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import { MAX_QUERY_CLAUSES, MAX_QUERY_DEPTH } from '../limits.ts'
import type { QueryAst } from '../query-ast.ts'
import { parseBool, type ParseChild } from './bool.ts'
import { parseConstantScore, parseDisMax } from './compound.ts'
import { DslObject, failAt, list } from './dsl-object.ts'
import {
  parseMatch,
  parseMatchBoolPrefix,
  parseMatchPhrase,
  parseMatchPhrasePrefix,
} from './match.ts'
import { parseFuzzy } from './fuzzy.ts'
import { parseMultiMatch } from './multi-match.ts'
import { parseQueryStringClause } from './query-string-clause.ts'
import { parseRange } from './range.ts'
import { REFUSED_CLAUSES } from './refused-clauses.ts'
import { parseSimpleQueryString } from './simple-query-string.ts'
import {
  parseExists,
  parsePrefix,
  parseRegexp,
  parseTerm,
  parseTerms,
  parseWildcardClause,
} from './term-level.ts'
import { boosted } from './boosted.ts'

/** The `query` object of an Elasticsearch body. Throws `invalid` (QUERY-SYNTAX) naming the path of the
 *  offending key, `tooLarge` past a limit of limits.ts. */
export function parseElasticQuery(json: JsonValue, { nowMs, at }: ParseOptions = {}): QueryAst {
  const budget: Budget = { clauses: 0 }
  return parseClause(json, at ?? 'query', { budget, depth: 0, nowMs })
}

interface ParseOptions {
  /** What `now` is in date maths; undefined: it is refused. */
  readonly nowMs?: number | undefined
  /** Where the query stands, for messages. */
  readonly at?: string | undefined
}

interface Budget {
  clauses: number
}

interface Nesting {
  readonly budget: Budget
  readonly depth: number
  readonly nowMs: number | undefined
}

type ClauseParser = (
  value: JsonValue | undefined,
  path: string,
  nowMs: number | undefined,
) => QueryAst

const LEAVES: ReadonlyMap<string, ClauseParser> = new Map<string, ClauseParser>([
  ['exists', parseExists],
  ['fuzzy', parseFuzzy],
  ['match', parseMatch],
  ['match_all', parseMatchAll],
  ['match_bool_prefix', parseMatchBoolPrefix],
  ['match_none', parseMatchNone],
  ['match_phrase', parseMatchPhrase],
  ['match_phrase_prefix', parseMatchPhrasePrefix],
  ['multi_match', parseMultiMatch],
  ['prefix', parsePrefix],
  ['query_string', parseQueryStringClause],
  ['range', parseRange],
  ['regexp', parseRegexp],
  ['simple_query_string', parseSimpleQueryString],
  ['term', parseTerm],
  ['terms', parseTerms],
  ['wildcard', parseWildcardClause],
])

type CompoundParser = (
  value: JsonValue | undefined,
  path: string,
  parseChild: ParseChild,
) => QueryAst

const COMPOUNDS: ReadonlyMap<string, CompoundParser> = new Map<string, CompoundParser>([
  ['bool', parseBool],
  ['constant_score', parseConstantScore],
  ['dis_max', parseDisMax],
])

function parseClause(json: JsonValue | undefined, path: string, nesting: Nesting): QueryAst {
  const clause = new DslObject(json, path)
  const [type, second] = clause.keys
  if (type === undefined || second !== undefined) {
    return clause.fail('expected exactly one query type')
  }
  countClause(path, nesting)
  const below = `${path}.${type}`
  const compound = COMPOUNDS.get(type)
  if (compound !== undefined) {
    const deeper = { ...nesting, depth: nesting.depth + 1 }
    return compound(clause.get(type), below, (child, at) => parseClause(child, at, deeper))
  }
  const parse = LEAVES.get(type)
  if (parse !== undefined) return parse(clause.get(type), below, nesting.nowMs)
  const refused = REFUSED_CLAUSES.get(type)
  if (refused !== undefined) {
    return failAt(below, `\`${type}\` is not supported: ${refused.why}`, refused.fix)
  }
  const known = [...COMPOUNDS.keys(), ...LEAVES.keys()]
  return clause.fail(`unknown query type \`${type}\`, expected one of ${list(known)}`)
}

function countClause(path: string, { budget, depth }: Nesting): void {
  budget.clauses++
  if (depth > MAX_QUERY_DEPTH) {
    throw new QwError('tooLarge', `the query is nested deeper than ${MAX_QUERY_DEPTH} levels`, {
      code: 'QUERY-LIMIT',
      fix: 'remove bool clauses that change nothing',
    })
  }
  if (budget.clauses <= MAX_QUERY_CLAUSES) return
  const message = `the query has more than ${MAX_QUERY_CLAUSES} clauses (\`${path}\`)`
  throw new QwError('tooLarge', message, {
    code: 'QUERY-LIMIT',
    fix: 'use `terms`, or split the search',
  })
}

function parseMatchAll(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path).only([])
  return boosted({ kind: 'matchAll' }, body)
}

function parseMatchNone(value: JsonValue | undefined, path: string): QueryAst {
  if (value !== undefined) new DslObject(value, path).only([])
  return { kind: 'matchNone' }
}
