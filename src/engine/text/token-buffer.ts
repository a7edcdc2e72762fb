import type { TokenBuffer } from './tokenizer.ts'

export function newTokenBuffer(): TokenBuffer {
  return { count: 0, terms: [], positions: [], starts: [], ends: [] }
}

/** Appends text[start, end); its position is the number of tokens before it. */
export function pushToken(out: TokenBuffer, text: string, start: number, end: number): void {
  const at = out.count++
  out.terms[at] = text.slice(start, end)
  out.positions[at] = at
  out.starts[at] = start
  out.ends[at] = end
}
