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

export interface Tokenizer {
  readonly name: string
  /** Whether terms are lower case, which decides how wildcards and regexes compare. */
  readonly lowercases: boolean
  /** Replaces the content of `out` with the tokens of `text`. */
  tokenize(text: string, out: TokenBuffer): void
  /** A shorter way for ASCII, where there is one: as `tokenize`, but without `terms`. Returns the text
   *  of which `starts` and `ends` bound the terms; undefined, with `out` undefined, when the text is
   *  not all ASCII. */
  readonly splitAscii?: (text: string, out: TokenBuffer) => string | undefined
}
