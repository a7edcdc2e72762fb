import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../bytes/json.ts'
import { parseIndexConfig } from '../../schema/config-text.ts'
import { buildSchema } from '../../schema/schema.ts'
import { parseAggregations } from './kinds.ts'

const schema = buildSchema(
  parseIndexConfig({
    version: '0.9',
    index_id: 'events',
    doc_mapping: {
      mode: 'strict',
      field_mappings: [
        { name: 'price', type: 'f64', fast: true },
        { name: 'shop', type: 'text', tokenizer: 'raw', fast: true },
        { name: 'note', type: 'text' },
      ],
    },
  }),
)

const max: JsonValue = { max: { field: 'price' } }

describe('the aggregations of a request', () => {
  test('keep their names, and say which columns they read, nested ones included', () => {
    const { subs: parsed } = parseAggregations(
      { most: max, shops: { terms: { field: 'shop' }, aggs: { most: max } } },
      schema,
    )
    expect(parsed.map(({ name }) => name)).toEqual(['most', 'shops'])
    expect(parsed.map(({ aggregation }) => aggregation.paths)).toEqual([
      ['price'],
      ['shop', 'price'],
    ])
  })

  test.each<[string, JsonValue, string]>([
    ['no object', [], 'expected an object'],
    ['no type', { a: {} }, 'exactly one type, found none'],
    ['two types', { a: { max: {}, min: {} } }, 'exactly one type, found max, min'],
    ['an unknown type', { a: { median: {} } }, 'unknown type `median`'],
    ['options that are no object', { a: { max: 'price' } }, '`max` must be an object'],
    ['buckets under a number', { a: { ...(max as object), aggs: { b: max } } }, 'has no buckets'],
    ['an unknown field', { a: { max: { field: 'prize' } } }, 'prize'],
    ['a field without column', { a: { terms: { field: 'note' } } }, 'fast field'],
    ['no field', { a: { max: {} } }, '`field`'],
    [
      'something wrong further down',
      { a: { terms: { field: 'shop' }, aggs: { b: { median: {} } } } },
      'a.b',
    ],
  ])('are refused whole, before any split is opened: %s', (_, aggs, message) => {
    expect(() => parseAggregations(aggs, schema)).toThrow(
      expect.objectContaining({ kind: 'invalid', message: expect.stringContaining(message) }),
    )
  })

  test('nest to a limit', () => {
    let aggs: JsonValue = { a: max }
    for (let depth = 0; depth < 40; depth++) aggs = { a: { terms: { field: 'shop' }, aggs } }
    expect(() => parseAggregations(aggs, schema)).toThrow(/MAX_AGGREGATION_DEPTH=32/)
  })
})
