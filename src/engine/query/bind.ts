import { unknownField } from '../schema/nearest.ts'
import { QwError } from '../errors.ts'
import type { ResolvedField, Schema } from '../schema/schema.ts'
import { bindRange } from './bind-range.ts'
import { bindFuzzy, bindPattern, bindTerm, bindTermSet } from './bind-terms.ts'
import { bindText } from './bind-text.ts'
import { anyOf, combine, MATCH_ALL, MATCH_NONE } from './combine.ts'
import { MAX_QUERY_CLAUSES } from './limits.ts'
import type { BoolAst, LeafFields, QueryAst } from './query-ast.ts'
import type { Query } from './query.ts'

export interface BindOptions {
  /** Fields of clauses that name none; undefined: the index's default search fields. */
  readonly defaultFields?: readonly string[] | undefined
}

/**
 * Resolves fields, tokenises texts and types literals. Throws `invalid`: code QUERY-FIELD for unknown
 * fields (the nearest names in `fix`), QUERY-VALUE for literals that the type refuses, QUERY-SCHEMA
 * where the field is not indexed for the clause, QUERY-REGEX; `tooLarge` past a limit of limits.ts.
 *
 * Every bool it returns has a positive clause (`must`, `filter`, or `should` with
 * `minimumShouldMatch` of at least 1): a pure negation gets a `matchAll` filter.
 */
export function bindQuery(ast: QueryAst, schema: Schema, options: BindOptions = {}): Query {
  return new Binder(schema, options.defaultFields ?? schema.defaultSearchFields).bind(ast)
}

type LeafAst = Extract<QueryAst, LeafFields & { kind: unknown }>

class Binder {
  readonly #schema: Schema
  readonly #defaultFields: readonly string[]
  #clauseCount = 0

  constructor(schema: Schema, defaultFields: readonly string[]) {
    this.#schema = schema
    this.#defaultFields = defaultFields
  }

  bind(ast: QueryAst): Query {
    switch (ast.kind) {
      case 'matchAll':
        return MATCH_ALL
      case 'matchNone':
        return MATCH_NONE
      case 'bool':
        return this.#bool(ast)
      case 'boost':
        return this.#boost(ast)
      case 'exists':
        return this.#exists(ast)
      case 'text':
      case 'term':
      case 'termSet':
      case 'pattern':
      case 'fuzzy':
      case 'range':
        return this.#leaf(ast)
    }
  }

  #bool(ast: BoolAst): Query {
    const bindAll = (list: readonly QueryAst[]): Query[] => list.map((child) => this.bind(child))
    const { must, filter, should, mustNot } = ast
    const isAlone = must.length + filter.length === 0 && should.length > 0
    return combine({
      must: bindAll(must),
      filter: bindAll(filter),
      should: bindAll(should),
      mustNot: bindAll(mustNot),
      minimumShouldMatch: ast.minimumShouldMatch ?? (isAlone ? 1 : 0),
      tieBreaker: ast.tieBreaker,
    })
  }

  #boost(ast: Extract<QueryAst, { kind: 'boost' }>): Query {
    const query = this.bind(ast.query)
    return query.kind === 'matchNone' ? query : { kind: 'boost', query, boost: ast.boost }
  }

  #exists(ast: Extract<QueryAst, { kind: 'exists' }>): Query {
    this.#count()
    if (this.#schema.isObjectPath(ast.field)) return { kind: 'exists', path: ast.field }
    const field = this.#resolve(ast.field, ast.lenient)
    return field === undefined ? MATCH_NONE : { kind: 'exists', path: field.path }
  }

  #leaf(ast: LeafAst): Query {
    const queries = this.#fieldsOf(ast).map((path) => {
      this.#count()
      const field = this.#resolve(path, ast.lenient)
      return field === undefined ? MATCH_NONE : bindLeaf(ast, field, this.#schema)
    })
    return anyOf(queries)
  }

  /** The leaf's own fields, or the default ones where its kind may ask several. */
  #fieldsOf(ast: LeafAst): readonly string[] {
    if (ast.fields !== undefined) return ast.fields
    const fields = this.#defaultFields
    if (ast.kind === 'range' || (ast.kind === 'pattern' && ast.syntax === 'regex')) {
      const name = ast.kind === 'range' ? 'range' : 'regex'
      if (fields.length === 0) throw noField(`${name} query without field is not supported`)
      if (fields.length > 1) {
        throw noField(`${name} query with multiple fields is not supported`)
      }
    }
    if (fields.length > 0) return fields
    if (ast.kind === 'termSet') throw noField('set query need to target a specific field')
    throw noField('query requires a default search field and none was supplied')
  }

  #resolve(path: string, lenient: boolean): ResolvedField | undefined {
    const isSource = path === '_source' || path.startsWith('_source.')
    const field = isSource ? undefined : this.#schema.resolve(path)
    if (field !== undefined || lenient) return field
    throw unknownField(path, this.#schema)
  }

  #count(): void {
    this.#clauseCount++
    if (this.#clauseCount <= MAX_QUERY_CLAUSES) return
    throw new QwError('tooLarge', `the query has more than ${MAX_QUERY_CLAUSES} clauses`, {
      code: 'QUERY-LIMIT',
      fix: 'name fewer fields per clause, or use a set: `field: IN [a b c]`',
    })
  }
}

function bindLeaf(ast: LeafAst, field: ResolvedField, schema: Schema): Query {
  switch (ast.kind) {
    case 'text':
      return bindText(ast, field, (name) => schema.tokenizer(name))
    case 'term':
      return bindTerm(ast, field)
    case 'termSet':
      return bindTermSet(ast, field)
    case 'pattern':
      return bindPattern(ast, field)
    case 'fuzzy':
      return bindFuzzy(ast, field)
    case 'range':
      return bindRange(ast, field)
  }
}

function noField(message: string): QwError {
  return new QwError('invalid', message, {
    code: 'QUERY-FIELD',
    fix: 'name the field, as in `field:value`, or set `default_search_fields` in the index config',
  })
}
