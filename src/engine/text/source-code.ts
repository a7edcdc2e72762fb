import { charClass, DIGIT, LOWER, OTHER, UPPER, type TokenSplitter } from './alphanumeric.ts'
import { pushToken } from './token-buffer.ts'
import type { TokenBuffer } from './tokenizer.ts'

/** Alphanumeric runs cut at case and letter/digit boundaries: `RPCResult2` gives RPC, Result, 2. */
export const splitSourceCode: TokenSplitter = (text, out) => {
  forEachRun(text, out, cutRun)
}

/** Like `splitSourceCode`, but an even number of hex digits in one letter case stays whole. */
export const splitSourceCodeWithHex: TokenSplitter = (text, out) => {
  forEachRun(text, out, (run, start, end) => {
    const isHex = (end - start) % 2 === 0 && HEX.test(text.slice(start, end))
    if (isHex) pushToken(out, run, start, end)
    else cutRun(run, start, end, out)
  })
}

const HEX = /^(?:[0-9a-f]+|[0-9A-F]+)$/

type RunVisitor = (text: string, start: number, end: number, out: TokenBuffer) => void

function forEachRun(text: string, out: TokenBuffer, visit: RunVisitor): void {
  out.count = 0
  let start = -1
  for (let i = 0; i < text.length; i += widthAt(text, i)) {
    const isPart = charClass(codePointAt(text, i)) !== OTHER
    if (isPart && start < 0) start = i
    if (!isPart && start >= 0) {
      visit(text, start, i, out)
      start = -1
    }
  }
  if (start >= 0) visit(text, start, text.length, out)
}

/**
 * Where a token ends inside a run, by the classes of neighbours:
 *   letter | digit      lower | UPPER      UPPER… | UPPER lower  (an acronym before a word)
 */
function cutRun(text: string, start: number, end: number, out: TokenBuffer): void {
  let tokenStart = start
  let previousAt = start
  let previous = charClass(codePointAt(text, start))
  let beforePrevious = OTHER
  for (let i = start + widthAt(text, start); i < end; i += widthAt(text, i)) {
    const current = charClass(codePointAt(text, i))
    let cutAt = -1
    if ((current === DIGIT) !== (previous === DIGIT)) cutAt = i
    else if (previous === LOWER && current === UPPER) cutAt = i
    else if (beforePrevious === UPPER && previous === UPPER && current === LOWER) cutAt = previousAt
    if (cutAt > tokenStart) {
      pushToken(out, text, tokenStart, cutAt)
      tokenStart = cutAt
    }
    beforePrevious = previous
    previous = current
    previousAt = i
  }
  pushToken(out, text, tokenStart, end)
}

function codePointAt(text: string, at: number): number {
  return text.codePointAt(at) ?? 0
}

function widthAt(text: string, at: number): number {
  return codePointAt(text, at) > 0xffff ? 2 : 1
}
