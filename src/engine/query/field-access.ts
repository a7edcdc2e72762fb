import { QwError } from '../errors.ts'
import { dateToSeconds } from '../dates/datetime.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import type { ResolvedField } from '../schema/schema.ts'
import { parseIpNetwork } from '../schema/ip.ts'
import { encodeTerm } from '../schema/term.ts'
import type { FieldRef, ValueType } from '../schema/value-type.ts'
import { normalizeText } from '../text/normalizer.ts'
import { MATCH_NONE } from './combine.ts'
import type { Reading } from './literals.ts'
import type { Query } from './query.ts'

export function refOf(field: ResolvedField, type: ValueType): FieldRef {
  return { path: field.path, type }
}

/** Documents with exactly this value, by the inverted index, or by the column where there is none. */
export function equals(field: ResolvedField, { type, value }: Reading): Query {
  const ref = refOf(field, type)
  if (field.indexed) return { kind: 'term', field: ref, term: encodeTerm(type, value) }
  if (field.column === undefined) throw notSearchable(field)
  if (type === 'date' && (typeof value === 'number' || typeof value === 'bigint')) {
    const startMs = dateToSeconds(value) * 1000
    return {
      kind: 'range',
      field: ref,
      lower: { value: startMs, inclusive: true },
      upper: { value: startMs + 1000, inclusive: false },
    }
  }
  if (typeof value !== 'string') return { kind: 'columnTerm', field: ref, value }
  const normalized = normalizeText(value, field.column.normalizer)
  if (normalized === undefined) return MATCH_NONE
  return { kind: 'columnTerm', field: ref, value: normalized }
}

/** The addresses of a network such as `10.0.0.0/8`; undefined when the field holds no addresses or the
 *  text is no network. */
export function inNetwork(field: ResolvedField, text: string): Query | undefined {
  const network = field.type === 'ip' ? parseIpNetwork(text) : undefined
  if (network === undefined) return undefined
  if (!field.indexed && field.column === undefined) throw notSearchable(field)
  return {
    kind: 'range',
    field: refOf(field, 'ip'),
    lower: { value: network.first, inclusive: true },
    upper: { value: network.last, inclusive: true },
  }
}

/** How the field's texts are indexed. Throws `invalid` (QUERY-SCHEMA) when they are not. */
export function termsOf(field: ResolvedField): TermOptions {
  if (!field.indexed || field.terms === undefined) throw notSearchable(field)
  return field.terms
}

/** Whether values of the field can be texts. */
export function holdsText(field: ResolvedField): boolean {
  return field.type === 'str' || field.type === 'json'
}

export function notSearchable(field: ResolvedField): QwError {
  const what = holdsText(field) ? 'full-text searchable' : 'searchable'
  return schemaError(
    `field \`${field.path}\` is not ${what}`,
    'set `indexed: true` in the index config and index the documents again',
  )
}

export function schemaError(reason: string, fix: string): QwError {
  return new QwError('invalid', `query is incompatible with schema: ${reason}`, {
    code: 'QUERY-SCHEMA',
    fix,
  })
}
