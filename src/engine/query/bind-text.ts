import { elementAt } from '../bytes/element-at.ts'
import type { TermOptions } from '../schema/field-spec.ts'
import type { ResolvedField } from '../schema/schema.ts'
import { encodeTerm } from '../schema/term.ts'
import { QwError } from '../errors.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { fuzzyQuery } from './bind-terms.ts'
import { allOf, anyOf, combine, MATCH_ALL, MATCH_NONE } from './combine.ts'
import {
  equals,
  holdsText,
  inNetwork,
  notSearchable,
  refOf,
  schemaError,
  termsOf,
} from './field-access.ts'
import { clip, readingsOf, readLiteral } from './literals.ts'
import { minimumOf } from './minimum-match.ts'
import type { FuzzyWords, TextAst } from './query-ast.ts'
import type { PositionedTerm, Query } from './query.ts'

type TokenizerNames = (name: string) => Tokenizer | undefined

/** One text on one field: tokens of a text field, the literal of a typed one, every reading of json. */
export function bindText(
  ast: TextAst,
  fieldAsIndexed: ResolvedField,
  tokenizerNamed: TokenizerNames,
): Query {
  const field = asAnalyzed(ast, fieldAsIndexed, tokenizerNamed)
  const { mode } = ast.match
  const isPrefix = mode === 'phrasePrefix' || mode === 'boolPrefix'
  if (isPrefix && !holdsText(field)) {
    throw schemaError(
      `trying to run a PhrasePrefix query on a non-text field (\`${field.path}\` is ${field.fieldType})`,
      'use a term or a range',
    )
  }
  if (field.type === 'str') return bindWords(ast, field)
  if (field.type === 'json') {
    const readings = isPrefix ? [] : readingsOf(field, ast.text)
    // A date has to be quoted for its colons: it is found as a date where a phrase cannot be.
    const words =
      readings.length > 0 && isImpossiblePhrase(ast, field) ? [] : [bindWords(ast, field)]
    return anyOf([...readings.map((reading) => equals(field, reading)), ...words])
  }
  return (
    inNetwork(field, ast.text) ??
    equals(field, { type: field.type, value: readLiteral(field, field.type, ast.text) })
  )
}

/** The field as the text is read: by its own tokenizer, or by the one that the request names. */
function asAnalyzed(
  { analyzer }: TextAst,
  field: ResolvedField,
  tokenizerNamed: TokenizerNames,
): ResolvedField {
  const { terms } = field
  if (analyzer === undefined || terms === undefined) return field
  const tokenizer = tokenizerNamed(analyzer)
  if (tokenizer !== undefined) return { ...field, terms: { ...terms, tokenizer } }
  throw new QwError('invalid', `there is no analyzer \`${clip(analyzer)}\``, {
    code: 'QUERY-VALUE',
    fix: `leave \`analyzer\` out: the field’s own is \`${terms.tokenizer.name}\``,
  })
}

function isImpossiblePhrase({ match, text }: TextAst, field: ResolvedField): boolean {
  if (match.mode !== 'phrase' || !field.indexed || field.terms?.record === 'position') return false
  return tokenize(text, termsOf(field)).length > 1
}

function bindWords(ast: TextAst, field: ResolvedField): Query {
  const isPrefix = ast.match.mode === 'phrasePrefix' || ast.match.mode === 'boolPrefix'
  if (!field.indexed) {
    if (isPrefix) throw notSearchable(field)
    return equals(field, { type: 'str', value: ast.text })
  }
  const terms = termsOf(field)
  const tokens = tokenize(ast.text, terms)
  const [first] = tokens
  const last = tokens.at(-1)
  if (first === undefined || last === undefined) {
    return ast.zeroTerms === 'all' ? MATCH_ALL : MATCH_NONE
  }
  if (tokens.length === 1) return isPrefix ? prefixQuery(field, last) : wordQuery(ast, field, last)
  return bindSeveral(ast, field, tokens)
}

function bindSeveral(ast: TextAst, field: ResolvedField, tokens: readonly PositionedTerm[]): Query {
  const { match } = ast
  const hasPositions = field.terms?.record === 'position'
  const queries = tokens.map((token) => wordQuery(ast, field, token))
  switch (match.mode) {
    case 'all':
      return allOf(queries)
    case 'any':
      return someOf(queries, ast)
    case 'words':
      if (!hasPositions) return allOf(queries)
      return { kind: 'phrase', field: refOf(field, 'str'), terms: tokens, slop: 0 }
    case 'phrase':
      if (!hasPositions) throw noPositions(field)
      return { kind: 'phrase', field: refOf(field, 'str'), terms: tokens, slop: match.slop }
    case 'phrasePrefix': {
      if (!hasPositions) throw noPositions(field)
      const { maxExpansions } = match
      const [prefix, terms] = splitLast(tokens)
      return { kind: 'phrasePrefix', field: refOf(field, 'str'), terms, prefix, maxExpansions }
    }
    case 'boolPrefix': {
      const [prefix] = splitLast(tokens)
      const withPrefix = [...queries.slice(0, -1), prefixQuery(field, prefix)]
      return match.operator === 'and' ? allOf(withPrefix) : someOf(withPrefix, ast)
    }
  }
}

function someOf(queries: readonly Query[], { minimum }: TextAst): Query {
  const wanted = minimum === undefined ? undefined : minimumOf(minimum, queries.length)
  return combine({ should: queries, minimumShouldMatch: Math.max(wanted ?? 1, 1) })
}

/** One word of several, as it is or near enough. */
function wordQuery({ fuzzy }: TextAst, field: ResolvedField, token: PositionedTerm): Query {
  const word = new TextDecoder().decode(token.term)
  const distance = fuzzy === undefined ? 0 : distanceOf(fuzzy, word)
  if (fuzzy === undefined || distance === 0) return termQuery(field, token)
  return fuzzyQuery(field, word, { distance, prefixLength: fuzzy.prefixLength })
}

/** Changes that a word of this length may have. */
export function distanceOf({ distance }: FuzzyWords, word: string): 0 | 1 | 2 {
  if (typeof distance === 'number') return distance
  const { length } = Array.from(word)
  return length < distance.one ? 0 : length < distance.two ? 1 : 2
}

function splitLast(
  tokens: readonly PositionedTerm[],
): [last: PositionedTerm, others: PositionedTerm[]] {
  const last = tokens.at(-1) ?? { term: new Uint8Array(), position: 0 }
  return [last, tokens.slice(0, -1)]
}

function tokenize(text: string, { tokenizer }: TermOptions): PositionedTerm[] {
  const buffer = newTokenBuffer()
  tokenizer.tokenize(text, buffer)
  const [start = 0] = buffer.positions
  return Array.from({ length: buffer.count }, (_, i) => ({
    term: encodeTerm('str', elementAt(buffer.terms, i)),
    position: elementAt(buffer.positions, i) - start,
  }))
}

function termQuery(field: ResolvedField, { term }: PositionedTerm): Query {
  return { kind: 'term', field: refOf(field, 'str'), term }
}

function prefixQuery(field: ResolvedField, { term }: PositionedTerm): Query {
  return { kind: 'prefix', field: refOf(field, 'str'), prefix: term }
}

function noPositions(field: ResolvedField): Error {
  return schemaError(
    `Applied phrase query on field which does not have positions indexed (\`${field.path}\`)`,
    'set `record: position` on the field, or search the words without quotes',
  )
}
