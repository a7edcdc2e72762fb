import type { Column } from '../split/column.ts'
import type { AggregationSplit, SubAggregation } from './aggregations/aggregation.ts'
import { SubCollectors } from './aggregations/sub-aggregations.ts'
import type { Clause } from './clauses/clause.ts'
import { countedQuery, countMatches, isCountOnly } from './count-only.ts'
import {
  countDocs,
  DOC_BLOCK,
  eachBlock,
  listOf,
  NO_DOCS,
  toList,
  toWords,
  type DocSet,
} from './doc-set.ts'
import { inRange, type DocRange } from './doc-range.ts'
import type { FetchContext, FetchedSplit } from './fetch.ts'
import {
  hitOrder,
  isCountedFirst,
  splitsWithHits,
  withoutHits,
  type Counted,
  type HitOrder,
} from './hit-splits.ts'
import { hotSplits } from './hot-splits.ts'
import { leafCacheKey } from './leaf-cache.ts'
import {
  needsNothing,
  planLeaf,
  planSplit,
  readSplit,
  type LeafPlan,
  type ReadSplit,
} from './leaf-plan.ts'
import {
  docRange,
  failureOf,
  type LeafFailure,
  type LeafRequest,
  type LeafResponse,
  type LeafSplit,
  type TermFrequency,
} from './leaf-request.ts'
import { isNumeric } from './number-keys.ts'
import { mapLimited } from './read-ranges.ts'
import { isReadWhole } from './read-rounds.ts'
import type { SortKey } from './request.ts'
import { bestScoredHits } from './scored-hits.ts'
import { ScoreSink } from './scores.ts'
import { sortColumn, type SortColumn } from './sort-column.ts'
import { mergeHits, scoreColumn, topHits, type PartialHit } from './top-hits.ts'

/** Splits that one leaf searches at once. */
const CONCURRENT_SPLITS = 100

/** What one split found. */
interface SplitAnswer {
  readonly numHits: number
  readonly hits: readonly PartialHit[]
  readonly maxScore: number | undefined
  readonly isTerminated: boolean
  readonly aggregations: readonly unknown[] | undefined
  readonly terms: readonly TermFrequency[]
}

/** Searches splits of one index and merges what they found. A split that fails is reported in the
 *  answer; rejects with `invalid` when the request itself cannot be bound. */
export async function searchLeaf(
  request: LeafRequest,
  context: FetchContext,
  signal?: AbortSignal,
): Promise<LeafResponse> {
  const plan = planLeaf(request)
  const failures: LeafFailure[] = []
  const answers = new Map<LeafSplit, SplitAnswer>()
  const ask = async (
    splits: readonly LeafSplit[],
    planOf: (split: LeafSplit) => LeafPlan,
  ): Promise<void> => {
    const opened = splits.filter((split) => !needsNothing(planSplit(planOf(split), split)))
    const reading = hotSplits({ ...request, splits: opened }, context, signal)
    const found = mapLimited(splits, CONCURRENT_SPLITS, async (split) => {
      try {
        // Small splits are not in the hot cache, and need not wait for it.
        const isSmall = isReadWhole(split.footer, context.readSizes)
        const hot = isSmall ? undefined : (await reading).splits
        const search = { context: { ...context, hot }, signal }
        answers.set(split, await answerSplit(split, planOf(split), search))
      } catch (error) {
        signal?.throwIfAborted()
        answers.delete(split)
        failures.push(failureOf(split.splitId, error))
      }
    })
    await Promise.all([reading, found])
  }
  const order = hitOrder(plan)
  if (order === undefined || request.splits.length === 1) await ask(request.splits, () => plan)
  else await searchInOrder(plan, { order, ask, answers })
  return mergeLeaves(
    plan,
    request.splits.flatMap((split) => answers.get(split) ?? []),
    failures,
  )
}

interface OrderedSearch {
  readonly order: HitOrder
  /** Searches some of the splits, each with a plan; one that fails is not among the answers then. */
  readonly ask: (
    splits: readonly LeafSplit[],
    planOf: (split: LeafSplit) => LeafPlan,
  ) => Promise<void>
  readonly answers: ReadonlyMap<LeafSplit, SplitAnswer>
}

/** Counts first where dictionaries tell: then those splits alone are searched for hits that can have one
 *  of the best. Where one of them fails others take its place. */
