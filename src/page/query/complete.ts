import { plainText, type Json } from '../api/exact-json.ts'
import { fieldName, valueClause } from './clause.ts'
import type { FieldFacts } from './field-facts.ts'

/** What stands at the cursor of a query that is being written, however unfinished it is. */
export interface Place {
  /** `clause`: a field or an operator may stand here; `value`: one of `field`. */
  readonly kind: 'clause' | 'value'
  /** The field as a path; empty for a clause. */
  readonly field: string
  /** What a suggestion takes the place of. */
  readonly start: number
  readonly end: number
  /** What was typed up to the cursor, without quotes and escapes. */
  readonly typed: string
  /** Whether a clause stands before, so that an operator may follow. */
  readonly follows: boolean
}

export interface Suggestion {
  readonly insert: string
  readonly label: string
  /** The type of a field, the meaning of an operator. */
  readonly detail: string
}

/** Undefined where nothing can be suggested: inside a range or a regex. */
export function placeAt(text: string, cursor: number): Place | undefined {
  let at = 0
  let follows = false
  /** Of an open `field:(` or `field: IN [`. */
  let scope = ''
  for (;;) {
    at = spacesEnd(text, at)
    if (/[()[\]]/.test(text[at] ?? '') && at < cursor) {
      if (/[)\]]/.test(text[at] ?? '')) scope = ''
      follows = /[)\]]/.test(text[at] ?? '')
      at++
      continue
    }
    if (/[+-]/.test(text[at] ?? '') && at < cursor) at++
    const name = NAME.exec(text.slice(at))?.[0]
    const colon = name === undefined ? -1 : at + name.length
    if (colon < 0 || colon > cursor) {
      if (scope !== '') {
        const found = valueAt(text, at, { cursor, field: scope, follows })
        if (found.place !== undefined || found.end >= cursor) return found.place
        at = found.end
        continue
      }
      const found = wordAt(text, at, { cursor, follows })
      if (found.place !== undefined || found.end >= cursor) return found.place
      follows = !OPERATORS.has(text.slice(at, found.end))
      at = found.end
      continue
    }
    const field = unescaped(text.slice(at, colon - 1).trimEnd())
    at = spacesEnd(text, colon)
    const set = /^(?:IN\s*\[|\()/.exec(text.slice(at))?.[0]
    if (set !== undefined && at + set.length <= cursor) {
      scope = field
      follows = false
      at += set.length
      continue
    }
    const found = valueAt(text, Math.min(at, cursor), { cursor, field, follows })
    if (found.place !== undefined || found.end >= cursor) return found.place
    follows = true
    at = found.end
  }
}

