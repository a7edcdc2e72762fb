import { unknownField } from '../schema/nearest.ts'
import { QwError } from '../errors.ts'
import { latestOpstamp } from '../metastore/delete-task.ts'
import { publishedSplits, type IndexFile } from '../metastore/index-metadata.ts'
import { askedConfig } from '../metastore/past-mappings.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { splitMayMatch } from '../query/prune.ts'
import type { Query } from '../query/query.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import type { Schema } from '../schema/schema.ts'
import { parseAggregations, type RequestedAggregations } from './aggregations/kinds.ts'
import { describeQuery } from './describe-query.ts'
import { bindFor, bindIndexSearch, splitFacts } from './index-search.ts'
import type { LeafRequest } from './leaf-request.ts'
import type { SearchRequest, SortKey } from './request.ts'
import { pruneReason, type PruneReason } from './pruned-splits.ts'
import { snippetFields, type SnippetField } from './snippets.ts'

/** A request checked against every index it names, with the splits that may match. */
export interface RootPlan {
  readonly indexes: readonly IndexPlan[]
}

export interface IndexPlan {
  /** By which is asked. */
  readonly config: IndexConfig
  /** By which documents are shown. */
  readonly shown: IndexConfig
  readonly schema: Schema
  readonly query: Query
  readonly sort: readonly SortKey[]
  readonly aggregations: RequestedAggregations | undefined
  readonly snippetFields: readonly SnippetField[]
  /** Why its splits cannot be asked this. */
  readonly unanswerable?: QwError
  /** Published splits, before pruning. */
  readonly splitsTotal: number
  /** Those that may hold a match. */
  readonly splits: readonly SplitRecord[]
  /** Why each of the others was left out; only explaining asks. */
  readonly pruned: () => PruneReason[]
}

/** Throws `invalid` for anything that an index cannot answer: no split is opened before. */
export function planRoot(request: SearchRequest, files: readonly IndexFile[]): RootPlan {
  checkPinned(request, files)
  const indexes = files.map((file) => planIndex(request, file))
  const [[first] = [], ...others] = indexes
  for (const [other] of others) {
    if (first !== undefined && other !== undefined) checkCompatible(first, other)
  }
  return { indexes: indexes.flat() }
}

/** Throws `invalid` (SCROLL-GONE) where a pinned split cannot be searched any more: without it the answer
 *  would be a smaller one. */
function checkPinned({ pinnedSplits }: SearchRequest, files: readonly IndexFile[]): void {
  if (pinnedSplits === undefined) return
  const readable = new Set<string>(files.flatMap(readableSplits))
  if ([...pinnedSplits].every((splitId) => readable.has(splitId))) return
  throw new QwError('invalid', 'splits that this search began with are gone', {
    code: 'SCROLL-GONE',
    why: 'their documents were erased, cleared or dropped with the index, or it began too long ago',
    fix: 'begin it again: another scroll, or POST /<index>/_pit?keep_alive=1m',
  })
}

/** A split that was replaced still has what has been erased since: it is not searched any more. */
function readableSplits(file: IndexFile): string[] {
  const opstamp = latestOpstamp(file)
  const isReadable = (split: SplitRecord): boolean =>
    split.state === 'Published' || split.deleteOpstamp >= opstamp
  return file.splits.filter(isReadable).map(({ splitId }) => splitId)
}

/** The splits of each mapping that the index has had are searched as an index of their own; those of the
 *  present one first. */
function planIndex(request: SearchRequest, file: IndexFile): IndexPlan[] {
  const { pinnedSplits } = request
  const published =
    pinnedSplits === undefined
      ? publishedSplits(file)
      : file.splits.filter(({ splitId }) => pinnedSplits.has(splitId))
  const { pastMappings } = file.metadata
  const asked = boundPlan(request, askedConfig(file.metadata))
  const present = { ...asked, shown: file.metadata.config }
  if (pastMappings.length === 0) return [withSplits(present, published)]
  const past = new Set(pastMappings.map(({ docMappingUid = '' }) => docMappingUid))
  const groups = [...past].flatMap((uid) => {
    const own = published.filter(({ docMappingUid }) => docMappingUid === uid)
    if (own.length === 0) return []
    const { bound, unanswerable } = bindFor(
      { metadata: file.metadata, docMappingUid: uid },
      // Documents without a value to sort by come last: nothing is missing from the answer.
      (older) => ({ ...boundPlan({ ...request, sort: [] }, older), sort: present.sort }),
      () => present,
    )
    return withSplits({ ...bound, ...(unanswerable && { unanswerable }) }, own)
  })
  const others = published.filter(({ docMappingUid }) => !past.has(docMappingUid))
  return [withSplits(present, others), ...groups]
}

