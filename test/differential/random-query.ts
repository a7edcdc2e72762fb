import type { Query } from '../../src/engine/query/query.ts'
import type { FieldKind, ModelDoc, ModelField, ModelValue } from './model.ts'
import type { Choices } from './random.ts'

/** A query as text and as what it means, worked out from the document alone. */
export interface ModelQuery {
  readonly text: string
  matches(doc: ModelDoc): boolean
}

/** Makes a query that binds to one kind of clause; undefined where the field has none of it. */
type QueryMaker = (field: ModelField, context: QueryContext) => ModelQuery | undefined

interface QueryContext {
  readonly fields: readonly ModelField[]
  readonly choices: Choices
  /** How much deeper clauses may nest. */
  readonly depth: number
}

/** A clause of the engine that nobody models does not compile. */
const QUERY_MAKERS: Readonly<Record<Query['kind'], QueryMaker>> = {
  matchAll: () => ({ text: '*', matches: () => true }),
  matchNone: noneLeaf,
  bool: (_, { fields, choices, depth }) => randomBool(fields, choices, depth),
  boost: (_, { fields, choices, depth }) => {
    const query = randomQuery(fields, choices, depth - 1)
    return { ...query, text: `(${query.text})^${choices.of([0.5, 2, 3])}` }
  },
  term: (field, { choices }) => (field.indexed ? termLeaf(field, choices) : undefined),
  termSet: (field, { choices }) => setLeaf(field, choices),
  phrase: (field, { choices }) => phraseLeaf(field, choices, false),
  phrasePrefix: (field, { choices }) => phraseLeaf(field, choices, true),
  prefix: (field, { choices }) => prefixLeaf(field, choices),
  pattern: (field, { choices }) => wildcardLeaf(field, choices),
  range: (field, { choices }) =>
    field.kind === 'ip' && choices.chance(0.5)
      ? networkLeaf(field, choices)
      : rangeLeaf(field, choices),
  columnTerm: (field, { choices }) => (field.indexed ? undefined : termLeaf(field, choices)),
  exists: existsLeaf,
}

export const MODELLED_CLAUSES = Object.keys(QUERY_MAKERS)

/** How often each kind is tried, where more than others. */
const WEIGHTS: Partial<Record<Query['kind'], number>> = {
  term: 4,
  range: 3,
  columnTerm: 3,
  bool: 8,
}

const TRIED: readonly QueryMaker[] = Object.entries(QUERY_MAKERS).flatMap(([kind, make]) =>
  // Keys of the table above are kinds.
  Array.from({ length: WEIGHTS[kind as Query['kind']] ?? 1 }, () => make),
)

export function randomQuery(
  fields: readonly ModelField[],
  choices: Choices,
  depth = 2,
): ModelQuery {
  const context = { fields, choices, depth }
  for (;;) {
    const make = choices.of(TRIED)
    const nests = make === QUERY_MAKERS.bool || make === QUERY_MAKERS.boost
    const query = nests && depth === 0 ? undefined : make(choices.of(fields), context)
    if (query !== undefined) return query
  }
}

function noneLeaf(field: ModelField): ModelQuery | undefined {
  // No token is left of it.
  return field.kind === 'text' ? { text: `${field.path}:"--"`, matches: () => false } : undefined
}

function randomBool(fields: readonly ModelField[], choices: Choices, depth: number): ModelQuery {
  const parts = Array.from({ length: choices.between(1, 3) }, () =>
    randomQuery(fields, choices, depth - 1),
  )
  const texts = parts.map(({ text }) => `(${text})`)
  switch (choices.of(['and', 'or', 'not'])) {
    case 'and':
      return {
        text: texts.join(' AND '),
        matches: (doc) => parts.every((part) => part.matches(doc)),
      }
    case 'or':
      return { text: texts.join(' OR '), matches: (doc) => parts.some((part) => part.matches(doc)) }
    default: {
      const [first, ...rest] = parts
      return {
        text: [`NOT ${texts[0]!}`, ...texts.slice(1)].join(' AND '),
        matches: (doc) => !first!.matches(doc) && rest.every((part) => part.matches(doc)),
      }
    }
  }
}

