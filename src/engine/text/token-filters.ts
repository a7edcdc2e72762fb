import { fitsTokenLimit } from './token-length.ts'
import type { TokenBuffer } from './tokenizer.ts'

/** Changes a buffer in place. Removed tokens leave a gap in the positions. */
export type TokenFilterStep = (tokens: TokenBuffer) => void

export const removeLong: TokenFilterStep = (tokens) => {
  const { count, terms, positions, starts, ends } = tokens
  let kept = 0
  for (let i = 0; i < count; i++) {
    const term = terms[i] as string // i is below count
    if (!fitsTokenLimit(term)) continue
    if (kept !== i) {
      terms[kept] = term
      positions[kept] = positions[i] as number // i is below count
      starts[kept] = starts[i] as number
      ends[kept] = ends[i] as number
    }
    kept++
  }
  tokens.count = kept
}

export const lowerCase: TokenFilterStep = (tokens) => {
  for (let i = 0; i < tokens.count; i++) {
    tokens.terms[i] = toLower(tokens.terms[i] as string) // i is below count
  }
}

export const foldAscii: TokenFilterStep = (tokens) => {
  for (let i = 0; i < tokens.count; i++) {
    tokens.terms[i] = toAscii(tokens.terms[i] as string) // i is below count
  }
}

/**
 * Lower case, code point by code point. `toLowerCase` alone would write a capital sigma differently
 * at the end of a word, so that a prefix of a word would not be a prefix of its term.
 */
export function toLower(text: string): string {
  return text.includes('Σ') ? text.replaceAll('Σ', 'σ').toLowerCase() : text.toLowerCase()
}

/** Letters that have no decomposition into an ASCII letter and marks. */
const FOLDED: ReadonlyMap<string, string> = new Map(
  'ß:ss ẞ:SS æ:ae Æ:AE œ:oe Œ:OE ø:o Ø:O đ:d Đ:D ð:d Ð:D þ:th Þ:TH ł:l Ł:L ħ:h Ħ:H ı:i ŋ:n Ŋ:N ŧ:t Ŧ:T ĸ:q ſ:s ə:a ƒ:f'
    .split(' ')
    .map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)] as const),
)

// oxlint-disable-next-line no-control-regex -- the whole of ASCII
const ASCII = /^[\u0000-\u007f]*$/

/** Latin letters without their marks; what has no ASCII form stays as it is. */
function toAscii(text: string): string {
  if (ASCII.test(text)) return text
  let out = ''
  for (const char of text) {
    const decomposed = char.normalize('NFKD').replace(/\p{M}+/gu, '')
    out += FOLDED.get(char) ?? (decomposed !== '' && ASCII.test(decomposed) ? decomposed : char)
  }
  return out
}
