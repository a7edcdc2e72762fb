import type { ScoredTerm } from '../best-by-score.ts'
import type { DocSet } from '../doc-set.ts'
import type { FetchedSplit } from '../fetch.ts'
import type { Need } from '../needs.ts'
import type { ScoreSink } from '../scores.ts'

/**
 * One clause of the query in one split, whose footer it was made from. The order of calls is that of the
 * reads: `firstNeeds`, a round of reads, `secondNeeds`, a round of reads, then `matches` and, when hits
 * are sorted by score, `score`. Nothing waits in between.
 */
export interface Clause {
  /** Dictionary blocks, columns, fieldnorms. */
  firstNeeds(): readonly Need[]
  /** Posting lists and positions, by what the dictionary blocks of the first round say. */
  secondNeeds(split: FetchedSplit): readonly Need[]
  /** After round one, by its dictionary blocks alone: certainly nothing here matches, so that nothing more
   *  need be read. */
  isEmpty(split: FetchedSplit): boolean
  /** The same set whenever asked. */
  matches(split: FetchedSplit): DocSet
  /** Those of a few ascending documents that match, where that is less work than `matches`. */
  within?(split: FetchedSplit, docs: Uint32Array): Uint32Array
  /** Adds this clause's score to the documents that it matches. */
  score(split: FetchedSplit, sink: ScoreSink, boost: number): void
  /** The one term whose documents match, and that scores them; undefined: it is another kind of clause. */
  scoredTerm?(split: FetchedSplit, boost: number): ScoredTerm | undefined
  /** Terms, those that a document which matches has of them adding up to its score in this order; undefined:
   *  scores are made otherwise. */
  scoredTerms?(split: FetchedSplit, boost: number): readonly ScoredTerm[] | undefined
  /** How many documents have each term that the query names, for snippets. */
  termFrequencies(split: FetchedSplit, visit: TermVisitor): void
}

export type TermVisitor = (path: string, term: Uint8Array, docCount: number) => void
