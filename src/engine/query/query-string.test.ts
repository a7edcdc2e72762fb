import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isQwError, type QwError } from '../errors.ts'
import { emptyBool } from './bool-ast.ts'
import { MAX_QUERY_CHARS, MAX_QUERY_CLAUSES, MAX_QUERY_DEPTH } from './limits.ts'
import type { QueryAst, TextAst } from './query-ast.ts'
import { parseQueryString } from './query-string.ts'

const native = (text: string): QueryAst => parseQueryString(text, { defaultOperator: 'and' })
const elastic = (text: string): QueryAst => parseQueryString(text, { defaultOperator: 'or' })

function word(text: string, field?: string): TextAst {
  const fields = field === undefined ? undefined : [field]
  return { kind: 'text', fields, lenient: false, text, match: { mode: 'words' }, zeroTerms: 'none' }
}

/** The notation of the structure table: `+` must, `?` should, `-` must not. */
function structure(ast: QueryAst): string {
  if (ast.kind === 'text') return ast.text
  if (ast.kind !== 'bool') return ast.kind
  const show = (sign: string, list: readonly QueryAst[]): string[] =>
    list.map((child) => sign + (child.kind === 'bool' ? `(${structure(child)})` : structure(child)))
  return [...show('+', ast.must), ...show('?', ast.should), ...show('-', ast.mustNot)].join(' ')
}

function failure(text: string): QwError {
  try {
    native(text)
  } catch (error) {
    if (isQwError(error)) return error
    throw error
  }
  throw new Error(`no error for ${text}`)
}

describe('the structure of operators', () => {
  test.each([
    ['a OR b AND c', '?a ?(+b +c)'],
    ['a AND b c', '+c ?(+a +b)'],
    ['a OR b c', '+c ?a ?b'],
    ['a AND -b', '+a -b'],
    ['a OR -b', '?a ?(-b)'],
    ['-a', '-a'],
    ['NOT a b', '+b -a'],
    ['a b', '+a +b'],
    ['a b AND c d', '+a +d ?(+b +c)'],
    ['a AND b OR c AND d', '?(+a +b) ?(+c +d)'],
    ['+a OR b', '+a ?b'],
    ['a AND NOT (b OR c)', '+a -(?b ?c)'],
    ['a NOT NOT b', '+a -(-b)'],
  ])('%s is %s when AND is the default', (text, expected) => {
    expect(structure(native(text))).toBe(expected)
  })

  test.each([
    ['a b', '?a ?b'],
    ['a AND b c', '?(+a +b) ?c'],
    ['+a b', '+a ?b'],
    ['a -b', '?a -b'],
  ])('%s is %s when OR is the default', (text, expected) => {
    expect(structure(elastic(text))).toBe(expected)
  })

  test('equal siblings collapse, also when they are groups', () => {
    expect(native('a a')).toEqual(word('a'))
    expect(structure(native('(b OR c) AND a AND (b OR c)'))).toBe('+(?b ?c) +a')
  })

  test('blank text and a lone star match everything', () => {
    for (const text of ['', ' \t\n', '*', '(*)']) expect(native(text)).toEqual({ kind: 'matchAll' })
  })

  test('boosts stand on leaves and groups, and a boost of one is dropped', () => {
    expect(native('a^2.5')).toEqual({ kind: 'boost', query: word('a'), boost: 2.5 })
    expect(native('(a b)^3')).toMatchObject({ kind: 'boost', boost: 3, query: { kind: 'bool' } })
    expect(native('a^1')).toEqual(word('a'))
  })
})

