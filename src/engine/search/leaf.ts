import { splitKey } from '../metastore/layout.ts'
import { withoutCoveredTime } from '../query/prune.ts'
import type { Query } from '../query/query.ts'
import type { Schema } from '../schema/schema.ts'
import type { Column } from '../split/column.ts'
import type { AggregationSplit, SubAggregation } from './aggregations/aggregation.ts'
import { AggregationMemory } from './aggregations/aggregation.ts'
import { parseAggregations } from './aggregations/kinds.ts'
import { SubCollectors } from './aggregations/sub-aggregations.ts'
import type { Clause } from './clauses/clause.ts'
import { planClause } from './clauses/plan-clause.ts'
import type { DocSet } from './doc-set.ts'
import { countDocs, DOC_BLOCK, eachBlock, NO_DOCS, toList } from './doc-set.ts'
import { bindIndexSearch } from './index-search.ts'
import { leafCacheKey } from './leaf-cache.ts'
import { failureOf } from './leaf-request.ts'
import type {
  LeafFailure,
  LeafRequest,
  LeafResponse,
  LeafSplit,
  TermFrequency,
} from './leaf-request.ts'
import { mapLimited } from './read-ranges.ts'
import { isNumeric } from './number-keys.ts'
import type { SortKey } from './request.ts'
import { ScoreSink } from './scores.ts'
import type { SortColumn } from './sort-column.ts'
import { sortColumn } from './sort-column.ts'
import type { ReaderContext } from './split-reader.ts'
import { SplitReader } from './split-reader.ts'
import type { PartialHit } from './top-hits.ts'
import { mergeHits, scoreColumn, topHits } from './top-hits.ts'

/** Splits that one leaf searches at once. */
const CONCURRENT_SPLITS = 100

/** What one split found. */
interface SplitAnswer {
  readonly numHits: number
  readonly hits: readonly PartialHit[]
  readonly aggregations: readonly unknown[] | undefined
  readonly terms: readonly TermFrequency[]
}

/** The request as every split of the leaf needs it. */
interface LeafPlan {
  readonly request: LeafRequest
  readonly query: Query
  readonly schema: Schema
  readonly aggregations: readonly SubAggregation[]
  readonly memory: AggregationMemory
  readonly scored: boolean
}

/** Searches splits of one index and merges what they found. A split that fails is reported in the
 *  answer; rejects with `invalid` when the request itself cannot be bound. */
export async function searchLeaf(
  request: LeafRequest,
  context: ReaderContext,
  signal?: AbortSignal,
): Promise<LeafResponse> {
  const plan = planLeaf(request)
  const failures: LeafFailure[] = []
  const answers = await mapLimited(request.splits, CONCURRENT_SPLITS, async (split) => {
    try {
      return await answerSplit(split, plan, { context, signal })
    } catch (error) {
      signal?.throwIfAborted()
      failures.push(failureOf(split.splitId, error))
      return undefined
    }
  })
  return mergeAnswers(
    plan,
    answers.filter((answer) => answer !== undefined),
    failures,
  )
}

function planLeaf(request: LeafRequest): LeafPlan {
  const { schema, query } = bindIndexSearch(request.config, request)
  return {
    request,
    query,
    schema,
    aggregations: request.aggs === undefined ? [] : parseAggregations(request.aggs, schema),
    memory: new AggregationMemory(),
    scored: request.hitLimit > 0 && request.sort.some(({ by }) => by === 'score'),
  }
}

interface SplitSearch {
  readonly context: ReaderContext
  readonly signal: AbortSignal | undefined
}

async function answerSplit(
  split: LeafSplit,
  plan: LeafPlan,
  search: SplitSearch,
): Promise<SplitAnswer> {
  const { request, schema } = plan
  const { partialResults } = search.context.caches
  const timeRange =
    split.timeRange === undefined
      ? undefined
      : { start: split.timeRange.startSeconds, end: split.timeRange.endSeconds }
  const query = withoutCoveredTime(plan.query, timeRange, schema.timestampField)
  const cacheKey = leafCacheKey(request, split, query)
  const cached = partialResults.get(cacheKey)
  // Only answers are ever put under these keys.
  if (cached !== undefined) return cached as SplitAnswer
  const wantsDocs = request.hitLimit > 0 || plan.aggregations.length > 0 || request.wantsTerms
  const answer =
    query.kind === 'matchAll' && !wantsDocs
      ? { numHits: split.docCount, hits: [], aggregations: undefined, terms: [] }
      : await searchSplit(split, { ...plan, query }, search)
  partialResults.set(cacheKey, answer, answerBytes(answer))
  return answer
}

/** Three rounds at most: the footer; dictionary blocks and columns; posting lists. */
async function searchSplit(
  split: LeafSplit,
  plan: LeafPlan,
  { context, signal }: SplitSearch,
): Promise<SplitAnswer> {
  const { request } = plan
  const place = { key: splitKey(request.indexId, split.splitId), footer: split.footer }
  const reader = await SplitReader.open(place, context, signal)
  const clause = planClause(plan.query, reader.footer, plan.scored)
  clause.planFirst(reader)
  for (const path of columnPaths(plan)) {
    for (const field of reader.footer.fieldsAt(path)) reader.wantColumn(field)
  }
  await reader.fetch(signal)
  const isEmpty = clause.isEmpty(reader)
  if (!isEmpty) clause.planSecond(reader)
  await reader.fetch(signal)
  const matches = isEmpty ? NO_DOCS : clause.matches(reader)
  return {
    numHits: countDocs(matches, reader.docCount),
    hits: collectHits(matches, { split, plan, reader, clause }),
    aggregations: collectAggregations(matches, plan, reader),
    terms: request.wantsTerms ? termFrequencies(clause, reader) : [],
  }
}

