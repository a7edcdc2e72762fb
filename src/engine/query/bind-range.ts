import { QwError } from '../errors.ts'
import { parseRfc3339, truncateDate } from '../dates/datetime.ts'
import type { ResolvedField } from '../schema/schema.ts'
import type { TypedValue } from '../schema/value-type.ts'
import { normalizeText } from '../text/normalizer.ts'
import { anyOf, MATCH_NONE } from './combine.ts'
import { refOf, schemaError } from './field-access.ts'
import { clip, LITERAL_HINTS, parseLiteral, readsDates, type LiteralType } from './literals.ts'
import {
  boundAmong,
  integerOf,
  parseNumericLiteral,
  wholeIfPossible,
  type NumericBound,
  type NumericType,
} from './numeric-literal.ts'
import type { RangeAst, RangeBoundAst } from './query-ast.ts'
import type { Query, RangeBound } from './query.ts'

/** Tokenizers that keep a whole value as one term, so that the dictionary is in value order. */
const WHOLE_VALUE_TOKENIZERS = new Set(['raw', 'raw_lowercase', 'lowercase'])

/**
 * A range on one field. Answered by the column; numbers, addresses and whole-value texts that are
 * indexed and not fast are answered by the term dictionary.
 */
export function bindRange(ast: RangeAst, field: ResolvedField): Query {
  switch (field.type) {
    case 'json':
      return bindJsonRange(ast, field)
    case 'str':
      if (!hasOrderedText(field)) throw needsFast(field)
      return textRange(ast, field) ?? mismatch(field, firstBound(ast))
    case 'bool':
    case 'bytes':
      throw schemaError(
        `range query on \`${field.type}\` field \`${field.path}\` forbidden`,
        'search for single values',
      )
    case 'date':
      // Terms hold whole seconds, which is less than the field's values.
      if (field.column === undefined) throw needsFast(field)
      return typedRange(ast, field, field.type)
    case 'i64':
    case 'u64':
    case 'f64':
    case 'ip':
      if (field.column === undefined && !field.indexed) throw needsFast(field)
      return typedRange(ast, field, field.type)
  }
}

function typedRange(ast: RangeAst, field: ResolvedField, type: LiteralType): Query {
  const side = (bound: RangeBoundAst | undefined): RangeBound | undefined => {
    if (bound === undefined) return undefined
    const value = typedBound(type, bound) ?? mismatch(field, bound)
    return { value: truncated(field, type, value), inclusive: bound.inclusive }
  }
  return {
    kind: 'range',
    field: refOf(field, type),
    lower: side(ast.lower),
    upper: side(ast.upper),
  }
}

function typedBound(type: LiteralType, bound: RangeBoundAst): TypedValue | undefined {
  const value = type === 'date' ? (bound.date ?? bound.value) : bound.value
  if (typeof value === 'string') return parseLiteral(type, value)
  if (typeof value === 'boolean') return undefined
  if (type === 'f64') return Number(value)
  if (type === 'date') return parseLiteral(type, String(value))
  if (type !== 'i64' && type !== 'u64') return undefined
  const whole = typeof value === 'bigint' ? value : wholeIfPossible(value)
  return typeof whole === 'bigint' ? integerOf(type, whole) : undefined
}

/** Columns hold dates at their precision; bounds are cut alike. */
function truncated(field: ResolvedField, type: LiteralType, value: TypedValue): TypedValue {
  const isDate = type === 'date' && (typeof value === 'number' || typeof value === 'bigint')
  return isDate ? truncateDate(value, field.column?.precisionNs ?? 1) : value
}

/** Undefined when a bound is no text. */
function textRange(ast: RangeAst, field: ResolvedField): Query | undefined {
  const side = (bound: RangeBoundAst | undefined): RangeBound | undefined => {
    if (typeof bound?.value !== 'string') return undefined
    return { value: normalizedBound(field, bound.value), inclusive: bound.inclusive }
  }
  const isText = [ast.lower, ast.upper].every((b) => b === undefined || typeof b.value === 'string')
  if (!isText) return undefined
  return {
    kind: 'range',
    field: refOf(field, 'str'),
    lower: side(ast.lower),
    upper: side(ast.upper),
  }
}

function normalizedBound(field: ResolvedField, text: string): string {
  const lowercases = field.terms?.tokenizer.lowercases === true
  const normalizer = field.column?.normalizer ?? (lowercases ? 'lowercase' : 'raw')
  const normalized = normalizeText(text, normalizer)
  if (normalized !== undefined) return normalized
  throw new QwError('invalid', `a range bound for field \`${field.path}\` is too long`, {
    code: 'QUERY-VALUE',
    fix: 'longer texts are in no column: shorten the bound',
  })
}