describe('leaves', () => {
  test.each([
    ['title:word', word('word', 'title')],
    ['title : word', word('word', 'title')],
    [String.raw`a\.b:x`, word('x', String.raw`a\.b`)],
    [String.raw`a\:b:x`, word('x', 'a:b')],
    [String.raw`x\:y`, word('x:y')],
    ['foo-bar~2/baz', word('foo-bar~2/baz')],
    ['f:-5', word('-5', 'f')],
    ['f:-1.5e3', word('-1.5e3', 'f')],
    ['f:/usr/bin', word('/usr/bin', 'f')],
    ['and', word('and')],
    ['word~1', word('word~1')],
  ])('%s is a text', (text, expected) => {
    expect(native(text)).toEqual(expected)
  })

  test.each([
    ['"a b"', 'a b', { mode: 'phrase', slop: 0 }],
    ['"a b"~2', 'a b', { mode: 'phrase', slop: 2 }],
    [String.raw`"say \"hi\""`, 'say "hi"', { mode: 'phrase', slop: 0 }],
    ["'a b'", 'a b', { mode: 'all' }],
    ["'a b'~7", 'a b', { mode: 'all' }],
    ["'AND'", 'AND', { mode: 'all' }],
    ['"a b"*', 'a b', { mode: 'phrasePrefix', maxExpansions: 50 }],
    ["'a b'*", 'a b', { mode: 'phrasePrefix', maxExpansions: 50 }],
    ['"a*"', 'a*', { mode: 'phrase', slop: 0 }],
  ])('%s is quoted', (source, text, match) => {
    expect(native(source)).toEqual({ ...word(text), match })
  })

  test.each([
    ['f:a*b?c', 'wildcard', 'a*b?c'],
    [String.raw`f:a\*b*`, 'wildcard', String.raw`a\*b*`],
    [String.raw`f:a\\*`, 'wildcard', String.raw`a\\*`],
    ['f:/a.*b/', 'regex', 'a.*b'],
    [String.raw`f:/a\/\d/`, 'regex', String.raw`a/\d`],
  ])('%s is a %s', (text, syntax, pattern) => {
    expect(native(text)).toMatchObject({ kind: 'pattern', fields: ['f'], syntax, pattern })
  })

  test('an escaped star in a word without wildcards is a star of the text', () => {
    expect(native(String.raw`f:a\*b`)).toEqual(word('a*b', 'f'))
  })

  test.each([
    ['f:[a TO b]', { value: 'a', inclusive: true }, { value: 'b', inclusive: true }],
    ['f:{a TO b}', { value: 'a', inclusive: false }, { value: 'b', inclusive: false }],
    ['f:[a TO *}', { value: 'a', inclusive: true }, undefined],
    ['f:{* TO b]', undefined, { value: 'b', inclusive: true }],
    ['f:>5', { value: '5', inclusive: false }, undefined],
    ['f:>= 5', { value: '5', inclusive: true }, undefined],
    ['f:<5^2', undefined, { value: '5^2', inclusive: false }],
    ['f:<=2024-01-01T00:00:00Z', undefined, { value: '2024-01-01T00:00:00Z', inclusive: true }],
    [String.raw`f:>a\b`, { value: String.raw`a\b`, inclusive: false }, undefined],
  ])('%s is a range', (text, lower, upper) => {
    expect(native(text)).toEqual({ kind: 'range', fields: ['f'], lenient: false, lower, upper })
  })

  test('sets keep each value once, as written', () => {
    const set = { kind: 'termSet', fields: ['f'], lenient: false }
    expect(native('f: IN [a b "c d" a -5]')).toEqual({ ...set, values: ['a', 'b', 'c d', '-5'] })
    expect(native('f:IN []')).toEqual({ ...set, values: [] })
    expect(native('IN [a]')).toEqual({ ...set, fields: undefined, values: ['a'] })
  })

  test('a field before parentheses holds for every leaf that names none', () => {
    const inner = { should: [word('a', 'f'), word('b', 'g')] }
    expect(native('f:(a OR g:b)')).toEqual(emptyBool(inner))
    expect(native('f:(*)')).toEqual({ kind: 'exists', field: 'f', lenient: false })
    expect(native('f:*')).toEqual({ kind: 'exists', field: 'f', lenient: false })
  })

  test('default fields and leniency of the dialect are written on every leaf', () => {
    const options = { defaultOperator: 'or', defaultFields: ['x', 'y'], lenient: true } as const
    expect(parseQueryString('a', options)).toEqual({
      ...word('a'),
      fields: ['x', 'y'],
      lenient: true,
    })
  })
})

