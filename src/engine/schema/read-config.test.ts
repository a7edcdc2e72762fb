import { describe, expect, test } from 'vitest'

import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { isQwError, type QwError } from '../errors.ts'
import { parseIndexConfig, readIndexConfig } from './config-text.ts'
import { shippedConfig, shippedConfigText } from './shipped-configs.ts'
import { REFUSED_CONFIGS } from './testing/refused-configs.ts'
import { withMapping } from './testing/sample-configs.ts'

/** The mapping that the tutorial prints, with neither a version nor search settings. */
const TUTORIAL = `index_id: mock-sales

doc_mapping:
  field_mappings:
    - name: ts
      type: datetime
      input_formats:
        - unix_timestamp
      output_format: unix_timestamp_millis
      precision: milliseconds
      fast: true
    - name: id
      type: u64
    - name: name
      type: text
      tokenizer: raw
    - name: price
      type: f64
    - name: quantity
      type: u64
    - name: description
      type: text
      tokenizer: default
  timestamp_field: ts
`

function refusalOf(source: string | JsonValue): QwError {
  try {
    parseIndexConfig(source)
  } catch (error) {
    if (isQwError(error, 'invalid')) return error
    throw error
  }
  throw new Error('the config was accepted')
}

describe('what is accepted', () => {
  test('the mapping of the tutorial as printed, with a note on its version', () => {
    const { config, notes } = readIndexConfig(TUTORIAL)
    expect(notes).toEqual(['`version` is missing: read as "0.9"'])
    expect(config.docMapping.fieldMappings.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'ts datetime',
      'id u64',
      'name text',
      'price f64',
      'quantity u64',
      'description text',
    ])
    expect(config.docMapping.fieldMappings[4]).toMatchObject({ indexed: true, fast: false })
    expect(config.docMapping.timestampField).toBe('ts')
    expect(config.searchSettings.defaultSearchFields).toEqual([])
  })

  test('the shipped configs, without a note', () => {
    for (const id of ['mock-sales', 'hdfs-logs']) {
      expect(readIndexConfig(shippedConfigText(id) ?? '').notes).toEqual([])
      expect(shippedConfig(id)?.indexId).toBe(id)
      expect(shippedConfig(id)?.indexingSettings.splitNumDocsTarget).toBe(2_000_000)
    }
    expect(shippedConfig('hdfs-logs')?.docMapping.tagFields).toEqual(['tenant_id'])
    expect(shippedConfig('hdfs-logs')?.searchSettings.defaultSearchFields).toEqual([
      'severity_text',
      'body',
    ])
    expect(shippedConfig('other')).toBeUndefined()
  })

  test.each<[string, string[]]>([
    ['"0.7"', []],
    ['"0.8"', []],
    ['0.8', ['`version` is a number: read as "0.8"']],
    ['0.9', ['`version` is a number: read as "0.9"']],
  ])('version %s', (version, notes) => {
    expect(readIndexConfig(`version: ${version}\nindex_id: abc\ndoc_mapping: {}`).notes).toEqual(
      notes,
    )
  })

  test('a retention schedule that will not be followed is told', () => {
    const notesOf = (schedule: string): readonly string[] =>
      readIndexConfig({
        version: '0.9',
        index_id: 'abc',
        doc_mapping: {
          field_mappings: [{ name: 'ts', type: 'datetime', fast: true }],
          timestamp_field: 'ts',
        },
        retention: { period: '1 day', schedule },
      }).notes
    expect(notesOf('hourly')).toEqual([])
    expect(notesOf('@yearly')).toEqual([expect.stringContaining('`retention.schedule`')])
  })

  test('YAML, JSON and JSON with comments give one config', () => {
    const yaml = parseIndexConfig('version: "0.9"\nindex_id: abc\ndoc_mapping: {}\n')
    const json = '{"version":"0.9","index_id":"abc","doc_mapping":{}}'
    const commented = `// first\n{ "version": "0.9", /* "x": */ "index_id": "abc",\n"doc_mapping": {},\n}`
    expect(parseIndexConfig(json)).toEqual(yaml)
    expect(parseIndexConfig(commented)).toEqual(yaml)
    expect(parseIndexConfig(commented, 'json')).toEqual(yaml)
    expect(parseIndexConfig('{version: "0.9", index_id: abc, doc_mapping: {}}')).toEqual(yaml)
  })

  test('comment marks inside strings are text', () => {
    const uri = 's3://bucket/a, }'
    expect(parseIndexConfig({ ...withMapping({}), index_uri: uri }).indexUri).toBe(uri)
    const text = JSON.stringify({ ...withMapping({}), index_uri: uri })
    expect(parseIndexConfig(text).indexUri).toBe(uri)
  })

  test('without `dynamic_mapping` undeclared keys are fast; with any, only when it says so', () => {
    const dynamic = (mapping: JsonObject) =>
      parseIndexConfig(withMapping(mapping)).docMapping.dynamicMapping
    expect(dynamic({})?.fast).toBe('raw')
    expect(dynamic({ dynamic_mapping: {} })?.fast).toBeUndefined()
    expect(dynamic({ dynamic_mapping: { fast: true } })?.fast).toBe('raw')
    expect(dynamic({ mode: 'lenient' })).toBeUndefined()
  })

  test('plain fields of the partition key become tags when they qualify', () => {
    const field_mappings = [
      { name: 'tenant', type: 'u64' },
      { name: 'region', type: 'text', tokenizer: 'raw' },
      { name: 'body', type: 'text' },
      { name: 'shard', type: 'u64' },
    ]
    const partition_key = 'tenant, body, region, hash_mod(shard, 8)'
    const { docMapping } = parseIndexConfig(withMapping({ field_mappings, partition_key }))
    expect(docMapping.tagFields).toEqual(['region', 'tenant'])
  })

  test('sizes and durations may be written for people', () => {
    const { indexingSettings, retention } = parseIndexConfig(
      withMapping(
        { timestamp_field: 'f', field_mappings: [{ name: 'f', type: 'datetime', fast: true }] },
        {
          indexing_settings: {
            resources: { heap_size: '2G' },
            merge_policy: { type: 'default', maturation_period: '2 days' },
          },
          retention: { period: '90 days', schedule: 'daily' },
        },
      ),
    )
    expect(indexingSettings.heapSizeBytes).toBe(2_000_000_000)
    expect(indexingSettings.mergePolicy).toMatchObject({
      type: 'stable_log',
      maturationPeriodMs: 172_800_000,
    })
    expect(retention).toEqual({ period: '90 days', periodMs: 7_776_000_000, schedule: 'daily' })
  })
})

