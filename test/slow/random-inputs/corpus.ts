import type { JsonValue } from '../../../src/engine/bytes/json.ts'
import { EVERYTHING, withMapping } from '../../../src/engine/schema/testing/sample-configs.ts'

/** Of every type, in an index that takes other fields as well. */
export const CONFIG_YAML = `version: 0.9
index_id: shop
doc_mapping:
  mode: dynamic
  timestamp_field: ts
  tag_fields: [key]
  field_mappings:
    - { name: ts, type: datetime, fast: true, input_formats: [rfc3339, unix_timestamp] }
    - { name: title, type: text, record: position, fieldnorms: true }
    - { name: body, type: text }
    - { name: key, type: text, tokenizer: raw, fast: true }
    - { name: count, type: u64, fast: true }
    - { name: delta, type: i64, fast: true }
    - { name: price, type: f64, fast: true }
    - { name: ok, type: bool, fast: true }
    - { name: addr, type: ip, fast: true }
    - { name: blob, type: bytes, fast: true }
    - { name: data, type: json, fast: true }
search_settings: { default_search_fields: [title, body] }
`

export const DOCS: readonly JsonValue[] = [
  {
    ts: '2024-01-01T00:00:00Z',
    title: 'red fox',
    body: 'a quick fox',
    key: 'a',
    count: 1,
    price: 1.5,
    ok: true,
  },
  {
    ts: '2024-01-01T01:00:00Z',
    title: 'red dog',
    key: 'b',
    count: 2,
    delta: -2,
    addr: '10.0.0.1',
    data: { a: 1, b: ['x'] },
  },
  {
    ts: 1_704_200_000,
    title: 'blue fox',
    key: 'a',
    count: 3,
    price: -1e10,
    ok: false,
    blob: 'aGVsbG8=',
    other: 'dynamic',
  },
  {
    ts: '2024-02-01T00:00:00.123Z',
    body: 'nothing',
    key: 'c',
    delta: 0,
    addr: '::1',
    data: { a: 'x' },
    tags: ['p', 'q'],
  },
]

export const QUERIES: readonly string[] = [
  '*',
  'red AND fox',
  'title:"red fox"~2 OR -body:nothing',
  'key:IN [a b "c d"] count:>=2',
  'price:[-1e3 TO 5} AND ok:true',
  'ts:[2024-01-01T00:00:00Z TO 2024-01-02T00:00:00Z}',
  'title:f?x* body:/qu.*[i-k]+/',
  'addr:10.0.0.0/8 data.a:1 data.b:x',
  '(title:red^2.5 OR body:quick)^3 NOT key:c',
  'title:foxx~1 fo*',
  'other:dynamic tags:p key:*',
  '+title:red -key:b',
]

const BOOL: JsonValue = {
  bool: {
    must: [{ match: { title: { query: 'red fox', operator: 'and' } } }],
    should: [{ term: { key: 'a' } }, { prefix: { key: { value: 'b' } } }],
    must_not: { exists: { field: 'blob' } },
    filter: [{ range: { count: { gte: 1, lt: 5 } } }],
    minimum_should_match: 1,
  },
}

export const CLAUSES: readonly JsonValue[] = [
  { match_all: {} },
  BOOL,
  { match: { body: 'quick fox' } },
  { match_phrase: { title: { query: 'red fox', slop: 1 } } },
  { match_phrase_prefix: { title: 'red f' } },
  { match_bool_prefix: { title: 'red f' } },
  { multi_match: { query: 'fox', fields: ['title^2', 'body'], type: 'best_fields' } },
  { term: { ok: true } },
  { terms: { key: ['a', 'b'] } },
  { range: { ts: { gte: '2024-01-01||/M', lte: 'now', format: 'strict_date_optional_time' } } },
  { wildcard: { key: { value: '?*', case_insensitive: true } } },
  { regexp: { title: { value: 'fo[wx]' } } },
  { fuzzy: { title: { value: 'foxx', fuzziness: 'AUTO' } } },
  { exists: { field: 'data.a' } },
  { query_string: { query: 'title:red AND count:>1', default_operator: 'AND' } },
  { simple_query_string: { query: '"red fox" + -dog', fields: ['title'] } },
  { constant_score: { filter: { term: { key: 'a' } }, boost: 2 } },
  { dis_max: { queries: [{ term: { key: 'a' } }, { match: { title: 'red' } }], tie_breaker: 0.3 } },
  {
    boosting: {
      positive: { match_all: {} },
      negative: { term: { key: 'b' } },
      negative_boost: 0.5,
    },
  },
  { term: { addr: '10.0.0.0/8' } },
]

export const AGGREGATIONS: readonly JsonValue[] = [
  {
    a: {
      terms: { field: 'key', size: 5, order: { _count: 'desc' } },
      aggs: { m: { max: { field: 'count' } } },
    },
  },
  {
    a: { date_histogram: { field: 'ts', calendar_interval: 'month', time_zone: 'Europe/Berlin' } },
  },
  { a: { date_histogram: { field: 'ts', fixed_interval: '1h', min_doc_count: 1 } } },
  { a: { histogram: { field: 'price', interval: 10, extended_bounds: { min: 0, max: 50 } } } },
  { a: { range: { field: 'count', ranges: [{ to: 2 }, { from: 2, key: 'much' }] } } },
  { a: { date_range: { field: 'ts', ranges: [{ from: '2024-01-01', to: 'now' }] } } },
  { a: { stats: { field: 'count' } }, b: { extended_stats: { field: 'price' } } },
  {
    a: { percentiles: { field: 'price', percents: [50, 99] } },
    b: { cardinality: { field: 'key' } },
  },
  { a: { filter: { term: { key: 'a' } }, aggs: { t: { top_hits: { size: 1 } } } } },
  { a: { filters: { filters: { x: { match_all: {} }, y: { term: { ok: true } } } } } },
  {
    a: {
      composite: {
        size: 2,
        sources: [
          { k: { terms: { field: 'key' } } },
          { c: { histogram: { field: 'count', interval: 1 } } },
        ],
      },
    },
  },
  { a: { multi_terms: { terms: [{ field: 'key' }, { field: 'count' }] } } },
  {
    a: { missing: { field: 'blob' } },
    b: { global: {}, aggs: { n: { value_count: { field: 'count' } } } },
  },
  { a: { ip_range: { field: 'addr', ranges: [{ mask: '10.0.0.0/8' }] } } },
]

export const CONFIGS: readonly JsonValue[] = [
  EVERYTHING,
  withMapping({
    mode: 'strict',
    field_mappings: [{ name: 'a', type: 'text', tokenizer: 'en_stem' }],
  }),
  withMapping(
    {
      timestamp_field: 't',
      field_mappings: [
        { name: 't', type: 'datetime', fast: true, input_formats: ['%Y-%m-%d', 'iso8601'] },
      ],
    },
    {
      retention: { period: '30 days', schedule: 'daily' },
      indexing_settings: { commit_timeout_secs: 30 },
    },
  ),
]