function columnPaths({ request, aggregations }: LeafPlan): Set<string> {
  const paths = new Set(aggregations.flatMap(({ aggregation }) => aggregation.paths))
  if (request.hitLimit > 0) {
    for (const key of request.sort) if (key.by === 'field') paths.add(key.field)
  }
  return paths
}

function collectHits(
  matches: DocSet,
  place: { split: LeafSplit; plan: LeafPlan; reader: SplitReader; clause: Clause },
): PartialHit[] {
  const { split, plan, reader, clause } = place
  const { hitLimit, sort, searchAfter } = plan.request
  if (hitLimit === 0 || matches.kind === 'none') return []
  const columnOf = (key: SortKey): SortColumn | undefined => {
    switch (key.by) {
      case 'doc':
        return undefined
      case 'score':
        return scoresOf(matches, clause, reader)
      case 'field':
        return sortColumn(key.field, sortableColumns(key.field, plan, reader), reader.docCount)
    }
  }
  const firstDoc = sort.findIndex(({ by }) => by === 'doc')
  const used = firstDoc < 0 ? sort : sort.slice(0, firstDoc + 1)
  return topHits(matches, reader.docCount, {
    splitId: split.splitId,
    keys: used.map((key) => ({ sort: key, column: columnOf(key) })),
    limit: hitLimit,
    searchAfter,
  })
}

/** A declared field is no text, or the request would have been refused: a column of text is from before
 *  the mapping changed, and its documents have no value to sort by. */
function sortableColumns(path: string, { schema }: LeafPlan, reader: SplitReader): Column[] {
  const columns = columnsAt(reader, path)
  return schema.resolve(path)?.mapping === 'declared' ? columns.filter(isNumeric) : columns
}

function scoresOf(matches: DocSet, clause: Clause, reader: SplitReader): SortColumn {
  const sink = new ScoreSink(toList(matches, reader.docCount), reader.docCount)
  clause.score(reader, sink, 1)
  return scoreColumn(sink.docs, sink.scores, reader.docCount)
}

function columnsAt(reader: SplitReader, path: string): Column[] {
  return reader.footer.fieldsAt(path).flatMap((field) => reader.column(field) ?? [])
}

function collectAggregations(
  matches: DocSet,
  { aggregations, memory }: LeafPlan,
  reader: SplitReader,
): readonly unknown[] | undefined {
  if (aggregations.length === 0) return undefined
  const split: AggregationSplit = {
    docCount: reader.docCount,
    memory,
    columnsAt: (path) => columnsAt(reader, path),
  }
  const collectors = new SubCollectors(aggregations, split, 1)
  const parents = new Uint32Array(DOC_BLOCK)
  eachBlock(matches, reader.docCount, (docs, count) => {
    const isRun = (docs[count - 1] ?? 0) - (docs[0] ?? 0) === count - 1
    collectors.collect({ docs, parents, count, isRun })
  })
  return collectors.result(0)
}

function termFrequencies(clause: Clause, reader: SplitReader): TermFrequency[] {
  const terms: TermFrequency[] = []
  clause.termFrequencies(reader, (path, term, docCount) => terms.push({ path, term, docCount }))
  return terms
}

function mergeAnswers(
  { request, aggregations }: LeafPlan,
  answers: readonly SplitAnswer[],
  failures: readonly LeafFailure[],
): LeafResponse {
  return {
    numHits: answers.reduce((sum, { numHits }) => sum + numHits, 0),
    hits: mergeHits(
      answers.flatMap(({ hits }) => hits),
      request.sort,
      request.hitLimit,
    ),
    aggregations: mergeAggregations(
      aggregations,
      answers.map((answer) => answer.aggregations),
    ),
    terms: answers.flatMap(({ terms }) => terms),
    failures,
  }
}

export function mergeAggregations(
  aggregations: readonly SubAggregation[],
  lists: readonly (readonly unknown[] | undefined)[],
): readonly unknown[] | undefined {
  if (aggregations.length === 0) return undefined
  const present = lists.filter((list) => list !== undefined)
  return aggregations.map(({ aggregation }, at) =>
    aggregation.merge(present.map((list) => list[at])),
  )
}

/** What a cached answer takes in memory, roughly. */
function answerBytes({ hits, aggregations, terms }: SplitAnswer): number {
  return (
    256 +
    hits.length * 200 +
    terms.length * 100 +
    (aggregations === undefined ? 0 : sizeOf(aggregations))
  )
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length * 2
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength
  if (value instanceof Set) return 64 + value.size * 24
  const parts = value instanceof Map ? [...value.entries()].flat() : Object.values(value)
  return parts.reduce((sum: number, part: unknown) => sum + sizeOf(part), 48)
}
