import { describe, expect, test } from 'vitest'

import { parseIndexConfig } from './config-text.ts'
import { serializeIndexConfig } from './serialize-config.ts'
import { EVERYTHING, withMapping } from './testing/sample-configs.ts'

describe('the serialised form', () => {
  test.each([
    ['everything', EVERYTHING],
    ['the defaults', withMapping({})],
    [
      'no merges',
      withMapping(
        { mode: 'strict' },
        { indexing_settings: { merge_policy: { type: 'no_merge' } } },
      ),
    ],
  ])('of %s reads back to the same config', (_what, source) => {
    const config = parseIndexConfig(source)
    const written = serializeIndexConfig(config)
    expect(parseIndexConfig(written)).toEqual(config)
    expect(serializeIndexConfig(parseIndexConfig(JSON.stringify(written)))).toEqual(written)
  })

  test('writes every default out', () => {
    expect(serializeIndexConfig(parseIndexConfig(withMapping({})))).toEqual({
      version: '0.9',
      index_id: 'test',
      doc_mapping: {
        mode: 'dynamic',
        dynamic_mapping: {
          expand_dots: true,
          fast: { normalizer: 'raw' },
          indexed: true,
          record: 'basic',
          stored: true,
          tokenizer: 'raw',
        },
        field_mappings: [],
        timestamp_field: null,
        tag_fields: [],
        max_num_partitions: 200,
        index_field_presence: false,
        store_document_size: false,
        store_source: false,
        tokenizers: [],
      },
      indexing_settings: {
        commit_timeout_secs: 60,
        docstore_compression_level: 8,
        docstore_blocksize: 1_000_000,
        split_num_docs_target: 10_000_000,
        merge_policy: {
          type: 'stable_log',
          merge_factor: 10,
          max_merge_factor: 12,
          maturation_period: '2days',
          min_level_num_docs: 100_000,
        },
        resources: { heap_size: 2_000_000_000 },
      },
      ingest_settings: { min_shards: 1 },
      search_settings: { default_search_fields: [] },
      retention: null,
    })
  })

  test('has the option keys of each field type', () => {
    const { doc_mapping } = serializeIndexConfig(parseIndexConfig(EVERYTHING))
    expect(doc_mapping).toMatchObject({
      field_mappings: [
        {
          name: 'ts',
          type: 'datetime',
          fast: true,
          fast_precision: 'milliseconds',
          indexed: true,
          input_formats: ['%Y', 'rfc3339'],
          output_format: 'rfc3339',
          stored: true,
        },
        {
          name: 'tenant',
          type: 'u64',
          coerce: true,
          fast: false,
          indexed: true,
          output_format: 'number',
          stored: true,
        },
        {
          name: 'text',
          type: 'array<text>',
          fast: { normalizer: 'lowercase' },
          fieldnorms: true,
          indexed: true,
          record: 'position',
          stored: true,
          tokenizer: 'grams',
        },
        { name: 'kept', type: 'text', fast: false, indexed: false, stored: true },
        { name: 'price' },
        { name: 'flag', type: 'bool', fast: false, indexed: true, stored: true },
        { name: 'ip', type: 'array<ip>', fast: true },
        { name: 'raw', type: 'bytes', input_format: 'hex', output_format: 'hex' },
        {
          name: 'j',
          type: 'json',
          expand_dots: false,
          fast: { normalizer: 'raw' },
          indexed: true,
          record: 'basic',
          stored: true,
          tokenizer: 'raw',
        },
        { name: 'o', type: 'object' },
        { name: 'os', type: 'object', array: true, field_mappings: [{ name: 'n' }] },
        { name: 'all', type: 'concatenate' },
      ],
    })
  })
})