const OPERATORS = new Set(['AND', 'OR', 'NOT'])
const NAME = /^(?:\\[^]|[^\s+^`:{}"'[\]()!\\*])+\s*:/

interface Reading {
  readonly cursor: number
  readonly follows: boolean
}

interface Found {
  readonly end: number
  readonly place: Place | undefined
}

function spacesEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && (text[at] ?? '').trim() === '') at++
  return at
}

/** A word that names no field, or does not yet. */
function wordAt(text: string, at: number, { cursor, follows }: Reading): Found {
  // The spaces before it are before the cursor or after it: a word begins where the cursor stands.
  if (at > cursor) return { end: at, place: clausePlace(cursor, cursor, '', follows) }
  const quote = text[at]
  if (quote === '"' || quote === "'") return { end: quotedEnd(text, at), place: undefined }
  if (quote === '/') return { end: wordEnd(text, at), place: undefined }
  const end = wordEnd(text, at)
  if (end < cursor) return { end, place: undefined }
  return { end, place: clausePlace(at, end, unescaped(text.slice(at, cursor)), follows) }
}

function clausePlace(start: number, end: number, typed: string, follows: boolean): Place {
  return { kind: 'clause', field: '', start, end, typed, follows }
}

function valueAt(
  text: string,
  at: number,
  { cursor, field, follows }: Reading & { readonly field: string },
): Found {
  const first = text[at] ?? ''
  if (first === '[' || first === '{' || first === '<' || first === '>') {
    const close = first === '[' || first === '{' ? /[\]}]/ : /\s|\)/
    const length = text.slice(at + 1).search(close)
    return { end: length < 0 ? text.length : at + 1 + length + 1, place: undefined }
  }
  const isQuoted = first === '"' || first === "'"
  const end = isQuoted ? quotedEnd(text, at) : wordEnd(text, at)
  if (end < cursor) return { end, place: undefined }
  const isClosed = isQuoted && end === cursor && end > at + 1 && text[end - 1] === first
  if (isClosed) return { end, place: undefined }
  const typed = unescaped(text.slice(isQuoted ? at + 1 : at, Math.max(at, cursor)))
  return { end, place: { kind: 'value', field, start: at, end, typed, follows } }
}

/** Past the quote that closes, or the end of the text where none does. */
function quotedEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== text[start]) at += text[at] === '\\' ? 2 : 1
  return Math.min(at + 1, text.length)
}

function wordEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && !/[\s()[\]]/.test(text[at] ?? '')) at += text[at] === '\\' ? 2 : 1
  return Math.min(at, text.length)
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([^.])/g, '$1')
}

const OPERATOR_WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ['AND', 'both'],
  ['OR', 'one or both'],
  ['NOT', 'not what follows'],
]

const MAX_SUGGESTIONS = 50

/** Fields and operators, those that begin as what was typed first. */
export function clauseSuggestions(place: Place, fields: readonly FieldFacts[]): Suggestion[] {
  const named = fields.flatMap((field) => {
    const name = fieldName(field.path)
    return name === undefined ? [] : [{ insert: `${name}:`, label: field.path, detail: field.type }]
  })
  const words = OPERATOR_WORDS.filter(([word]) => place.follows || word === 'NOT').map(
    ([word, meaning]) => ({ insert: `${word} `, label: word, detail: meaning }),
  )
  return place.typed === ''
    ? cut([...words, ...named])
    : cut(ranked(place.typed, [...named, ...words]))
}

/** Values of a field, in the order in which they are given where nothing was typed. */
export function valueSuggestions(
  place: Place,
  field: FieldFacts,
  values: readonly Json[],
): Suggestion[] {
  const name = fieldName(field.path)
  if (name === undefined) return []
  const suggested = values.flatMap((value) => {
    const clause = valueClause(field, value)
    if (clause === undefined) return []
    const insert = `${clause.slice(name.length + 1)} `
    return [{ insert, label: plainText(value), detail: '' }]
  })
  return cut(ranked(place.typed, suggested))
}

function cut(suggestions: readonly Suggestion[]): Suggestion[] {
  return suggestions.slice(0, MAX_SUGGESTIONS)
}

/** At the beginning, at the beginning of a part, anywhere; what does not contain it is left out. */
function ranked(typed: string, suggestions: readonly Suggestion[]): Suggestion[] {
  const wanted = typed.toLowerCase()
  if (wanted === '') return [...suggestions]
  const rankOf = ({ label }: Suggestion): number => {
    const text = label.toLowerCase()
    if (text.startsWith(wanted)) return 0
    const place = text.indexOf(wanted)
    if (place < 0) return 3
    return /[\W_]/.test(text[place - 1] ?? '') ? 1 : 2
  }
  return suggestions
    .map((suggestion) => ({ suggestion, rank: rankOf(suggestion) }))
    .filter(({ rank }) => rank < 3)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ suggestion }) => suggestion)
}

/** The query with a suggestion in its place, and where the cursor then stands. */
export function completed(
  text: string,
  place: Place,
  { insert }: Suggestion,
): { readonly text: string; readonly cursor: number } {
  const rest = text.slice(place.end)
  // A space that is there already is not doubled.
  const put = insert.endsWith(' ') && rest.startsWith(' ') ? insert.slice(0, -1) : insert
  const cursor = place.start + put.length + (put === insert ? 0 : 1)
  return { text: text.slice(0, place.start) + put + rest, cursor }
}
