import type { JsonObject, JsonValue } from '../bytes/json.ts'
import type { FieldRef, TypedValue } from '../schema/value-type.ts'
import type { PositionedTerm, Query, RangeBound } from '../query/query.ts'

/** A bound query as JSON: equal text means the same query. Terms are hex. */
export function describeQuery(query: Query): JsonObject {
  switch (query.kind) {
    case 'matchAll':
    case 'matchNone':
      return { kind: query.kind }
    case 'bool':
      return {
        kind: 'bool',
        must: query.must.map(describeQuery),
        filter: query.filter.map(describeQuery),
        should: query.should.map(describeQuery),
        must_not: query.mustNot.map(describeQuery),
        minimum_should_match: query.minimumShouldMatch,
        ...(query.tieBreaker === undefined ? {} : { tie_breaker: query.tieBreaker }),
      }
    case 'boost':
      return { kind: 'boost', boost: query.boost, query: describeQuery(query.query) }
    case 'term':
      return { kind: 'term', field: field(query.field), term: hex(query.term) }
    case 'termSet':
      return { kind: 'term_set', field: field(query.field), terms: query.terms.map(hex) }
    case 'phrase':
      return {
        kind: 'phrase',
        field: field(query.field),
        terms: query.terms.map(positioned),
        slop: query.slop,
      }
    case 'phrasePrefix':
      return {
        kind: 'phrase_prefix',
        field: field(query.field),
        terms: query.terms.map(positioned),
        prefix: positioned(query.prefix),
        max_expansions: query.maxExpansions,
      }
    case 'prefix':
      return { kind: 'prefix', field: field(query.field), prefix: hex(query.prefix) }
    case 'pattern':
      return {
        kind: 'pattern',
        field: field(query.field),
        pattern: query.pattern.source,
        literal_prefix: hex(query.pattern.literalPrefix),
      }
    case 'range':
      return {
        kind: 'range',
        field: field(query.field),
        lower: bound(query.lower),
        upper: bound(query.upper),
      }
    case 'columnTerm':
      return { kind: 'column_term', field: field(query.field), value: value(query.value) }
    case 'exists':
      return { kind: 'exists', path: query.path }
  }
}

function field({ path, type }: FieldRef): string {
  return `${path}:${type}`
}

function positioned({ term, position }: PositionedTerm): JsonObject {
  return { term: hex(term), position }
}

function bound(side: RangeBound | undefined): JsonValue {
  return side === undefined ? null : { value: value(side.value), inclusive: side.inclusive }
}

function value(typed: TypedValue): JsonValue {
  return typed instanceof Uint8Array ? hex(typed) : typed
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
