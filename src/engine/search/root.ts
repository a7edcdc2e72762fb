import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { isQwError, QwError } from '../errors.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { splitKey } from '../metastore/layout.ts'
import type { ByteRange, Clock, ObjectStore } from '../ports.ts'
import { BucketBudget } from './aggregations/aggregation.ts'
import { showDocuments } from './aggregations/show-documents.ts'
import { renderSubs } from './aggregations/sub-aggregations.ts'
import { SearchCaches } from './caches.ts'
import { describeQuery } from './describe-query.ts'
import { countNeeds, explainCounting, explainSplit } from './explain.ts'
import { countReasons } from './pruned-splits.ts'
import type { Need } from './needs.ts'
import { isReadWhole, readRounds, type ReadRound } from './read-rounds.ts'
import type { ReadSizes } from './fetch.ts'
import { fetchHits, type LocatedHit } from './fetch-hits.ts'
import { maxScoreOf, mergeAggregations, searchLeaf } from './leaf.ts'
import { hotSplits, type KnownHotCache } from './hot-splits.ts'
import {
  failedLeaf,
  failureOf,
  type LeafInvoker,
  type LeafRequest,
  type LeafResponse,
} from './leaf-request.ts'
import type { FailedSplit, SearchPlanResponse, SearchRequest, SearchResponse } from './request.ts'
import { checkRequest } from './check-request.ts'
import { leafRequest, planRoot, type IndexPlan, type RootPlan } from './root-plan.ts'
import { highlightFields, snippetWeights } from './snippets.ts'
import { mergeHits, type PartialHit } from './top-hits.ts'

/** What a search needs from its host; one value per process, reused by every request. */
export interface SearchContext {
  /** The store that holds the indexes (`<index_id>/…`). */
  readonly store: ObjectStore
  readonly metastore: Metastore
  readonly caches: SearchCaches
  readonly clock: Clock
  /** Where leaf searches run; undefined: in this process. */
  readonly leaf?: LeafInvoker | undefined
  /** Steps that a query may take in one split; SPLIT_WORK_LIMIT unless given. */
  readonly splitWorkLimit?: number | undefined
  /** READ_SIZES unless given. */
  readonly readSizes?: ReadSizes | undefined
}

/**
 * Searches every split that may hold a match and merges. Throws `invalid` for a request that no
 * index can answer, `notFound` for a missing index, and the kind of the first failure (`unavailable`,
 * `corrupt`, …) when splits failed and the request does not allow that, or when all of them failed.
 *
 * Costs a conditional read per index, then at most three rounds of reads per split and one for the
 * documents of the hits; small splits are read whole, once.
 */
export async function searchRoot(
  request: SearchRequest,
  context: SearchContext,
  signal?: AbortSignal,
): Promise<SearchResponse> {
  checkRequest(request)
  const startMs = context.clock.nowMs()
  // A split that a merge replaced after the metastore was read is gone for good: one look at the
  // new list of splits finds its documents in the split that replaced it.
  const response =
    (await searchOnce(request, { context, signal, mayRetry: true })) ??
    (await searchOnce(request, { context, signal, mayRetry: false }))
  if (response === undefined)
    throw new QwError('internal', 'the last try has to answer or to throw')
  const elapsedMicros = Math.round((context.clock.nowMs() - startMs) * 1000)
  return { ...response, elapsedMicros }
}

