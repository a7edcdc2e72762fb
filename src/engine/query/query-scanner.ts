import { QwError } from '../errors.ts'

/** A word as text, and as a wildcard when it has an unescaped `*` or `?`. */
interface ScannedWord {
  readonly text: string
  readonly wildcard: string | undefined
  /** Whether the source has no escapes: only then can it be a reserved word. */
  readonly plain: boolean
}

const WORD_STOPS = new Set('^`:{}"\'[]()\\'.split(''))
const FIELD_STOPS = new Set('+^`:{}"\'[]()!\\*'.split(''))
const BOUND_STOPS = new Set('{}"[]()'.split(''))
const QUOTED_INPUT_CHARS = 2_000

/** A cursor over a query string that knows its lexical rules and no grammar. */
export class QueryScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get position(): number {
    return this.#at
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  rewind(position: number): void {
    this.#at = position
  }

  /** The character `ahead` of the cursor; empty past the end. */
  peek(ahead = 0): string {
    return this.#text.charAt(this.#at + ahead)
  }

  advance(count = 1): void {
    this.#at += count
  }

  /** Consumes `literal` if it stands here. */
  accept(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.#at)) return false
    this.#at += literal.length
    return true
  }

  /** Consumes white space; true when there was any. */
  skipSpace(): boolean {
    const start = this.#at
    while (!this.atEnd && isSpace(this.peek())) this.#at++
    return this.#at > start
  }

  /** Whether a leaf may end `ahead` of the cursor. */
  leafEndsAt(ahead: number): boolean {
    const next = this.peek(ahead)
    return next === '' || next === ')' || isSpace(next)
  }

  /** A field name and its colon, or nothing (the cursor then stays). */
  fieldName(): string | undefined {
    const start = this.#at
    let name = ''
    if (this.peek() === '-') return undefined
    while (!this.atEnd) {
      const char = this.peek()
      if (char === '\\') {
        const next = this.peek(1)
        const escapesSpecial = FIELD_STOPS.has(next) || next === ' '
        name += escapesSpecial ? next : char
        this.#at += escapesSpecial ? 2 : 1
      } else if (isSpace(char) || FIELD_STOPS.has(char)) break
      else {
        name += char
        this.#at++
      }
    }
    this.skipSpace()
    if (name !== '' && this.accept(':')) {
      this.skipSpace()
      return name
    }
    this.#at = start
    return undefined
  }

  /** An unquoted value; the caller has seen that it may start here. Empty when nothing fits. */
  word(): ScannedWord {
    let text = ''
    let wildcard = ''
    let hasWildcard = false
    let plain = true
    while (!this.atEnd) {
      const char = this.peek()
      if (char === '\\') {
        plain = false
        const next = this.peek(1)
        if (next === '') this.fail('the escape `\\` needs a character after it')
        const resolved = isSpace(next) || WORD_STOPS.has(next) || '-*?'.includes(next)
        text += resolved ? next : char + next
        wildcard += resolved && !'*?\\'.includes(next) ? next : char + next
        this.#at += 2
        continue
      }
      if (isSpace(char) || WORD_STOPS.has(char)) break
      if (char === '*' || char === '?') hasWildcard = true
      text += char
      wildcard += char
      this.#at++
    }
    return { text, wildcard: hasWildcard ? wildcard : undefined, plain }
  }

  /** The text between two `quote`s, escapes resolved; the cursor stands on the first. */
  quoted(quote: string): string {
    const start = this.#at
    let text = ''
    this.#at++
    while (!this.atEnd) {
      const char = this.peek()
      this.#at++
      if (char === quote) return text
      if (char === '\\' && !this.atEnd) {
        text += this.peek()
        this.#at++
      } else text += char
    }
    return this.fail(`the quote ${quote} is never closed`, start)
  }

  /** `/re/` with `\/` made `/`; undefined (the cursor stays) when it is not one, such as a file path. */
  regex(): string | undefined {
    const start = this.#at
    let pattern = ''
    this.#at++
    while (!this.atEnd) {
      const char = this.peek()
      if (char === '/') {
        this.#at++
        if (this.leafEndsAt(0) || this.peek() === '^') return pattern
        break
      }
      if (char === '\\' && this.peek(1) === '/') {
        pattern += '/'
        this.#at += 2
      } else if (char === '\\') {
        pattern += char + this.peek(1)
        this.#at += 2
      } else {
        pattern += char
        this.#at++
      }
    }
    this.#at = start
    return undefined
  }

  /** A range bound: one run, a backslash being an ordinary character. */
  bound(): string {
    const start = this.#at
    while (!this.atEnd && !isSpace(this.peek()) && !BOUND_STOPS.has(this.peek())) this.#at++
    return this.#text.slice(start, this.#at)
  }

  /** Consumes what `pattern` (sticky) matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  /** `length`: of what is wrong, where that is known. */
  fail(reason: string, position: number = this.#at, length?: number): never {
    const shown =
      this.#text.length > QUOTED_INPUT_CHARS
        ? `${this.#text.slice(0, QUOTED_INPUT_CHARS)}…`
        : this.#text
    throw new QwError('invalid', `failed to parse query: \`${shown}\`: ${reason}`, {
      code: 'QUERY-SYNTAX',
      position,
      length,
    })
  }
}

export function isSpace(char: string): boolean {
  return char !== '' && char.trim() === ''
}
