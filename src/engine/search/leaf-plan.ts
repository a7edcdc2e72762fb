import { splitKey } from '../metastore/layout.ts'
import { withoutCoveredTime } from '../query/prune.ts'
import type { Query } from '../query/query.ts'
import type { Schema } from '../schema/schema.ts'
import { AggregationMemory, type SubAggregation } from './aggregations/aggregation.ts'
import { parseAggregations } from './aggregations/kinds.ts'
import { queriesIn } from './aggregations/sub-aggregations.ts'
import type { Clause } from './clauses/clause.ts'
import { planClause } from './clauses/plan-clause.ts'
import { isCountOnly } from './count-only.ts'
import { openSplit, type FetchContext, type FetchedSplit } from './fetch.ts'
import { bindIndexSearch } from './index-search.ts'
import type { LeafRequest, LeafSplit } from './leaf-request.ts'
import { columnNeeds, type Need } from './needs.ts'

/** A leaf's request as its splits need it. */
export interface LeafPlan {
  readonly request: LeafRequest
  readonly query: Query
  readonly schema: Schema
  readonly aggregations: readonly SubAggregation[]
  readonly memory: AggregationMemory
  /** Whether the score of any document is asked for. */
  readonly scored: boolean
}

/** Throws `invalid` when the request cannot be bound. */
export function planLeaf(request: LeafRequest): LeafPlan {
  const { schema, query } = bindIndexSearch(request.config, request)
  return {
    request,
    query,
    schema,
    aggregations: request.aggs === undefined ? [] : parseAggregations(request.aggs, schema).subs,
    memory: new AggregationMemory(),
    scored: needsScores(request),
  }
}

function needsScores({ hitLimit, sort, minScore, wantsScores }: LeafRequest): boolean {
  if (minScore !== undefined) return true
  return hitLimit > 0 && (wantsScores || sort.some(({ by }) => by === 'score'))
}

/** The plan for one split: without the time clauses that all of its documents satisfy. */
export function planSplit(plan: LeafPlan, { timeRange }: LeafSplit): LeafPlan {
  const covered = timeRange && { start: timeRange.startSeconds, end: timeRange.endSeconds }
  const query = withoutCoveredTime(plan.query, covered, plan.schema.timestampField)
  return { ...plan, query }
}

/** Whether the metastore knows all that is asked: how many documents the split has. */
export function needsNothing({ query, request, aggregations }: LeafPlan): boolean {
  const { hitLimit, wantsTerms, minScore, terminateAfter } = request
  const wantsDocs = hitLimit > 0 || aggregations.length > 0 || wantsTerms
  const countsAll = minScore === undefined && terminateAfter === undefined
  return query.kind === 'matchAll' && countsAll && !wantsDocs
}

/** A split with all that its search needs. */
export interface ReadSplit {
  readonly split: FetchedSplit
  readonly clause: Clause
  /** Certainly nothing matches. */
  readonly isEmpty: boolean
  /** The clauses of queries inside aggregations. */
  readonly filters: ReadonlyMap<Query, Clause>
  /** All that the search needs of it, cached or not. */
  readonly needs: readonly Need[]
}

interface LeafReads {
  readonly context: FetchContext
  readonly signal: AbortSignal | undefined
  /** Which needs are really fetched: a search takes all of them. */
  readonly fetches: (need: Need) => boolean
}

/** All reads of one split but those of hit documents, in three rounds at most: the footer; dictionary
 *  blocks, columns and fieldnorms; posting lists and positions. The last two are one where the dictionary
 *  blocks are there already, and where dictionaries tell all that is asked nothing else is read. Searching
 *  and explaining both go through here, so that they cannot differ. */
export async function readSplit(
  leafSplit: LeafSplit,
  plan: LeafPlan,
  { context, signal, fetches }: LeafReads,
): Promise<ReadSplit> {
  const { splitId, footer } = leafSplit
  const place = { key: splitKey(plan.request.indexId, splitId), footer }
  const split = await openSplit(place, context, signal)
  const counts = isCountOnly(plan, leafSplit)
  const clause = planClause(plan.query, split.footer, plan.scored)
  const fields = columnPaths(plan).flatMap((path) => split.footer.fieldsAt(path))
  const filters = new Map(
    queriesIn(plan.aggregations).map((query) => [query, planClause(query, split.footer, false)]),
  )
  const first = [clause, ...filters.values()]
    .flatMap((part) => part.firstNeeds())
    .concat(fields.flatMap(columnNeeds))
    .filter(({ part }) => !counts || part === 'termBlock')
  const waits = first.some((need) => need.part === 'termBlock' && !split.has(need))
  if (waits) await split.fetch(first.filter(fetches), signal)
  const isEmpty = clause.isEmpty(split)
  const inUse = [clause, ...filters.values()].filter((part) => !part.isEmpty(split))
  const readsAll = plan.aggregations.some(({ aggregation }) => aggregation.readsAll === true)
  const second =
    counts || (isEmpty && !readsAll) ? [] : inUse.flatMap((part) => part.secondNeeds(split))
  await split.fetch([...first, ...second].filter(fetches), signal)
  const needs: Need[] = [{ part: 'footer', ...footer }, ...first, ...second]
  return { split, clause, isEmpty, filters, needs }
}

/** What aggregations and sort keys read. */
export function columnPaths({
  request,
  aggregations,
}: Pick<LeafPlan, 'request' | 'aggregations'>): string[] {
  const sorted = request.hitLimit > 0 ? request.sort : []
  const paths = [
    ...aggregations.flatMap(({ aggregation }) => aggregation.paths),
    ...sorted.flatMap((key) => (key.by === 'field' ? [key.field] : [])),
  ]
  return [...new Set(paths)]
}
