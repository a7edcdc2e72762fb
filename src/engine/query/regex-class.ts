import {
  complementOf,
  fold,
  unicodeClass,
  unicodeProperty,
  unionOf,
  type CaseFolding,
  type CodePoints,
} from './code-points.ts'
import type { RegexCursor } from './regex-cursor.ts'

/** Classes within classes, `[a[b]]`. */
const MAX_CLASS_DEPTH = 20
const CONTROLS = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['f', 12],
  ['v', 11],
  ['a', 7],
])
const PERL_CLASSES = new Map([
  ['d', String.raw`\p{Nd}`],
  ['s', String.raw`\p{White_Space}`],
  ['w', String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`],
])
const POSIX = /\[:(\^?)([a-z]+):\]/y
const PROPERTY = /(?:\{(\^?)([^}]*)\}|([A-Z]))/y
const HEX = /(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]+))/y
const HEX_DIGITS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

const POSIX_SETS: ReadonlyMap<string, CodePoints> = new Map([
  ['alnum', [48, 57, 65, 90, 97, 122]],
  ['alpha', [65, 90, 97, 122]],
  ['ascii', [0, 127]],
  ['blank', [9, 9, 32, 32]],
  ['cntrl', [0, 31, 127, 127]],
  ['digit', [48, 57]],
  ['graph', [33, 126]],
  ['lower', [97, 122]],
  ['print', [32, 126]],
  ['punct', [33, 47, 58, 64, 91, 96, 123, 126]],
  ['space', [9, 13, 32, 32]],
  ['upper', [65, 90]],
  ['word', [48, 57, 65, 90, 95, 95, 97, 122]],
  ['xdigit', [48, 57, 65, 70, 97, 102]],
])

/** `[…]` under the cursor. Letters are folded before `^` turns the class around. */
export function parseClass(cursor: RegexCursor, folding: CaseFolding, depth = 0): CodePoints {
  const start = cursor.at
  if (depth > MAX_CLASS_DEPTH) cursor.fail('classes are nested too deeply')
  cursor.accept('[')
  const negated = cursor.accept('^')
  const pairs: number[] = []
  let isFirst = true
  while (isFirst || cursor.peek() !== ']') {
    if (cursor.atEnd) cursor.fail('this `[` is never closed', start)
    for (const operator of ['&&', '--', '~~']) {
      if (cursor.text.startsWith(operator, cursor.at)) {
        cursor.fail(`the class operation \`${operator}\` is not supported: escape its characters`)
      }
    }
    pairs.push(...parseMember(cursor, folding, depth))
    isFirst = false
  }
  cursor.accept(']')
  const set = fold(unionOf(pairs), folding)
  return negated ? complementOf(set) : set
}

function parseMember(cursor: RegexCursor, folding: CaseFolding, depth: number): CodePoints {
  const start = cursor.at
  if (cursor.peek() === '[') {
    const posix = cursor.match(POSIX)
    if (posix === undefined) return parseClass(cursor, folding, depth + 1)
    const set = POSIX_SETS.get(posix[2] ?? '')
    if (set === undefined) return cursor.fail('there is no such class', start)
    return posix[1] === '^' ? complementOf(set) : set
  }
  const first = parseEnd(cursor)
  const isRange = cursor.peek() === '-' && cursor.peek(1) !== ']'
  if (!isRange) return first
  cursor.accept('-')
  const last = parseEnd(cursor)
  const low = only(first)
  const high = only(last)
  if (low === undefined || high === undefined || low > high) {
    return cursor.fail('this is not a range of characters', start)
  }
  return [low, high]
}

function parseEnd(cursor: RegexCursor): CodePoints {
  if (cursor.peek() === '\\') return parseEscapedSet(cursor)
  const codePoint = cursor.take()
  return [codePoint, codePoint]
}

function only(set: CodePoints): number | undefined {
  return set.length === 2 && set[0] === set[1] ? set[0] : undefined
}

/** `\d`, `\p{L}`, `\x41`, `\.`…: the set that an escape under the cursor stands for. */
export function parseEscapedSet(cursor: RegexCursor): CodePoints {
  const start = cursor.at
  cursor.accept('\\')
  if (cursor.atEnd) return cursor.fail('the pattern ends with a lone `\\`', start)
  const codePoint = cursor.take()
  const char = String.fromCodePoint(codePoint)
  const perl = perlSet(char.toLowerCase())
  if (perl !== undefined && 'dwsDWS'.includes(char)) {
    return char === char.toLowerCase() ? perl : complementOf(perl)
  }
  if (char === 'p' || char === 'P') return parseProperty(cursor, char === 'P', start)
  const control = CONTROLS.get(char)
  if (control !== undefined) return [control, control]
  const hexDigits = HEX_DIGITS.get(char)
  if (hexDigits !== undefined) return parseHex(cursor, hexDigits, start)
  if (/[A-Za-z0-9]/.test(char)) {
    const isBoundary = 'bBAzZG'.includes(char)
    const reason = isBoundary ? 'boundaries are not supported' : 'there is no such escape'
    return cursor.fail(`\`\\${char}\`: ${reason}`, start)
  }
  return [codePoint, codePoint]
}

function perlSet(letter: string): CodePoints | undefined {
  const source = PERL_CLASSES.get(letter)
  return source === undefined ? undefined : unicodeClass(source)
}

function parseProperty(cursor: RegexCursor, isUpper: boolean, start: number): CodePoints {
  const found = cursor.match(PROPERTY)
  const name = found?.[2] ?? found?.[3] ?? ''
  const set = unicodeProperty(name.replaceAll(' ', '_'))
  if (set === undefined) return cursor.fail(`there is no Unicode property \`${name}\``, start)
  const negated = isUpper !== (found?.[1] === '^')
  return negated ? complementOf(set) : set
}

function parseHex(cursor: RegexCursor, digitCount: number, start: number): CodePoints {
  const found = cursor.match(HEX)
  const bare = found?.[2]
  if (bare !== undefined) cursor.at -= Math.max(0, bare.length - digitCount)
  const digits = found?.[1] ?? bare?.slice(0, digitCount) ?? ''
  const codePoint = Number.parseInt(digits, 16)
  const isComplete = found?.[1] !== undefined || digits.length === digitCount
  if (!isComplete || !(codePoint <= 0x10ffff)) return cursor.fail('this is not a character', start)
  return [codePoint, codePoint]
}
