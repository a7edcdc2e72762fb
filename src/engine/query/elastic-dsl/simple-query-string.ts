import type { JsonValue } from '../../bytes/json.ts'
import { emptyBool } from '../bool-ast.ts'
import { MAX_QUERY_CLAUSES, MAX_QUERY_DEPTH } from '../limits.ts'
import type { DefaultOperator, QueryAst, TextMatch } from '../query-ast.ts'
import { boosted, overFields, type WeightedField } from './boosted.ts'
import { DslObject, failAt } from './dsl-object.ts'
import { parseFields } from './multi-match.ts'

const KEYS = ['query', 'fields', 'default_operator', 'lenient', 'flags']
const OTHERS = [
  'analyze_wildcard',
  'auto_generate_synonyms_phrase_query',
  'fuzzy_max_expansions',
  'fuzzy_prefix_length',
  'fuzzy_transpositions',
  'quote_field_suffix',
]

/**
 * What people type into a search box: words, "phrases", prefix*, `+` (and), `|` (or), `-` (not) and
 * parentheses. Nothing in it is an error: a sign without operand says nothing.
 */
export function parseSimpleQueryString(value: JsonValue | undefined, path: string): QueryAst {
  const body = new DslObject(value, path).only(KEYS, OTHERS)
  if (body.get('flags') !== undefined && body.text('flags').toUpperCase() !== 'ALL') {
    return failAt(`${path}.flags`, 'only `ALL` is supported', 'quote what is no sign')
  }
  const fields = body.get('fields')
  const names = fields === undefined ? undefined : parseFields(fields, `${path}.fields`)
  const query = new SimpleParser(body.text('query'), path, {
    fields: names,
    lenient: body.flag('lenient', false),
    operator: body.operator('default_operator'),
  }).parse()
  return boosted(query, body)
}

interface SimpleSettings {
  readonly fields: readonly WeightedField[] | undefined
  readonly lenient: boolean
  readonly operator: DefaultOperator
}

/** A phrase, a sign, or a word up to the next of them; a backslash makes a character part of the word. */
const TOKEN = /"(?:\\.|[^"\\])*"|[+|()-]|(?:\\.|[^\s"+|()\\])(?:\\.|[^\s"|()\\])*/gs

class SimpleParser {
  readonly #tokens: readonly string[]
  readonly #path: string
  readonly #settings: SimpleSettings
  #at = 0

  constructor(text: string, path: string, settings: SimpleSettings) {
    this.#tokens = text.match(TOKEN) ?? []
    this.#path = path
    this.#settings = settings
    if (this.#tokens.length > MAX_QUERY_CLAUSES) failAt(path, 'has too many words')
  }

  parse(): QueryAst {
    let query = this.#chain(0)
    // A parenthesis that nothing opened says nothing either.
    while (this.#at < this.#tokens.length) {
      this.#at++
      const next = this.#chain(0)
      query = joined(query, next, this.#settings.operator)
    }
    return query ?? { kind: 'matchNone' }
  }

  /** Up to the end or a closing parenthesis, joined from left to right. */
  #chain(depth: number): QueryAst | undefined {
    if (depth > MAX_QUERY_DEPTH) return failAt(this.#path, 'is nested too deeply')
    let query: QueryAst | undefined
    let operator: DefaultOperator | undefined
    let isNegated = false
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at] ?? ''
      if (token === ')') break
      if (token === '+' || token === '|') {
        operator = token === '+' ? 'and' : 'or'
        continue
      }
      if (token === '-') {
        isNegated = !isNegated
        continue
      }
      const operand = token === '(' ? this.#group(depth) : this.#leaf(token)
      const own = isNegated && operand !== undefined ? emptyBool({ mustNot: [operand] }) : operand
      query = joined(query, own, operator ?? this.#settings.operator)
      operator = undefined
      isNegated = false
    }
    return query
  }

  #group(depth: number): QueryAst | undefined {
    this.#at++
    return this.#chain(depth + 1)
  }

  #leaf(token: string): QueryAst {
    const isPhrase = token.length > 1 && token.startsWith('"')
    const isPrefix = !isPhrase && /[^\\]\*$/s.test(token)
    const inner = isPhrase ? token.slice(1, -1) : isPrefix ? token.slice(0, -1) : token
    const match: TextMatch = isPhrase
      ? { mode: 'phrase', slop: 0 }
      : isPrefix
        ? { mode: 'boolPrefix', operator: 'and' }
        : { mode: 'all' }
    const { fields, lenient } = this.#settings
    const text = inner.replaceAll(/\\(.)/gs, '$1')
    const leaf = (names: readonly string[] | undefined): QueryAst => {
      return { kind: 'text', fields: names, lenient, text, match, zeroTerms: 'none' }
    }
    return fields === undefined ? leaf(undefined) : overFields(fields, leaf)
  }
}

function joined(
  left: QueryAst | undefined,
  right: QueryAst | undefined,
  operator: DefaultOperator,
): QueryAst | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return operator === 'and'
    ? emptyBool({ must: [left, right] })
    : emptyBool({ should: [left, right] })
}
