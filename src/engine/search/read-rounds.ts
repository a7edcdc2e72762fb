import type { ByteRange } from '../ports.ts'
import { READ_SIZES, type ReadSizes } from './fetch.ts'
import type { Need, Part } from './needs.ts'
import { coalesceRanges } from './read-ranges.ts'

/** Reads of one split that run at once. */
export interface ReadRound {
  readonly requests: number
  readonly bytes: number
  /** Once for all splits, instead of for each: the hot cache, or a split that has the hits. */
  readonly isShared: boolean
}

interface RoundSettings {
  readonly sizes?: ReadSizes | undefined
  /** What the hot cache has of the split. */
  readonly hot?: readonly ByteRange[]
  /** What each split needs to be counted, where the other needs are those of the few with hits. */
  readonly counting?: readonly Need[] | undefined
}

/** What waits for the dictionary blocks, which say where it stands. */
const LAST: ReadonlySet<Part> = new Set<Part>(['postings', 'positions'])

/**
 * How the needs of a split become requests where nothing is cached, round after round, the documents of
 * hits apart: a small split whole; else the footer with what stands before it, then what of the needs is
 * not in there, in two rounds where dictionary blocks are missing.
 */
export function readRounds(
  needs: readonly Need[],
  footer: ByteRange,
  { sizes = READ_SIZES, hot = [], counting }: RoundSettings = {},
): ReadRound[] {
  if (needs.length === 0) return []
  const isShared = counting !== undefined
  if (isReadWhole(footer, sizes)) {
    return [{ requests: 1, bytes: footer.end, isShared: counting?.length === 0 }]
  }
  const read: ByteRange[] = [...hot]
  const rounds: ReadRound[] = []
  const isRead = ({ start, end }: ByteRange): boolean =>
    read.some((range) => range.start <= start && end <= range.end)
  const fetch = (ranges: readonly ByteRange[], once: boolean): void => {
    const reads = coalesceRanges(
      ranges.filter((range) => !isRead(range)),
      sizes.gapBytes,
    )
    if (reads.length === 0) return
    read.push(...reads)
    const bytes = reads.reduce((sum, { start, end }) => sum + end - start, 0)
    rounds.push({ requests: reads.length, bytes, isShared: once })
  }
  const tail = { start: Math.max(0, footer.start - sizes.tailBytes), end: footer.start }
  const fetchAll = (some: readonly Need[], once: boolean): void => {
    if (some.length === 0) return
    if (!isRead(footer)) fetch([footer, tail], once)
    const waits = some.some((need) => need.part === 'termBlock' && !isRead(need))
    if (waits)
      fetch(
        some.filter(({ part }) => !LAST.has(part)),
        once,
      )
    fetch(some, once)
  }
  if (counting !== undefined) fetchAll(counting, false)
  fetchAll(needs, isShared)
  return rounds
}

/** The documents of its hits then come along. */
export function isReadWhole(
  { end }: ByteRange,
  { wholeSplitBytes }: ReadSizes = READ_SIZES,
): boolean {
  return end <= wholeSplitBytes
}
