import { elementAt } from '../bytes/element-at.ts'
import { bestByScore } from './best-by-score.ts'
import type { Clause } from './clauses/clause.ts'
import type { DocSet } from './doc-set.ts'
import type { FetchedSplit } from './fetch.ts'
import type { LeafRequest } from './leaf-request.ts'
import { ScoreSink } from './scores.ts'
import { docAddress, type PartialHit } from './top-hits.ts'

interface ScoredHits {
  readonly hits: PartialHit[]
  readonly maxScore: number | undefined
}

/** The hits of a search for the best scores, without scoring all that matches. Undefined where hits are sorted
 *  by something else too, or scores are no sums of terms. */
export function bestScoredHits(
  matches: DocSet,
  { splitId, clause, split }: { splitId: string; clause: Clause; split: FetchedSplit },
  { sort, hitLimit, searchAfter }: Pick<LeafRequest, 'sort' | 'hitLimit' | 'searchAfter'>,
): ScoredHits | undefined {
  const [first, second] = sort
  if (first?.by !== 'score' || first.order !== 'desc' || searchAfter !== undefined) return undefined
  if (second !== undefined && second.by !== 'doc') return undefined
  const terms = clause.scoredTerms?.(split, 1)
  const docDescending = (second ?? first).order === 'desc'
  const { docCount } = split
  const docs = terms && bestByScore(matches, docCount, terms, { limit: hitLimit, docDescending })
  if (docs === undefined) return undefined
  const sink = new ScoreSink(docs, docCount)
  clause.score(split, sink, 1)
  const hits = Array.from(docs, (docId, at) => ({ docId, score: elementAt(sink.scores, at) }))
    .sort((a, b) => b.score - a.score || (docDescending ? b.docId - a.docId : a.docId - b.docId))
    .map(({ docId, score }): PartialHit => {
      const byScore = { type: 'score', value: score } as const
      const byDoc = second === undefined ? [] : [docAddress(splitId, docId)]
      return { splitId, docId, sort: [byScore, ...byDoc], score }
    })
  return { hits, maxScore: hits[0]?.score }
}
