import { elementAt } from '../bytes/element-at.ts'
import { unknownField } from '../schema/nearest.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { Schema } from '../schema/schema.ts'
import { newTokenBuffer } from '../text/token-buffer.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import type { TermFrequency } from './leaf-request.ts'

/** Characters of one fragment. */
const SNIPPET_CHARS = 150

/** What snippets of one field need. */
export interface SnippetField {
  readonly name: string
  /** Names from the document's root. */
  readonly steps: readonly string[]
  readonly tokenizer: Tokenizer
}

/** Throws `invalid` for a field that does not exist, is not text or is not stored. */
export function snippetFields(schema: Schema, names: readonly string[]): SnippetField[] {
  return names.map((name) => {
    const field = schema.resolve(name)
    if (field === undefined) throw unknownField(name, schema)
    if (field.type !== 'str' || field.terms === undefined || !field.stored) {
      throw new QwError(
        'invalid',
        `snippet field \`${name}\` must be an indexed and stored text field`,
      )
    }
    const steps = field.path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'))
    return { name, steps, tokenizer: field.terms.tokenizer }
  })
}

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

/** One best fragment per value of the field that has any of the terms. */
export function makeSnippets(
  document: JsonObject,
  field: SnippetField,
  weights: ReadonlyMap<string, number>,
): string[] {
  return textsAt(document, field.steps).flatMap((text) => {
    const fragment = bestFragment(text, field.tokenizer, weights)
    return fragment === undefined ? [] : [printFragment(text, fragment)]
  })
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

/** Fragments are runs of whole tokens; the one whose distinct terms weigh most wins, the first of equals. */
function bestFragment(
  text: string,
  tokenizer: Tokenizer,
  weights: ReadonlyMap<string, number>,
): Fragment | undefined {
  const tokens = newTokenBuffer()
  tokenizer.tokenize(text, tokens)
  let best: Fragment | undefined
  let current: Fragment | undefined
  for (let i = 0; i < tokens.count; i++) {
    const start = elementAt(tokens.starts, i)
    const end = elementAt(tokens.ends, i)
    if (current === undefined || end - current.start > SNIPPET_CHARS) {
      current = { start, end, score: 0, seen: new Set(), marks: [] }
    }
    current.end = end
    const term = elementAt(tokens.terms, i)
    const weight = weights.get(term)
    if (weight === undefined || end - start > SNIPPET_CHARS) continue
    current.marks.push({ start, end })
    if (!current.seen.has(term)) current.score += weight
    current.seen.add(term)
    if (best === undefined || current.score > best.score) best = current
  }
  return best
}

function printFragment(text: string, { start, end, marks }: Fragment): string {
  let out = ''
  let at = start
  for (const mark of marks) {
    if (mark.start < at) continue
    out += `${escapeHtml(text.slice(at, mark.start))}<b>${escapeHtml(text.slice(mark.start, mark.end))}</b>`
    at = mark.end
  }
  return out + escapeHtml(text.slice(at, end))
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
