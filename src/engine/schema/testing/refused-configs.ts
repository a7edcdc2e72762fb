import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { withMapping } from './sample-configs.ts'

const withField = (field: JsonObject) => withMapping({ field_mappings: [{ name: 'f', ...field }] })

const datetime = (options: JsonObject) => [{ name: 'ts', type: 'datetime', fast: true, ...options }]

/** What is wrong, the config, and what the message and the way out say about it. */
export const REFUSED_CONFIGS: readonly [string, JsonValue, string, string | undefined][] = [
  [
    'a misspelled key',
    withMapping({ field_mappings: [{ name: 'a', type: 'text', tokeniser: 'raw' }] }),
    '`doc_mapping.field_mappings[0].tokeniser`: unknown setting',
    'tokenizer',
  ],
  [
    'a misspelled section',
    { ...withMapping({}), serch_settings: {} },
    '`serch_settings`: unknown setting',
    'search_settings',
  ],
  [
    'a key of another type',
    withField({ type: 'u64', tokenizer: 'raw' }),
    '`doc_mapping.field_mappings[0].tokenizer`: unknown setting',
    undefined,
  ],
  [
    'a misspelled `type`',
    withField({ tpye: 'text' }),
    '`doc_mapping.field_mappings[0].tpye`: unknown setting',
    'type',
  ],
  ['an unknown type', withField({ type: 'u63' }), 'unknown type `u63` of field `f`', 'u64'],
  [
    'array of object',
    withField({ type: 'array<object>' }),
    'unknown type `array<object>`',
    undefined,
  ],
  [
    'an unknown version',
    { ...withMapping({}), version: '0.6' },
    '`version`: expected one of 0.7, 0.8, 0.9',
    undefined,
  ],
  [
    'a short index id',
    { ...withMapping({}), index_id: 'ab' },
    '`index_id`: `ab` is no index id',
    undefined,
  ],
  [
    'an index id that starts with a digit',
    { ...withMapping({}), index_id: '1abc' },
    'is no index id',
    undefined,
  ],
  [
    'no mapping',
    { version: '0.9', index_id: 'abc' },
    '`doc_mapping`: this setting is mandatory',
    undefined,
  ],
  [
    'no name',
    withMapping({ field_mappings: [{ type: 'text' }] }),
    '`doc_mapping.field_mappings[0].name`: this setting is mandatory',
    undefined,
  ],
  [
    'a mode in upper case',
    withMapping({ mode: 'Strict' }),
    'expected one of dynamic, lenient, strict, got "Strict"',
    'strict',
  ],
  [
    'dynamic_mapping in strict mode',
    withMapping({ mode: 'strict', dynamic_mapping: {} }),
    '`doc_mapping.dynamic_mapping`: only goes with `mode: dynamic`',
    undefined,
  ],
  [
    'a bad field name',
    withMapping({ field_mappings: [{ name: '.a', type: 'text' }] }),
    '`.a` is no field name',
    undefined,
  ],
  [
    'a reserved name',
    withMapping({ field_mappings: [{ name: '_source', type: 'text' }] }),
    '`_source` is reserved',
    undefined,
  ],
  [
    'a field twice',
    withMapping({
      field_mappings: [
        { name: 'a', type: 'text' },
        { name: 'a', type: 'u64' },
      ],
    }),
    '`doc_mapping.field_mappings[1].name`: duplicated field definition `a`',
    undefined,
  ],
  [
    'en_stem',
    withField({ type: 'text', tokenizer: 'en_stem' }),
    '`doc_mapping.field_mappings[0].tokenizer`: expected one of raw,',
    undefined,
  ],
  [
    'a tokenizer without an index',
    withField({ type: 'text', indexed: false, tokenizer: 'raw' }),
    'cannot be set together with `indexed: false`',
    undefined,
  ],
  [
    'fieldnorms on json',
    withField({ type: 'json', fieldnorms: true }),
    '.fieldnorms`: unknown setting',
    undefined,
  ],
  [
    'a fast array of bytes',
    withField({ type: 'array<bytes>', fast: true }),
    'cannot be both fast and an array',
    undefined,
  ],
  [
    'an empty object',
    withField({ type: 'object', field_mappings: [] }),
    'an object needs at least one field',
    undefined,
  ],
  [
    'an option on an object',
    withField({ type: 'object', stored: true, field_mappings: [{ name: 'a', type: 'text' }] }),
    '.stored`: unknown setting',
    undefined,
  ],
  [
    'unix_timestamp as output',
    withField({ type: 'datetime', output_format: 'unix_timestamp' }),
    'unknown date format `unix_timestamp`',
    undefined,
  ],
  [
    'unix_timestamp_secs as input',
    withField({ type: 'datetime', input_formats: ['unix_timestamp_secs'] }),
    '.input_formats[0]`: unknown date format',
    undefined,
  ],
  [
    'an unknown marker',
    withField({ type: 'datetime', input_formats: ['%Y %Q'] }),
    'unknown marker `%Q`',
    undefined,
  ],
  [
    'precision twice',
    withField({ type: 'datetime', precision: 'seconds', fast_precision: 'seconds' }),
    '`fast_precision`: set one of them',
    undefined,
  ],
  [
    'text for a flag',
    withField({ type: 'u64', fast: 'yes' }),
    '.fast`: expected true or false, got "yes"',
    undefined,
  ],
  [
    'an unknown timestamp',
    withMapping({ timestamp_field: 'tz', field_mappings: datetime({}) }),
    '`doc_mapping.timestamp_field`: the field `tz` is not declared',
    '`ts`',
  ],
  [
    'a timestamp with a dot',
    withMapping({ timestamp_field: 'ts.', field_mappings: datetime({}) }),
    'cannot start or end with a dot',
    undefined,
  ],
  [
    'a slow timestamp',
    withMapping({ timestamp_field: 'ts', field_mappings: datetime({ fast: false }) }),
    'must be fast',
    'fast: true',
  ],
  [
    'an array as timestamp',
    withMapping({ timestamp_field: 'ts', field_mappings: datetime({ type: 'array<datetime>' }) }),
    'must be single-valued',
    undefined,
  ],
  [
    'a number as timestamp',
    withMapping({
      timestamp_field: 'n',
      field_mappings: [{ name: 'n', type: 'u64', fast: true }],
    }),
    'must be of type datetime, it is u64',
    undefined,
  ],
  [
    'a tokenized tag',
    withMapping({ tag_fields: ['f'], field_mappings: [{ name: 'f', type: 'text' }] }),
    '`doc_mapping.tag_fields[0]`: `f`: tags are text fields with the tokenizer raw',
    undefined,
  ],
  [
    'a bad partition key',
    withMapping({ partition_key: 'hash_mod(a)' }),
    '`doc_mapping.partition_key`: invalid partition key',
    undefined,
  ],
  [
    'no partitions',
    withMapping({ max_num_partitions: 0 }),
    'expected a whole number of at least 1, got 0',
    undefined,
  ],
  [
    'concatenate of nothing',
    withField({ type: 'concatenate' }),
    'at least one field is needed',
    undefined,
  ],
  [
    'concatenate of an unknown field',
    withField({ type: 'concatenate', concatenate_fields: ['x'] }),
    '.concatenate_fields[0]`: `f` names the unknown field `x`',
    undefined,
  ],
  [
    'concatenate of dates',
    withMapping({
      field_mappings: [
        ...datetime({}),
        { name: 'c', type: 'concatenate', concatenate_fields: ['ts'] },
      ],
    }),
    '`ts` is of type datetime',
    undefined,
  ],
  [
    'concatenate of dynamic fields in strict mode',
    withMapping({
      mode: 'strict',
      field_mappings: [{ name: 'c', type: 'concatenate', include_dynamic_fields: true }],
    }),
    'only goes with `mode: dynamic`',
    undefined,
  ],
  [
    'a tokenizer with a built-in name',
    withMapping({ tokenizers: [{ name: 'raw', type: 'simple' }] }),
    '`doc_mapping.tokenizers[0].name`: `raw` is the name of a built-in',
    undefined,
  ],
  [
    'a regex without a pattern',
    withMapping({ tokenizers: [{ name: 'r', type: 'regex' }] }),
    '`doc_mapping.tokenizers[0].pattern`: this setting is mandatory',
    undefined,
  ],
  [
    'a pattern that does not compile',
    withMapping({ tokenizers: [{ name: 'r', type: 'regex', pattern: '(' }] }),
    '`doc_mapping.tokenizers[0].pattern`: the tokenizer pattern',
    undefined,
  ],
  [
    'grams the wrong way round',
    withMapping({ tokenizers: [{ name: 'n', type: 'ngram', min_gram: 3, max_gram: 2 }] }),
    '.max_gram`: must be from `min_gram` (3)',
    undefined,
  ],
  [
    'an unknown filter',
    withMapping({ tokenizers: [{ name: 'n', type: 'simple', filters: ['lowercaser'] }] }),
    '.filters[0]`: expected one of remove_long',
    'lower_caser',
  ],
  [
    'merge factors the wrong way round',
    withMapping(
      {},
      { indexing_settings: { merge_policy: { type: 'stable_log', merge_factor: 20 } } },
    ),
    '`indexing_settings.merge_policy.max_merge_factor`: must be at least `merge_factor` (20)',
    undefined,
  ],
  [
    'a setting of another merge policy',
    withMapping({}, { indexing_settings: { merge_policy: { type: 'no_merge', merge_factor: 3 } } }),
    '.merge_factor`: unknown setting',
    undefined,
  ],
  [
    'retention without time',
    withMapping({}, { retention: { period: '90 days' } }),
    '`retention`: needs `doc_mapping.timestamp_field`',
    undefined,
  ],
  [
    'a period that is none',
    withMapping({}, { retention: { period: 'ninety' } }),
    '`retention.period`: expected a duration',
    undefined,
  ],
  [
    'a cron without seconds',
    withMapping({}, { retention: { period: '1d', schedule: '0 * * * *' } }),
    '`retention.schedule`: expected one of hourly',
    undefined,
  ],
  [
    'an unknown default search field',
    withMapping(
      { mode: 'strict', field_mappings: [{ name: 'body', type: 'text' }] },
      { search_settings: { default_search_fields: ['bodi'] } },
    ),
    '`search_settings.default_search_fields[0]`: unknown default search field `bodi`',
    'body',
  ],
  [
    'a default search field twice',
    withMapping({}, { search_settings: { default_search_fields: ['a', 'a'] } }),
    '[1]`: `a` is named twice',
    undefined,
  ],
  [
    'a default search field without index',
    withMapping(
      { field_mappings: [{ name: 'a', type: 'text', indexed: false }] },
      { search_settings: { default_search_fields: ['a'] } },
    ),
    'default search field `a` is not indexed',
    undefined,
  ],
]
