import { QwError } from '../errors.ts'

/**
 * The ids that a list of ids and patterns names, sorted. `*` stands for any text; a leading `-`
 * excludes. An id without `*` is returned whether or not it is known: its absence is for the load to say.
 */
export function matchIndexIds(patterns: readonly string[], known: readonly string[]): string[] {
  const included = new Set<string>()
  for (const pattern of patterns) {
    if (pattern === '') throw new QwError('invalid', 'an index id or pattern is empty')
    if (pattern.startsWith('-')) continue
    if (!pattern.includes('*')) included.add(pattern)
    else for (const id of known) if (matchesPattern(id, pattern)) included.add(id)
  }
  for (const pattern of patterns) {
    if (!pattern.startsWith('-')) continue
    for (const id of included) if (matchesPattern(id, pattern.slice(1))) included.delete(id)
  }
  return [...included].toSorted()
}

/** Whether a text is made of the literal parts of a pattern in order, without backtracking. */
function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return text === first
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return at <= end
}

/** Up to three known ids that share the most with a mistyped one, for error messages. */
export function nearestIds(id: string, known: readonly string[]): string[] {
  const scored = known.map((other) => ({ other, score: commonPairs(id, other) }))
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || (a.other < b.other ? -1 : 1))
    .slice(0, 3)
    .map(({ other }) => other)
}

function commonPairs(a: string, b: string): number {
  let count = 0
  for (let i = 0; i + 2 <= a.length; i++) if (b.includes(a.slice(i, i + 2))) count++
  return count
}
