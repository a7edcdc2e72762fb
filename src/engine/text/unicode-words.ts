import { splitAlphanumeric, type TokenSplitter } from './alphanumeric.ts'
import { pushToken } from './token-buffer.ts'

const PLAIN = /^[A-Za-z0-9 ]*$/
const HAS_ALPHANUMERIC = /[\p{Alphabetic}\p{N}]/u
/** Scripts that the segmenter cuts with a dictionary where the Unicode rules cut every character. */
const BY_CHARACTER =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const CHARACTER_AND_MARKS = /.\p{M}*/gsu

/** Words as Unicode's text segmentation (UAX #29) finds them, without a dictionary. */
export const splitUnicodeWords: TokenSplitter = (text, out) => {
  if (PLAIN.test(text)) {
    splitAlphanumeric(text, out)
    return
  }
  out.count = 0
  for (const { segment, index } of segmenter().segment(text)) {
    if (!HAS_ALPHANUMERIC.test(segment)) continue
    if (!BY_CHARACTER.test(segment)) {
      pushToken(out, text, index, index + segment.length)
      continue
    }
    for (const character of segment.matchAll(CHARACTER_AND_MARKS)) {
      const start = index + character.index
      pushToken(out, text, start, start + character[0].length)
    }
  }
}

let shared: Intl.Segmenter | undefined

/** Made on first use: building one takes milliseconds and most indexes need none. */
function segmenter(): Intl.Segmenter {
  shared ??= new Intl.Segmenter('und', { granularity: 'word' })
  return shared
}
