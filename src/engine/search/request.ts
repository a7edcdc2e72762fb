import type { JsonValue } from '../bytes/json.ts'
import type { QueryAst } from '../query/query-ast.ts'
import type { PruneReason } from './pruned-splits.ts'
import type { ReadRound } from './read-rounds.ts'
import type { SnippetStyle } from './snippets.ts'

/** Largest `maxHits`, and largest `startOffset`, of one request. */
export const MAX_HITS_LIMIT = 10_000
export const START_OFFSET_LIMIT = 10_000

/** Sort keys of one request, a trailing `doc` key not counted. */
export const SORT_KEYS_LIMIT = 2

/** One search as every dialect asks for it; no dialect's names, defaults already filled in. */
export interface SearchRequest {
  /** Index ids, patterns with `*`, or either after a `-` (taken away). At least one is positive. */
  readonly indexIdPatterns: readonly string[]
  /** What to do with a plain id that does not exist; a pattern may always match nothing. */
  readonly missingIndexes: 'error' | 'skip'
  readonly query: QueryAst
  /** Fields of clauses that name none; undefined: the index's own default fields. */
  readonly searchFields?: readonly string[] | undefined
  /** Whole seconds since the epoch, inclusive; needs a timestamp field. */
  readonly startTimestamp?: number | undefined
  /** Whole seconds since the epoch, exclusive; needs a timestamp field. */
  readonly endTimestamp?: number | undefined
  readonly maxHits: number
  readonly startOffset: number
  /** Empty: by document address, descending. */
  readonly sort: readonly SortKey[]
  /** One value per sort key (dates in ms, or in ns when the key says so); hits come strictly after. */
  readonly searchAfter?: readonly JsonValue[] | undefined
  /** The `aggs` object as the client wrote it. */
  readonly aggs?: JsonValue | undefined
  /** False: `numHits` may be a lower bound. */
  readonly countAll: boolean
  readonly snippetFields: readonly string[]
  /** More snippets, each in its own style; a pattern with `*` names the fields that the query asks. */
  readonly highlights?: readonly Highlight[] | undefined
  /** Whether hits have scores, whatever they are sorted by. */
  readonly wantsScores?: boolean | undefined
  /** Documents that score less do not match. */
  readonly minScore?: number | undefined
  /** Matches of one split that count, the first by address; undefined: all. */
  readonly terminateAfter?: number | undefined
  /** False: one failed split fails the search. */
  readonly allowFailedSplits: boolean
  /** Ids of the splits to search, replaced by a merge or not; undefined: those that are published. */
  readonly pinnedSplits?: ReadonlySet<string> | undefined
}

export interface Highlight {
  readonly pattern: string
  readonly style: SnippetStyle
}

export type SortOrder = 'asc' | 'desc'

export type SortKey =
  | { readonly by: 'score'; readonly order: SortOrder }
  /** Document address: split id, then doc id. Keys after it are ignored. */
  | { readonly by: 'doc'; readonly order: SortOrder }
  | {
      readonly by: 'field'
      readonly field: string
      readonly order: SortOrder
      /** Unit of dates in `searchAfter` only; sort values of hits are always exact. */
      readonly dateUnit: 'ms' | 'ns'
      /** Where documents without a value stand; last unless said. */
      readonly missing?: 'first' | undefined
      /** Which of several values counts; the first in the document unless said. */
      readonly several?: 'min' | 'max' | undefined
      /** An index without the field has no value in any document, instead of being refused. */
      readonly isOptional?: boolean | undefined
      /** A date pattern for dialects that show dates as text; in here they are exact. */
      readonly dateFormat?: string | undefined
    }

/** What a hit was sorted by. Dates are nanoseconds; `doc` is `<split_id>:<segment>:<doc>`. */
export type SortValue =
  | { readonly type: 'score' | 'f64'; readonly value: number }
  | { readonly type: 'i64' | 'u64' | 'date'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'doc'; readonly value: string }

export interface Hit {
  readonly indexId: string
  readonly splitId: string
  readonly docId: number
  /** The rendered document as lossless JSON text. */
  readonly json: string
  /** Parallel to the request's sort keys; undefined where the document has no value. */
  readonly sort: readonly (SortValue | undefined)[]
  /** Only when scores were asked for. */
  readonly score?: number | undefined
  /** Field to fragments; only when snippets were asked for. */
  readonly snippets?: Readonly<Record<string, readonly string[]>>
}

export interface FailedSplit {
  readonly indexId: string
  readonly splitId: string
  readonly message: string
}

export interface SearchResponse {
  readonly numHits: number
  readonly hits: readonly Hit[]
  /** The best score of any match; undefined when no scores were asked for, or nothing matched. */
  readonly maxScore?: number | undefined
  /** Whether a split had more matches than `terminateAfter`. */
  readonly isTerminated?: boolean | undefined
  /** Whether the caller's own time limit ended it, so that nothing is answered. */
  readonly isTimedOut?: boolean | undefined
  /** One sentence per failed split. */
  readonly errors: readonly string[]
  readonly failedSplits: readonly FailedSplit[]
  /** Splits of the matched indexes, before pruning. */
  readonly splitsTotal: number
  /** Splits that were searched, failed ones included. */
  readonly splitsSearched: number
  /** Indexes that the patterns matched. */
  readonly indexIds: readonly string[]
  readonly elapsedMicros: number
  /** Undefined when none was asked for or no index matched. */
  readonly aggregations?: JsonValue | undefined
}

/** What a search would read, without reading it. */
export interface SearchPlanResponse {
  /** The query after binding, as JSON. */
  readonly query: JsonValue
  readonly splits: {
    /** Published ones, searched or not. */
    readonly total: number
    readonly pruned: Readonly<Record<PruneReason, number>>
  }
  /** What is read of the split with the most documents, round after round, were nothing cached and the
   *  documents of hits apart. */
  readonly reads: readonly ReadRound[]
  /** Requests for the documents of hits, in one more round, at most. */
  readonly hitRequests: number
  /** `index/split` of every split that survives pruning. */
  readonly searchedSplits: readonly string[]
  /** What is read of the split with the most documents, by part, were nothing cached; parts that stand
   *  close together are read at once. */
  readonly storageRequests: {
    readonly footer: number
    readonly fastfield: number
    readonly fieldnorm: number
    readonly sstable: number
    readonly posting: number
    readonly position: number
  }
}
