import { QwError } from '../errors.ts'
import { boundDate, boundRounding, type BoundDates } from './bound-date.ts'
import { emptyBool, joinOperands, NodeIds, type Operand } from './bool-ast.ts'
import {
  DEFAULT_MAX_EXPANSIONS,
  MAX_QUERY_CHARS,
  MAX_QUERY_CLAUSES,
  MAX_QUERY_DEPTH,
  MAX_SET_VALUES,
} from './limits.ts'
import type {
  DefaultOperator,
  LeafFields,
  QueryAst,
  RangeBoundAst,
  TextMatch,
} from './query-ast.ts'
import { isSpace, QueryScanner } from './query-scanner.ts'

interface QueryStringOptions {
  /** How clauses that stand side by side are joined: `and` natively, `or` in the Elasticsearch dialect. */
  readonly defaultOperator: DefaultOperator
  /** Fields of clauses that name none; undefined: left to the binder. */
  readonly defaultFields?: readonly string[] | undefined
  /** Clauses on unknown fields match nothing instead of failing. */
  readonly lenient?: boolean | undefined
  /** Bounds of ranges may be date maths, or local times; undefined: they mean what they say. */
  readonly dates?: BoundDates | undefined
}

/**
 * Throws `invalid` with code QUERY-SYNTAX and the position of the offending character, `tooLarge`
 * past a limit of limits.ts. Blank text and `*` match everything.
 */
export function parseQueryString(text: string, options: QueryStringOptions): QueryAst {
  if (text.length > MAX_QUERY_CHARS) {
    throw new QwError(
      'tooLarge',
      `the query has ${text.length} characters, ${MAX_QUERY_CHARS} are allowed`,
      {
        code: 'QUERY-LIMIT',
        fix: 'split it into several searches',
      },
    )
  }
  return new QueryStringParser(text, options).parse()
}

const RESERVED = new Set(['AND', 'OR', 'NOT', 'IN'])
const BOOST = /[0-9]+(\.[0-9]+)?/y
const SLOP = /[0-9]+/y
const NEGATIVE_NUMBER = /-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/y

/** Recursive descent; every level of recursion is counted against MAX_QUERY_DEPTH. */
class QueryStringParser {
  readonly #scanner: QueryScanner
  readonly #options: QueryStringOptions
  readonly #ids = new NodeIds()
  #depth = 0
  #clauseCount = 0

  constructor(text: string, options: QueryStringOptions) {
    this.#scanner = new QueryScanner(text)
    this.#options = options
  }

