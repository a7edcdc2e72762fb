import { ExactNumber, plainText, type Json } from '../api/exact-json.ts'
import { instantOf, rfc3339OfNs, unitNs } from '../time/instant.ts'
import type { FieldFacts } from './field-facts.ts'

/**
 * A clause of the query language for the documents in which `field` has `value`, a value as hits show
 * it. Undefined where there is none: objects, arrays, names that cannot be written, texts too long to
 * be indexed. Texts that are cut into words are found by their words; dates at the field's precision.
 */
export function valueClause(field: FieldFacts, value: Json): string | undefined {
  const name = fieldName(field.path)
  if (name === undefined) return undefined
  if (value === null) return undefined
  if (typeof value === 'object' && !(value instanceof ExactNumber)) return undefined
  const text = plainText(value)
  if (field.type === 'datetime') return dateClause(name, field, value)
  if (field.type === 'dynamic' && isRfc3339(value)) {
    return dateClause(name, { ...field, outputFormat: 'rfc3339' }, value)
  }
  if (field.type === 'bytes') return bytesClause(name, field, text)
  const written = typeof value === 'string' ? writtenText(field, text) : writtenNumber(text)
  return written === undefined ? undefined : `${name}:${written}`
}

/** Documents that have the field at all. */
export function existsClause(path: string): string | undefined {
  const name = fieldName(path)
  return name === undefined ? undefined : `${name}:*`
}

/** The name as the query language takes it; undefined for one that it cannot take. */
export function fieldName(path: string): string | undefined {
  if (path === '' || path.startsWith('-')) return undefined
  // Only a plain space can be escaped, and white space around a name is passed over.
  if (/[^\S ]/.test(path) || path.trim() !== path) return undefined
  return path.replaceAll(/[+^`:{}"'[\]()!\\* ]/g, '\\$&').replaceAll('\\\\.', '\\.')
}

/** Longer texts are no terms and stand in no column. */
const MAX_TERM_BYTES = 255
/** Words that need no quotes anywhere. */
const PLAIN = /^[A-Za-z0-9_][\w.@-]*$/
const RESERVED = new Set(['AND', 'OR', 'NOT', 'IN', 'TO'])

function writtenText(field: FieldFacts, text: string): string | undefined {
  if (field.text === 'whole') {
    if (text === '' || new TextEncoder().encode(text).length > MAX_TERM_BYTES) return undefined
  } else if (text.trim() === '') return undefined
  if (PLAIN.test(text) && !RESERVED.has(text)) return text
  const quote = field.text === 'words' && isText(field) ? "'" : '"'
  return quote + text.replaceAll(/["'\\]/g, '\\$&') + quote
}

function isText({ type }: FieldFacts): boolean {
  return type === 'text' || type === 'dynamic'
}

/** Numbers and booleans: a minus may stand before digits. */
function writtenNumber(text: string): string {
  return /^-?[\w.]+$/.test(text) ? text : `"${text}"`
}

function isRfc3339(value: Json): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/i.test(value)
}

/** What is shown stands for as long as its last digit: a second where seconds are shown. */
function dateClause(name: string, field: FieldFacts, value: Json): string | undefined {
  const startNs = instantOf(value, field.outputFormat)
  if (startNs === undefined) return undefined
  const start = rfc3339OfNs(startNs)
  // A range needs a column. Terms are whole seconds.
  if (!field.fast) return `${name}:"${start}"`
  return `${name}:[${start} TO ${rfc3339OfNs(startNs + unitNs(field.outputFormat) - 1n)}]`
}

function bytesClause(name: string, field: FieldFacts, text: string): string | undefined {
  if (text === '') return undefined
  return `${name}:"${field.outputFormat === 'hex' ? '' : '!'}${text}"`
}
