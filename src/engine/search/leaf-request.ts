import type { JsonValue } from '../bytes/json.ts'
import type { ByteRange } from '../ports.ts'
import { isQwError, messageOf, type ErrorKind } from '../errors.ts'
import type { QueryAst } from '../query/query-ast.ts'
import type { IndexConfig } from '../schema/index-config.ts'
import type { DocRange } from './doc-range.ts'
import type { SortKey } from './request.ts'
import type { PartialHit } from './top-hits.ts'

/** The search of some splits of one index: plain data, so that a worker or another machine can do it. */
export interface LeafRequest {
  readonly indexId: string
  readonly config: IndexConfig
  readonly query: QueryAst
  readonly searchFields: readonly string[] | undefined
  /** Seconds; start inclusive, end exclusive. */
  readonly startTimestamp: number | undefined
  readonly endTimestamp: number | undefined
  /** Hits wanted from all splits together: start offset plus max hits. */
  readonly hitLimit: number
  readonly sort: readonly SortKey[]
  readonly searchAfter: readonly JsonValue[] | undefined
  readonly aggs: JsonValue | undefined
  /** Whether document frequencies of the query's terms are wanted, for snippets. */
  readonly wantsTerms: boolean
  readonly wantsScores: boolean
  readonly minScore: number | undefined
  readonly terminateAfter: number | undefined
  readonly splits: readonly LeafSplit[]
  /** Splits that the index has; undefined: these. */
  readonly indexSplits?: number | undefined
}

/** What a leaf has to know of a split: from its record in the metastore. */
export interface LeafSplit {
  readonly splitId: string
  readonly footer: ByteRange
  readonly docCount: number
  readonly timeRange: { readonly startSeconds: number; readonly endSeconds: number } | undefined
  /** The documents that are searched; undefined: all. */
  readonly docs?: DocRange | undefined
}

/** What the splits that succeeded found together, and which failed: again plain data, of the kinds
 *  that structured cloning keeps (typed arrays, maps, sets and bigints included). */
export interface LeafResponse {
  readonly numHits: number
  /** Best first. */
  readonly hits: readonly PartialHit[]
  readonly maxScore: number | undefined
  readonly isTerminated: boolean
  /** Parallel to the aggregations of the request. */
  readonly aggregations: readonly unknown[] | undefined
  readonly terms: readonly TermFrequency[]
  readonly failures: readonly LeafFailure[]
}

export interface TermFrequency {
  readonly path: string
  readonly term: Uint8Array
  readonly docCount: number
}

export interface LeafFailure {
  readonly splitId: string
  readonly kind: ErrorKind
  readonly message: string
  readonly fix: string | undefined
}

/** Runs leaf searches somewhere else. Rejects only when no split could be tried. */
export interface LeafInvoker {
  search(request: LeafRequest, signal: AbortSignal | undefined): Promise<LeafResponse>
}

/** Of a leaf whose splits all failed. */
export function failedLeaf(failures: readonly LeafFailure[]): LeafResponse {
  return {
    numHits: 0,
    hits: [],
    maxScore: undefined,
    isTerminated: false,
    aggregations: undefined,
    terms: [],
    failures,
  }
}

export function docRange({ docs, docCount }: Pick<LeafSplit, 'docs' | 'docCount'>): DocRange {
  return docs ?? { start: 0, end: docCount }
}

export function failureOf(splitId: string, error: unknown): LeafFailure {
  return {
    splitId,
    kind: isQwError(error) ? error.kind : 'internal',
    message: messageOf(error),
    fix: isQwError(error) ? error.fix : undefined,
  }
}
