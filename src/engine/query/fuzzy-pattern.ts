// Typed-array reads below are cast with `as number`: rows are as long as the word and one more.
import type { TermPattern } from './query.ts'

/**
 * Terms that become `word` by at most `distance` changes: a character put in, left out, replaced, or
 * swapped with its neighbour. The first `prefixLength` characters have to be the same.
 */
export function compileFuzzy(word: string, distance: number, prefixLength: number): TermPattern {
  const characters = Array.from(word, (character) => character.codePointAt(0) ?? 0)
  const prefix = Array.from(word).slice(0, prefixLength).join('')
  const decoder = new TextDecoder()
  const row = (): Uint32Array => new Uint32Array(characters.length + 1)
  let rows: Rows = [row(), row(), row()]
  let work = 0
  return {
    source: `${word}~${distance}`,
    literalPrefix: new TextEncoder().encode(distance === 0 ? word : prefix),
    matches(term) {
      const text = decoder.decode(term)
      if (!text.startsWith(prefix)) return false
      const found = Array.from(text, (character) => character.codePointAt(0) ?? 0)
      work += term.length
      if (Math.abs(found.length - characters.length) > distance) return false
      rows[1].forEach((_, at, changes) => (changes[at] = at))
      for (let i = 1; i <= found.length; i++) {
        work += characters.length
        if (fillRow(rows, i, characters, found) > distance) return false
        rows = [rows[1], rows[2], rows[0]]
      }
      return (rows[1][characters.length] as number) <= distance
    },
    work: () => work,
  }
}

/** The row before the last, the last, and the one to fill: changes from the first i characters of the
 *  term to the first j of the word. */
type Rows = readonly [Uint32Array, Uint32Array, Uint32Array]

/** Returns the least of the row: no later row has less. */
function fillRow(
  [before, last, row]: Rows,
  i: number,
  word: readonly number[],
  term: readonly number[],
): number {
  row[0] = i
  let least = i
  for (let j = 1; j <= word.length; j++) {
    const isSame = word[j - 1] === term[i - 1]
    let changes = Math.min(
      (last[j - 1] as number) + (isSame ? 0 : 1),
      (last[j] as number) + 1,
      (row[j - 1] as number) + 1,
    )
    const isSwapped = i > 1 && j > 1 && word[j - 1] === term[i - 2] && word[j - 2] === term[i - 1]
    if (isSwapped) changes = Math.min(changes, (before[j - 2] as number) + 1)
    row[j] = changes
    least = Math.min(least, changes)
  }
  return least
}