async function searchInOrder(
  plan: LeafPlan,
  { order, ask, answers }: OrderedSearch,
): Promise<void> {
  const { splits, hitLimit } = plan.request
  const counting = withoutHits(plan)
  const asked = new Map<LeafSplit, LeafPlan>()
  const askNext = async (next: ReadonlyMap<LeafSplit, LeafPlan>): Promise<void> => {
    for (const [split, how] of next) asked.set(split, how)
    await ask([...next.keys()], (split) => next.get(split) ?? plan)
  }
  const counted = splits.filter((split) => isCountedFirst(plan, split))
  await askNext(new Map(counted.map((split) => [split, counting])))
  for (;;) {
    const known = splits.flatMap((split): Counted[] => {
      const answer = answers.get(split)
      const hasFailed = asked.has(split) && answer === undefined
      return hasFailed ? [] : [[split, answer?.numHits]]
    })
    const wanted = new Set(splitsWithHits(known, order, hitLimit))
    const next = new Map<LeafSplit, LeafPlan>()
    for (const [split] of known) {
      const how = wanted.has(split) ? plan : counting
      if (asked.get(split) !== plan && asked.get(split) !== how) next.set(split, how)
    }
    if (next.size === 0) return
    await askNext(next)
  }
}

interface SplitSearch {
  readonly context: FetchContext
  readonly signal: AbortSignal | undefined
}

async function answerSplit(
  split: LeafSplit,
  leafPlan: LeafPlan,
  search: SplitSearch,
): Promise<SplitAnswer> {
  const { partialResults } = search.context.caches
  const plan = planSplit(leafPlan, split)
  const cacheKey = leafCacheKey(plan.request, split, plan.query)
  const cached = partialResults.get(cacheKey)
  // Only answers are ever put under these keys.
  if (cached !== undefined) return cached as SplitAnswer
  const { start, end } = docRange(split)
  const answer = needsNothing(plan)
    ? { ...NOTHING, numHits: end - start }
    : execute(split, plan, await readSplit(split, plan, { ...search, fetches: () => true }))
  partialResults.set(cacheKey, answer, cacheKey.length + answerBytes(answer))
  return answer
}

const NOTHING: SplitAnswer = {
  numHits: 0,
  hits: [],
  maxScore: undefined,
  isTerminated: false,
  aggregations: undefined,
  terms: [],
}

/** Everything is there: computes, and waits for nothing. */
function execute(leafSplit: LeafSplit, plan: LeafPlan, read: ReadSplit): SplitAnswer {
  const { split, clause, isEmpty } = read
  const counted = isCountOnly(plan, leafSplit) ? countedQuery(plan.query) : undefined
  if (counted !== undefined) {
    const terms = plan.request.wantsTerms ? termFrequencies(clause, split) : []
    return { ...NOTHING, numHits: countMatches(counted, split), terms }
  }
  const { docCount } = split
  const range = docRange(leafSplit)
  const inside = isEmpty ? NO_DOCS : inRange(clause.matches(split), range, docCount)
  const found = withMinScore(inside, plan.request, read)
  const matches = firstMatches(found, plan.request, docCount)
  const place = { splitId: leafSplit.splitId, range, plan, read }
  return {
    numHits: countDocs(matches, docCount),
    ...collectHits(matches, place),
    isTerminated: matches !== found,
    aggregations: collectAggregations(matches, place),
    // Those of the whole split: once.
    terms: plan.request.wantsTerms && range.start === 0 ? termFrequencies(clause, split) : [],
  }
}

interface SplitPart {
  readonly splitId: string
  readonly range: DocRange
  readonly plan: LeafPlan
  readonly read: ReadSplit
}

/** Those that score enough. */
function withMinScore(
  matches: DocSet,
  { minScore }: LeafRequest,
  { split, clause }: ReadSplit,
): DocSet {
  if (minScore === undefined) return matches
  const { docs, scores } = scoresIn(matches, clause, split)
  return listOf(docs.filter((_, at) => (scores[at] as number) >= minScore))
}

/** The same set when it is no larger than the request counts. */
function firstMatches(found: DocSet, { terminateAfter }: LeafRequest, docCount: number): DocSet {
  if (terminateAfter === undefined || countDocs(found, docCount) <= terminateAfter) return found
  return listOf(toList(found, docCount).slice(0, terminateAfter))
}

