import { pushToken } from './token-buffer.ts'
import { MAX_TOKEN_BYTES } from './token-length.ts'
import type { TokenBuffer } from './tokenizer.ts'

/** Splitters write tokens with positions 0, 1, 2…; the buffer's old content is gone. */
export type TokenSplitter = (text: string, out: TokenBuffer) => void

const SPACE = 0x20

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

/**
 * Bounds of the short tokens of `text` in its lower-case form, which is returned: what
 * `splitAlphanumeric` and the filters for long tokens and lower case make, in one pass and without
 * `terms`. Returns undefined, with `out` undefined, when the text is not all ASCII.
 */
export function splitAscii(text: string, out: TokenBuffer): string | undefined {
  const { positions, starts, ends } = out
  const lower = text.toLowerCase()
  let count = 0
  let position = 0
  let start = -1
  for (let i = 0; i <= text.length; i++) {
    // A space ends the last token.
    const unit = i < text.length ? text.charCodeAt(i) : SPACE
    if (unit >= 128) return undefined
    if (ASCII_CLASS[unit] !== OTHER) {
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
  return lower
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
