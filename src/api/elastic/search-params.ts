import type { DefaultOperator } from '../../engine/query/query-ast.ts'
import type { RequestFields } from '../request-fields.ts'

/** Parameters of `_search` that change the answer. */
const USED = [
  'q',
  'default_operator',
  'size',
  'from',
  'sort',
  'track_total_hits',
  'scroll',
  'ignore_unavailable',
  'allow_partial_search_results',
  '_source',
  '_source_includes',
  '_source_excludes',
  'extra_filters',
  'typed_keys',
] as const

/** Taken and ignored, since clients send them unasked. */
const IGNORED = [
  'allow_no_indices',
  'analyze_wildcard',
  'analyzer',
  'batched_reduce_size',
  'ccs_minimize_roundtrips',
  'df',
  'docvalue_fields',
  'error_trace',
  'expand_wildcards',
  'explain',
  'filter_path',
  'force_synthetic_source',
  'human',
  'ignore_throttled',
  'lenient',
  'max_concurrent_shard_requests',
  'min_compatible_shard_node',
  'pre_filter_shard_size',
  'preference',
  'pretty',
  'request_cache',
  'rest_total_hits_as_int',
  'routing',
  'search_type',
  'seq_no_primary_term',
  'stats',
  'stored_fields',
  'suggest_field',
  'suggest_mode',
  'suggest_size',
  'suggest_text',
  'terminate_after',
  'timeout',
  'track_scores',
  'version',
] as const

export const SEARCH_PARAMS: readonly string[] = [...USED, ...IGNORED]

export const COUNT_PARAMS: readonly string[] = [
  'allow_no_indices',
  'analyze_wildcard',
  'analyzer',
  'default_operator',
  'df',
  'expand_wildcards',
  'ignore_throttled',
  'ignore_unavailable',
  'lenient',
  'max_concurrent_shard_requests',
  'preference',
  'q',
  'request_cache',
  'routing',
]

/** `true` and `false` count exactly or not; an integer counts exactly up to there. */
export type TrackTotalHits = boolean | number

/** What a URL says about a search. */
export interface SearchParams {
  readonly q: string | undefined
  readonly defaultOperator: DefaultOperator
  readonly size: number | undefined
  readonly from: number | undefined
  readonly sort: string | undefined
  readonly trackTotalHits: TrackTotalHits | undefined
  readonly scroll: string | undefined
  readonly missingIndexes: 'error' | 'skip'
  readonly allowFailedSplits: boolean
  /** `false`, or paths separated by commas. */
  readonly source: string | undefined
  readonly sourceIncludes: readonly string[]
  readonly sourceExcludes: readonly string[]
  readonly extraFilters: readonly string[]
  readonly typedKeys: boolean
  /** What `now` is in date maths. */
  readonly nowMs: number
}

export function readSearchParams(fields: RequestFields, nowMs: number): SearchParams {
  checkExpandWildcards(fields)
  return {
    q: fields.text('q'),
    defaultOperator: operatorOf(fields),
    size: fields.count('size'),
    from: fields.count('from'),
    sort: fields.text('sort'),
    trackTotalHits: trackTotalHitsOf(fields),
    scroll: fields.text('scroll'),
    missingIndexes: missingIndexesOf(fields),
    allowFailedSplits: fields.boolean('allow_partial_search_results') ?? true,
    source: fields.text('_source'),
    sourceIncludes: fields.list('_source_includes'),
    sourceExcludes: fields.list('_source_excludes'),
    extraFilters: fields.list('extra_filters'),
    typedKeys: isTyped(fields),
    nowMs,
  }
}

export function missingIndexesOf(fields: RequestFields): 'error' | 'skip' {
  return fields.boolean('ignore_unavailable') === true ? 'skip' : 'error'
}

export function isTyped(fields: RequestFields): boolean {
  const value = fields.oneOf('typed_keys', ['', 'true', 'false'])
  return value !== undefined && value !== 'false'
}

/** Exactly these spellings: `and` is refused. */
function operatorOf(fields: RequestFields): DefaultOperator {
  const text = fields.oneOf('default_operator', ['AND', 'And', 'OR', 'Or'])
  return text === 'AND' || text === 'And' ? 'and' : 'or'
}

/** In a URL, and in a body with the same words. */
export function trackTotalHitsOf(fields: RequestFields): TrackTotalHits | undefined {
  const raw = fields.raw('track_total_hits')
  if (raw === undefined || typeof raw === 'boolean' || raw === 'true' || raw === 'false') {
    return fields.boolean('track_total_hits')
  }
  return fields.integer('track_total_hits')
}

const WILDCARD_STATES: readonly string[] = ['open', 'closed', 'hidden', 'none', 'all']

export function checkExpandWildcards(fields: RequestFields): void {
  if (fields.list('expand_wildcards').every((state) => WILDCARD_STATES.includes(state))) return
  throw fields.wrong('expand_wildcards', `a list of ${WILDCARD_STATES.join(', ')}`)
}
