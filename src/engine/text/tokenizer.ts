/**
 * Tokens of one text as parallel arrays, reused from call to call: no object per token.
 * `starts` and `ends` are UTF-16 offsets in the text (ends exclusive), for snippets.
 * Positions count the tokens before filters remove any, so a removed token leaves a gap.
 */
export interface TokenBuffer {
  count: number
  readonly terms: string[]
  readonly positions: number[]
  readonly starts: number[]
  readonly ends: number[]
}

export type AsciiSplitter = (
  source: Uint8Array,
  start: number,
  end: number,
  out: TokenBuffer,
) => Uint8Array

export interface Tokenizer {
  readonly name: string
  /** Whether terms are lower case, which decides how wildcards and regexes compare. */
  readonly lowercases: boolean
  /** Replaces the content of `out` with the tokens of `text`. */
  tokenize(text: string, out: TokenBuffer): void
  /** A shorter way for ASCII text, where there is one: as `tokenize` of the bytes [start, end), but without
   *  `terms`. Returns bytes, valid until the next call, of which `starts` and `ends` bound the terms. */
  readonly splitAscii?: AsciiSplitter
}
