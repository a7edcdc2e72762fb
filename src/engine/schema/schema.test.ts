import { describe, expect, test } from 'vitest'

import type { JsonObject } from '../bytes/json.ts'
import { parseIndexConfig } from './config-text.ts'
import { buildSchema } from './schema.ts'
import { shippedConfig } from './shipped-configs.ts'

const schemaOf = (doc_mapping: JsonObject) =>
  buildSchema(parseIndexConfig({ version: '0.9', index_id: 'test', doc_mapping }))

const FIELDS = [
  { name: 'body', type: 'text', record: 'position', fieldnorms: true },
  { name: 'code', type: 'array<text>', tokenizer: 'raw', fast: { normalizer: 'lowercase' } },
  { name: 'hidden', type: 'u64', indexed: false, stored: false },
  { name: 'ts', type: 'datetime', fast: true, fast_precision: 'milliseconds' },
  { name: 'a.b', type: 'text' },
  { name: 'o', type: 'object', field_mappings: [{ name: 'n', type: 'i64', fast: true }] },
  { name: 'j', type: 'json' },
  { name: 'jd', type: 'json', expand_dots: false, fast: true },
  { name: 'all', type: 'concatenate', concatenate_fields: ['body'] },
]

describe('resolve', () => {
  const schema = schemaOf({ field_mappings: FIELDS })

  test('finds declared fields with everything a query needs', () => {
    expect(schema.resolve('body')).toMatchObject({
      path: 'body',
      mapping: 'declared',
      type: 'str',
      fieldType: 'text',
      array: false,
      indexed: true,
      terms: { record: 'position', fieldnorms: true, tokenizer: { name: 'default' } },
      column: undefined,
      stored: true,
    })
    expect(schema.resolve('code')).toMatchObject({
      array: true,
      column: { normalizer: 'lowercase' },
      terms: { tokenizer: { name: 'raw' } },
    })
    expect(schema.resolve('hidden')).toMatchObject({ type: 'u64', indexed: false, stored: false })
    expect(schema.resolve('ts')).toMatchObject({ type: 'date', column: { precisionNs: 1_000_000 } })
    expect(schema.resolve('o.n')).toMatchObject({ path: 'o.n', type: 'i64' })
    expect(schema.resolve('all')).toMatchObject({
      type: 'json',
      fieldType: 'concatenate',
      stored: false,
    })
  })

  test('a dot in a declared name has to be escaped', () => {
    expect(schema.resolve('a\\.b')).toMatchObject({ path: 'a\\.b', mapping: 'declared' })
    expect(schema.resolve('a.b')).toMatchObject({ path: 'a.b', mapping: 'dynamic' })
  })

  test('goes inside json fields, and only json fields', () => {
    expect(schema.resolve('j')).toMatchObject({ path: 'j', mapping: 'declared', type: 'json' })
    expect(schema.resolve('j.x.y')).toMatchObject({ path: 'j.x.y', mapping: 'json', type: 'json' })
    expect(schema.resolve('j.x\\.y')).toMatchObject({ path: 'j.x.y' })
    expect(schema.resolve('jd.x\\.y')).toMatchObject({
      path: 'jd.x\\.y',
      column: { normalizer: 'raw' },
    })
    expect(schema.resolve('body.x')).toBeUndefined()
  })

  test('takes every other path as dynamic, and nothing outside dynamic mode', () => {
    expect(schema.resolve('some.where')).toMatchObject({
      mapping: 'dynamic',
      column: { normalizer: 'raw' },
    })
    expect(schema.resolve('some\\.where')).toMatchObject({ path: 'some.where' })
    expect(schema.resolve('_source')).toBeUndefined()
    for (const mode of ['lenient', 'strict']) {
      expect(schemaOf({ mode, field_mappings: FIELDS }).resolve('some')).toBeUndefined()
    }
  })

  test('knows _doc_length when it is stored', () => {
    const sized = schemaOf({ mode: 'strict', store_document_size: true })
    expect(sized.resolve('_doc_length')).toMatchObject({ type: 'u64', indexed: false })
    expect(sized.resolve('_doc_length')?.column).toBeDefined()
    expect(schemaOf({ mode: 'strict' }).resolve('_doc_length')).toBeUndefined()
  })
})

test('objects are paths without values', () => {
  const schema = schemaOf({ field_mappings: FIELDS })
  expect(schema.isObjectPath('o')).toBe(true)
  expect(schema.isObjectPath('j')).toBe(false)
  expect(schema.fieldNames()).toEqual([
    'body',
    'code',
    'hidden',
    'ts',
    'a\\.b',
    'o.n',
    'j',
    'jd',
    'all',
  ])
})

test('nearest names the three most alike, swapped letters included', () => {
  const config = shippedConfig('mock-sales')
  if (config === undefined) throw new Error('mock-sales ships with the package')
  const schema = buildSchema(config)
  expect(schema.nearest('quantiyt')).toHaveLength(3)
  expect(schema.nearest('quantiyt')[0]).toBe('quantity')
  expect(schema.nearest('Descripton')[0]).toBe('description')
  expect(schema.timestampField).toEqual({ path: 'ts', precisionNs: 1_000_000 })
  expect(schema.defaultSearchFields).toEqual(['name', 'description'])
})

test.each(['__proto__', 'constructor', 'toString'])('`%s` is no type of a field', (type) => {
  const field = JSON.parse(`{"name":"a","type":"${type}"}`) as JsonObject
  expect(() =>
    parseIndexConfig({
      version: '0.9',
      index_id: 'shop',
      doc_mapping: { field_mappings: [field] },
    }),
  ).toThrow(/type/)
})