  parse(): QueryAst {
    this.#scanner.skipSpace()
    if (this.#scanner.atEnd) return { kind: 'matchAll' }
    const query = this.#chain(undefined)
    if (!this.#scanner.atEnd) this.#scanner.fail(this.#leftover())
    return query
  }

  #leftover(): string {
    const char = this.#scanner.peek()
    if (char === ')') return 'this `)` closes nothing'
    if (char === ':') return 'a colon inside a value must be quoted or written `\\:`'
    return `\`${char}\` cannot stand here: quote the value or escape it with \`\\\``
  }

  /** Operands up to `)` or the end. `scope` is the field of an enclosing `f:( … )`. */
  #chain(scope: string | undefined): QueryAst {
    const scanner = this.#scanner
    const operands: Operand[] = []
    let operator: Operand['operator']
    for (;;) {
      operands.push({ operator, ...this.#operand(scope) })
      const spaced = scanner.skipSpace()
      if (scanner.atEnd || scanner.peek() === ')') break
      if (!spaced) scanner.fail(this.#leftover())
      operator = this.#operator()
    }
    return joinOperands(operands, this.#options.defaultOperator, this.#ids)
  }

  #operator(): Operand['operator'] {
    const scanner = this.#scanner
    const operator = scanner.accept('AND ') ? 'and' : scanner.accept('OR ') ? 'or' : undefined
    if (operator !== undefined) scanner.skipSpace()
    return operator
  }

  #operand(scope: string | undefined): Pick<Operand, 'sign' | 'query'> {
    const scanner = this.#scanner
    if (scanner.accept('+')) return { sign: 'must', query: this.#boosted(scope) }
    if (scanner.accept('-')) return { sign: 'mustNot', query: this.#boosted(scope) }
    if (this.#acceptNot()) return { sign: 'mustNot', query: this.#boosted(scope) }
    return { sign: undefined, query: this.#boosted(scope) }
  }

  #acceptNot(): boolean {
    if (!isSpace(this.#scanner.peek(3)) || !this.#scanner.accept('NOT')) return false
    this.#scanner.skipSpace()
    return true
  }

  #boosted(scope: string | undefined): QueryAst {
    const scanner = this.#scanner
    const query = this.#leaf(scope)
    if (!scanner.accept('^')) return query
    const boost = Number(scanner.match(BOOST) ?? scanner.fail('`^` needs a positive number'))
    if (scanner.peek() === '^') scanner.fail('a clause takes one boost')
    return boost === 1 ? query : { kind: 'boost', query, boost }
  }

  #leaf(scope: string | undefined): QueryAst {
    const scanner = this.#scanner
    if (this.#acceptNot()) {
      return this.#nested(() => emptyBool({ mustNot: [this.#leaf(scope)] }))
    }
    const start = scanner.position
    const field = scanner.fieldName() ?? scope
    if (scanner.peek() === '(') return this.#group(field)
    this.#clauseCount++
    if (this.#clauseCount > MAX_QUERY_CLAUSES) {
      throw new QwError('tooLarge', `the query has more than ${MAX_QUERY_CLAUSES} clauses`, {
        code: 'QUERY-LIMIT',
        position: start,
        fix: 'use a set, `field: IN [a b c]`, or split the search',
      })
    }
    return this.#value(field, start)
  }

  #group(field: string | undefined): QueryAst {
    const scanner = this.#scanner
    const start = scanner.position
    scanner.advance()
    scanner.skipSpace()
    if (scanner.peek() === ')') scanner.fail('these parentheses are empty')
    const query = this.#nested(() => this.#chain(field))
    if (!scanner.accept(')')) scanner.fail('this `(` is never closed', start)
    return query
  }

  #nested(parse: () => QueryAst): QueryAst {
    this.#depth++
    if (this.#depth > MAX_QUERY_DEPTH) {
      throw new QwError('tooLarge', `the query is nested deeper than ${MAX_QUERY_DEPTH} levels`, {
        code: 'QUERY-LIMIT',
        position: this.#scanner.position,
        fix: 'remove parentheses that change nothing',
      })
    }
    const query = parse()
    this.#depth--
    return query
  }

  #value(field: string | undefined, start: number): QueryAst {
    const scanner = this.#scanner
    const char = scanner.peek()
    if (char === '"' || char === "'") return this.#quoted(field, char)
    if (char === '*' && (scanner.leafEndsAt(1) || scanner.peek(1) === '^')) {
      scanner.advance()
      if (field === undefined) return { kind: 'matchAll' }
      return { kind: 'exists', field, lenient: this.#options.lenient ?? false }
    }
    if (char === '[' || char === '{') return this.#bracketRange(field)
    if (char === '<' || char === '>') return this.#comparison(field)
    if (char === '/') {
      const pattern = scanner.regex()
      if (pattern !== undefined) return this.#pattern(field, 'regex', pattern)
    }
    if (this.#acceptIn()) return this.#set(field)
    return this.#word(field, start)
  }

  #leafFields(field: string | undefined): LeafFields {
    const fields = field === undefined ? this.#options.defaultFields : [field]
    return { fields, lenient: this.#options.lenient ?? false }
  }

  #text(field: string | undefined, text: string, match: TextMatch): QueryAst {
    return { kind: 'text', ...this.#leafFields(field), text, match, zeroTerms: 'none' }
  }

  #pattern(field: string | undefined, syntax: 'wildcard' | 'regex', pattern: string): QueryAst {
    const caseInsensitive = false
    return { kind: 'pattern', ...this.#leafFields(field), syntax, pattern, caseInsensitive }
  }

  #word(field: string | undefined, start: number): QueryAst {
    const scanner = this.#scanner
    const wordStart = scanner.position
    if (scanner.peek() === '-') return this.#text(field, this.#negativeNumber(), { mode: 'words' })
    const word = scanner.word()
    if (scanner.position === wordStart) this.#noValue(field)
    if (word.plain && RESERVED.has(word.text)) {
      const reason = `\`${word.text}\` is an operator: quote it to search for the word`
      scanner.fail(reason, field === undefined ? start : wordStart, word.text.length)
    }
    if (word.wildcard !== undefined) return this.#pattern(field, 'wildcard', word.wildcard)
    return this.#text(field, word.text, { mode: 'words' })
  }

  #noValue(field: string | undefined): never {
    const scanner = this.#scanner
    const wanted =
      field === undefined ? 'a clause is missing' : `the field \`${field}\` has no value`
    const next = scanner.atEnd ? 'the query ends here' : `\`${scanner.peek()}\` cannot start one`
    return scanner.fail(`${wanted}: ${next}`)
  }

  #negativeNumber(): string {
    const scanner = this.#scanner
    return (
      scanner.match(NEGATIVE_NUMBER) ?? scanner.fail('a value that starts with `-` must be quoted')
    )
  }

  #quoted(field: string | undefined, quote: string): QueryAst {
    const scanner = this.#scanner
    const text = scanner.quoted(quote)
    if (scanner.accept('*')) {
      return this.#text(field, text, {
        mode: 'phrasePrefix',
        maxExpansions: DEFAULT_MAX_EXPANSIONS,
      })
    }
    let slop = 0
    if (scanner.accept('~')) {
      slop = Number(scanner.match(SLOP) ?? scanner.fail('`~` needs a whole number'))
      if (slop > 0xffff_ffff) scanner.fail('this slop is too large')
    }
    return this.#text(field, text, quote === '"' ? { mode: 'phrase', slop } : { mode: 'all' })
  }

  #acceptIn(): boolean {
    const scanner = this.#scanner
    const start = scanner.position
    if (!scanner.accept('IN')) return false
    scanner.skipSpace()
    if (scanner.accept('[')) return true
    scanner.rewind(start)
    return false
  }

  #set(field: string | undefined): QueryAst {
    const scanner = this.#scanner
    const start = scanner.position - 1
    const values = new Set<string>()
    for (;;) {
      const spaced = scanner.skipSpace()
      if (scanner.accept(']')) break
      if (scanner.atEnd) scanner.fail('this `[` is never closed', start)
      if (values.size > 0 && !spaced) scanner.fail('values of a set are separated by spaces')
      values.add(this.#setValue())
      if (values.size > MAX_SET_VALUES) {
        throw new QwError('tooLarge', `a set takes at most ${MAX_SET_VALUES} values`, {
          code: 'QUERY-LIMIT',
          position: start,
          fix: 'split it into several searches',
        })
      }
    }
    return { kind: 'termSet', ...this.#leafFields(field), values: [...values] }
  }

  #setValue(): string {
    const scanner = this.#scanner
    const char = scanner.peek()
    if (char === '"' || char === "'") return scanner.quoted(char)
    if (char === '-') return this.#negativeNumber()
    const start = scanner.position
    const word = scanner.word()
    if (scanner.position === start) scanner.fail(`\`${char}\` cannot start a value of a set`)
    if (word.plain && RESERVED.has(word.text)) {
      scanner.fail(`\`${word.text}\` must be quoted in a set`, start, word.text.length)
    }
    return word.text
  }

  #comparison(field: string | undefined): QueryAst {
    const scanner = this.#scanner
    const isLower = scanner.accept('>')
    if (!isLower) scanner.accept('<')
    const inclusive = scanner.accept('=')
    scanner.skipSpace()
    const bound = this.#sideBound(isLower ? 'lower' : 'upper', this.#bound(), inclusive)
    return {
      kind: 'range',
      ...this.#leafFields(field),
      lower: isLower ? bound : undefined,
      upper: isLower ? undefined : bound,
    }
  }

  #bracketRange(field: string | undefined): QueryAst {
    const scanner = this.#scanner
    const lowerInclusive = scanner.accept('[')
    if (!lowerInclusive) scanner.accept('{')
    scanner.skipSpace()
    const lower = this.#bound()
    const spaced = scanner.skipSpace()
    if (!spaced || !scanner.accept('TO') || !scanner.skipSpace()) {
      scanner.fail('a range is written `[a TO b]`, with spaces around `TO`')
    }
    const upper = this.#bound()
    scanner.skipSpace()
    const upperInclusive = scanner.accept(']')
    if (!upperInclusive && !scanner.accept('}')) scanner.fail('a range ends with `]` or `}`')
    const bound = (side: 'lower' | 'upper', value: string, inclusive: boolean) =>
      value === '*' ? undefined : this.#sideBound(side, value, inclusive)
    return {
      kind: 'range',
      ...this.#leafFields(field),
      lower: bound('lower', lower, lowerInclusive),
      upper: bound('upper', upper, upperInclusive),
    }
  }

  #sideBound(side: 'lower' | 'upper', value: string, inclusive: boolean): RangeBoundAst {
    const { dates } = this.#options
    if (dates === undefined) return { value, inclusive }
    const fail = (reason: string): never => this.#scanner.fail(reason)
    const date = boundDate(value, dates, boundRounding(side, inclusive), fail)
    return date === undefined ? { value, inclusive } : { value, date, inclusive }
  }

  #bound(): string {
    const scanner = this.#scanner
    const bound = scanner.bound()
    if (bound !== '') return bound
    if (scanner.peek() === '"') return scanner.fail('range bounds are never quoted')
    return scanner.fail('a range bound is missing')
  }
}