test.each([
  ['1000', 1000],
  ['2G', 2e9],
  ['500 MB', 5e8],
  ['1GiB', 1024 ** 3],
  ['1.5k', 1500],
])('the size %j is %i bytes', (heapSize, bytes) => {
  const rest = { indexing_settings: { resources: { heap_size: heapSize } } }
  expect(parseIndexConfig(withMapping({}, rest)).indexingSettings.heapSizeBytes).toBe(bytes)
})

test.each(['2x', 'i', ''])('%j is no size', (heapSize) => {
  const rest = { indexing_settings: { resources: { heap_size: heapSize } } }
  expect(refusalOf(withMapping({}, rest)).message).toContain('expected a size such as 2G or 500MB')
})

describe('what is refused, with the path of the setting', () => {
  test.each(REFUSED_CONFIGS)('%s', (_what, source, message, fix) => {
    const error = refusalOf(source)
    expect(error.message).toContain('invalid config: ')
    expect(error.message).toContain(message)
    if (fix !== undefined) expect(error.fix).toContain(fix)
  })

  test('text that is neither YAML nor JSON, with the position', () => {
    expect(refusalOf('a: [1').message).toContain('invalid YAML')
    expect(refusalOf('{"a": ').message).toContain('invalid JSON')
    expect(refusalOf('just words').message).toContain('expected an object')
    expect(refusalOf('a: 1\na: 2').message).toContain('invalid YAML')
  })
})