describe('errors', () => {
  test.each([
    ['"a b', 0, 'never closed'],
    ['(a', 0, 'never closed'],
    ['a)', 1, 'closes nothing'],
    ['title:', 6, 'no value'],
    ['--a', 1, 'quoted'],
    ['a^2^3', 3, 'one boost'],
    ['a^', 2, 'number'],
    ['a AND', 2, 'operator'],
    ['AND b', 0, 'operator'],
    ['a AND(b)', 2, 'operator'],
    ['f:IN', 2, 'operator'],
    ['a:b:c', 3, 'colon'],
    ['()', 1, 'empty'],
    ['f:[a TO b', 9, '`]` or `}`'],
    ['f:[a to b]', 5, 'TO'],
    ['f:>"5"', 3, 'quoted'],
    ['f:>', 3, 'missing'],
    ['f:IN [a', 5, 'never closed'],
    ['"a"b', 3, 'cannot stand here'],
    ['f:-x', 2, 'quoted'],
    ["don't", 3, 'cannot stand here'],
  ])('%s points at character %i', (text, position, reason) => {
    const error = failure(text)
    expect(error).toMatchObject({ kind: 'invalid', code: 'QUERY-SYNTAX', position })
    expect(error.message).toMatch(/^failed to parse query: `/)
    expect(error.message).toContain(reason)
  })

  test('limits on length, depth and clauses are named, and nothing overflows', () => {
    expect(failure('a'.repeat(MAX_QUERY_CHARS + 1)).message).toContain(String(MAX_QUERY_CHARS))
    expect(failure('('.repeat(500_000)).message).toContain(String(MAX_QUERY_DEPTH))
    expect(failure('NOT '.repeat(200_000)).message).toContain(String(MAX_QUERY_DEPTH))
    expect(failure('a '.repeat(MAX_QUERY_CLAUSES + 1)).message).toContain(String(MAX_QUERY_CLAUSES))
    expect(failure('(((').kind).toBe('invalid')
    const ids = Array.from({ length: 70_000 }, (_, i) => i).join(' ')
    expect(failure(`f:IN [${ids}]`)).toMatchObject({ kind: 'tooLarge', code: 'QUERY-LIMIT' })
  })

  test('the deepest allowed nesting still parses', () => {
    const text = '('.repeat(MAX_QUERY_DEPTH) + 'a' + ')'.repeat(MAX_QUERY_DEPTH)
    expect(native(text)).toEqual(word('a'))
  })

  test('no text makes the parser throw anything but a QwError', () => {
    const syntax = 'a| |(|)|:|"|\'|*|?|\\|/|^2|+|-|[|]|{|}|<|>=|~3|f:|5|é|\u{1f600}'
    const operators = ['AND ', 'OR ', 'NOT ', 'IN [', ' TO ']
    const piece = fc.constantFrom(...syntax.split('|'), ...operators)
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((p) => p.join('')),
    )
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('and' as const, 'or' as const),
        (source, defaultOperator) => {
          try {
            parseQueryString(source, { defaultOperator })
            return true
          } catch (error) {
            const position = isQwError(error, 'invalid') ? (error.position ?? -1) : -1
            return position >= 0 && position <= source.length
          }
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('printing', () => {
  test('a printed tree parses back to itself', () => {
    fc.assert(
      fc.property(trees(), (ast) => {
        expect(elastic(print(ast))).toEqual(ast)
      }),
      { numRuns: 1_000 },
    )
  })
})

/** Trees in the parser's own form: no equal siblings, no bool around a single positive clause. */
function trees(): fc.Arbitrary<QueryAst> {
  const name = fc.stringMatching(/^[a-z]{1,3}$/)
  const unit = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...'+-^`:{}"\'[]()\\*?/<>~! a1'.split('')),
  )
  const text = fc.string({ unit, minLength: 1, maxLength: 8 })
  const fields = fc.option(
    name.map((field) => [field]),
    { nil: undefined },
  )
  const target = { fields, lenient: fc.constant(false) }
  const bound = fc.option(
    fc.record({ value: fc.stringMatching(/^[a-z0-9:^.\\-]{1,6}$/), inclusive: fc.boolean() }),
    { nil: undefined },
  )
  const match = fc.oneof(
    fc.constant({ mode: 'words' } as const),
    fc.constant({ mode: 'all' } as const),
    fc.nat(9).map((slop) => ({ mode: 'phrase', slop }) as const),
    fc.constant({ mode: 'phrasePrefix', maxExpansions: 50 } as const),
  )
  const leaf: fc.Arbitrary<QueryAst> = fc.oneof(
    fc
      .record({
        kind: fc.constant('text' as const),
        ...target,
        text,
        match,
        zeroTerms: fc.constant('none' as const),
      })
      // Some texts need quotes: operators, and what starts like one or holds an unresolved escape.
      .filter(
        (leaf) => leaf.match.mode !== 'words' || /^(?!(AND|OR|NOT|IN)$)[^-+<>/]/.test(leaf.text),
      ),
    fc.record({
      kind: fc.constant('termSet' as const),
      ...target,
      values: fc.uniqueArray(text, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('range' as const), ...target, lower: bound, upper: bound }),
    fc.record({ kind: fc.constant('exists' as const), field: name, lenient: fc.constant(false) }),
  )
  const { tree } = fc.letrec<{ tree: QueryAst; bool: QueryAst }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, leaf, tie('bool')),
    bool: fc
      .uniqueArray(fc.tuple(fc.constantFrom('must', 'should', 'mustNot'), tie('tree')), {
        minLength: 2,
        maxLength: 4,
        selector: ([occur, child]) => occur + JSON.stringify(child),
      })
      .map((clauses) => {
        const having = (wanted: string): QueryAst[] =>
          clauses.filter(([occur]) => occur === wanted).map(([, child]) => child)
        return emptyBool({
          must: having('must'),
          should: having('should'),
          mustNot: having('mustNot'),
        })
      }),
  }))
  return tree
}

