import { QwError } from '../errors.ts'
import type { ResolvedField } from '../schema/schema.ts'
import { encodeTerm } from '../schema/term.ts'
import type { ValueType } from '../schema/value-type.ts'
import { toLower } from '../text/token-filters.ts'
import type { CaseFolding } from './code-points.ts'
import { anyOf } from './combine.ts'
import { equals, holdsText, inNetwork, refOf, schemaError, termsOf } from './field-access.ts'
import { readingsOf, readLiteral, type Reading } from './literals.ts'
import { compileFuzzy } from './fuzzy-pattern.ts'
import type { FuzzyAst, PatternAst, TermAst, TermSetAst } from './query-ast.ts'
import type { Query } from './query.ts'
import { compileRegex, compileWildcard, parseWildcard } from './term-pattern.ts'

/** An exact, untokenised value on one field. */
export function bindTerm(ast: TermAst, field: ResolvedField): Query {
  if (ast.caseInsensitive && holdsText(field)) {
    const pattern = ast.value.replaceAll(/[\\*?]/g, String.raw`\$&`)
    return bindPattern({ ...ast, kind: 'pattern', syntax: 'wildcard', pattern }, field)
  }
  const network = inNetwork(field, ast.value)
  if (network !== undefined) return network
  return anyOf(exactReadings(field, ast.value).map((reading) => equals(field, reading)))
}

/** Any of several exact values on one field: one clause per type that the values can have, and one
 *  per network among addresses. */
export function bindTermSet(ast: TermSetAst, field: ResolvedField): Query {
  const networks: Query[] = []
  const readings: Reading[] = []
  for (const value of ast.values) {
    const network = inNetwork(field, value)
    if (network !== undefined) networks.push(network)
    else readings.push(...exactReadings(field, value))
  }
  if (!field.indexed) {
    return anyOf([...networks, ...readings.map((reading) => equals(field, reading))])
  }
  const byType = new Map<ValueType, Uint8Array[]>()
  for (const { type, value } of readings) {
    const terms = byType.get(type)
    if (terms === undefined) byType.set(type, [encodeTerm(type, value)])
    else terms.push(encodeTerm(type, value))
  }
  const sets = [...byType].map(([type, terms]): Query => ({
    kind: 'termSet',
    field: refOf(field, type),
    terms,
  }))
  return anyOf([...networks, ...sets])
}

function exactReadings(field: ResolvedField, value: string): Reading[] {
  if (field.type === 'str') return [{ type: 'str', value }]
  if (field.type === 'json') return [...readingsOf(field, value), { type: 'str', value }]
  return [{ type: field.type, value: readLiteral(field, field.type, value) }]
}

/** A wildcard or regex over the indexed tokens of one field. */
export function bindPattern(ast: PatternAst, field: ResolvedField): Query {
  const name = ast.syntax === 'regex' ? 'Regex' : 'Wildcard'
  if (!holdsText(field)) {
    throw schemaError(
      `trying to run a ${name} query on a non-text field (\`${field.path}\` is ${field.fieldType})`,
      'use a term or a range',
    )
  }
  const { lowercases } = termsOf(field).tokenizer
  const ref = refOf(field, 'str')
  if (ast.syntax === 'regex') {
    const folding = lowercases ? 'lowercaseTerms' : ast.caseInsensitive ? 'ignoreCase' : 'exact'
    return { kind: 'pattern', field: ref, pattern: compileRegex(ast.pattern, folding) }
  }
  const pattern = lowercases ? toLower(ast.pattern) : ast.pattern
  const folding = ast.caseInsensitive && !lowercases ? 'ignoreCase' : 'exact'
  return bindWildcard(ref, pattern, folding)
}

/** Indexed tokens near a word, which has their case where the tokenizer gives them one. */
export function bindFuzzy(ast: FuzzyAst, field: ResolvedField): Query {
  if (!holdsText(field)) {
    throw schemaError(
      `trying to run a Fuzzy query on a non-text field (\`${field.path}\` is ${field.fieldType})`,
      'use a term or a range',
    )
  }
  const { lowercases } = termsOf(field).tokenizer
  return fuzzyQuery(field, lowercases ? toLower(ast.value) : ast.value, ast)
}

/** Tokens near one that is written as they are. */
export function fuzzyQuery(
  field: ResolvedField,
  word: string,
  { distance, prefixLength }: Pick<FuzzyAst, 'distance' | 'prefixLength'>,
): Query {
  if (Buffer.byteLength(word) > MAX_FUZZY_BYTES) {
    throw new QwError('invalid', `a fuzzy word takes at most ${MAX_FUZZY_BYTES} bytes`, {
      code: 'QUERY-VALUE',
      fix: 'ask `prefix` with its beginning',
    })
  }
  const pattern = compileFuzzy(word, distance, prefixLength)
  return { kind: 'pattern', field: refOf(field, 'str'), pattern }
}

/** Longer words than anybody misspells. */
const MAX_FUZZY_BYTES = 255

/** Wildcards that are no more than a term or a prefix become one. */
function bindWildcard(
  field: ReturnType<typeof refOf>,
  source: string,
  folding: CaseFolding,
): Query {
  const parts = parseWildcard(source)
  const literalLength = parts.findIndex((part) => typeof part !== 'number')
  const literal = parts.filter((part) => typeof part === 'number')
  const bytes = encodeTerm('str', String.fromCodePoint(...literal.slice(0, 255)))
  const isShort = literal.length < 255 && folding === 'exact'
  if (isShort && literalLength === -1) return { kind: 'term', field, term: bytes }
  if (isShort && literalLength === parts.length - 1 && parts.at(-1) === 'anyRun') {
    return { kind: 'prefix', field, prefix: bytes }
  }
  return { kind: 'pattern', field, pattern: compileWildcard(source, folding) }
}
