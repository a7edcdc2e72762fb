/**
 * Counting phrases in one document. `starts[i]` holds, for each occurrence of term i, where the phrase
 * would start if the term stood at its place: ascending.
 */

/** Places where every term agrees on the start. */
export function countExact(starts: readonly (readonly number[])[]): number {
  const [first, ...rest] = starts
  const sets = rest.map((list) => new Set(list))
  return (first ?? []).filter((start) => sets.every((set) => set.has(start))).length
}

/**
 * Occurrences whose terms are together at most `slop` moves from their places. The number of moves is
 * how far the starts lie apart, summed from each term to the next; each occurrence of the first term
 * counts at most once.
 */
export function countSloppy(starts: readonly (readonly number[])[], slop: number): number {
  const [first, ...rest] = starts
  return (first ?? []).filter((start) => {
    // Start of the last term so far -> fewest moves spent to get there.
    let reachable = new Map<number, number>([[start, 0]])
    for (const list of rest) {
      const next = new Map<number, number>()
      for (const [from, moves] of reachable) {
        for (const to of list) {
          const spent = moves + Math.abs(to - from)
          if (spent <= slop && spent < (next.get(to) ?? Infinity)) next.set(to, spent)
        }
      }
      reachable = next
    }
    return reachable.size > 0
  }).length
}
