import { QwError } from '../errors.ts'
import {
  splitAlphanumeric,
  splitAscii,
  splitChineseCompatible,
  splitWhitespace,
  type TokenSplitter,
} from './alphanumeric.ts'
import { splitNgrams } from './ngram.ts'
import { splitSourceCode, splitSourceCodeWithHex } from './source-code.ts'
import { pushToken } from './token-buffer.ts'
import { foldAscii, lowerCase, removeLong, type TokenFilterStep } from './token-filters.ts'
import { MAX_TOKEN_BYTES } from './token-length.ts'
import type { AsciiSplitter, Tokenizer } from './tokenizer.ts'
import type { TokenFilter, TokenizerConfig } from './tokenizer-config.ts'
import { splitUnicodeWords } from './unicode-words.ts'

export interface TokenizerRegistry {
  get(name: string): Tokenizer | undefined
  names(): string[]
}

const splitNothing: TokenSplitter = (text, out) => {
  out.count = 0
  pushToken(out, text, 0, text.length)
}

/** A whole ASCII text is one token where it stands, unless it is too long. */
// oxlint-disable-next-line max-params -- as `splitAscii`
const keepAscii: AsciiSplitter = (source, start, end, out) => {
  out.count = end - start < MAX_TOKEN_BYTES ? 1 : 0
  out.positions[0] = 0
  out.starts[0] = start
  out.ends[0] = end
  return source
}

const FILTERS: Readonly<Record<TokenFilter, TokenFilterStep>> = {
  remove_long: removeLong,
  lower_caser: lowerCase,
  ascii_folding: foldAscii,
}

const CODE_FILTERS: readonly TokenFilter[] = ['remove_long', 'lower_caser', 'ascii_folding']

const BUILT_IN: readonly Tokenizer[] = [
  { ...makeTokenizer('raw', splitNothing, ['remove_long']), splitAscii: keepAscii },
  makeTokenizer('raw_lowercase', splitNothing, ['lower_caser', 'remove_long']),
  makeTokenizer('lowercase', splitNothing, ['lower_caser', 'remove_long']),
  { ...makeTokenizer('default', splitAlphanumeric, ['remove_long', 'lower_caser']), splitAscii },
  makeTokenizer('whitespace', splitWhitespace, []),
  makeTokenizer('chinese_compatible', splitChineseCompatible, ['remove_long', 'lower_caser']),
  makeTokenizer('source_code_default', splitSourceCode, CODE_FILTERS),
  makeTokenizer('source_code_with_hex', splitSourceCodeWithHex, CODE_FILTERS),
  makeTokenizer('unicode_segmenter', splitUnicodeWords, ['lower_caser', 'remove_long']),
  makeTokenizer('datadog', splitUnicodeWords, ['lower_caser', 'remove_long']),
]

export const BUILT_IN_TOKENIZERS: readonly string[] = BUILT_IN.map(({ name }) => name)

/** The built-in tokenizers and the index's own. Throws `invalid` for a pattern that does not compile. */
export function tokenizerRegistry(customs: readonly TokenizerConfig[]): TokenizerRegistry {
  const byName = new Map(BUILT_IN.map((tokenizer) => [tokenizer.name, tokenizer]))
  for (const custom of customs) {
    byName.set(custom.name, makeTokenizer(custom.name, customSplitter(custom), custom.filters))
  }
  return { get: (name) => byName.get(name), names: () => [...byName.keys()] }
}

function makeTokenizer(
  name: string,
  split: TokenSplitter,
  filters: readonly TokenFilter[],
): Tokenizer {
  const steps = filters.map((filter) => FILTERS[filter])
  return {
    name,
    lowercases: filters.includes('lower_caser'),
    tokenize(text, out) {
      split(text, out)
      for (const step of steps) step(out)
    },
  }
}

function customSplitter(config: TokenizerConfig): TokenSplitter {
  switch (config.type) {
    case 'simple':
      return splitAlphanumeric
    case 'source_code':
      return splitSourceCode
    case 'regex':
      return regexSplitter(config.pattern)
    case 'ngram':
      return splitNgrams(config)
  }
}

/**
 * Each non-empty match is a token. The pattern comes from the index's owner and is run by the
 * platform's engine, which may take long on a hostile pattern: it bounds no cost.
 */
function regexSplitter(pattern: string): TokenSplitter {
  const compiled = compilePattern(pattern)
  return (text, out) => {
    out.count = 0
    for (const match of text.matchAll(compiled)) {
      const [token] = match
      if (token !== '') pushToken(out, text, match.index, match.index + token.length)
    }
  }
}

/** What the platform has beyond the dialect, and what no engine of bounded cost has. */
const BEYOND_DIALECT = /\(\?<?[=!]|\\(?:[1-9]|k<)/

/** Accepts the inline flags `(?i)`, `(?s)`, `(?m)` in front and `(?P<name>…)`. */
function compilePattern(pattern: string): RegExp {
  const escapesPaired = pattern.replaceAll('\\\\', '')
  if (BEYOND_DIALECT.test(escapesPaired)) {
    throw new QwError(
      'invalid',
      `the tokenizer pattern \`${pattern}\` has look-around or a back-reference, which are not supported`,
      { fix: 'describe the token itself, such as [a-z]+' },
    )
  }
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  const body = pattern.slice(inline?.[0].length ?? 0).replaceAll('(?P<', '(?<')
  try {
    return new RegExp(body, `gu${inline?.[1] ?? ''}`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new QwError('invalid', `the tokenizer pattern \`${pattern}\` is not valid: ${reason}`, {
      cause,
    })
  }
}
