import type { DefaultOperator } from '../../engine/query/query-ast.ts'
import { JsonFloat, type JsonValue } from '../../engine/bytes/json.ts'
import { parseDuration } from '../../engine/dates/duration.ts'
import type { RequestFields } from '../request-fields.ts'

/** `true` and `false` count exactly or not; an integer counts exactly up to there. */
export type TrackTotalHits = boolean | number

/** What a URL says about a search. */
export interface SearchParams {
  readonly q: string | undefined
  /** The field of words in `q` that name none. */
  readonly df: string | undefined
  readonly defaultOperator: DefaultOperator
  /** Whether words of `q` on unknown fields match nothing instead of being refused. */
  readonly lenient: boolean
  readonly size: number | undefined
  readonly from: number | undefined
  readonly sort: string | undefined
  readonly trackTotalHits: TrackTotalHits | undefined
  readonly scroll: string | undefined
  readonly missingIndexes: 'error' | 'skip'
  /** Whether a pattern may match no index. */
  readonly allowNoIndices: boolean
  readonly allowFailedSplits: boolean
  /** `false`, or paths separated by commas. */
  readonly source: string | undefined
  readonly sourceIncludes: readonly string[]
  readonly sourceExcludes: readonly string[]
  readonly extraFilters: readonly string[]
  readonly typedKeys: boolean
  /** Whether `hits.total` is a number, as in Elasticsearch 6. */
  readonly totalAsNumber: boolean
  readonly fields: FieldOptions
  /** What `now` is in date maths. */
  readonly nowMs: number
}

/** What a URL or a body says of hits, in the same words. */
interface FieldOptions {
  readonly trackScores: boolean | undefined
  readonly minScore: number | undefined
  readonly terminateAfter: number | undefined
  readonly timeoutMs: number | undefined
  readonly version: boolean | undefined
  readonly docvalueFields: JsonValue | undefined
  readonly storedFields: JsonValue | undefined
}

export function readFieldOptions(fields: RequestFields): FieldOptions {
  return {
    trackScores: fields.boolean('track_scores'),
    minScore: scoreOf(fields),
    terminateAfter: terminateAfterOf(fields),
    timeoutMs: timeoutOf(fields),
    version: fields.boolean('version'),
    docvalueFields: fields.raw('docvalue_fields'),
    storedFields: fields.raw('stored_fields'),
  }
}

function scoreOf(fields: RequestFields): number | undefined {
  const raw = fields.raw('min_score')
  if (raw === undefined) return undefined
  const score = raw instanceof JsonFloat ? raw.value : Number(raw)
  const isNumber = typeof raw !== 'boolean' && raw !== '' && Number.isFinite(score)
  if (isNumber) return score
  throw fields.wrong('min_score', 'a number')
}

/** 0: no end. */
function terminateAfterOf(fields: RequestFields): number | undefined {
  const count = fields.count('terminate_after')
  return count === 0 ? undefined : count
}

/** `-1`: no limit but that of every search. */
function timeoutOf(fields: RequestFields): number | undefined {
  const raw = fields.raw('timeout')
  if (raw === undefined || raw === -1 || raw === '-1') return undefined
  const timeoutMs = typeof raw === 'string' ? parseDuration(raw) : undefined
  if (timeoutMs !== undefined) return timeoutMs
  throw fields.wrong('timeout', 'a duration such as "5s"')
}

export function readSearchParams(fields: RequestFields, nowMs: number): SearchParams {
  checkExpandWildcards(fields)
  return {
    q: fields.text('q'),
    df: fields.text('df'),
    lenient: flagOf(fields, 'lenient') ?? false,
    defaultOperator: operatorOf(fields),
    size: fields.count('size'),
    from: fields.count('from'),
    sort: fields.text('sort'),
    trackTotalHits: trackTotalHitsOf(fields),
    scroll: fields.text('scroll'),
    missingIndexes: missingIndexesOf(fields),
    allowNoIndices: fields.boolean('allow_no_indices') ?? true,
    allowFailedSplits: fields.boolean('allow_partial_search_results') ?? true,
    source: fields.text('_source'),
    sourceIncludes: fields.list('_source_includes'),
    sourceExcludes: fields.list('_source_excludes'),
    extraFilters: fields.list('extra_filters'),
    typedKeys: isTyped(fields),
    totalAsNumber: flagOf(fields, 'rest_total_hits_as_int') ?? false,
    fields: readFieldOptions(fields),
    nowMs,
  }
}

export function missingIndexesOf(fields: RequestFields): 'error' | 'skip' {
  return fields.boolean('ignore_unavailable') === true ? 'skip' : 'error'
}

export function isTyped(fields: RequestFields): boolean {
  return flagOf(fields, 'typed_keys') ?? false
}

/** A flag of a URL, which its name alone sets. */
export function flagOf(fields: RequestFields, name: string): boolean | undefined {
  const value = fields.oneOf(name, ['', 'true', 'false'])
  return value === undefined ? undefined : value !== 'false'
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
  const states = fields.list('expand_wildcards')
  if (!states.every((state) => WILDCARD_STATES.includes(state))) {
    throw fields.wrong('expand_wildcards', `a list of ${WILDCARD_STATES.join(', ')}`)
  }
  if (states.length === 0 || states.includes('open') || states.includes('all')) return
  throw fields.wrong('expand_wildcards', 'open or all among others, for every index here is open')
}
