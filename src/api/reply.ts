import { stringifyJson, type JsonValue } from '../engine/bytes/json.ts'
import { QwError } from '../engine/errors.ts'
import { heldResponse } from './held-response.ts'

export type JsonStyle = 'json' | 'pretty_json'

export const JSON_STYLES = ['json', 'pretty_json'] as const

/** Characters of all documents of one answer: a Node string ends at 2^29, and so must memory. */
export const MAX_DOCUMENT_CHARS = 1 << 28

/** A JSON response with the body given as text, so that numbers pass through unchanged. */
export function jsonText(
  text: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return heldResponse(text, {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

export function jsonReply(value: JsonValue, style: JsonStyle, status = 200): Response {
  const text = stringifyJson(value)
  return jsonText(style === 'json' ? text : indentJson(text), status)
}

/** `[a,b,c]` of JSON texts. Throws `tooLarge` (RESP-TOO-BIG) before the text would not fit. */
export function jsonArrayText(documents: readonly string[]): string {
  let chars = 0
  for (const document of documents) chars += document.length
  if (chars > MAX_DOCUMENT_CHARS) {
    throw new QwError('tooLarge', `the hits have ${chars} characters, over ${MAX_DOCUMENT_CHARS}`, {
      code: 'RESP-TOO-BIG',
      fix: 'ask for fewer hits and read on page by page',
    })
  }
  return `[${documents.join(',')}]`
}

/** JSON text with two-space indentation; strings and numbers are copied as they are written. */
export function indentJson(text: string): string {
  let out = ''
  let line = '\n'
  let justOpened = false
  for (let at = 0; at < text.length;) {
    const end = tokenEnd(text, at)
    const token = text.slice(at, end)
    at = end
    if (BLANK.test(token)) continue
    const isClose = token === '}' || token === ']'
    if (isClose) line = line.slice(0, -2)
    // A line starts after an opening bracket and before a closing one, but not between the two.
    if (justOpened !== isClose) out += line
    justOpened = token === '{' || token === '['
    if (justOpened) line += '  '
    out += token === ',' ? token + line : token === ':' ? ': ' : token
  }
  return out
}

const BLANK = /^[ \t\r\n]$/
const PUNCTUATION = /[[\]{},:" \t\r\n]/g
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Strings are searched for their end, not matched: a regular expression's stack has an end too. */
function tokenEnd(text: string, start: number): number {
  if (text.charCodeAt(start) === QUOTE) {
    for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
      let backslashes = 0
      while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
      if (backslashes % 2 === 0) return end + 1
    }
    return text.length
  }
  PUNCTUATION.lastIndex = start
  const next = PUNCTUATION.exec(text)?.index ?? text.length
  return next === start ? start + 1 : next
}
