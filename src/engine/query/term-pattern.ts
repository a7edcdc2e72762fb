import { ANY, fold, type CaseFolding } from './code-points.ts'
import { PatternAutomaton } from './pattern-automaton.ts'
import type { TermPattern } from './query.ts'
import { parseRegex, type PatternNode } from './regex-syntax.ts'

/** `*` any run, `?` any one character, `\` makes the next one literal. Throws `tooLarge` when it is too big. */
export function compileWildcard(pattern: string, folding: CaseFolding): TermPattern {
  const parts = parseWildcard(pattern).map((part): PatternNode => {
    if (part === 'any') return { kind: 'set', set: ANY }
    if (part === 'anyRun') {
      return { kind: 'repeat', part: { kind: 'set', set: ANY }, min: 0, max: Infinity }
    }
    return { kind: 'set', set: fold([part, part], folding) }
  })
  return termPattern(pattern, { kind: 'concat', parts })
}

/** Anchored to the whole term. Throws `invalid` (QUERY-REGEX) with a position inside `pattern`. */
export function compileRegex(pattern: string, folding: CaseFolding): TermPattern {
  return termPattern(pattern, parseRegex(pattern, folding))
}

/** A code point that stands for itself, `?` or `*`. */
type WildcardPart = number | 'any' | 'anyRun'

/** Two `*` in a row say no more than one. */
export function parseWildcard(pattern: string): WildcardPart[] {
  const parts: WildcardPart[] = []
  let escaped = false
  for (const char of pattern) {
    if (!escaped && char === '\\') {
      escaped = true
      continue
    }
    if (!escaped && char === '?') parts.push('any')
    else if (escaped || char !== '*') parts.push(char.codePointAt(0) ?? 0)
    else if (parts.at(-1) !== 'anyRun') parts.push('anyRun')
    escaped = false
  }
  if (escaped) parts.push(0x5c)
  return parts
}

function termPattern(source: string, node: PatternNode): TermPattern {
  const automaton = new PatternAutomaton(node)
  return {
    source,
    literalPrefix: new TextEncoder().encode(automaton.literalPrefix()),
    matches: (term) => automaton.matches(term),
    work: () => automaton.work,
  }
}