/** Dictionary terms of dates are whole seconds, so that a range on them is not exact. */
function isRangeable({ kind, fast }: ModelField): boolean {
  return kind !== 'bool' && kind !== 'text' && kind !== 'open' && (fast || kind !== 'date')
}

function poolValue({ path, pool }: ModelField, choices: Choices): ModelValue {
  return path === 'id' ? choices.below(60) : choices.of(pool)
}

function valuesOf(doc: ModelDoc, { path }: ModelField): readonly ModelValue[] {
  return doc.get(path) ?? []
}

function quoted(value: ModelValue, kind: FieldKind): string {
  return `"${kind === 'date' ? new Date(Number(value)).toISOString() : String(value)}"`
}

function termLeaf(field: ModelField, choices: Choices): ModelQuery {
  const { path, kind } = field
  const value = poolValue(field, choices)
  if (kind === 'text') {
    const word = tokens(String(value))[0] ?? 'nothing'
    return {
      text: `${path}:${word}`,
      matches: (doc) => valuesOf(doc, field).some((text) => tokens(String(text)).includes(word)),
    }
  }
  const text = `${path}:${quoted(value, kind)}`
  if (kind === 'date') {
    // Dictionary terms are whole seconds; columns compare exactly.
    const seconds = Math.floor(Number(value) / 1000)
    const same = field.indexed
      ? (other: ModelValue): boolean => Math.floor(Number(other) / 1000) === seconds
      : (other: ModelValue): boolean => other === value
    return { text, matches: (doc) => valuesOf(doc, field).some(same) }
  }
  return {
    text,
    matches: (doc) => valuesOf(doc, field).some((other) => equals(other, value, kind)),
  }
}

/** On an open field `5` reads as number, string and so on: values of equal text are equal. */
function equals(a: ModelValue, b: ModelValue, kind: FieldKind): boolean {
  return kind === 'open'
    ? String(a) === String(b)
    : a === b || (typeof a !== 'string' && typeof b !== 'string' && a == b)
}

function setLeaf(field: ModelField, choices: Choices): ModelQuery | undefined {
  if (field.kind === 'text' || field.kind === 'date' || !field.indexed) return undefined
  const values = Array.from({ length: choices.between(1, 3) }, () => poolValue(field, choices))
  return {
    text: `${field.path}: IN [${values.map((value) => quoted(value, field.kind)).join(' ')}]`,
    matches: (doc) =>
      valuesOf(doc, field).some((a) => values.some((b) => equals(a, b, field.kind))),
  }
}

function existsLeaf(field: ModelField): ModelQuery | undefined {
  if (!field.fast && !field.presence) return undefined
  return { text: `${field.path}:*`, matches: (doc) => valuesOf(doc, field).length > 0 }
}

function rangeLeaf(field: ModelField, choices: Choices): ModelQuery | undefined {
  if (!isRangeable(field)) return undefined
  const bounds = [poolValue(field, choices), poolValue(field, choices)].sort((a, b) =>
    compare(a, b, field.kind),
  )
  const [low, high] = [bounds[0]!, bounds[1]!]
  const print = (value: ModelValue): string =>
    field.kind === 'date' ? new Date(Number(value)).toISOString() : String(value)
  if (print(low).includes(' ') || print(high).includes(' ')) return undefined
  const includesLow = choices.chance(0.5)
  const includesHigh = choices.chance(0.5)
  const isAbove = (v: ModelValue): boolean => {
    const order = compare(v, low, field.kind)
    return includesLow ? order >= 0 : order > 0
  }
  const isBelow = (v: ModelValue): boolean => {
    const order = compare(v, high, field.kind)
    return includesHigh ? order <= 0 : order < 0
  }
  const any = (test: (v: ModelValue) => boolean) => (doc: ModelDoc) =>
    valuesOf(doc, field).some(test)
  switch (choices.of(['both', 'low', 'high'])) {
    case 'low':
      return {
        text: `${field.path}:${includesLow ? '>=' : '>'}${print(low)}`,
        matches: any(isAbove),
      }
    case 'high':
      return {
        text: `${field.path}:${includesHigh ? '<=' : '<'}${print(high)}`,
        matches: any(isBelow),
      }
    default:
      return {
        text: `${field.path}:${includesLow ? '[' : '{'}${print(low)} TO ${print(high)}${includesHigh ? ']' : '}'}`,
        matches: any((v) => isAbove(v) && isBelow(v)),
      }
  }
}

