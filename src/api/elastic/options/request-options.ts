import type { JsonValue } from '../../../engine/bytes/json.ts'
import { allDone, DONE, EMPTY, noEffect, OFF, refused, type OptionTable } from './option.ts'
import { INDEX_OPTIONS, QUERY_TEXT, ROUTING_OPTIONS } from './search-options.ts'

/** What every endpoint takes beside its own. */
export const EVERYWHERE: OptionTable = {
  ...allDone('pretty', 'filter_path'),
  error_trace: noEffect('errors name their reason and have no stack'),
  format: refused('answers are JSON', 'leave it out', ['"json"']),
  human: noEffect('sizes and times stand as numbers'),
}

export const SCROLL_OPTIONS: OptionTable = allDone('scroll_id', 'scroll', 'rest_total_hits_as_int')
export const SCROLL_BODY: OptionTable = allDone('scroll_id', 'scroll')

export const PIT_URL: OptionTable = {
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  keep_alive: DONE,
  allow_partial_search_results: noEffect('opening a point in time reads no split'),
}
export const PIT_BODY: OptionTable = {
  index_filter: refused('all splits of the index are pinned', 'put it into the searches', EMPTY),
}

/** `-nested,-metadata`: leaving out what is never there. */
const LEAVES_OUT = /^(?:-[a-z]+(?:,|$))*$/

export const FIELD_CAPS_URL: OptionTable = {
  ...INDEX_OPTIONS,
  ...allDone('fields', 'include_unmapped', 'types', 'start_timestamp', 'end_timestamp'),
  filters: {
    kind: 'refused',
    why: 'fields have no such marks',
    fix: 'choose by `types`, or leave out with -metadata, -nested, -parent, -multifield',
    isHarmless: (value: JsonValue) => typeof value === 'string' && LEAVES_OUT.test(value),
  },
  include_empty_fields: noEffect('listed is what documents have'),
}
export const FIELD_CAPS_BODY: OptionTable = {
  fields: DONE,
  index_filter: noEffect('it is checked; it could only spare reads'),
  runtime_mappings: refused('there are no scripts', 'index what they compute as a field', EMPTY),
}

const ALL_AT_ONCE = noEffect('each split is written anew, once')
const SOME_ALONE = refused(
  'everything that the query finds is deleted',
  'narrow the query until it finds only what has to go',
)

export const DELETE_BY_QUERY_URL: OptionTable = {
  ...QUERY_TEXT,
  ...INDEX_OPTIONS,
  ...ROUTING_OPTIONS,
  wait_for_completion: DONE,
  conflicts: noEffect('no document changes, so that none is in conflict'),
  refresh: noEffect('what is deleted is gone from searches at once'),
  requests_per_second: ALL_AT_ONCE,
  scroll: ALL_AT_ONCE,
  scroll_size: ALL_AT_ONCE,
  slices: ALL_AT_ONCE,
  stats: noEffect('it names a group of statistics'),
  timeout: noEffect('there are no copies to wait for'),
  wait_for_active_shards: noEffect('there are no copies to wait for'),
  from: SOME_ALONE,
  max_docs: SOME_ALONE,
  search_timeout: refused('a deletion is whole or goes on', 'send wait_for_completion=false'),
  sort: SOME_ALONE,
  terminate_after: SOME_ALONE,
  version: noEffect('documents have one version'),
}
export const DELETE_BY_QUERY_BODY: OptionTable = {
  query: DONE,
  conflicts: noEffect('no document changes, so that none is in conflict'),
  max_docs: SOME_ALONE,
  slice: SOME_ALONE,
  sort: SOME_ALONE,
}

const EACH_IS_ADDED = 'every document is added, whatever its id'
const CONDITION = refused(
  'documents are never changed, so that nothing can be compared',
  'leave it out: every document is added',
)

/** One document at a time. */
export const DOCUMENT_URL: OptionTable = {
  refresh: DONE,
  include_source_on_error: noEffect('errors name the field and the value'),
  op_type: noEffect(EACH_IS_ADDED),
  pipeline: refused('there are no ingest pipelines', 'shape documents before they are sent'),
  require_alias: refused('there are no aliases', 'name the index', OFF),
  require_data_stream: refused(
    'an index is all there is',
    'name an index with a timestamp field',
    OFF,
  ),
  routing: noEffect('an index has one place'),
  timeout: noEffect('a document is taken at once or refused'),
  wait_for_active_shards: noEffect('there are no copies to wait for'),
  if_seq_no: CONDITION,
  if_primary_term: CONDITION,
  version: noEffect(EACH_IS_ADDED),
  version_type: noEffect(EACH_IS_ADDED),
}

/** What shippers add to `_bulk`; what they add beside it is taken as well, as Quickwit does it. */
export const BULK_URL: OptionTable = {
  ...DOCUMENT_URL,
  _source: noEffect('nothing is updated'),
  _source_excludes: noEffect('nothing is updated'),
  _source_includes: noEffect('nothing is updated'),
  list_executed_pipelines: noEffect('there are no ingest pipelines'),
  pipeline: noEffect('no pipeline runs, which a `warning` header says'),
  require_alias: noEffect('there are no aliases'),
  require_data_stream: noEffect('an index with a timestamp field is one'),
  type: noEffect('documents have no types'),
  use_legacy_ingest: noEffect('there is one way in'),
}

/** Of an action line of `_bulk`. */
export const BULK_ACTION: OptionTable = {
  ...allDone('_index', '_id'),
  _parent: noEffect('documents have no relations'),
  _routing: noEffect('an index has one place'),
  _type: noEffect('documents have no types'),
  dynamic_templates: noEffect('the mapping says how a field is indexed'),
  if_primary_term: CONDITION,
  if_seq_no: CONDITION,
  list_executed_pipelines: noEffect('there are no ingest pipelines'),
  op_type: noEffect(EACH_IS_ADDED),
  parent: noEffect('documents have no relations'),
  pipeline: noEffect('no pipeline runs, which a `warning` header says'),
  require_alias: noEffect('there are no aliases'),
  require_data_stream: noEffect('an index with a timestamp field is one'),
  retry_on_conflict: noEffect(EACH_IS_ADDED),
  routing: noEffect('an index has one place'),
  version: noEffect(EACH_IS_ADDED),
  version_type: noEffect(EACH_IS_ADDED),
  _version: noEffect(EACH_IS_ADDED),
  _version_type: noEffect(EACH_IS_ADDED),
}
