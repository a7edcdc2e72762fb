import type { QueryAst } from '../../engine/query/query-ast.ts'
import { plainPath } from './columns.ts'

/** Finds what made a document match in the text that is shown of it. */
export interface Highlighter {
  /** The text with each match painted. */
  mark(text: string, path: string): string
}

export const NO_HIGHLIGHT: Highlighter = { mark: (text) => text }

/** Part of a pattern, in a text of words. */
const WORD = '[\\p{L}\\p{N}]'
/** A longer text is shown unmarked: marking costs more than it helps. */
const MAX_MARKED_CHARS = 20_000

interface Needle {
  /** Undefined: the default fields. */
  readonly fields: readonly string[] | undefined
  readonly pattern: RegExp
}

/** Marks terms, phrases and prefixes of the query's positive clauses, as the default tokenizer cuts them. */
export function highlighterFor(
  ast: QueryAst,
  defaultFields: readonly string[],
  paint: (text: string) => string,
): Highlighter {
  const needles = needlesOf(ast)
  if (needles.length === 0) return NO_HIGHLIGHT
  const defaults = defaultFields.map(plainPath)
  return {
    mark(text, path) {
      if (text.length > MAX_MARKED_CHARS) return text
      const spans = needles
        .filter(({ fields }) => (fields ?? defaults).some((field) => covers(field, path)))
        .flatMap(({ pattern }) => [...text.matchAll(pattern)].map(spanOf))
      return paintSpans(text, merged(spans), paint)
    },
  }
}

function needlesOf(ast: QueryAst): Needle[] {
  switch (ast.kind) {
    case 'bool':
      return [...ast.must, ...ast.filter, ...ast.should].flatMap(needlesOf)
    case 'boost':
      return needlesOf(ast.query)
    case 'text': {
      const words = [...ast.text.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => match[0])
      const isPrefix = ast.match.mode === 'phrasePrefix' || ast.match.mode === 'boolPrefix'
      return needle(ast.fields, phrase(words, isPrefix ? `${WORD}*` : ''))
    }
    case 'term':
      return needle(ast.fields, escaped(ast.value))
    case 'termSet':
      return ast.values.flatMap((value) => needle(ast.fields, escaped(value)))
    case 'pattern':
      return ast.syntax === 'wildcard' ? needle(ast.fields, wildcard(ast.pattern)) : []
    case 'fuzzy':
    case 'range':
    case 'exists':
    case 'matchAll':
    case 'matchNone':
      return []
  }
}

function needle(fields: readonly string[] | undefined, source: string): Needle[] {
  if (source === '') return []
  const pattern = new RegExp(`(?<!${WORD})(?:${source})(?!${WORD})`, 'giu')
  return [{ fields: fields?.map(plainPath), pattern }]
}

function phrase(words: readonly string[], suffix: string): string {
  if (words.length === 0) return ''
  return words.map(escaped).join('[^\\p{L}\\p{N}]+') + suffix
}

/** A pattern that begins with a wildcard or is nothing but wildcards would mark everything. */
function wildcard(pattern: string): string {
  if (/^[*?]*$/.test(pattern)) return ''
  const parts = [...pattern.matchAll(/\\(.)|([*?])|([^\\*?]+)/gsu)].map(
    ([, literal, sign, plain]) => {
      if (sign !== undefined) return sign === '*' ? `${WORD}*` : WORD
      return escaped(literal ?? plain ?? '')
    },
  )
  return parts.join('')
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
}

/** A json or object field covers what is below it. */
function covers(field: string, path: string): boolean {
  return field === path || path.startsWith(`${field}.`)
}

type Span = readonly [start: number, end: number]

function spanOf(match: RegExpMatchArray): Span {
  const start = match.index ?? 0
  return [start, start + match[0].length]
}

function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = []
  for (const span of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1)
    if (last === undefined || span[0] > last[1]) out.push(span)
    else out[out.length - 1] = [last[0], Math.max(last[1], span[1])]
  }
  return out
}

function paintSpans(text: string, spans: readonly Span[], paint: (text: string) => string): string {
  let out = ''
  let at = 0
  for (const [start, end] of spans) {
    out += text.slice(at, start) + paint(text.slice(start, end))
    at = end
  }
  return out + text.slice(at)
}
