import { QwError } from '../errors.ts'
import { MAX_REGEX_DEPTH } from './limits.ts'
import { RegexCursor } from './regex-cursor.ts'
import { parseClass, parseEscapedSet } from './regex-class.ts'
import { ANY, ANY_BUT_NEWLINE, fold, type CaseFolding, type CodePoints } from './code-points.ts'

/** A pattern as a tree; it matches whole terms. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CodePoints }
  | { readonly kind: 'concat'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'alternatives'; readonly parts: readonly PatternNode[] }
  /** `max` may be Infinity. */
  | {
      readonly kind: 'repeat'
      readonly part: PatternNode
      readonly min: number
      readonly max: number
    }

/**
 * Literals, `.`, classes, groups, `|`, `? * + {n} {n,} {n,m}`, `\d \w \s \p{…}` and the flags i and s.
 * No anchors, look-around, back-references or lazy repetition: a whole term matches or it does not.
 */
export function parseRegex(pattern: string, folding: CaseFolding): PatternNode {
  const parser = new RegexParser(new RegexCursor(pattern), folding)
  return parser.parse()
}

const COUNT = /\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/y
const GROUP_NAME = /\?P?<[A-Za-z_][A-Za-z0-9_.]*>/y
const FLAGS = /\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/y

interface Flags {
  readonly folding: CaseFolding
  readonly dotAll: boolean
}

class RegexParser {
  readonly #cursor: RegexCursor
  #flags: Flags
  #depth = 0

  constructor(cursor: RegexCursor, folding: CaseFolding) {
    this.#cursor = cursor
    this.#flags = { folding, dotAll: false }
  }

  parse(): PatternNode {
    const node = this.#alternatives()
    if (!this.#cursor.atEnd) this.#cursor.fail('this `)` closes nothing')
    return node
  }

  #alternatives(): PatternNode {
    const outer = this.#flags
    const parts: PatternNode[] = [this.#concat()]
    while (this.#cursor.accept('|')) parts.push(this.#concat())
    this.#flags = outer
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'alternatives', parts }
  }

  #concat(): PatternNode {
    const cursor = this.#cursor
    const parts: PatternNode[] = []
    while (!cursor.atEnd && cursor.peek() !== '|' && cursor.peek() !== ')') {
      const atom = this.#atom()
      if (atom !== undefined) parts.push(this.#repeated(atom))
    }
    return { kind: 'concat', parts }
  }

  #repeated(atom: PatternNode): PatternNode {
    const cursor = this.#cursor
    let node = atom
    for (let times = 0; ; times++) {
      const start = cursor.at
      const bounds = this.#repetition()
      if (bounds === undefined) return node
      if (times > 0) cursor.fail('two repetitions in a row: put the first in a group', start)
      if (cursor.peek() === '?') cursor.fail('lazy repetition is not supported')
      node = { kind: 'repeat', part: node, ...bounds }
    }
  }

  #repetition(): { min: number; max: number } | undefined {
    const cursor = this.#cursor
    if (cursor.accept('*')) return { min: 0, max: Infinity }
    if (cursor.accept('+')) return { min: 1, max: Infinity }
    if (cursor.accept('?')) return { min: 0, max: 1 }
    if (cursor.peek() !== '{') return undefined
    const start = cursor.at
    const found = cursor.match(COUNT)
    if (found === undefined) return cursor.fail('a count is written {n}, {n,} or {n,m}')
    const min = Number(found[1])
    const max = found[2] === undefined ? min : found[3] === undefined ? Infinity : Number(found[3])
    if (min > max) cursor.fail('the smaller count comes first', start)
    return { min, max }
  }

  /** Undefined for a group of flags alone, such as `(?i)`. */
  #atom(): PatternNode | undefined {
    const cursor = this.#cursor
    const char = cursor.peek()
    const start = cursor.at
    if (char === '(') return this.#group()
    if (char === '[') return this.#set(parseClass(cursor, this.#flags.folding))
    if (char === '\\') return this.#set(fold(parseEscapedSet(cursor), this.#flags.folding))
    if ('*+?{'.includes(char)) cursor.fail(`\`${char}\` repeats nothing`)
    if (char === '^' || char === '$') {
      cursor.fail('anchors are not supported: a pattern always matches whole terms', start)
    }
    const codePoint = cursor.take()
    if (char === '.') return this.#set(this.#flags.dotAll ? ANY : ANY_BUT_NEWLINE)
    return this.#set(fold([codePoint, codePoint], this.#flags.folding))
  }

  #set(set: CodePoints): PatternNode {
    return { kind: 'set', set }
  }

  #group(): PatternNode | undefined {
    const cursor = this.#cursor
    const start = cursor.at
    cursor.accept('(')
    const outer = this.#flags
    if (cursor.peek() === '?' && cursor.match(GROUP_NAME) === undefined && this.#flagsGroup()) {
      return undefined
    }
    this.#depth++
    if (this.#depth > MAX_REGEX_DEPTH) {
      throw new QwError('tooLarge', `the regex is nested deeper than ${MAX_REGEX_DEPTH} groups`, {
        code: 'QUERY-LIMIT',
        position: start,
      })
    }
    const node = this.#alternatives()
    if (!cursor.accept(')')) cursor.fail('this `(` is never closed', start)
    this.#depth--
    this.#flags = outer
    return node
  }

  /** `?i)` changes the flags up to the end of the enclosing group (true), `?i:` those of a new one. */
  #flagsGroup(): boolean {
    const cursor = this.#cursor
    const start = cursor.at
    const found = cursor.match(FLAGS)
    if (found === undefined) return cursor.fail('look-around is not supported', start)
    for (const flag of found[1] ?? '') this.#setFlag(flag, true, start)
    for (const flag of found[2] ?? '') this.#setFlag(flag, false, start)
    return found[3] === ')'
  }

  #setFlag(flag: string, on: boolean, position: number): void {
    const { folding, dotAll } = this.#flags
    if (flag === 's') this.#flags = { folding, dotAll: on }
    else if (flag === 'i' && on) {
      this.#flags = { folding: folding === 'exact' ? 'ignoreCase' : folding, dotAll }
    } else if (flag === 'i') this.#flags = { folding: 'exact', dotAll }
    else if (flag !== 'u') this.#cursor.fail(`the flag \`${flag}\` is not supported`, position)
  }
}
