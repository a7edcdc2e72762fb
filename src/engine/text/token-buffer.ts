import type { TokenBuffer } from './tokenizer.ts'

export function newTokenBuffer(): TokenBuffer {
  return { count: 0, terms: [], positions: [], starts: [], ends: [] }
}
