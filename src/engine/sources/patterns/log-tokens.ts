/** A token is what stands between two spaces, in double quotes, or in square brackets. */

const SPACE = 0x20
const QUOTE = 0x22
const OPEN = 0x5b
const BACKSLASH = 0x5c

/**
 * The tokens of an access log line, without their quotes or brackets. A quote ends a token only before
 * a space or the line's end, since some loggers write quotes inside as they are. Undefined when a quote
 * or bracket is never closed. Linear in the line's length.
 */
export function logTokens(line: string): string[] | undefined {
  const tokens: string[] = []
  let at = 0
  while (at < line.length) {
    const first = line.charCodeAt(at)
    if (first === SPACE) {
      at++
      continue
    }
    const isQuoted = first === QUOTE
    const close = isQuoted
      ? closingQuote(line, at + 1)
      : first === OPEN
        ? line.indexOf(']', at)
        : -1
    if (close < 0 && (isQuoted || first === OPEN)) return undefined
    // `[2001:db8::1]:443` is no text in brackets.
    const isEnclosed = close >= 0 && isTokenEnd(line, close + 1)
    const end = isEnclosed ? close : nextSpace(line, at)
    if (!isEnclosed) tokens.push(line.slice(at, end))
    else tokens.push(isQuoted ? unescaped(line.slice(at + 1, end)) : line.slice(at + 1, end))
    at = isEnclosed ? end + 1 : end
  }
  return tokens
}

function isTokenEnd(line: string, at: number): boolean {
  return at === line.length || line.charCodeAt(at) === SPACE
}

function nextSpace(line: string, from: number): number {
  const space = line.indexOf(' ', from)
  return space < 0 ? line.length : space
}

/** Where the quote stands that ends a quoted token; -1 for none. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 1)) {
    if (isTokenEnd(line, at + 1) && !isEscaped(line, at, from)) return at
  }
  return -1
}

function isEscaped(line: string, at: number, from: number): boolean {
  let start = at
  while (start > from && line.charCodeAt(start - 1) === BACKSLASH) start--
  return (at - start) % 2 === 1
}

/** `\"` and `\\` as what they stand for; other escapes, such as `\x22` for bytes, stay as written. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(["\\])/g, '$1') : text
}