function hasOrderedText(field: ResolvedField): boolean {
  if (field.column !== undefined) return true
  return field.indexed && WHOLE_VALUE_TOKENIZERS.has(field.terms?.tokenizer.name ?? '')
}

/**
 * Numbers of every type, dates and texts, whichever the bounds can be read as. Without a column,
 * texts cut into tokens have no order: the clause then asks numbers alone, or fails if there are none.
 */
function bindJsonRange(asWritten: RangeAst, field: ResolvedField): Query {
  const ast = { ...asWritten, lower: asDate(asWritten.lower), upper: asDate(asWritten.upper) }
  if (field.column === undefined && !field.indexed) throw needsFast(field)
  const queries = [...numericRanges(ast, field), ...dateRanges(ast, field)]
  const text = hasOrderedText(field) ? textRange(ast, field) : undefined
  if (text !== undefined) queries.push(text)
  const [bound] = [ast.lower, ast.upper].filter((side) => side !== undefined)
  if (queries.length === 0 && typeof bound?.value === 'boolean') mismatch(field, bound)
  if (queries.length === 0) throw needsFast(field)
  return anyOf(queries)
}

/** Date maths means a date here: as a text it would come after every date. */
function asDate(bound: RangeBoundAst | undefined): RangeBoundAst | undefined {
  return bound?.date === undefined ? bound : { ...bound, value: bound.date }
}

const NUMERIC_TYPES: readonly NumericType[] = ['i64', 'u64', 'f64']

function numericRanges(ast: RangeAst, field: ResolvedField): Query[] {
  const lower = numericBound(ast.lower)
  const upper = numericBound(ast.upper)
  if (lower === 'unreadable' || upper === 'unreadable') return []
  return NUMERIC_TYPES.map((type): Query => {
    const from = lower && boundAmong(type, 'lower', lower)
    const to = upper && boundAmong(type, 'upper', upper)
    if (from?.kind === 'none' || to?.kind === 'none') return MATCH_NONE
    return {
      kind: 'range',
      field: refOf(field, type),
      lower: from?.kind === 'bound' ? from : undefined,
      upper: to?.kind === 'bound' ? to : undefined,
    }
  })
}

function numericBound(bound: RangeBoundAst | undefined): NumericBound | undefined | 'unreadable' {
  if (bound === undefined) return undefined
  const { value, inclusive } = bound
  if (typeof value === 'boolean') return 'unreadable'
  const literal =
    typeof value === 'string'
      ? parseNumericLiteral(value)
      : typeof value === 'number'
        ? wholeIfPossible(value)
        : value
  return literal === undefined ? 'unreadable' : { value: literal, inclusive }
}

function dateRanges(ast: RangeAst, field: ResolvedField): Query[] {
  if (!readsDates(field)) return []
  const lower = dateBound(ast.lower, field)
  const upper = dateBound(ast.upper, field)
  if (lower === 'unreadable' || upper === 'unreadable') return []
  if (field.column === undefined) {
    if (lower === undefined && upper === undefined) return []
    throw needsFast(field)
  }
  return [{ kind: 'range', field: refOf(field, 'date'), lower, upper }]
}

function dateBound(
  bound: RangeBoundAst | undefined,
  field: ResolvedField,
): RangeBound | undefined | 'unreadable' {
  if (bound === undefined) return undefined
  const date = typeof bound.value === 'string' ? parseRfc3339(bound.value) : undefined
  if (date === undefined) return 'unreadable'
  return { value: truncated(field, 'date', date), inclusive: bound.inclusive }
}

function firstBound(ast: RangeAst): RangeBoundAst {
  return ast.lower ?? ast.upper ?? { value: '*', inclusive: true }
}

function mismatch(field: ResolvedField, { value }: RangeBoundAst): never {
  const message = `expected \`${field.fieldType}\` boundary for field \`${field.path}\`, got \`${clip(String(value))}\``
  const isLiteral = field.type !== 'json' && field.type !== 'str'
  const fix = isLiteral ? LITERAL_HINTS[field.type] : 'write the bound as a string'
  throw new QwError('invalid', message, { code: 'QUERY-VALUE', fix })
}

function needsFast(field: ResolvedField): QwError {
  return schemaError(
    `range queries need a fast field, and \`${field.path}\` (${field.fieldType}) is not one`,
    'set `fast: true` on the field and index the documents again',
  )
}
