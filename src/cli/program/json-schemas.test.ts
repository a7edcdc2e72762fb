import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../engine/bytes/json.ts'
import { readConfigDocument } from '../../engine/schema/config-text.ts'
import { readConfigValue } from '../../engine/schema/read-config.ts'
import { shippedConfigText } from '../../engine/schema/shipped-configs.ts'
import { REFUSED_CONFIGS } from '../../engine/schema/testing/refused-configs.ts'
import { EVERYTHING, withMapping } from '../../engine/schema/testing/sample-configs.ts'
import { PROJECT_FILE } from '../command/project-shape.ts'
import { JSON_SCHEMAS } from './json-schemas.ts'

/** What an editor would underline, by a validator that nobody here wrote. */
const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false })
const editorAccepts = ajv.compile(JSON_SCHEMAS['index-config.schema.json'])
const editorAcceptsProject = ajv.compile(JSON_SCHEMAS['qw-lambda.schema.json'])

function accepts(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

/** What two settings say about each other, and what takes a parser or a name of another room: no
 *  schema says it, so an editor lets it pass and the reader refuses it. */
const BEYOND_A_SCHEMA = [
  'a field twice',
  'en_stem',
  'a tokenizer without an index',
  'a fast array of bytes',
  'an empty object',
  'unix_timestamp as output',
  'unix_timestamp_secs as input',
  'an unknown marker',
  'precision twice',
  'dynamic_mapping in strict mode',
  'an unknown timestamp',
  'a timestamp with a dot',
  'a slow timestamp',
  'an array as timestamp',
  'a number as timestamp',
  'a tokenized tag',
  'a bad partition key',
  'concatenate of nothing',
  'concatenate of an unknown field',
  'concatenate of dates',
  'concatenate of dynamic fields in strict mode',
  'a pattern that does not compile',
  'grams the wrong way round',
  'merge factors the wrong way round',
  'retention without time',
  'a period that is none',
  'an unknown default search field',
  'a default search field twice',
  'a default search field without index',
]

describe('the schema of an index config', () => {
  test.each<[string, JsonValue]>([
    ['everything', EVERYTHING],
    ['next to nothing', withMapping({})],
    ['the shipped mock-sales', shipped('mock-sales')],
    ['the shipped hdfs-logs', shipped('hdfs-logs')],
    [
      'nothing after a colon',
      withMapping({ mode: null, field_mappings: null }, { retention: null }),
    ],
    ['a version as a number', { ...withMapping({}), version: 0.8 }],
    ['a schema for editors', { ...withMapping({}), $schema: './x.json' }],
    ['a heap in bytes', withMapping({}, { indexing_settings: { resources: { heap_size: 5 } } })],
  ])('takes %s, as the reader does', (_what, config) => {
    expect(accepts(() => readConfigValue(config))).toBe(true)
    expect(editorAccepts(config), JSON.stringify(editorAccepts.errors)).toBe(true)
  })

  test('refuses what the reader refuses, save for what no schema can say', () => {
    const passed = REFUSED_CONFIGS.filter(([, config]) => editorAccepts(config))
    expect(passed.map(([what]) => what).toSorted()).toEqual(BEYOND_A_SCHEMA.toSorted())
  })
})

function shipped(id: string): JsonValue {
  return readConfigDocument(shippedConfigText(id) ?? '', 'yaml')
}

describe('the schema of qw-lambda.json', () => {
  const deployment = (section: JsonValue): JsonValue => ({
    name: 'shop',
    target: 'aws',
    deployment: section,
  })

  test.each<[JsonValue, boolean]>([
    [{}, true],
    [{ $schema: 'x', name: 'shop', target: 'local', generator: { every: '5m' } }, true],
    [{ name: 'shop', retention: '12 weeks', index: 'orders', profile: null }, true],
    [{ costAssumptions: { queries: '100k', arch: 'arm64', docs: 5 } }, true],
    [deployment({}), true],
    [
      deployment({
        generator: false,
        functions: { settings: { QW_LAMBDA_PARTIAL_REQUEST_CACHE_CAPACITY: '5M' } },
      }),
      true,
    ],
    [{ target: 'mars', foo: 1 }, false],
    [{ nmae: 'shop' }, false],
    [{ name: 'My Shop' }, false],
    [{ region: 'europe' }, false],
    [{ generator: { every: 5 } }, false],
    [{ costAssumptions: 'all' }, false],
    [deployment([]), false],
    [deployment({ apiKey: 'secret' }), false],
    [deployment({ functions: { indexerMemoryMb: 64 } }), false],
    [deployment({ functions: { indexerTimeoutSeconds: '300' } }), false],
    [deployment({ functions: { settings: { PATH: 'x' } } }), false],
    [deployment({ functions: { settings: { QW_LAMBDA_DISABLE_MERGE: 'maybe' } } }), false],
    [deployment({ generator: true }), false],
    [deployment({ generator: { everyMinutes: 0.5 } }), false],
    [deployment({ logRetentionDays: 6 }), false],
    [[], false],
  ])('%j: %s, for the reader and for editors alike', (document, expected) => {
    const place = { document: 'qw-lambda.json', path: '' }
    expect(accepts(() => PROJECT_FILE.read(document, place))).toBe(expected)
    expect(editorAcceptsProject(document)).toBe(expected)
  })

  test('a duration that is none is refused by the reader alone: no pattern knows the units', () => {
    const document = { retention: 'soon' }
    expect(editorAcceptsProject(document)).toBe(true)
    expect(accepts(() => PROJECT_FILE.read(document, { document: '', path: '' }))).toBe(false)
  })
})
