export type TokenFilter = 'remove_long' | 'lower_caser' | 'ascii_folding'

/** A tokenizer that an index config defines. Filters run in order. */
export type TokenizerConfig =
  | { readonly name: string; readonly type: 'simple'; readonly filters: readonly TokenFilter[] }
  | {
      readonly name: string
      readonly type: 'source_code'
      readonly filters: readonly TokenFilter[]
    }
  | {
      readonly name: string
      readonly type: 'regex'
      readonly pattern: string
      readonly filters: readonly TokenFilter[]
    }
  | NgramConfig

export interface NgramConfig {
  readonly name: string
  readonly type: 'ngram'
  /** In characters (code points). */
  readonly minGram: number
  readonly maxGram: number
  readonly prefixOnly: boolean
  readonly filters: readonly TokenFilter[]
}
