import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { newTokenBuffer } from './token-buffer.ts'
import { utf8Length } from './token-length.ts'
import type { TokenizerConfig } from './tokenizer-config.ts'
import { BUILT_IN_TOKENIZERS, tokenizerRegistry } from './tokenizer-registry.ts'

function tokens(name: string, text: string, customs: readonly TokenizerConfig[] = []) {
  const out = newTokenBuffer()
  tokenizerRegistry(customs).get(name)?.tokenize(text, out)
  return Array.from({ length: out.count }, (_, i) => ({
    term: out.terms[i],
    position: out.positions[i],
    source: text.slice(out.starts[i], out.ends[i]),
  }))
}

const terms = (name: string, text: string, customs?: readonly TokenizerConfig[]) =>
  tokens(name, text, customs).map(({ term }) => term)

const long = (char: string, bytes: number) => char.repeat(bytes / Buffer.byteLength(char))

describe('built-in tokenizers', () => {
  test.each<[string, string, string[]]>([
    ['raw', 'Hello, World', ['Hello, World']],
    ['raw', '', ['']],
    ['raw_lowercase', 'Hello, World', ['hello, world']],
    ['lowercase', 'ÉCOLE', ['école']],
    [
      'default',
      'Hello, happy-tax payer! foo_bar',
      ['hello', 'happy', 'tax', 'payer', 'foo', 'bar'],
    ],
    ['default', 'Übergrößen-Träger №5 x²', ['übergrößen', 'träger', '5', 'x²']],
    ['default', 'ΟΔΟΣ', ['οδοσ']],
    ['default', '  ', []],
    ['default', '10.0.0.1', ['10', '0', '0', '1']],
    ['default', '日本語 text', ['日本語', 'text']],
    ['whitespace', 'Foo,bar  Baz\u00a0x\n', ['Foo,bar', 'Baz', 'x']],
    ['chinese_compatible', '你好 Hello世界x2', ['你', '好', 'hello', '世', '界', 'x2']],
    ['chinese_compatible', 'plain Text', ['plain', 'text']],
    ['source_code_default', 'RPCResult', ['rpc', 'result']],
    ['source_code_default', 'PigCafe2', ['pig', 'cafe', '2']],
    ['source_code_default', 'parse_HTTPRequest42x', ['parse', 'http', 'request', '42', 'x']],
    ['source_code_default', 'ÉcoleNormale', ['ecole', 'normale']],
    ['source_code_with_hex', 'id=deadbeef12 PigCafe2', ['id', 'deadbeef12', 'pig', 'cafe', '2']],
    ['source_code_with_hex', 'DEADBEEF cafe2 deadBEEF', ['deadbeef', 'cafe', '2', 'dead', 'beef']],
    [
      'unicode_segmenter',
      'The quick ("brown") fox can\'t jump 32.3 feet',
      ['the', 'quick', 'brown', 'fox', "can't", 'jump', '32.3', 'feet'],
    ],
    [
      'unicode_segmenter',
      '日本語 テスト ひらがな',
      ['日', '本', '語', 'テスト', 'ひ', 'ら', 'が', 'な'],
    ],
    ['datadog', 'Foo_bar 🎉 ok', ['foo_bar', 'ok']],
  ])('%s splits %j', (name, text, expected) => {
    expect(terms(name, text)).toEqual(expected)
  })

  test('the ten documented names are registered and en_stem is not', () => {
    expect(BUILT_IN_TOKENIZERS).toHaveLength(10)
    expect(tokenizerRegistry([]).get('en_stem')).toBeUndefined()
  })

  test.each([
    ['raw', 254, 1],
    ['raw', 255, 0],
    ['default', 254, 1],
    ['default', 255, 0],
    ['whitespace', 255, 1],
    ['raw_lowercase', 255, 0],
    ['unicode_segmenter', 255, 0],
    ['chinese_compatible', 255, 0],
    ['source_code_default', 255, 0],
  ])('%s given a token of %i bytes keeps %i', (name, bytes, kept) => {
    expect(terms(name, long('a', bytes))).toHaveLength(kept)
  })

  test('the limit counts UTF-8 bytes, not characters', () => {
    expect(terms('default', long('é', 254))).toHaveLength(1)
    expect(terms('default', long('é', 256))).toHaveLength(0)
    expect(terms('raw', long('語', 252))).toHaveLength(1)
    expect(terms('raw', long('語', 255))).toHaveLength(0)
    expect(terms('raw', long('😀', 252))).toHaveLength(1)
    expect(terms('raw', long('😀', 256))).toHaveLength(0)
  })

  test('a removed token leaves a gap in the positions', () => {
    expect(tokens('default', `one ${long('x', 300)} two`)).toEqual([
      { term: 'one', position: 0, source: 'one' },
      { term: 'two', position: 2, source: 'two' },
    ])
  })

  test('offsets point at the text that made the token, for every tokenizer', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', '1', ' ', '-', 'é', 'ß', '語', '😀', 'İ'),
    })
    fc.assert(
      fc.property(fc.constantFrom(...BUILT_IN_TOKENIZERS), text, (name, input) => {
        let end = 0
        for (const [i, token] of tokens(name, input).entries()) {
          const start = input.indexOf(token.source, end)
          expect(start).toBeGreaterThanOrEqual(end)
          expect(token.position).toBe(i)
          end = start + token.source.length
        }
      }),
    )
  })

  test.each(['default', 'raw'])(
    'the ASCII path of `%s` finds the tokens of any other text',
    (name) => {
      const tokenizer = tokenizerRegistry([]).get(name)
      const out = newTokenBuffer()
      const ascii = fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.constant('x'.repeat(255)))
      fc.assert(
        fc.property(ascii, ascii, (before, text) => {
          const source = Buffer.from(`${before}${text}!`)
          const end = before.length + text.length
          const split = tokenizer?.splitAscii?.(source, before.length, end, out)
          const found = Array.from({ length: out.count }, (_, i) => ({
            term: Buffer.from(split?.subarray(out.starts[i], out.ends[i]) ?? []).toString(),
            position: out.positions[i],
          }))
          const expected = tokens(name, text).map(({ term, position }) => ({ term, position }))
          expect(found).toEqual(expected)
        }),
      )
    },
  )
})

