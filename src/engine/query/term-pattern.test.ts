import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isQwError, type QwError } from '../errors.ts'
import type { CaseFolding } from './code-points.ts'
import { MAX_PATTERN_STATES, MAX_REGEX_DEPTH } from './limits.ts'
import { PatternAutomaton } from './pattern-automaton.ts'
import { parseRegex } from './regex-syntax.ts'
import { compileRegex, compileWildcard } from './term-pattern.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const matchesWildcard = (pattern: string, term: string): boolean =>
  compileWildcard(pattern, 'exact').matches(utf8(term))
const matchesRegex = (pattern: string, term: string): boolean =>
  compileRegex(pattern, 'exact').matches(utf8(term))

function failure(pattern: string): QwError {
  try {
    compileRegex(pattern, 'exact')
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error(`no error for ${pattern}`)
}

describe('wildcards', () => {
  test.each([
    ['a*', 'a', true],
    ['a*', 'ab', true],
    ['a*', 'ba', false],
    ['*err*', 'an error', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '\u{1f600}', true],
    [String.raw`a\*`, 'a*', true],
    [String.raw`a\*`, 'ab', false],
    ['a\\', 'a\\', true],
    ['*', '', true],
    ['', '', true],
    ['*\n*', 'a\nb', true],
  ])('%s against %j is %s', (pattern, term, expected) => {
    expect(matchesWildcard(pattern, term)).toBe(expected)
  })

  test('agree with the same pattern as a RegExp', () => {
    const letter = fc.constantFrom('a', 'b', 'é', '\u{1f600}')
    const part = fc.oneof(letter, fc.constantFrom('*', '?'))
    const pattern = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''))
    const term = fc.array(letter, { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(pattern, term, (source, text) => {
        const reference = source.replaceAll('*', '.*').replaceAll('?', '.')
        expect(matchesWildcard(source, text)).toBe(
          new RegExp(`^(?:${reference})$`, 'su').test(text),
        )
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('regexes', () => {
  test.each([
    ['a|b', 'b', true],
    ['a|b', 'ab', false],
    ['(?:ab)+', 'abab', true],
    ['(?P<name>a){2,3}', 'aaa', true],
    ['(?<name>a){2,3}', 'aaaa', false],
    ['a{2,}', 'aaaaa', true],
    [String.raw`\d+`, '\u0663\u0664', true],
    [String.raw`\w+`, 'été_1', true],
    [String.raw`\W`, 'a', false],
    [String.raw`a\sb`, 'a b', true],
    [String.raw`\p{Greek}+`, 'αβγ', true],
    [String.raw`\P{L}`, '1', true],
    [String.raw`\pL`, 'x', true],
    [String.raw`\p{Co}\p{Cn}`, '\u{f0001}\u{7ffff}', true],
    [String.raw`\P{Cn}`, '\u{5abcd}', false],
    [String.raw`\x41\x{1F600}\u00e9`, 'A\u{1f600}é', true],
    ['[a-cx]', 'x', true],
    ['[^a-c]', 'b', false],
    ['[]a]', ']', true],
    ['[a-]', '-', true],
    ['[[:alpha:]_]+', 'ab_', true],
    [String.raw`[\d.]+`, '1.5', true],
    ['(?i)error', 'ERRor', true],
    ['(?i:e)rror', 'ERROR', false],
    ['.', '\n', false],
    ['(?s).', '\n', true],
    ['', '', true],
    ['a||b', '', true],
    [String.raw`[^\s\S]*`, '', true],
    [String.raw`[^\s\S]`, '', false],
    ['err', 'error', false],
  ])('%s against %j is %s', (pattern, term, expected) => {
    expect(matchesRegex(pattern, term)).toBe(expected)
  })

  test.each([
    ['(a', 0, 'never closed'],
    ['a)', 1, 'closes nothing'],
    ['[a', 0, 'never closed'],
    ['*a', 0, 'repeats nothing'],
    ['a*?', 2, 'lazy'],
    ['a**', 2, 'two repetitions'],
    ['^a', 0, 'anchors'],
    [String.raw`\bа`, 0, 'boundaries'],
    ['(?=a)', 1, 'look-around'],
    [String.raw`(a)\1`, 3, 'no such escape'],
    ['a{3,2}', 1, 'smaller'],
    ['[z-a]', 1, 'range'],
    ['[a&&b]', 2, '&&'],
    [String.raw`\p{Nope}`, 0, 'property'],
    ['a\\', 1, 'lone'],
  ])('%s fails at %i', (pattern, position, reason) => {
    const error = failure(pattern)
    expect(error).toMatchObject({ kind: 'invalid', code: 'QUERY-REGEX', position })
    expect(error.message).toContain(`failed to parse regex \`${pattern}\``)
    expect(error.message).toContain(reason)
  })

  test('agree with RegExp on patterns that both read alike', () => {
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('a', 'b', 'C', '.', '[ab]', '[^a]', 'é'),
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => x + y),
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => `(?:${x}|${y})`),
        fc
          .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
          .map(([x, repetition]) => `(?:${x})${repetition}`),
      ),
    }))
    const term = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'C', 'É', '\n'), maxLength: 7 })
    fc.assert(
      fc.property(node, term, fc.boolean(), (pattern, text, ignoreCase) => {
        const reference = new RegExp(`^(?:${pattern})$`, ignoreCase ? 'iu' : 'u')
        const folding = ignoreCase ? 'ignoreCase' : 'exact'
        expect(compileRegex(pattern, folding).matches(utf8(text))).toBe(reference.test(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test('letters fold as Unicode does, one to one', () => {
    const letter = fc.oneof(fc.nat(0x24f), fc.integer({ min: 0x370, max: 0x587 }), fc.nat(0x1ffff))
    fc.assert(
      fc.property(letter, letter, (a, b) => {
        fc.pre(!(a >= 0xd800 && a < 0xe000) && !(b >= 0xd800 && b < 0xe000))
        const hex = (codePoint: number): string => `\\x{${codePoint.toString(16)}}`
        const letterA = String.fromCodePoint(a)
        const variants = [
          String.fromCodePoint(b),
          letterA,
          letterA.toUpperCase(),
          letterA.toLowerCase(),
        ]
        const pattern = compileRegex(hex(a), 'ignoreCase')
        const reference = new RegExp(`^\\u{${a.toString(16)}}$`, 'iu')
        for (const text of variants) expect(pattern.matches(utf8(text))).toBe(reference.test(text))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the literal prefix', () => {
  const prefix = (pattern: string, folding: CaseFolding = 'exact'): string =>
    new TextDecoder().decode(compileRegex(pattern, folding).literalPrefix)

  test('is what every match starts with', () => {
    expect(prefix('error.*')).toBe('error')
    expect(prefix('(ab|ac)d')).toBe('a')
    expect(prefix('ab?c')).toBe('a')
    expect(prefix('a{3}b*')).toBe('aaa')
    expect(prefix('[x]y')).toBe('xy')
    expect(prefix('.*a')).toBe('')
    expect(new TextDecoder().decode(compileWildcard('é\\*x*', 'exact').literalPrefix)).toBe('é*x')
  })

  test('survives ignoring case only where terms are known to be lower case', () => {
    expect(prefix('Error.*', 'ignoreCase')).toBe('')
    expect(prefix('Error.*', 'lowercaseTerms')).toBe('error')
  })

  test('is kept by every term that matches', () => {
    const node = fc.stringMatching(/^[ab.?*|]{1,6}$/)
    const term = fc.stringMatching(/^[ab]{0,5}$/)
    fc.assert(
      fc.property(node, term, (source, text) => {
        const pattern = compileWildcard(source, 'exact')
        const start = new TextDecoder().decode(pattern.literalPrefix)
        expect(pattern.matches(utf8(text)) && !text.startsWith(start)).toBe(false)
      }),
    )
  })
})

describe('cost', () => {
  test.each([
    '(a*)*b',
    '(a|aa)*b',
    '(a|a)*(a|a)*c',
    'a{0,30}a{30}',
    '(.*a){20}',
    '(?:a?){200}a{200}',
  ])('%s stays linear in the term', (pattern) => {
    const automaton = new PatternAutomaton(parseRegex(pattern, 'exact'))
    const workFor = (length: number): number => {
      const before = automaton.work
      automaton.matches(utf8('a'.repeat(length)))
      return automaton.work - before
    }
    workFor(4_000)
    expect(workFor(4_000)).toBeLessThanOrEqual(4_000)
  })

  test('work for a character never exceeds the pattern, even when nothing is cached yet', () => {
    const automaton = new PatternAutomaton(parseRegex('(?:.*[ab].{12})', 'exact'))
    const term = Array.from({ length: 2_000 }, (_, i) => ((i * i) % 7 < 3 ? 'a' : 'c')).join('')
    automaton.matches(utf8(term))
    expect(automaton.work).toBeLessThan(term.length * 80)
  })

  test('too many states are refused before any is built', () => {
    for (const pattern of [
      '((a{1000}){1000}){1000}',
      'a{999999999}',
      `a{${MAX_PATTERN_STATES + 1}}`,
    ]) {
      expect(failure(pattern)).toMatchObject({ kind: 'tooLarge', code: 'QUERY-LIMIT' })
      expect(failure(pattern).message).toContain(String(MAX_PATTERN_STATES))
    }
    expect(() => compileWildcard('?'.repeat(MAX_PATTERN_STATES + 1), 'exact')).toThrow(/states/)
    expect(matchesRegex('((){999999999}){999999999}', '')).toBe(true)
  })

  test('groups nest to a named depth', () => {
    expect(failure('('.repeat(100_000)).message).toContain(String(MAX_REGEX_DEPTH))
    expect(failure('['.repeat(100_000)).message).toContain('nested too deeply')
  })

  test('no text makes the compiler throw anything but a QwError', () => {
    const syntax = 'a ( ) [ ] | * + ? { } 1 , \\ ^ - . (? i : && [:alpha:] \\p{L} \\x < é'
    const piece = fc.constantFrom(...syntax.split(' '))
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((p) => p.join('')),
    )
    fc.assert(
      fc.property(text, (source) => {
        try {
          compileRegex(source, 'ignoreCase').matches(utf8('aé'))
          compileWildcard(source, 'exact').matches(utf8('aé'))
          return true
        } catch (error) {
          return isQwError(error)
        }
      }),
      { numRuns: 1_500 },
    )
  })
})
