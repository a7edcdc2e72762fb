import { QwError } from '../errors.ts'
import { matchesWildcard } from '../text/wildcard.ts'

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
    else for (const id of known) if (matchesWildcard(id, pattern)) included.add(id)
  }
  for (const pattern of patterns) {
    if (!pattern.startsWith('-')) continue
    for (const id of included) if (matchesWildcard(id, pattern.slice(1))) included.delete(id)
  }
  return [...included].toSorted()
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