/** A network around an address of the model, alone or in a set. */
function networkLeaf(field: ModelField, choices: Choices): ModelQuery {
  const address = String(poolValue(field, choices))
  const width = address.includes(':') ? 128 : 32
  const bits = choices.between(0, width)
  const network = `"${address}/${bits}"`
  const prefixOf = (value: ModelValue): bigint => ipNumber(String(value)) >> BigInt(width - bits)
  return {
    text: `${field.path}:${choices.chance(0.3) ? ` IN [${network}]` : network}`,
    matches: (doc) => valuesOf(doc, field).some((value) => prefixOf(value) === prefixOf(address)),
  }
}

/** In the order of the field's type. */
export function compare(a: ModelValue, b: ModelValue, kind: FieldKind): number {
  if (kind === 'ip') return compare(ipNumber(String(a)), ipNumber(String(b)), 'i64')
  return a < b ? -1 : a > b ? 1 : 0
}

/** The addresses that the model draws, as 128-bit numbers. */
export function ipNumber(text: string): bigint {
  if (text === '::1') return 1n
  if (text === '2001:db8::1') return (0x20010db8n << 96n) + 1n
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0xffffn)
}

export function tokens(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== '')
}

function phraseLeaf(
  field: ModelField,
  choices: Choices,
  isPrefix: boolean,
): ModelQuery | undefined {
  if (field.kind !== 'text') return undefined
  const words = tokens(String(poolValue(field, choices)))
  const start = choices.below(Math.max(1, words.length - 1))
  const phrase = words.slice(start, start + choices.between(2, 3))
  if (phrase.length < 2) return undefined
  const last = phrase.at(-1)!
  const shown = isPrefix
    ? [...phrase.slice(0, -1), last.slice(0, choices.between(1, last.length))]
    : phrase
  const fits = (token: string | undefined, at: number): boolean =>
    isPrefix && at === shown.length - 1
      ? token?.startsWith(shown[at]!) === true
      : token === shown[at]
  return {
    text: `${field.path}:"${shown.join(' ')}"${isPrefix ? '*' : ''}`,
    matches: (doc) =>
      valuesOf(doc, field).some((text) => {
        const list = tokens(String(text))
        return list.some((_, from) => shown.every((__, at) => fits(list[from + at], at)))
      }),
  }
}

function wildcardLeaf(field: ModelField, choices: Choices): ModelQuery | undefined {
  if (field.kind !== 'text') return undefined
  const word = choices.of(tokens(String(poolValue(field, choices))))
  if (word === undefined) return undefined
  const cut = choices.below(word.length + 1)
  const form = choices.of(['tail', 'head', 'one'] as const)
  const at = choices.below(word.length)
  const text = {
    tail: `${word.slice(0, cut)}*`,
    head: `*${word.slice(cut)}`,
    one: `${word.slice(0, at)}?${word.slice(at + 1)}`,
  }[form]
  const fits = (token: string): boolean => {
    if (form === 'tail') return token.startsWith(word.slice(0, cut))
    if (form === 'head') return token.endsWith(word.slice(cut))
    return (
      token.length === word.length &&
      token.startsWith(word.slice(0, at)) &&
      token.endsWith(word.slice(at + 1))
    )
  }
  if (text === '*') return undefined
  return {
    text: `${field.path}:${text}`,
    matches: (doc) => valuesOf(doc, field).some((value) => tokens(String(value)).some(fits)),
  }
}

function prefixLeaf(field: ModelField, choices: Choices): ModelQuery | undefined {
  if (field.kind !== 'raw' || !field.indexed) return undefined
  const value = String(poolValue(field, choices))
  const prefix = value.slice(0, choices.between(1, 3))
  if (!/^[A-Za-z0-9]+$/.test(prefix)) return undefined
  return {
    text: `${field.path}:${prefix}*`,
    matches: (doc) => valuesOf(doc, field).some((other) => String(other).startsWith(prefix)),
  }
}
