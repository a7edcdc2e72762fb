import { elementAt } from '../bytes/element-at.ts'
import type { TokenSplitter } from './alphanumeric.ts'
import { pushToken } from './token-buffer.ts'
import type { NgramConfig } from './tokenizer-config.ts'

/**
 * Every run of `minGram` to `maxGram` characters, from each character on, or from the first alone
 * with `prefixOnly`. All stand at position 0: grams overlap, so that a query for several of them
 * asks for all of them and not for a sequence.
 */
export function splitNgrams({ minGram, maxGram, prefixOnly }: NgramConfig): TokenSplitter {
  return (text, out) => {
    out.count = 0
    const bounds = characterBounds(text)
    const characters = bounds.length - 1
    const lastStart = prefixOnly ? 0 : characters - minGram
    for (let first = 0; first <= lastStart; first++) {
      for (let size = minGram; size <= maxGram && first + size <= characters; size++) {
        pushToken(out, text, elementAt(bounds, first), elementAt(bounds, first + size))
        out.positions[out.count - 1] = 0
      }
    }
  }
}

/** Offsets between characters, the text's length last. */
function characterBounds(text: string): number[] {
  const bounds = [0]
  for (const character of text) bounds.push((bounds.at(-1) ?? 0) + character.length)
  return bounds
}
