// Typed-array reads below are cast with `as number`: indexes are below the lengths checked in the loops.
import { bitsOf, countDocs, listOf, lowerBound, NO_DOCS, toWords, type DocSet } from './doc-set.ts'

/** Documents [start, end) of a split. */
export interface DocRange {
  readonly start: number
  readonly end: number
}

/** Those of `set` that are in the range; the set itself when the range is the whole split. */
export function inRange(set: DocSet, range: DocRange, docCount: number): DocSet {
  const { start, end } = range
  if (start === 0 && end === docCount) return set
  if (start >= end || countDocs(set, docCount) === 0) return NO_DOCS
  if (set.kind === 'list') {
    const first = lowerBound(set.docs, start, 0)
    return listOf(set.docs.subarray(first, lowerBound(set.docs, end, first)))
  }
  const words = new Uint32Array(toWords(set, docCount))
  words.fill(0, 0, start >>> 5)
  words.fill(0, (end + 31) >>> 5)
  const [first, last] = [start >>> 5, end >>> 5]
  words[first] = (words[first] as number) & (0xffffffff << (start & 31))
  if ((end & 31) !== 0) words[last] = (words[last] as number) & (0xffffffff >>> (32 - (end & 31)))
  return bitsOf(words, docCount)
}