function print(ast: QueryAst): string {
  switch (ast.kind) {
    case 'bool': {
      const group = (sign: string) => (child: QueryAst) =>
        `${sign}${child.kind === 'bool' ? `(${print(child)})` : print(child)}`
      return [
        ...ast.must.map(group('+')),
        ...ast.should.map(group('')),
        ...ast.mustNot.map(group('-')),
      ].join(' ')
    }
    case 'exists':
      return `${ast.field}:*`
    case 'range': {
      const { lower, upper } = ast
      const open = lower?.inclusive === false ? '{' : '['
      const close = upper?.inclusive === false ? '}' : ']'
      const sides = `${String(lower?.value ?? '*')} TO ${String(upper?.value ?? '*')}`
      return `${fieldPrefix(ast.fields)}${open}${sides}${close}`
    }
    case 'termSet':
      return `${fieldPrefix(ast.fields)}IN [${ast.values.map((v) => quote(v, '"')).join(' ')}]`
    case 'text':
      return fieldPrefix(ast.fields) + printText(ast)
    default:
      throw new Error(`not generated: ${ast.kind}`)
  }
}

function fieldPrefix(fields: readonly string[] | undefined): string {
  return fields === undefined ? '' : `${fields[0]}:`
}

function printText({ text, match }: TextAst): string {
  if (match.mode === 'all') return quote(text, "'")
  if (match.mode === 'phrase') return `${quote(text, '"')}${match.slop > 0 ? `~${match.slop}` : ''}`
  if (match.mode === 'phrasePrefix') return `${quote(text, '"')}*`
  return text.replaceAll(/[\s^`:{}"'[\]()\\*?]/g, String.raw`\$&`)
}

function quote(text: string, mark: string): string {
  return mark + text.replaceAll(/["'\\]/g, String.raw`\$&`) + mark
}
