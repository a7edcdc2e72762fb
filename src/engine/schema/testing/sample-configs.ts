import type { JsonObject, JsonValue } from '../../bytes/json.ts'

/** A config of the given `doc_mapping`, and of whatever else stands beside it. */
export function withMapping(docMapping: JsonValue, rest: JsonObject = {}): JsonObject {
  return { version: '0.9', index_id: 'test', doc_mapping: docMapping, ...rest }
}

/** One of everything, so that reading back what was written is a test of every key. */
export const EVERYTHING = withMapping(
  {
    timestamp_field: 'ts',
    tag_fields: ['tenant'],
    partition_key: 'tenant',
    index_field_presence: true,
    store_source: true,
    document_length: true,
    tokenizers: [
      { name: 'grams', type: 'ngram', min_gram: 2, max_gram: 4, filters: ['lower_caser'] },
      { name: 'words', type: 'regex', pattern: '[a-z]+' },
    ],
    field_mappings: [
      {
        name: 'ts',
        type: 'datetime',
        fast: true,
        precision: 'milliseconds',
        input_formats: ['%Y', 'rfc3339', '%Y'],
      },
      { name: 'tenant', type: 'u64', description: 'who' },
      {
        name: 'text',
        type: 'array<text>',
        tokenizer: 'grams',
        record: 'position',
        fieldnorms: true,
        fast: { normalizer: 'lowercase' },
      },
      { name: 'kept', type: 'text', indexed: false },
      { name: 'price', type: 'f64', coerce: false, output_format: 'string', stored: false },
      { name: 'flag', type: 'bool' },
      { name: 'ip', type: 'array<ip>', fast: true },
      { name: 'raw', type: 'bytes', input_format: 'hex', output_format: 'hex' },
      { name: 'j', type: 'json', expand_dots: false, fast: true },
      { name: 'o', type: 'object', field_mappings: [{ name: 'x.y', type: 'i64' }] },
      {
        name: 'os',
        type: 'object',
        array: true,
        field_mappings: [{ name: 'n', type: 'array<i64>' }],
      },
      {
        name: 'all',
        type: 'concatenate',
        concatenate_fields: ['text', 'o.x.y'],
        include_dynamic_fields: true,
      },
    ],
  },
  {
    index_uri: 's3://b/i',
    indexing_settings: {
      merge_policy: { type: 'limit_merge', max_merge_ops: 3 },
      resources: { heap_size: '1GiB' },
    },
    ingest_settings: { validate_docs: false },
    search_settings: { default_search_fields: ['text', 'j.a', 'unseen'] },
    retention: { period: '1 month', schedule: '@daily' },
  },
)