describe('custom tokenizers', () => {
  const ngram = { name: 'n', type: 'ngram', minGram: 2, maxGram: 3, prefixOnly: false } as const

  test.each<[TokenizerConfig, string, string[]]>([
    [{ name: 'n', type: 'simple', filters: [] }, 'Foo-Bar', ['Foo', 'Bar']],
    [{ name: 'n', type: 'simple', filters: ['ascii_folding'] }, 'Straße Ærø', ['Strasse', 'AEro']],
    [{ name: 'n', type: 'source_code', filters: [] }, 'PigCafe2', ['Pig', 'Cafe', '2']],
    [
      { name: 'n', type: 'regex', pattern: '[^,;]+', filters: ['lower_caser'] },
      'A b,C;',
      ['a b', 'c'],
    ],
    [{ name: 'n', type: 'regex', pattern: '(?i)(?P<w>[a-z]+)', filters: [] }, 'aB-c', ['aB', 'c']],
    [{ name: 'n', type: 'regex', pattern: 'x*', filters: [] }, 'axxb', ['xx']],
    [{ ...ngram, filters: [] }, 'Ab😀d', ['Ab', 'Ab😀', 'b😀', 'b😀d', '😀d']],
    [{ ...ngram, prefixOnly: true, filters: ['lower_caser'] }, 'Hello', ['he', 'hel']],
    [{ ...ngram, filters: [] }, 'a', []],
  ])('%j on %j', (config, text, expected) => {
    expect(terms('n', text, [config])).toEqual(expected)
  })

  test('grams all stand at position 0', () => {
    const config: TokenizerConfig = { ...ngram, filters: [] }
    expect(tokens('n', 'abcd', [config]).map(({ position }) => position)).toEqual([0, 0, 0, 0, 0])
  })

  test('a tokenizer lower-cases when its filters do', () => {
    const registry = tokenizerRegistry([
      { name: 'a', type: 'simple', filters: ['lower_caser'] },
      { name: 'b', type: 'simple', filters: [] },
    ])
    const lowercases = (name: string) => registry.get(name)?.lowercases
    expect(['a', 'b', 'raw', 'default', 'whitespace', 'lowercase'].map(lowercases)).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ])
  })

  test('a pattern that does not compile is refused with the reason', () => {
    const bad: TokenizerConfig = { name: 'n', type: 'regex', pattern: '[a', filters: [] }
    expect(() => tokenizerRegistry([bad])).toThrow('the tokenizer pattern `[a` is not valid')
  })

  test.each([
    ['a(?=b)', false],
    ['(?<!a)b', false],
    [String.raw`(a)\1`, false],
    [String.raw`(?<x>a)\k<x>`, false],
    [String.raw`\\1`, true],
    ['(?<x>a)', true],
    ['(?:a)', true],
  ])('%s is in the dialect: %s', (pattern, isIn) => {
    const config: TokenizerConfig = { name: 'n', type: 'regex', pattern, filters: [] }
    const make = (): unknown => tokenizerRegistry([config])
    if (isIn) expect(make).not.toThrow()
    else expect(make).toThrow('look-around or a back-reference')
  })
})

test('utf8Length equals what the encoder writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length)
    }),
  )
  expect(utf8Length('\ud800x\udc00')).toBe(7)
})