type BoundPlan = Omit<IndexPlan, 'splitsTotal' | 'splits' | 'pruned'>

function boundPlan(request: SearchRequest, config: IndexConfig): BoundPlan {
  const { schema, query } = bindIndexSearch(config, request)
  return {
    config,
    shown: config,
    schema,
    query,
    sort: request.sort.map((key) => bindSortKey(key, schema)),
    aggregations: request.aggs === undefined ? undefined : parseAggregations(request.aggs, schema),
    snippetFields: snippetFields(schema, request.snippetFields),
  }
}

function withSplits(plan: BoundPlan, published: readonly SplitRecord[]): IndexPlan {
  const { query, aggregations } = plan
  const timestamp = plan.schema.timestampField
  const readsAll = aggregations?.readsAll === true
  return {
    ...plan,
    splitsTotal: published.length,
    splits: published.filter(
      (split) => readsAll || splitMayMatch(query, splitFacts(split), timestamp),
    ),
    pruned: () =>
      readsAll
        ? []
        : published.flatMap((split) => pruneReason(query, splitFacts(split), timestamp) ?? []),
  }
}

/** Throws `invalid` unless the field exists, is fast and is not text. */
function bindSortKey(key: SortKey, schema: Schema): SortKey {
  if (key.by !== 'field') return key
  const field = schema.resolve(key.field)
  if (field === undefined && key.isOptional === true) return key
  if (field === undefined) throw unknownField(key.field, schema)
  if (field.type === 'str' || field.type === 'ip' || field.type === 'bytes') {
    throw new QwError(
      'invalid',
      `sort by field on type ${field.type === 'str' ? 'text' : field.type} is currently not supported: \`${key.field}\``,
      { fix: 'sort by a number, date or bool field' },
    )
  }
  if (field.column === undefined) {
    throw new QwError(
      'invalid',
      `sort by field must be a fast field, and \`${key.field}\` is not`,
      {
        code: 'QUERY-SCHEMA',
        fix: `set \`fast: true\` on \`${key.field}\` in the index config`,
      },
    )
  }
  return { ...key, field: field.path }
}

/** Several indexes answer one query only when it means the same in all of them. */
function checkCompatible(first: IndexPlan, other: IndexPlan): void {
  const ids = `\`${first.config.indexId}\` and \`${other.config.indexId}\``
  const timestamps = [first.schema.timestampField?.path, other.schema.timestampField?.path]
  if (
    timestamps[0] !== undefined &&
    timestamps[1] !== undefined &&
    timestamps[0] !== timestamps[1]
  ) {
    throw new QwError('invalid', `indexes ${ids} have different timestamp fields`, {
      fix: 'search them one at a time',
    })
  }
  if (printable(first.query) !== printable(other.query)) {
    throw new QwError('invalid', `the query means different things in indexes ${ids}`, {
      fix: 'name the fields in the query, or search the indexes one at a time',
    })
  }
}

function printable(query: Query): string {
  return JSON.stringify(describeQuery(query), (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

export function leafRequest(request: SearchRequest, index: IndexPlan): LeafRequest {
  return {
    indexId: index.config.indexId,
    config: index.config,
    query: request.query,
    searchFields: request.searchFields,
    startTimestamp: request.startTimestamp,
    endTimestamp: request.endTimestamp,
    hitLimit: request.maxHits === 0 ? 0 : request.startOffset + request.maxHits,
    sort: index.sort,
    searchAfter: request.searchAfter,
    aggs: request.aggs,
    wantsTerms: request.snippetFields.length + (request.highlights ?? []).length > 0,
    wantsScores: request.wantsScores ?? false,
    minScore: request.minScore,
    terminateAfter: request.terminateAfter,
    splits: index.splits.map(({ splitId, footer, docCount, timeRange }) => {
      return { splitId, footer, docCount, timeRange }
    }),
    indexSplits: index.splitsTotal,
  }
}