/** Undefined: a split of the metastore was not in the store, and the caller may try again. */
async function searchOnce(
  request: SearchRequest,
  search: Search & { readonly mayRetry: boolean },
): Promise<SearchResponse | undefined> {
  const files = await loadIndexes(request, search)
  for (const file of files) search.context.caches.dropReplaced(file)
  const plan = planRoot(request, files)
  const answers = await Promise.all(
    plan.indexes.map((index) => searchIndex(request, index, search)),
  )
  const failures: Failure[] = []
  answers.forEach((answer, at) => {
    const indexId = plan.indexes[at]?.config.indexId ?? ''
    addFailures(
      failures,
      answer.failures.map((failure) => ({ ...failure, indexId })),
    )
  })
  if (isStale(failures, search)) return undefined
  refuseFailures(request, plan, failures)
  const limit = request.startOffset + request.maxHits
  const merged = mergeHits(
    answers.flatMap(({ hits }) => hits),
    request.sort,
    limit,
  )
  const weights = snippetWeights(answers.flatMap(({ terms }) => terms))
  const snippets = plan.indexes[0]?.snippetFields ?? []
  const highlights = highlightFields(plan.indexes[0]?.schema, request.highlights ?? [], weights)
  const display = { snippetFields: [...snippets, ...highlights], weights }
  const fetched = await fetchHits(
    locateHits(plan, merged.slice(request.startOffset)),
    display,
    search,
  )
  if (isStale(fetched.failures, search)) return undefined
  addFailures(failures, fetched.failures)
  refuseFailures(request, plan, failures)
  const { aggregations, failures: unread } = await renderAggregations(plan, answers, search)
  if (isStale(unread, search)) return undefined
  addFailures(failures, unread)
  refuseFailures(request, plan, failures)
  return {
    numHits: answers.reduce((sum, { numHits }) => sum + numHits, 0),
    hits: fetched.hits,
    maxScore: maxScoreOf(answers),
    isTerminated: answers.some(({ isTerminated }) => isTerminated),
    errors: failures.map(describeFailure),
    failedSplits: failures.map(({ indexId, splitId, message }) => ({ indexId, splitId, message })),
    splitsTotal: plan.indexes.reduce((sum, index) => sum + index.splitsTotal, 0),
    splitsSearched: plan.indexes.reduce((sum, index) => sum + index.splits.length, 0),
    indexIds: [...new Set(plan.indexes.map(({ config }) => config.indexId))],
    elapsedMicros: 0,
    ...(aggregations === undefined ? {} : { aggregations }),
  }
}

type Search = { readonly context: SearchContext; readonly signal: AbortSignal | undefined }

async function loadIndexes(
  request: SearchRequest,
  { context: { metastore }, signal }: Search,
): ReturnType<Metastore['listIndexes']> {
  const { indexIdPatterns, missingIndexes } = request
  if (missingIndexes === 'error') return metastore.listIndexes(indexIdPatterns, signal)
  const known = new Set(await metastore.listIndexIds(signal))
  const present = indexIdPatterns.filter(
    (pattern) => pattern.includes('*') || pattern.startsWith('-') || known.has(pattern),
  )
  return metastore.listIndexes(present, signal)
}

async function searchIndex(
  request: SearchRequest,
  index: IndexPlan,
  { context, signal }: Search,
): Promise<LeafResponse> {
  const { unanswerable } = index
  if (unanswerable !== undefined) {
    return failedLeaf(index.splits.map(({ splitId }) => failureOf(splitId, unanswerable)))
  }
  const leaf = leafRequest(request, index)
  return context.leaf === undefined
    ? searchLeaf(leaf, context, signal)
    : context.leaf.search(leaf, signal)
}

type Failure = LeafResponse['failures'][number] & FailedSplit

/** Each split once, however many of its parts and documents could not be read. */
function addFailures(failures: Failure[], more: readonly Failure[]): void {
  const known = new Set(failures.map(({ splitId }) => splitId))
  for (const failure of more) {
    if (known.has(failure.splitId)) continue
    known.add(failure.splitId)
    failures.push(failure)
  }
}

function describeFailure({ indexId, splitId, message }: FailedSplit): string {
  return `split ${indexId}/${splitId}: ${message}`
}

/** A split that the metastore listed is gone, and its successor may be listed by now. */
function isStale(
  failures: readonly Failure[],
  { mayRetry }: { readonly mayRetry: boolean },
): boolean {
  return mayRetry && failures.some(({ kind }) => kind === 'notFound')
}

/** Throws when splits failed, unless the request allows that and at least one split succeeded. */
function refuseFailures(
  request: SearchRequest,
  plan: RootPlan,
  failures: readonly Failure[],
): void {
  const [first] = failures
  const searched = plan.indexes.reduce((sum, index) => sum + index.splits.length, 0)
  if (first === undefined || (request.allowFailedSplits && failures.length < searched)) return
  const ids = failures.map(({ indexId, splitId }) => `${indexId}/${splitId}`)
  throw new QwError(
    // To the caller a split that is gone is damage to the index, not a wrong name in the request.
    first.kind === 'notFound' ? 'corrupt' : first.kind,
    `${failures.length} of ${searched} splits failed: ${ids.slice(0, NAMED_SPLITS).join(', ')}; first cause: ${first.message}`,
    {
      fix:
        first.fix ?? 'what the other splits have: allow_failed_splits=true in the search request',
    },
  )
}

/** Failed splits that a message names. */
const NAMED_SPLITS = 10

function locateHits(plan: RootPlan, hits: readonly PartialHit[]): LocatedHit[] {
  const places = new Map<string, { split: SplitRecord; config: IndexPlan['shown'] }>()
  for (const { splits, shown } of plan.indexes) {
    for (const split of splits) places.set(split.splitId, { split, config: shown })
  }
  return hits.flatMap((hit) => {
    const place = places.get(hit.splitId)
    return place === undefined ? [] : [{ hit, ...place }]
  })
}

