import { isQwError, type QwError } from '../../errors.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import { buildSchema, type Schema } from '../../schema/schema.ts'
import { decodeTerm } from '../../schema/term.ts'
import { bindQuery, type BindOptions } from '../bind.ts'
import { parseQueryString } from '../query-string.ts'
import type { Query } from '../query.ts'

const FIELDS = `
    - { name: title, type: text, record: position }
    - { name: body, type: text }
    - { name: key, type: text, tokenizer: raw, fast: true }
    - { name: low, type: text, tokenizer: lowercase }
    - { name: column, type: text, indexed: false, fast: { normalizer: lowercase } }
    - { name: hidden, type: text, indexed: false }
    - { name: count, type: u64 }
    - { name: delta, type: i64, fast: true }
    - { name: price, type: f64, fast: true }
    - { name: ok, type: bool, fast: true }
    - { name: addr, type: ip }
    - { name: ts, type: datetime, fast: true, fast_precision: milliseconds }
    - { name: seen, type: datetime }
    - { name: coarse, type: datetime, indexed: false, fast: true }
    - { name: blob, type: bytes, fast: true }
    - { name: data, type: json, fast: true }
    - { name: slow, type: json }
    - { name: words, type: json, tokenizer: default }
    - { name: everything, type: concatenate, concatenate_fields: [title, count] }
    - name: nested
      type: object
      field_mappings: [{ name: leaf, type: u64 }]
`

/** The fields above under a mapping mode; `defaultFields` are those of clauses that name none. */
export function schemaOf(mode: string, defaultFields: readonly string[] = []): Schema {
  return buildSchema(
    parseIndexConfig(`
version: 0.9
index_id: test-index
doc_mapping:
  mode: ${mode}
  timestamp_field: ts
  field_mappings: ${FIELDS}
search_settings: { default_search_fields: [${defaultFields.join(', ')}] }
`),
  )
}

export const strict = schemaOf('strict', ['body'])
export const dynamic = schemaOf('dynamic', ['body'])

/** Parses in the native grammar and binds. */
export function bind(text: string, schema = strict, options: BindOptions = {}): Query {
  return bindQuery(parseQueryString(text, { defaultOperator: 'and' }), schema, options)
}

/** A query as text: terms decoded, one word per part. */
export function show(query: Query): string {
  switch (query.kind) {
    case 'matchAll':
    case 'matchNone':
      return query.kind
    case 'exists':
      return `exists(${query.path})`
    case 'boost':
      return `${show(query.query)}^${query.boost}`
    case 'term':
      return `${ref(query)}=${decode(query.field.type, query.term)}`
    case 'termSet':
      return `${ref(query)} in ${query.terms.map((t) => decode(query.field.type, t)).join()}`
    case 'prefix':
      return `${ref(query)}=${decode('str', query.prefix)}*`
    case 'pattern':
      return `${ref(query)}~${query.pattern.source}`
    case 'phrase':
      return `${ref(query)}="${positions(query.terms)}"~${query.slop}`
    case 'phrasePrefix':
      return `${ref(query)}="${positions([...query.terms, query.prefix])}"*${query.maxExpansions}`
    case 'columnTerm':
      return `${ref(query)}==${String(query.value)}`
    case 'range': {
      const { lower, upper } = query
      const low = lower ? (lower.inclusive ? '[' : '{') + String(lower.value) : '['
      const high = upper ? String(upper.value) + (upper.inclusive ? ']' : '}') : ']'
      return `${ref(query)} ${low}..${high}`
    }
    case 'bool': {
      const list = (sign: string, queries: readonly Query[]): string[] =>
        queries.map((child) => sign + show(child))
      const parts = [
        ...list('+', query.must),
        ...list('#', query.filter),
        ...list('?', query.should),
        ...list('-', query.mustNot),
      ]
      return `(${parts.join(' ')})${query.minimumShouldMatch > 0 ? query.minimumShouldMatch : ''}`
    }
  }
}

function ref({ field }: { field: { path: string; type: string } }): string {
  return `${field.path}:${field.type}`
}

function decode(type: Parameters<typeof decodeTerm>[0], bytes: Uint8Array): string {
  return String(decodeTerm(type, bytes))
}

function positions(terms: readonly { term: Uint8Array; position: number }[]): string {
  return terms.map(({ term, position }) => `${decode('str', term)}@${position}`).join(' ')
}

/** The error that binding fails with; throws when there is none. */
export function failure(text: string, schema = strict, options: BindOptions = {}): QwError {
  try {
    bind(text, schema, options)
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error(`no error for ${text}`)
}
