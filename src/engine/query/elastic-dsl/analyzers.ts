/** Analyzers by the tokenizer that makes the same words of the same text, or as good as. */
export const TOKENIZER_OF_ANALYZER: Readonly<Record<string, string>> = {
  standard: 'default',
  simple: 'default',
  default: 'default',
  whitespace: 'whitespace',
  keyword: 'raw',
}

/** The tokenizer that an analyzer's name means: an index's own tokenizers go by their own names. */
export function tokenizerNamed(analyzer: string): string {
  const known = Object.hasOwn(TOKENIZER_OF_ANALYZER, analyzer)
  return (known ? TOKENIZER_OF_ANALYZER[analyzer] : undefined) ?? analyzer
}
