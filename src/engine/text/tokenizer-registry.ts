import type { TokenizerConfig } from '../schema/index-config.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface TokenizerRegistry {
  get(name: string): Tokenizer | undefined
  names(): string[]
}

/** The built-in tokenizers and the index's own. Throws `invalid` for a pattern that does not compile. */
export function tokenizerRegistry(customs: readonly TokenizerConfig[]): TokenizerRegistry {
  throw new Error(`not written yet ${customs.length}`)
}
