import type { Query } from '../query/query.ts'
import { isCountOnly } from './count-only.ts'
import { isCountedFirst } from './hit-splits.ts'
import { needsNothing, planSplit, type LeafPlan } from './leaf-plan.ts'
import { docRange, type LeafSplit } from './leaf-request.ts'

// What a search does for each document of a split at most, in nanoseconds with all that it reads in
// memory; `npm run bench -- searching` times such searches over two million documents.
const NS_PER_TERM = 0.1
const NS_PER_SORT_KEY = 0.1
/** Columns are scanned, and dictionaries with their lists. */
const NS_PER_SCAN = 1
/** Positions are unpacked and compared. */
const NS_PER_PHRASE = 5
const NS_PER_SCORE = 2
const NS_PER_AGGREGATED_COLUMN = 3
const NS_PER_MS = 1_000_000

/** Milliseconds that a leaf takes at most, roughly. */
export function leafMs(plan: LeafPlan): number {
  const docs = plan.request.splits.reduce((sum, split) => sum + searchedDocs(split, plan), 0)
  return (docs * nsPerDoc(plan)) / NS_PER_MS
}

/** Documents that the search of a split has to look at. Of those that are counted first, one or two are
 *  searched. */
export function searchedDocs(split: LeafSplit, plan: LeafPlan): number {
  const own = planSplit(plan, split)
  if (needsNothing(own) || isCountOnly(own, split) || isCountedFirst(plan, split)) return 0
  const { start, end } = docRange(split)
  return end - start
}

function nsPerDoc({ request, query, aggregations, scored }: LeafPlan): number {
  const columns = new Set(aggregations.flatMap(({ aggregation }) => aggregation.paths)).size
  const sortKeys = request.hitLimit > 0 ? request.sort.length : 0
  return (
    nsOfQuery(query) +
    (scored ? NS_PER_SCORE : 0) +
    sortKeys * NS_PER_SORT_KEY +
    columns * NS_PER_AGGREGATED_COLUMN
  )
}

function nsOfQuery(query: Query): number {
  switch (query.kind) {
    case 'matchAll':
    case 'matchNone':
      return 0
    case 'bool': {
      const clauses = [query.must, query.filter, query.should, query.mustNot].flat()
      return clauses.reduce((sum, clause) => sum + nsOfQuery(clause), 0)
    }
    case 'boost':
      return nsOfQuery(query.query)
    case 'term':
    case 'exists':
      return NS_PER_TERM
    case 'termSet':
      return NS_PER_TERM * query.terms.length
    case 'phrase':
    case 'phrasePrefix':
      return NS_PER_PHRASE
    case 'prefix':
    case 'pattern':
    case 'range':
    case 'columnTerm':
      return NS_PER_SCAN
  }
}
