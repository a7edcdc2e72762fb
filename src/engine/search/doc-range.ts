// Typed-array reads below are cast with `as number`: both words are within the bounds of the range.
import { bitsOf, listOf, lowerBound, NO_DOCS, wordsFor, type DocSet } from './doc-set.ts'

/** Documents [start, end) of a split. */
export interface DocRange {
  readonly start: number
  readonly end: number
}

/** Those of `set` that are in the range; the set itself when the range is the whole split. */
export function inRange(set: DocSet, { start, end }: DocRange, docCount: number): DocSet {
  if (start === 0 && end === docCount) return set
  if (start >= end || set.kind === 'none') return NO_DOCS
  if (set.kind === 'list') {
    const first = lowerBound(set.docs, start, 0)
    return listOf(set.docs.subarray(first, lowerBound(set.docs, end, first)))
  }
  const words = wordsFor(docCount)
  const [first, last] = [start >>> 5, (end - 1) >>> 5]
  if (set.kind === 'all') words.fill(0xffffffff, first, last + 1)
  else words.set(set.words.subarray(first, last + 1), first)
  words[first] = (words[first] as number) & (0xffffffff << (start & 31))
  words[last] = (words[last] as number) & (0xffffffff >>> (-end & 31))
  return bitsOf(words, docCount)
}