function collectHits(
  matches: DocSet,
  place: SplitPart,
): { readonly hits: PartialHit[]; readonly maxScore: number | undefined } {
  const { splitId, plan } = place
  const { split, clause } = place.read
  const { hitLimit, sort, searchAfter } = plan.request
  if (hitLimit === 0 || matches.kind === 'none') return { hits: [], maxScore: undefined }
  const scored = plan.scored && bestScoredHits(matches, { splitId, ...place.read }, plan.request)
  if (scored) return scored
  const scores = plan.scored ? scoresIn(matches, clause, split) : undefined
  const byScore = scores && scoreColumn(scores.docs, scores.scores, split.docCount)
  const columnOf = (key: SortKey): SortColumn | undefined => {
    switch (key.by) {
      case 'doc':
        return undefined
      case 'score':
        return byScore
      case 'field':
        return fieldColumn(key, plan, split)
    }
  }
  const firstDoc = sort.findIndex(({ by }) => by === 'doc')
  const used = firstDoc < 0 ? sort : sort.slice(0, firstDoc + 1)
  const best = topHits(matches, split.docCount, {
    splitId,
    keys: used.map((key) => ({ sort: key, column: columnOf(key) })),
    limit: hitLimit,
    searchAfter,
  })
  const hits =
    byScore === undefined
      ? best
      : best.map((hit) => ({ ...hit, score: byScore.keys[hit.docId] as number }))
  return { hits, maxScore: scores === undefined ? undefined : largest(scores.scores) }
}

function fieldColumn(
  { field, several }: Extract<SortKey, { by: 'field' }>,
  plan: LeafPlan,
  split: FetchedSplit,
): SortColumn {
  return sortColumn(field, sortableColumns(field, plan, split), split.docCount, several)
}

/** A declared field is no text, or the request would have been refused: a column of text is from before
 *  the mapping changed, and its documents have no value to sort by. */
function sortableColumns(path: string, { schema }: LeafPlan, split: FetchedSplit): Column[] {
  const columns = split.columnsAt(path)
  return schema.resolve(path)?.mapping === 'declared' ? columns.filter(isNumeric) : columns
}

function scoresIn(matches: DocSet, clause: Clause, split: FetchedSplit): ScoreSink {
  const sink = new ScoreSink(toList(matches, split.docCount), split.docCount)
  clause.score(split, sink, 1)
  return sink
}

/** Undefined for none; spreading a split's worth of scores would overflow the stack. */
function largest(scores: ArrayLike<number>): number | undefined {
  if (scores.length === 0) return undefined
  let best = -Infinity
  // Bounds are in sight: a check for each of a split's scores would be most of the time.
  for (let i = 0; i < scores.length; i++)
    if ((scores[i] as number) > best) best = scores[i] as number
  return best
}

function collectAggregations(matches: DocSet, place: SplitPart): readonly unknown[] | undefined {
  const { aggregations, memory } = place.plan
  const { split, filters } = place.read
  if (aggregations.length === 0) return undefined
  const { docCount } = split
  const source: AggregationSplit = {
    splitId: place.splitId,
    docCount,
    range: place.range,
    memory,
    columnsAt: (path) => split.columnsAt(path),
    matching(query) {
      const clause = filters.get(query)
      const isNone = clause === undefined || clause.isEmpty(split)
      return toWords(isNone ? NO_DOCS : clause.matches(split), docCount)
    },
  }
  const collectors = new SubCollectors(aggregations, source, 1)
  const parents = new Uint32Array(DOC_BLOCK)
  eachBlock(matches, docCount, (docs, count) => {
    const isRun = (docs[count - 1] as number) - (docs[0] as number) === count - 1
    collectors.collect({ docs, parents, count, isRun, onlyParent: 0 })
  })
  return collectors.result(0)
}

function termFrequencies(clause: Clause, split: FetchedSplit): TermFrequency[] {
  const terms: TermFrequency[] = []
  clause.termFrequencies(split, (path, term, docCount) => terms.push({ path, term, docCount }))
  return terms
}

/** What parts of a leaf search found, as one. */
export function mergeLeaves(
  { request, aggregations }: Pick<LeafPlan, 'request' | 'aggregations'>,
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
    maxScore: maxScoreOf(answers),
    isTerminated: answers.some(({ isTerminated }) => isTerminated),
    terms: answers.flatMap(({ terms }) => terms),
    failures,
  }
}

export function maxScoreOf(
  answers: readonly { readonly maxScore: number | undefined }[],
): number | undefined {
  return largest(answers.flatMap(({ maxScore }) => maxScore ?? []))
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

/** What a cached answer takes in memory beside its key, roughly. */
export function answerBytes({
  hits,
  aggregations,
  terms,
}: Pick<SplitAnswer, 'hits' | 'aggregations' | 'terms'>): number {
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
