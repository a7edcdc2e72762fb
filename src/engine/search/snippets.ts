import { elementAt } from '../bytes/element-at.ts'
import { unknownField } from '../schema/nearest.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { Schema } from '../schema/schema.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { matchesWildcard } from '../text/wildcard.ts'
import type { TermFrequency } from './leaf-request.ts'
import type { Highlight } from './request.ts'

/** How fragments are cut and marked. */
export interface SnippetStyle {
  /** What stands before and after a match. */
  readonly marks: readonly [before: string, after: string]
  /** Whether the text comes out as HTML. */
  readonly escapesHtml: boolean
  /** Characters of one fragment. A text that is no longer is shown whole where fragments are counted. */
  readonly maxChars: number
  /** The best fragment of each value, or so many of all values together; 0: every value whole. */
  readonly fragments: number | 'onePerValue'
  /** Best first, instead of as they stand in the text. */
  readonly bestFirst: boolean
  /** Marks the words of the query wherever they were asked for. */
  readonly marksAllTerms: boolean
}

const PLAIN_SNIPPETS: SnippetStyle = {
  marks: ['<b>', '</b>'],
  escapesHtml: true,
  maxChars: 150,
  fragments: 'onePerValue',
  bestFirst: false,
  marksAllTerms: false,
}

/** What snippets of one field need. */
export interface SnippetField {
  readonly name: string
  /** Names from the document's root. */
  readonly steps: readonly string[]
  readonly tokenizer: Tokenizer
  readonly style: SnippetStyle
}

/** Throws `invalid` for a field that does not exist, is not text or is not stored. */
export function snippetFields(schema: Schema, names: readonly string[]): SnippetField[] {
  return names.map((name) => {
    const field = snippetField(schema, name, PLAIN_SNIPPETS)
    if (field !== undefined) return field
    if (schema.resolve(name) === undefined) throw unknownField(name, schema)
    throw new QwError(
      'invalid',
      `snippet field \`${name}\` must be an indexed and stored text field`,
    )
  })
}

/** Fields by name, and by pattern those that the query asks for words; without an index there are none. */
export function highlightFields(
  schema: Schema | undefined,
  highlights: readonly Highlight[],
  weights: TermWeights,
): SnippetField[] {
  const found = new Map<string, SnippetField>()
  for (const { pattern, style } of schema === undefined ? [] : highlights) {
    const names = pattern.includes('*')
      ? [...weights.keys()].filter((path) => matchesWildcard(path, pattern))
      : [pattern]
    for (const name of names) {
      const field = schema === undefined ? undefined : snippetField(schema, name, style)
      if (field !== undefined && !found.has(name)) found.set(name, field)
    }
  }
  return [...found.values()]
}

/** Undefined for a field that holds no text, or none that is kept. */
function snippetField(schema: Schema, name: string, style: SnippetStyle): SnippetField | undefined {
  const field = schema.resolve(name)
  const isText = field?.type === 'str' || field?.type === 'json'
  if (field?.terms === undefined || !isText || !field.stored) return undefined
  const steps = field.path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
  return { name, steps, tokenizer: field.terms.tokenizer, style }
}

/** By path, then by term: rare terms weigh more. */
type TermWeights = ReadonlyMap<string, ReadonlyMap<string, number>>

/** How much each term of the query weighs, by path: rare terms more. */
export function snippetWeights(terms: readonly TermFrequency[]): Map<string, Map<string, number>> {
  const frequencies = new Map<string, Map<string, number>>()
  const decoder = new TextDecoder()
  for (const { path, term, docCount } of terms) {
    const ofPath = frequencies.get(path) ?? new Map<string, number>()
    const text = decoder.decode(term)
    ofPath.set(text, (ofPath.get(text) ?? 0) + docCount)
    frequencies.set(path, ofPath)
  }
  for (const ofPath of frequencies.values()) {
    for (const [text, docCount] of ofPath) ofPath.set(text, 1 / (1 + docCount))
  }
  return frequencies
}

/** Fragments of the field's values that have any of the terms. */
export function makeSnippets(
  document: JsonObject,
  { name, steps, tokenizer, style }: SnippetField,
  weightsByPath: TermWeights,
): string[] {
  const weights = style.marksAllTerms
    ? new Map([...weightsByPath.values()].flatMap((ofPath) => [...ofPath]))
    : (weightsByPath.get(name) ?? new Map<string, number>())
  const texts = textsAt(document, steps)
  if (style.fragments === 'onePerValue') {
    return texts.flatMap((text) => {
      const fragments = fragmentsOf(text, tokenizer, weights, style.maxChars)
      const [best] = fragments.toSorted((a, b) => b.score - a.score)
      return best === undefined ? [] : [printFragment(text, best, style)]
    })
  }
  const maxChars = style.fragments === 0 ? Infinity : style.maxChars
  const all = texts.flatMap((text) =>
    fragmentsOf(text, tokenizer, weights, maxChars).map((fragment) => ({
      text,
      fragment: text.length > maxChars ? fragment : { ...fragment, start: 0, end: text.length },
    })),
  )
  const ranked = all.toSorted((a, b) => b.fragment.score - a.fragment.score)
  const best = ranked.slice(0, style.fragments === 0 ? undefined : style.fragments)
  const shown = style.bestFirst ? best : all.filter((one) => best.includes(one))
  return shown.map(({ text, fragment }) => printFragment(text, fragment, style))
}

function textsAt(value: JsonValue | undefined, steps: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsAt(item, steps))
  const [step, ...rest] = steps
  if (step === undefined) return typeof value === 'string' ? [value] : []
  return isJsonObject(value) && Object.hasOwn(value, step) ? textsAt(value[step], rest) : []
}

interface Fragment {
  readonly start: number
  end: number
  score: number
  readonly seen: Set<string>
  readonly marks: { start: number; end: number }[]
}

/** Runs of whole tokens with a term in them, weighed by their distinct terms, as they stand in the text. */
// oxlint-disable-next-line max-params -- a text, how it is read and how it is cut
function fragmentsOf(
  text: string,
  tokenizer: Tokenizer,
  weights: ReadonlyMap<string, number>,
  maxChars: number,
): Fragment[] {
  if (weights.size === 0) return []
  const tokens = newTokenBuffer()
  tokenizer.tokenize(text, tokens)
  const fragments: Fragment[] = []
  let current: Fragment | undefined
  for (let i = 0; i < tokens.count; i++) {
    const start = elementAt(tokens.starts, i)
    const end = elementAt(tokens.ends, i)
    if (current === undefined || end - current.start > maxChars) {
      current = { start, end, score: 0, seen: new Set(), marks: [] }
      fragments.push(current)
    }
    current.end = end
    const term = elementAt(tokens.terms, i)
    const weight = weights.get(term)
    if (weight === undefined || end - start > maxChars) continue
    current.marks.push({ start, end })
    if (!current.seen.has(term)) current.score += weight
    current.seen.add(term)
  }
  return fragments.filter(({ marks }) => marks.length > 0)
}

function printFragment(
  text: string,
  { start, end, marks }: Fragment,
  { marks: [before, after], escapesHtml }: SnippetStyle,
): string {
  const shown = (from: number, to: number): string =>
    escapesHtml ? escapeHtml(text.slice(from, to)) : text.slice(from, to)
  let out = ''
  let at = start
  for (const mark of marks) {
    if (mark.start < at) continue
    out += `${shown(at, mark.start)}${before}${shown(mark.start, mark.end)}${after}`
    at = mark.end
  }
  return out + shown(at, end)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
