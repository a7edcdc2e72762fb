import { pushToken } from './token-buffer.ts'
import { MAX_TOKEN_BYTES } from './token-length.ts'
import type { AsciiSplitter, TokenBuffer } from './tokenizer.ts'

/** Splitters write tokens with positions 0, 1, 2…; the buffer's old content is gone. */
export type TokenSplitter = (text: string, out: TokenBuffer) => void

export const OTHER = 0
export const LOWER = 1
export const UPPER = 2
export const DIGIT = 3

/** Class of each ASCII character. */
const ASCII_CLASS = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit >= 48 && unit <= 57) return DIGIT
  if (unit >= 65 && unit <= 90) return UPPER
  return unit >= 97 && unit <= 122 ? LOWER : OTHER
})

const ALPHABETIC = /^\p{Alphabetic}$/u
const UPPERCASE = /^\p{Uppercase}$/u
const NUMERIC = /^\p{N}$/u

/** LOWER stands for every letter that is not upper case, letters without case among them. */
export function charClass(codePoint: number): number {
  if (codePoint < 128) return ASCII_CLASS[codePoint] as number // the table has 128 entries
  const char = String.fromCodePoint(codePoint)
  if (ALPHABETIC.test(char)) return UPPERCASE.test(char) ? UPPER : LOWER
  return NUMERIC.test(char) ? DIGIT : OTHER
}

// oxlint-disable-next-line no-control-regex -- anything but ASCII
const BEYOND_ASCII = /[^\u0000-\u007f]/
const ALPHANUMERIC_RUN = /[\p{Alphabetic}\p{N}]+/gu

/** Runs of alphanumeric code points. */
export const splitAlphanumeric: TokenSplitter = (text, out) => {
  out.count = 0
  if (BEYOND_ASCII.test(text)) {
    for (const run of text.matchAll(ALPHANUMERIC_RUN)) {
      pushToken(out, text, run.index, run.index + run[0].length)
    }
    return
  }
  let start = -1
  for (let i = 0; i < text.length; i++) {
    if (ASCII_CLASS[text.charCodeAt(i)] !== OTHER) {
      if (start < 0) start = i
    } else if (start >= 0) {
      pushToken(out, text, start, i)
      start = -1
    }
  }
  if (start >= 0) pushToken(out, text, start, text.length)
}

/** Each ASCII character in lower case, 0 for what is not alphanumeric. */
const ASCII_LOWER = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (ASCII_CLASS[unit] === OTHER) return 0
  return ASCII_CLASS[unit] === UPPER ? unit + 32 : unit
})

let lowered = new Uint8Array(256)

/**
 * Bounds of the short tokens of an ASCII text in its lower-case form, which is returned and valid until
 * the next call: what `splitAlphanumeric` and the filters for long tokens and lower case make, in one
 * pass and without strings.
 */
// oxlint-disable-next-line max-params -- the inner loop of indexing: an object per text would cost
export const splitAscii: AsciiSplitter = (source, from, to, out) => {
  const { positions, starts, ends } = out
  const length = to - from
  if (lowered.length < length) lowered = new Uint8Array(2 * length)
  let count = 0
  let position = 0
  let start = -1
  for (let i = 0; i <= length; i++) {
    // The end of the text ends its last token. Bytes of ASCII have a place in the table.
    const lower = i < length ? (ASCII_LOWER[source[from + i] as number] as number) : 0
    if (lower !== 0) {
      lowered[i] = lower
      if (start < 0) start = i
    } else if (start >= 0) {
      if (i - start < MAX_TOKEN_BYTES) {
        positions[count] = position
        starts[count] = start
        ends[count] = i
        count++
      }
      position++
      start = -1
    }
  }
  out.count = count
  return lowered
}

const CJK = '\\u4500-\\u9fff\\u3400-\\u4dbf\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2ceaf}'
const CJK_OR_RUN = new RegExp(`[${CJK}]|(?:(?![${CJK}])[\\p{Alphabetic}\\p{N}])+`, 'gu')

/** Each CJK ideograph by itself, other alphanumeric runs whole. */
export const splitChineseCompatible: TokenSplitter = (text, out) => {
  if (!BEYOND_ASCII.test(text)) {
    splitAlphanumeric(text, out)
    return
  }
  out.count = 0
  for (const run of text.matchAll(CJK_OR_RUN)) {
    pushToken(out, text, run.index, run.index + run[0].length)
  }
}

/** Runs of anything but white space. */
export const splitWhitespace: TokenSplitter = (text, out) => {
  out.count = 0
  for (const run of text.matchAll(/[^\p{White_Space}]+/gu)) {
    pushToken(out, text, run.index, run.index + run[0].length)
  }
}
