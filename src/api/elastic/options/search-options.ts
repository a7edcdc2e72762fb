import { allDone, DONE, EMPTY, noEffect, OFF, refused, type OptionTable } from './option.ts'

const SAME_OBJECTS = 'every searcher reads the same objects'
const HOW_WORK_IS_CUT = 'it says how work is cut up, which is decided here'

/** Where and how a search runs, in a URL, in a header line of `_msearch` and elsewhere. */
export const ROUTING_OPTIONS: OptionTable = {
  batched_reduce_size: noEffect(HOW_WORK_IS_CUT),
  ccs_minimize_roundtrips: noEffect('there are no other clusters'),
  ignore_throttled: noEffect('no index is frozen'),
  max_concurrent_shard_requests: noEffect(HOW_WORK_IS_CUT),
  min_compatible_shard_node: noEffect('there is one version'),
  pre_filter_shard_size: noEffect(HOW_WORK_IS_CUT),
  preference: noEffect(SAME_OBJECTS),
  request_cache: noEffect('splits never change: what is cached is what is found'),
  routing: noEffect('every split that may match is searched'),
  search_type: refused(
    'scores count words in each split by itself',
    'leave `search_type` out, or send query_then_fetch',
    ['"query_then_fetch"'],
  ),
}

/** Which indexes a request means. */
export const INDEX_OPTIONS: OptionTable = allDone(
  'allow_no_indices',
  'expand_wildcards',
  'ignore_unavailable',
)

const NO_SCRIPTS = 'there are no scripts'
const NO_SEQUENCE = refused(
  'documents are never changed, so that they have no sequence numbers',
  'leave it out',
  OFF,
)
const EXPLAIN = refused(
  'scores are not explained',
  'see how a query is understood: GET /api/v1/<index>/search-plan',
  OFF,
)

/** What a score or a hit is asked to be, alike in body and URL. */
const COMMON: OptionTable = {
  ...allDone('from', 'size', 'sort', 'track_total_hits', 'track_scores', 'min_score'),
  ...allDone('_source', 'docvalue_fields', 'stored_fields', 'version'),
  ...allDone('terminate_after', 'timeout'),
  explain: EXPLAIN,
  seq_no_primary_term: NO_SEQUENCE,
  stats: noEffect('it names a group of statistics'),
}

export const SEARCH_BODY: OptionTable = {
  ...COMMON,
  ...allDone('query', 'post_filter', 'aggs', 'aggregations', 'search_after', 'fields'),
  ...allDone('highlight', 'pit'),
  collapse: refused(
    'hits are not grouped',
    'ask a `terms` aggregation on the field, with the metrics of each group',
  ),
  ext: refused('there are no plugins', 'leave it out', EMPTY),
  indices_boost: refused(
    'scores of several indexes are not weighed',
    'search the indexes one by one',
    EMPTY,
  ),
  knn: refused('there are no vectors', 'ask `match`'),
  profile: refused(
    'searches are not profiled',
    'see what would be read: GET /api/v1/<index>/search-plan',
    OFF,
  ),
  rank: refused('one query ranks', 'put `boost` on clauses of a `bool`'),
  rescore: refused('hits are ranked once', 'put `boost` on clauses of a `bool`', EMPTY),
  retriever: refused('one query ranks', 'send it as `query`'),
  runtime_mappings: refused(NO_SCRIPTS, 'index what they compute as a field', EMPTY),
  script_fields: refused(NO_SCRIPTS, 'ask for `fields`', EMPTY),
  slice: refused('a scroll is read in one piece', 'split it by a `range` on a field of yours'),
  suggest: refused('there are no suggesters', 'ask `fuzzy` or `match_phrase_prefix`', EMPTY),
}

const SUGGEST = refused('there are no suggesters', 'ask `fuzzy` or `match_phrase_prefix`')

/** What `q` means. */
export const QUERY_TEXT: OptionTable = {
  ...allDone('q', 'df', 'default_operator', 'lenient'),
  analyze_wildcard: noEffect('patterns always have the case of their field'),
  analyzer: refused(
    'every field has its own tokenizer',
    'send the query as `match` with an `analyzer`',
  ),
}

export const SEARCH_URL: OptionTable = {
  ...COMMON,
  ...QUERY_TEXT,
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  ...allDone('scroll', 'allow_partial_search_results', '_source_includes', '_source_excludes'),
  ...allDone('extra_filters', 'typed_keys', 'rest_total_hits_as_int'),
  _source_exclude_vectors: noEffect('there are no vectors'),
  force_synthetic_source: noEffect('documents are kept as they came'),
  include_named_queries_score: refused('clauses have no names', 'leave it out', OFF),
  suggest_field: SUGGEST,
  suggest_mode: SUGGEST,
  suggest_size: SUGGEST,
  suggest_text: SUGGEST,
}

const OF_HITS = noEffect('a count shows no hits')

/** The body of a search, of which a count takes what selects documents. */
export const COUNT_BODY: OptionTable = {
  ...Object.fromEntries(
    Object.entries(SEARCH_BODY).map(([name, option]) => {
      const selects = ['query', 'post_filter', 'min_score', 'terminate_after'].includes(name)
      return [name, selects || option.kind !== 'done' ? option : OF_HITS]
    }),
  ),
  pit: refused('a count is of what is there now', 'send a search with `track_total_hits`'),
  timeout: refused('a count is whole or fails', 'leave it out'),
}

export const COUNT_URL: OptionTable = {
  ...QUERY_TEXT,
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  min_score: DONE,
  terminate_after: DONE,
}

export const MSEARCH_URL: OptionTable = {
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  ...allDone('index', 'extra_filters', '_source_includes', '_source_excludes'),
  ...allDone('max_concurrent_searches', 'typed_keys', 'rest_total_hits_as_int'),
  include_named_queries_score: refused('clauses have no names', 'leave it out', OFF),
}

export const MSEARCH_HEADER: OptionTable = {
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  ...allDone('index', 'allow_partial_search_results'),
}
