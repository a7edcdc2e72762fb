import type { DocSet } from '../doc-set.ts'
import type { ScoreSink } from '../scores.ts'
import type { SplitReader } from '../split-reader.ts'

/**
 * One clause of the query in one split. The order of calls is that of the reads: `planFirst` (dictionary
 * blocks, columns, fieldnorms), a round of reads, `planSecond` (posting lists, positions), a round of
 * reads, then `matches` and, when hits are sorted by score, `score`.
 */
export interface Clause {
  planFirst(reader: SplitReader): void
  planSecond(reader: SplitReader): void
  /** After round one: certainly nothing here matches, so that nothing more need be read. */
  isEmpty(reader: SplitReader): boolean
  /** The same set whenever asked. */
  matches(reader: SplitReader): DocSet
  /** Adds this clause's score to the documents that it matches. */
  score(reader: SplitReader, sink: ScoreSink, boost: number): void
  /** How many documents have each term that the query names, for snippets. */
  termFrequencies(reader: SplitReader, visit: TermVisitor): void
}

export type TermVisitor = (path: string, term: Uint8Array, docCount: number) => void