/** With the documents that they show, which are read here. */
async function renderAggregations(
  plan: RootPlan,
  answers: readonly LeafResponse[],
  search: Search,
): Promise<{
  readonly aggregations: JsonObject | undefined
  readonly failures: Awaited<ReturnType<typeof fetchHits>>['failures']
}> {
  const aggregations = plan.indexes[0]?.aggregations
  if (aggregations === undefined) return { aggregations: undefined, failures: [] }
  const { subs, complete } = aggregations
  const merged = mergeAggregations(
    subs,
    answers.map((answer) => answer.aggregations),
  )
  const budget = new BucketBudget()
  const rendered = complete(renderSubs(subs, merged, budget))
  const failures = await showDocuments(budget.documents, (hits) =>
    fetchHits(locateHits(plan, hits), { snippetFields: [], weights: new Map() }, search),
  )
  return { aggregations: rendered, failures }
}

/** As a process finds it that has read nothing. */
async function coldHotCache(
  leaf: LeafRequest,
  { context, signal }: Search,
): Promise<
  Pick<KnownHotCache, 'isRead' | 'sizeBytes'> & {
    readonly rangesOf: (splitKey: string) => ByteRange[]
  }
> {
  const cold = { ...context, caches: new SearchCaches() }
  const { isRead, sizeBytes, splits } = await hotSplits(leaf, cold, signal)
  const rangesOf = (key: string): ByteRange[] =>
    (splits.get(key) ?? []).map(({ start, bytes }) => ({ start, end: start + bytes.length }))
  return { isRead, sizeBytes, rangesOf }
}

/** Binds and prunes as `searchRoot` does, and tells what would be read. Costs a conditional read per
 *  index and the footer and dictionary blocks of one split, where they are not cached. */
export async function planSearch(
  request: SearchRequest,
  context: SearchContext,
  signal?: AbortSignal,
): Promise<SearchPlanResponse> {
  checkRequest(request)
  const search = { context, signal }
  try {
    return await explainOnce(request, search)
  } catch (error) {
    // As in a search: what a merge replaced is found in its successor.
    if (!isQwError(error) || error.kind !== 'notFound') throw error
    return explainOnce(request, search)
  }
}

/** What is read of one of a leaf's splits, and for all of them, where nothing is cached. */
async function explainReads(
  leaf: LeafRequest,
  split: SplitRecord,
  search: Search,
): Promise<{ readonly needs: readonly Need[]; readonly reads: readonly ReadRound[] }> {
  const needs = await explainSplit(leaf, split, search)
  if (needs.length === 0) return { needs, reads: [] }
  const counting = await explainCounting(leaf, split, search)
  // Splits that the metastore counts are not opened.
  const opened = counting?.length === 0 ? [] : leaf.splits
  const hot = await coldHotCache({ ...leaf, splits: opened }, search)
  const rounds = readRounds(needs, split.footer, {
    sizes: search.context.readSizes,
    counting,
    hot: hot.rangesOf(splitKey(leaf.indexId, split.splitId)),
  })
  const shared = { requests: 1, bytes: hot.sizeBytes, isShared: true }
  return { needs, reads: hot.isRead ? [shared, ...rounds] : rounds }
}

async function explainOnce(request: SearchRequest, search: Search): Promise<SearchPlanResponse> {
  const plan = planRoot(request, await loadIndexes(request, search))
  const [first] = plan.indexes
  const query: JsonValue = first === undefined ? { kind: 'matchNone' } : describeQuery(first.query)
  const searched = plan.indexes.flatMap((index) => index.splits.map((split) => ({ index, split })))
  const [largest] = searched.toSorted((a, b) => b.split.docCount - a.split.docCount)
  const sizes = search.context.readSizes
  const { needs, reads } =
    largest === undefined
      ? { needs: [], reads: [] }
      : await explainReads(leafRequest(request, largest.index), largest.split, search)
  return {
    query,
    splits: {
      total: plan.indexes.reduce((sum, index) => sum + index.splitsTotal, 0),
      pruned: countReasons(plan.indexes.flatMap((index) => index.pruned())),
    },
    reads,
    hitRequests:
      largest === undefined || isReadWhole(largest.split.footer, sizes) ? 0 : request.maxHits,
    searchedSplits: searched.map(({ index, split }) => `${index.config.indexId}/${split.splitId}`),
    storageRequests: countNeeds(needs),
  }
}
