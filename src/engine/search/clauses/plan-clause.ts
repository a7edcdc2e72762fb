import type { FieldRef, TypedValue } from '../../schema/value-type.ts'
import { dateToNanos } from '../../dates/datetime.ts'
import { encodeTerm } from '../../schema/term.ts'
import type { Query, RangeBound, RangeQuery } from '../../query/query.ts'
import type { Column, OrdinalColumn } from '../../split/column.ts'
import { fieldKey, type SplitField, type SplitFooter } from '../../split/footer.ts'
import { ALL_DOCS, NO_DOCS } from '../doc-set.ts'
import { isNumeric, keyInterval, numberKeys, type ValueBound } from '../number-keys.ts'
import { BoolClause } from './bool-clause.ts'
import { BoostClause } from './boost-clause.ts'
import type { Clause } from './clause.ts'
import { ColumnClause } from './column-clause.ts'
import type { KeyInterval, ScannedKeys } from './column-scan.ts'
import { FixedClause } from './constant-clause.ts'
import { ExistsClause } from './exists-clause.ts'
import { PhraseClause } from './phrase-clause.ts'
import { TermClause } from './term-clause.ts'
import {
  patternStretch,
  prefixStretch,
  TermScanClause,
  TermSetClause,
  type TermStretch,
} from './terms-clause.ts'

/** The field whose terms are the paths that a document has. */
const PRESENCE_FIELD: FieldRef = { path: '_field_presence', type: 'str' }

/** The query as this split can answer it: a clause on a field that the split does not have matches
 *  nothing. `scored`: hits are sorted by score, so scoring data is read too. */
export function planClause(query: Query, footer: SplitFooter, scored: boolean): Clause {
  const plan = (part: Query): Clause => planClause(part, footer, scored)
  const unscored = (part: Query): Clause => planClause(part, footer, false)
  switch (query.kind) {
    case 'matchAll':
      return new FixedClause(ALL_DOCS)
    case 'matchNone':
      return new FixedClause(NO_DOCS)
    case 'bool':
      return new BoolClause({
        must: query.must.map(plan),
        filter: query.filter.map(unscored),
        should: query.should.map(plan),
        mustNot: query.mustNot.map(unscored),
        minimumShouldMatch: query.minimumShouldMatch,
        tieBreaker: query.tieBreaker,
      })
    case 'boost':
      return new BoostClause(plan(query.query), query.boost)
    case 'exists':
      return planExists(query.path, footer)
    case 'range':
      return planRange(query, footer)
    case 'columnTerm':
      return planColumnTerm(query.field, query.value, footer)
    case 'term':
    case 'termSet':
    case 'phrase':
    case 'phrasePrefix':
    case 'prefix':
    case 'pattern':
      return planTerms(query, footer, scored)
  }
}

type TermsQuery = Extract<
  Query,
  { kind: 'term' | 'termSet' | 'phrase' | 'phrasePrefix' | 'prefix' | 'pattern' }
>

function planTerms(query: TermsQuery, footer: SplitFooter, scored: boolean): Clause {
  const field = footer.fields.get(fieldKey(query.field))
  if (field?.terms === undefined) return new FixedClause(NO_DOCS)
  switch (query.kind) {
    case 'term':
      return new TermClause(field, query.term, scored)
    case 'termSet':
      return new TermSetClause(field, query.terms)
    case 'prefix':
      return new TermScanClause(field, prefixStretch(query.prefix))
    case 'pattern':
      return new TermScanClause(field, patternStretch(query.pattern))
    case 'phrase':
    case 'phrasePrefix':
      // This split was written before the field recorded positions.
      if (field.terms.record !== 'position') return new FixedClause(NO_DOCS)
      return new PhraseClause({
        field,
        scored,
        terms: query.terms,
        prefix: query.kind === 'phrasePrefix' ? query.prefix : undefined,
        maxExpansions: query.kind === 'phrasePrefix' ? query.maxExpansions : 0,
        slop: query.kind === 'phrase' ? query.slop : 0,
      })
  }
}

function planExists(path: string, footer: SplitFooter): Clause {
  const columns = [...footer.fields.values()].filter(
    (field) =>
      field.column !== undefined && (field.path === path || field.path.startsWith(`${path}.`)),
  )
  const presence = footer.fields.get(fieldKey(PRESENCE_FIELD))
  return new ExistsClause(columns, presence === undefined ? undefined : presentPath(presence, path))
}

/** The path itself or anything below it. */
function presentPath(presence: SplitField, path: string): Clause {
  const encoder = new TextEncoder()
  const should = [
    new TermClause(presence, encoder.encode(path), false),
    new TermScanClause(presence, prefixStretch(encoder.encode(`${path}.`))),
  ]
  return new BoolClause({ must: [], filter: [], should, mustNot: [], minimumShouldMatch: 1 })
}

function planRange(query: RangeQuery, footer: SplitFooter): Clause {
  const field = footer.fields.get(fieldKey(query.field))
  if (field?.column !== undefined) {
    return new ColumnClause(field, (column) => rangeInterval(column, query))
  }
  if (field?.terms === undefined) return new FixedClause(NO_DOCS)
  return new TermScanClause(field, rangeStretch(field, query))
}

function rangeInterval(
  column: Column,
  { lower, upper }: RangeQuery,
): { keys: ScannedKeys; interval: KeyInterval | undefined } {
  if (isNumeric(column)) {
    const keys = numberKeys(column)
    const bound = (side: RangeBound | undefined): ValueBound | undefined =>
      side === undefined
        ? undefined
        : { value: comparable(column.type, side.value), inclusive: side.inclusive }
    return { keys, interval: keyInterval(keys, bound(lower), bound(upper)) }
  }
  const low = lower === undefined ? 0 : ordinalFrom(column, lower)
  const high =
    upper === undefined
      ? Infinity
      : ordinalFrom(column, { value: upper.value, inclusive: !upper.inclusive }) - 1
  return {
    keys: { ...column, keys: column.values },
    interval: low <= high ? { low, high } : undefined,
  }
}

/** The first ordinal whose term is not below the bound. */
function ordinalFrom(column: OrdinalColumn, { value, inclusive }: RangeBound): number {
  const { ordinal, found } = column.dictionary.find(encodeTerm(column.type, value))
  return found && !inclusive ? ordinal + 1 : ordinal
}

/** A typed value as columns compare it: integers as bigint, dates in nanoseconds. */
function comparable(type: Column['type'], value: TypedValue): bigint | number {
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (type === 'date' && (typeof value === 'number' || typeof value === 'bigint')) {
    return dateToNanos(value)
  }
  return typeof value === 'bigint' || typeof value === 'number' ? value : Number.NaN
}

function rangeStretch(field: SplitField, { lower, upper }: RangeQuery): TermStretch {
  const low = lower === undefined ? undefined : encodeTerm(field.type, lower.value)
  const high = upper === undefined ? undefined : encodeTerm(field.type, upper.value)
  return {
    lower: low,
    upper: high,
    accepts(term) {
      if (low !== undefined && lower?.inclusive === false && Buffer.compare(term, low) <= 0)
        return false
      return !(high !== undefined && upper?.inclusive === false && Buffer.compare(term, high) >= 0)
    },
  }
}

function planColumnTerm(ref: FieldRef, value: TypedValue, footer: SplitFooter): Clause {
  const field = footer.fields.get(fieldKey(ref))
  if (field?.column === undefined) return new FixedClause(NO_DOCS)
  const bound = { value, inclusive: true }
  return new ColumnClause(field, (column) =>
    rangeInterval(column, { kind: 'range', field: ref, lower: bound, upper: bound }),
  )
}
